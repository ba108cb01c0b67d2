//! What a client is handed with the answer.

use std::sync::{Mutex, PoisonError};

/// What has become of a client's session in the course of a request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Handed {
    /// Nothing.
    #[default]
    Nothing,
    /// It is this session's from now on.
    Token(String),
    /// Its session has ended.
    Farewell,
}

/// Where a request leaves what its client is to be handed. The last word counts.
#[derive(Debug, Default)]
pub struct Handover(Mutex<Handed>);

impl Handover {
    /// Leaves this.
    pub fn put(&self, handed: Handed) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = handed;
    }

    /// Takes what was left.
    pub fn take(&self) -> Handed {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
