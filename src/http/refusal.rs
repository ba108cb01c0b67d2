//! A request that is not carried out, and how that is answered.

use std::fmt;

use async_graphql::ServerError;
use axum::{
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::Response,
};

use super::{negotiation::Answer, response};
use crate::graphql::{ClientError, Code, Limit};

/// The most errors in an answer to what was not executed: a document may have as many as it has fields.
const MOST_ERRORS: usize = 20;
/// In how many seconds a client may come again with what could not be done just now.
const SOON: &str = "1";

/// A request that gets no further than the edge. Nothing has been executed, so its answer has no `data`.
pub(super) struct Refusal {
    status: Status,
    errors: Vec<ServerError>,
    headers: HeaderMap,
}

/// Which status says so.
enum Status {
    /// The request was well formed, and what it asks cannot be executed: the status depends on what the client reads.
    Operation,
    /// This one, for a request that is not GraphQL over HTTP, or whose fault is not in what it asks.
    Http(StatusCode),
}

impl Refusal {
    pub(super) fn new(status: StatusCode, code: Code, message: impl Into<String>) -> Self {
        Self::http(status, ClientError::new(code, message))
    }

    pub(super) fn bad_request(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, Code::BadUserInput, message)
    }

    pub(super) fn method(allow: &'static str, message: &str) -> Self {
        Self::new(StatusCode::METHOD_NOT_ALLOWED, Code::BadUserInput, message)
            .with(header::ALLOW, HeaderValue::from_static(allow))
    }

    pub(super) fn body_too_large(most: u32) -> Self {
        let error = ClientError::exceeded(Limit::BodyBytes, most, None);
        Self::http(StatusCode::PAYLOAD_TOO_LARGE, error)
    }

    pub(super) fn unauthenticated(message: impl Into<String>) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, Code::Unauthenticated, message)
            .with(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"))
    }

    /// The gateway failed; the log has the cause.
    pub(super) fn internal(cause: impl fmt::Display) -> Self {
        Self::http(StatusCode::INTERNAL_SERVER_ERROR, ClientError::internal(cause))
    }

    /// What the request asks cannot be executed. `code` is for the errors that have none.
    pub(super) fn operation(mut errors: Vec<ServerError>, code: Code) -> Self {
        errors.truncate(MOST_ERRORS);
        errors.iter_mut().for_each(|error| response::set_code(error, code));
        Self {
            status: Status::Operation,
            errors,
            headers: HeaderMap::new(),
        }
    }

    pub(super) fn http(status: StatusCode, error: ClientError) -> Self {
        Self {
            status: Status::Http(status),
            errors: vec![error.into()],
            headers: HeaderMap::new(),
        }
    }

    /// The gateway failed, or could not do it just now.
    pub(super) fn failed(error: ClientError) -> Self {
        match error.code() {
            Code::Overloaded | Code::Unavailable => Self::http(StatusCode::SERVICE_UNAVAILABLE, error)
                .with(header::RETRY_AFTER, HeaderValue::from_static(SOON)),
            Code::DeadlineExceeded => Self::http(StatusCode::GATEWAY_TIMEOUT, error),
            _ => Self::http(StatusCode::INTERNAL_SERVER_ERROR, error),
        }
    }

    /// Which failure of the gateway's it tells of, if it does.
    pub(super) fn failure(&self) -> Option<Code> {
        self.errors.iter().find_map(response::failure)
    }

    /// Its code: that of the first error.
    pub(super) fn code(&self) -> String {
        self.errors.first().and_then(response::code).unwrap_or_default()
    }

    /// Its errors, for an answer that is not all refused.
    pub(super) fn into_errors(self) -> Vec<ServerError> {
        self.errors
    }

    pub(super) fn with(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.insert(name, value);
        self
    }

    /// The answer: like any GraphQL response, but without `data`.
    pub(super) fn answer(self, kind: Answer) -> Response {
        let status = match self.status {
            Status::Operation => kind.refused(),
            Status::Http(status) => status,
        };
        let mut response = response::errors(status, kind, &self.errors);
        response.headers_mut().extend(self.headers);
        response
    }
}

/// In the words that the client reads.
impl fmt::Display for Refusal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let messages: Vec<_> = self.errors.iter().map(|error| error.message.as_str()).collect();
        formatter.write_str(&messages.join(" "))
    }
}

/// An argument that is not what it must be, or a document that cannot be taken.
impl From<ClientError> for Refusal {
    fn from(error: ClientError) -> Self {
        Self::operation(vec![error.into()], Code::BadUserInput)
    }
}
