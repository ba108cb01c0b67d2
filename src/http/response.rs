//! How an answer is written.

use async_graphql::{Response as Executed, ServerError, Value};
use async_graphql_axum::GraphQLResponse;
use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};

use super::{negotiation::Answer, refusal::Refusal};
use crate::graphql::Code;

/// An answer is for one viewer, and no cache tells viewers apart.
const NOT_KEPT: &str = "no-store";

/// What became of an operation, unless it never began.
///
/// # Errors
/// If it did not: then the library has found it invalid.
pub(super) fn begun(mut executed: Executed) -> Result<Executed, Refusal> {
    // Whatever failed while it was executed says where; what failed before has no place in an answer.
    let began = executed.data != Value::Null || executed.errors.iter().any(|error| !error.path.is_empty());
    if !began {
        return Err(Refusal::operation(executed.errors, Code::ValidationFailed));
    }
    // What has no code of ours is the library's word on an argument's value.
    executed
        .errors
        .iter_mut()
        .for_each(|error| set_code(error, Code::BadUserInput));
    Ok(executed)
}

/// Writes what became of an operation.
pub(super) fn written(kind: Answer, executed: Executed) -> Response {
    let mut response = GraphQLResponse::from(executed).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind.content_type()));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(NOT_KEPT));
    response
}

/// Writes why nothing was executed.
pub(super) fn errors(status: StatusCode, kind: Answer, errors: &[ServerError]) -> Response {
    let body = serde_json::json!({ "errors": errors }).to_string();
    let headers = [
        (header::CONTENT_TYPE, kind.content_type()),
        (header::CACHE_CONTROL, NOT_KEPT),
    ];
    (status, headers, body).into_response()
}

/// The code that an error has.
pub(super) fn code(error: &ServerError) -> Option<String> {
    match error.extensions.as_ref()?.get("code")? {
        Value::String(code) => Some(code.clone()),
        _ => None,
    }
}

/// Gives an error this code, unless it has one.
pub(super) fn set_code(error: &mut ServerError, code: Code) {
    let extensions = error.extensions.get_or_insert_default();
    if extensions.get("code").is_none() {
        extensions.set("code", code.name());
    }
}
