//! What a client may read when something goes wrong.

use std::sync::Arc;

use async_graphql::ErrorExtensions;
use uuid::Uuid;

use super::limits::Limit;
use crate::{database::Trouble, store};

/// The kinds of errors, as `extensions.code` names them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Code {
    /// The document is not GraphQL.
    ParseFailed,
    /// The document does not fit the schema.
    ValidationFailed,
    /// An argument, a header or the request's form is not what it must be.
    BadUserInput,
    /// The credential is unknown, has expired or is none.
    Unauthenticated,
    /// What is to be changed is not there, or the viewer does not see it.
    NotFound,
    /// The viewer sees what is to be changed, and may not change it.
    Forbidden,
    /// The `Idempotency-Key` came with another request before.
    IdempotencyKeyReused,
    /// A browser would send the request for any page.
    PreflightRequired,
    /// No document with this hash is known; the client has to send its text.
    PersistedQueryNotFound,
    /// The document is not one of those that alone are executed.
    UntrustedDocument,
    /// The request asks for more than this limit lets it.
    Exceeds(Limit),
    /// The client has asked for too much of late.
    RateLimited,
    /// The gateway does not tell what its schema is.
    IntrospectionDisabled,
    /// The gateway has more to do than it can, or the database has.
    Overloaded,
    /// The database cannot be reached just now.
    Unavailable,
    /// The operation took longer than it was given.
    DeadlineExceeded,
    /// The gateway failed. The client learns an id to quote, and the log has the rest.
    Internal,
}

impl Code {
    /// The code's name.
    pub fn name(self) -> &'static str {
        match self {
            Self::ParseFailed => "GRAPHQL_PARSE_FAILED",
            Self::ValidationFailed => "GRAPHQL_VALIDATION_FAILED",
            Self::BadUserInput => "BAD_USER_INPUT",
            Self::Unauthenticated => "UNAUTHENTICATED",
            Self::NotFound => "NOT_FOUND",
            Self::Forbidden => "FORBIDDEN",
            Self::IdempotencyKeyReused => "IDEMPOTENCY_KEY_REUSED",
            Self::PreflightRequired => "PREFLIGHT_REQUIRED",
            Self::PersistedQueryNotFound => "PERSISTED_QUERY_NOT_FOUND",
            Self::UntrustedDocument => "UNTRUSTED_DOCUMENT",
            Self::Exceeds(limit) => limit.code(),
            Self::RateLimited => "RATE_LIMITED",
            Self::IntrospectionDisabled => "INTROSPECTION_DISABLED",
            Self::Overloaded => "OVERLOADED",
            Self::Unavailable => "UNAVAILABLE",
            Self::DeadlineExceeded => "DEADLINE_EXCEEDED",
            Self::Internal => "INTERNAL",
        }
    }
}

/// An error whose whole text is for the client. It has no `Display`, so that nothing meant for the log can be mixed into it.
#[derive(Clone, Debug)]
pub struct ClientError {
    code: Code,
    message: String,
    argument: Option<String>,
    /// What was exceeded, and by what where that is known.
    limit: Option<(u32, Option<u32>)>,
    id: Option<Uuid>,
}

impl ClientError {
    /// An argument (`filter.creator`, `first`, ...) that is not what it must be. `message` goes on where the argument's name
    /// ends: "must be ...".
    pub fn argument(argument: &str, message: impl AsRef<str>) -> Self {
        let message = format!("`{argument}` {}.", message.as_ref());
        Self {
            code: Code::BadUserInput,
            message,
            argument: Some(argument.to_owned()),
            limit: None,
            id: None,
        }
    }

    /// A key came with another request than this one.
    pub fn key_reused() -> Self {
        let message = "The `Idempotency-Key` came with another request before. A new request needs a new key.";
        Self::new(Code::IdempotencyKeyReused, message)
    }

    /// An error of this kind.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            argument: None,
            limit: None,
            id: None,
        }
    }

    /// A request that asks for more than `most`: for `found`, if it is known how much.
    pub fn exceeded(limit: Limit, most: u32, found: Option<u32>) -> Self {
        let (place, what) = limit.words();
        let found_words = found.map(|found| format!(", and has {found}")).unwrap_or_default();
        let message = format!("{place} must not have more than {most} {what}{found_words}.");
        Self {
            limit: Some((most, found)),
            ..Self::new(Code::Exceeds(limit), message)
        }
    }

    /// What kind of error it is.
    pub fn code(&self) -> Code {
        self.code
    }

    /// The gateway, or its database, has more to do than it can.
    pub fn overloaded() -> Self {
        Self::new(
            Code::Overloaded,
            "There is more to do than can be done just now. Try again in a moment.",
        )
    }

    /// The database cannot be reached.
    pub fn unavailable() -> Self {
        Self::new(
            Code::Unavailable,
            "The database cannot be reached just now. Try again in a moment.",
        )
    }

    /// The operation took too long, and was given up.
    pub fn deadline_exceeded() -> Self {
        let message = "The operation took too long, and was given up. A change may have been made: with an `Idempotency-Key`, \
                       sending it again is safe.";
        Self::new(Code::DeadlineExceeded, message)
    }

    /// Writes what happened to the log, and gives an error that says no more than under which id it stands there.
    pub fn internal(cause: impl std::fmt::Display) -> Self {
        let id = Uuid::now_v7();
        tracing::error!(error.id = %id, "{cause}");
        let message = format!("Something went wrong on our side. When you report it, quote {id}.");
        Self {
            code: Code::Internal,
            message,
            argument: None,
            limit: None,
            id: Some(id),
        }
    }
}

impl From<ClientError> for async_graphql::Error {
    fn from(error: ClientError) -> Self {
        Self::new(error.message).extend_with(|_, extensions| {
            extensions.set("code", error.code.name());
            if let Some(argument) = error.argument {
                extensions.set("argument", argument);
            }
            if let Some((limit, found)) = error.limit {
                extensions.set("limit", limit);
                if let Some(found) = found {
                    extensions.set("found", found);
                }
            }
            if let Some(id) = error.id {
                extensions.set("id", id.to_string());
            }
        })
    }
}

impl From<ClientError> for async_graphql::ServerError {
    fn from(error: ClientError) -> Self {
        let error = async_graphql::Error::from(error);
        let mut server = Self::new(error.message, None);
        server.extensions = error.extensions;
        server
    }
}

/// What may pass by itself has a code that says so. Of anything else the client learns an id, and the log has the rest.
impl From<&store::Error> for ClientError {
    fn from(error: &store::Error) -> Self {
        let known = match error.trouble() {
            Some(Trouble::Busy) => Self::overloaded(),
            Some(Trouble::Unreachable) => Self::unavailable(),
            Some(Trouble::TimedOut) => Self::deadline_exceeded(),
            None => return Self::internal(error),
        };
        tracing::warn!(error.code = known.code.name(), "{error}");
        known
    }
}

impl From<store::Error> for ClientError {
    fn from(error: store::Error) -> Self {
        Self::from(&error)
    }
}

impl From<Arc<store::Error>> for ClientError {
    fn from(error: Arc<store::Error>) -> Self {
        Self::from(&*error)
    }
}

/// What a resolver gives.
pub type Result<T> = std::result::Result<T, ClientError>;

/// A value that may be missing, for a nullable field. The field's error stays the field's own: with the error outside, the
/// library would take the whole parent away.
pub fn nullable<T, E: Into<ClientError>>(value: std::result::Result<Option<T>, E>) -> Option<Result<T>> {
    value.map_err(Into::into).transpose()
}
