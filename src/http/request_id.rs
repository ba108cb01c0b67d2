//! Every request's id: it stands in the answer's headers and on every line that the log has of the request. A client, or a proxy
//! before the gateway, may have named the request already.

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use uuid::Uuid;

/// Where the id stands, coming and going.
pub(super) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// The longest id that is taken from a client.
const LONGEST: usize = 128;

/// Names the request with these headers, which have its id from here on, and gives it.
pub(super) fn name(headers: &mut HeaderMap) -> HeaderValue {
    let id = given(headers).unwrap_or_else(made);
    headers.insert(REQUEST_ID, id.clone());
    id
}

/// The id of a request that was named.
pub(super) fn of(headers: &HeaderMap) -> &str {
    let id = headers.get(REQUEST_ID).and_then(|id| id.to_str().ok());
    id.unwrap_or_default()
}

/// The id that a request came with, if it is one that can be written to a log as it stands.
fn given(headers: &HeaderMap) -> Option<HeaderValue> {
    let mut given = headers.get_all(REQUEST_ID).iter();
    let id = given.next().filter(|_| given.next().is_none())?;
    let fits = (1..=LONGEST).contains(&id.len()) && id.as_bytes().iter().all(u8::is_ascii_graphic);
    fits.then(|| id.clone())
}

fn made() -> HeaderValue {
    let mut buffer = Uuid::encode_buffer();
    let id = Uuid::now_v7().hyphenated().encode_lower(&mut buffer);
    HeaderValue::from_str(id).unwrap_or_else(|_| HeaderValue::from_static("none"))
}
