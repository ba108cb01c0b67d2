//! How an answer is written.

use async_graphql::{Response as Executed, ServerError, Value};
use async_graphql_axum::GraphQLResponse;
use axum::{
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};

use super::{negotiation::Answer, refusal::Refusal};
use crate::graphql::{ClientError, Code, json};

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

/// Which failure of the gateway's an error tells of; nothing, if it is not the gateway that failed.
pub(super) fn failure(error: &ServerError) -> Option<Code> {
    const FAILURES: [Code; 4] = [
        Code::Internal,
        Code::Overloaded,
        Code::Unavailable,
        Code::DeadlineExceeded,
    ];
    let code = error.extensions.as_ref()?.get("code")?;
    FAILURES.into_iter().find(|failure| *code == failure.name().into())
}

/// What a query came to, unless the database was away for a part of it: half an answer would be taken for a whole one.
///
/// # Errors
/// If it was.
pub(super) fn whole(executed: Executed) -> Result<Executed, Refusal> {
    let away = executed.errors.iter().find_map(|error| match failure(error)? {
        Code::Overloaded => Some(ClientError::overloaded()),
        Code::Unavailable => Some(ClientError::unavailable()),
        Code::DeadlineExceeded => Some(ClientError::deadline_exceeded()),
        _ => None,
    });
    match away {
        Some(error) => Err(Refusal::failed(error)),
        None => Ok(executed),
    }
}

/// What became of a request.
pub(super) enum Answered {
    One(Executed),
    /// Of each operation of a batch.
    Batch(Vec<Result<Executed, Refusal>>),
}

/// Writes what became of a request.
pub(super) fn written(kind: Answer, answered: Answered) -> Response {
    let mut response = match answered {
        Answered::One(executed) => match written_one(executed) {
            Ok(response) => response,
            Err(refusal) => return refusal.answer(kind),
        },
        Answered::Batch(batch) => written_batch(batch),
    };
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind.content_type()));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(NOT_KEPT));
    response
}

fn written_one(executed: Executed) -> Result<Response, Refusal> {
    let body = json(&executed).map_err(Refusal::internal)?;
    // The library's own responder, which writes the head, knows nothing of rows that are written already.
    let mut head = Executed::default();
    head.http_headers = executed.http_headers;
    let mut response = GraphQLResponse::from(head).into_response();
    *response.body_mut() = body.into();
    Ok(response)
}

fn written_batch(batch: Vec<Result<Executed, Refusal>>) -> Response {
    let mut headers = HeaderMap::new();
    let mut body = vec![b'['];
    for (place, answer) in batch.into_iter().enumerate() {
        if place > 0 {
            body.push(b',');
        }
        let written = answer.and_then(|mut executed| {
            for (name, value) in std::mem::take(&mut executed.http_headers).iter() {
                // Each of them may begin or end a session; of everything else the last word counts.
                if name == header::SET_COOKIE {
                    headers.append(name, value.clone());
                } else {
                    headers.insert(name, value.clone());
                }
            }
            json(&executed).map_err(Refusal::internal)
        });
        match written {
            Ok(written) => body.extend(written),
            Err(refusal) => body.extend(
                serde_json::json!({ "errors": refusal.into_errors() })
                    .to_string()
                    .bytes(),
            ),
        }
    }
    body.push(b']');
    (headers, body).into_response()
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
