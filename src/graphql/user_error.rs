//! What a person can mend.

use async_graphql::{Enum, SimpleObject};

use crate::store::change;

/// Something that keeps a change from being made, and that the person can mend.
#[derive(Clone, SimpleObject)]
pub struct UserError {
    /// What kind of thing it is.
    code: UserErrorCode,
    /// The field that it is about, such as `title` or `tags.2`; null: the change as a whole.
    field: Option<String>,
    /// What is wrong, as a sentence for the person.
    message: String,
}

impl From<change::UserError> for UserError {
    fn from(error: change::UserError) -> Self {
        Self {
            code: error.code.into(),
            field: error.field,
            message: error.message,
        }
    }
}

/// What kind of thing a person can mend.
#[derive(Clone, Copy, Enum, PartialEq, Eq)]
#[graphql(remote = "change::UserErrorCode")]
pub enum UserErrorCode {
    /// Nothing is there, and something has to be.
    Required,
    /// Too short a text.
    TooShort,
    /// Too long a text, or too many values.
    TooLong,
    /// Below or beyond what is allowed.
    OutOfRange,
    /// Not of the form that it must have.
    Malformed,
    /// The same value more than once.
    Duplicate,
    /// Somebody else has it already.
    Taken,
    /// It names nothing that the viewer sees.
    NotFound,
    /// It does not go with something else.
    Mismatch,
    /// The state of what is to be changed does not allow it.
    WrongState,
    /// Something else needs it.
    InUse,
    /// Somebody has changed it since the client saw it.
    Stale,
    /// The email address and the password do not go together.
    WrongCredentials,
    /// Too many attempts in too short a time.
    TooManyAttempts,
}
