//! Whether the gateway lives, and whether it can serve: for whoever starts it, and for what stands before it.

use std::sync::Arc;

use axum::{
    extract::State,
    http::{HeaderName, HeaderValue, StatusCode, header},
};

use super::Gateway;
use crate::database::Standing;

/// The header that says that nobody is to keep the answer, and the answer.
type Health = (StatusCode, [(HeaderName, HeaderValue); 1], &'static str);

/// Answers as long as the process answers anything. Who gets no answer should start it anew.
pub(super) async fn live() -> Health {
    health(StatusCode::OK, "alive\n")
}

/// Whether requests should be sent here: the database answers, and its schema has every step that this gateway knows. (A gateway that has been told to stop takes no connections any more.)
pub(super) async fn ready(State(gateway): State<Arc<Gateway>>) -> Health {
    let why_not = match gateway.availability.standing() {
        Standing::Unreachable => "the database does not answer\n",
        Standing::Behind => "the database's schema lacks steps\n",
        Standing::Ready => return health(StatusCode::OK, "ready\n"),
    };
    health(StatusCode::SERVICE_UNAVAILABLE, why_not)
}

fn health(status: StatusCode, text: &'static str) -> Health {
    let not_kept = HeaderValue::from_static("no-store");
    (status, [(header::CACHE_CONTROL, not_kept)], text)
}
