//! Why nothing was changed.

use sea_orm::DbErr;
use serde::{Deserialize, Serialize};

use crate::{
    store::Error,
    viewer::{SecretsError, proof::ProofError},
};

/// Why nothing was changed.
#[derive(Debug)]
pub enum Refusal {
    /// Nobody is signed in.
    Unauthenticated,
    /// The viewer sees no such row.
    NotFound,
    /// The viewer sees the row, and may not change it.
    Forbidden,
    /// The person can mend it: all that is wrong.
    Invalid(Vec<UserError>),
    /// The key that the request came with is another request's.
    KeyReused,
    /// The gateway failed; for the log alone.
    Failed(Error),
}

impl From<DbErr> for Refusal {
    fn from(error: DbErr) -> Self {
        Self::Failed(error.into())
    }
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

impl From<SecretsError> for Refusal {
    fn from(error: SecretsError) -> Self {
        Self::Failed(error.into())
    }
}

impl From<ProofError> for Refusal {
    fn from(error: ProofError) -> Self {
        Self::Failed(error.into())
    }
}

impl From<UserError> for Refusal {
    fn from(error: UserError) -> Self {
        Self::Invalid(vec![error])
    }
}

/// Something that a person can mend. Its text is for them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserError {
    /// What kind of thing it is.
    pub code: UserErrorCode,
    /// The field of the input that it is about, such as `title` or `tags.2`; none: the change as a whole.
    pub field: Option<String>,
    /// What is wrong, as a sentence.
    pub message: String,
}

impl UserError {
    /// Something about one field. `message` goes on where the field's name ends: "must be ...".
    pub fn field(code: UserErrorCode, field: &str, message: impl AsRef<str>) -> Self {
        Self {
            code,
            field: Some(field.to_owned()),
            message: format!("`{field}` {}.", message.as_ref()),
        }
    }

    /// Something about the change as a whole: a sentence.
    pub fn whole(code: UserErrorCode, message: &str) -> Self {
        Self {
            code,
            field: None,
            message: message.to_owned(),
        }
    }
}

/// The kinds of things that a person can mend.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum UserErrorCode {
    /// Nothing is there, and something has to be.
    Required,
    /// Too short a text.
    TooShort,
    /// Too long a text, or too many of something.
    TooLong,
    /// Not between the smallest and the largest value.
    OutOfRange,
    /// Not of the form that it must have.
    Malformed,
    /// The same thing more than once.
    Duplicate,
    /// Somebody else has it already.
    Taken,
    /// It names nothing that the viewer sees.
    NotFound,
    /// It does not go with something else.
    Mismatch,
    /// The row's state does not allow it.
    WrongState,
    /// Something else needs it.
    InUse,
    /// Somebody has changed the row since the viewer saw it.
    Stale,
    /// The email address and the password do not go together.
    WrongCredentials,
    /// Too many attempts in too short a time.
    TooManyAttempts,
}
