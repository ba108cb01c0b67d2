//! Whether the database answers, known before a request has to find out.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use tokio::sync::Notify;

/// How the database stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Standing {
    /// It answers, and its schema has every step that this gateway knows.
    #[default]
    Ready,
    /// It answers, and its schema lacks steps.
    Behind,
    /// It does not answer.
    Unreachable,
}

/// How the database stands, as somebody knows who asks it all the time. Until then it is taken to be well.
#[derive(Debug, Default)]
pub struct Availability {
    state: Mutex<State>,
    doubt: Notify,
}

#[derive(Debug, Default)]
struct State {
    standing: Standing,
    last_lost: Option<Instant>,
}

impl Availability {
    /// How it stood when it was last asked.
    pub fn standing(&self) -> Standing {
        self.state().standing
    }

    /// Notes how it stands now, and gives how it stood before.
    pub fn note(&self, standing: Standing) -> Standing {
        let mut state = self.state();
        if standing == Standing::Unreachable {
            state.last_lost = Some(Instant::now());
        }
        std::mem::replace(&mut state.standing, standing)
    }

    /// Says that a request has lost it: somebody should ask at once.
    pub fn doubt(&self) {
        self.doubt.notify_one();
    }

    /// Waits until a request has lost it.
    pub async fn doubted(&self) {
        self.doubt.notified().await;
    }

    /// Whether a connection of this age has seen the database go away. It will not notice by itself before it is used.
    pub fn has_outlived(&self, age: Duration) -> bool {
        let lost = self.state().last_lost;
        lost.is_some_and(|lost| lost.elapsed() < age)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing in here can be left half done.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
