//! What can go wrong between the gateway and its rows.

use std::sync::Arc;

use sea_orm::DbErr;
use thiserror::Error;

use crate::{
    database::Trouble,
    viewer::{SecretsError, proof::ProofError},
};

/// A read that failed. The text is for the log alone: `graphql::error` gives a client an id to quote in its place.
#[derive(Debug, Error)]
pub enum Error {
    /// The database said no.
    #[error("the database failed: {0}")]
    Database(#[from] DbErr),
    /// The database said no to a question, which may not have been alone.
    #[error("the database failed: {0}")]
    Together(Arc<DbErr>),
    /// A column or a relation was asked for that the selection had not named: a defect of the look-ahead.
    #[error("`{0}` was not read")]
    NotRead(&'static str),
    /// A batch ended without a word about one of its keys: a defect of the loader.
    #[error("a batch left out one of its keys")]
    LeftOut,
    /// A change that was to do without a transaction needs one: somebody else is at its row, or it does more than to change one. It is
    /// then made in one, and nobody learns of it.
    #[error("the change needs a transaction")]
    NeedsTransaction,
    /// A secret could not be made.
    #[error(transparent)]
    Secrets(#[from] SecretsError),
}

impl Error {
    /// What it comes from, if that may pass by itself.
    pub fn trouble(&self) -> Option<Trouble> {
        match self {
            Self::Database(error) => Trouble::of(error),
            Self::Together(error) => Trouble::of(error),
            _ => None,
        }
    }
}

impl From<ProofError> for Error {
    fn from(error: ProofError) -> Self {
        match error {
            ProofError::Database(error) => error.into(),
            ProofError::Secrets(error) => error.into(),
        }
    }
}
