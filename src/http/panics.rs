//! A panic ends one request, and tells the client nothing but that.

use std::any::Any;

use axum::response::Response;
use tower_http::catch_panic::CatchPanicLayer;

use super::{negotiation::Answer, refusal::Refusal};

type Masked = fn(Box<dyn Any + Send>) -> Response;

/// Answers for whoever panics.
pub fn masked() -> CatchPanicLayer<Masked> {
    CatchPanicLayer::custom(answer as Masked)
}

fn answer(panic: Box<dyn Any + Send>) -> Response {
    let text = panic.downcast_ref::<&str>().copied();
    let text = text.or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    Refusal::internal(format!("a panic: {}", text.unwrap_or("without a text"))).answer(Answer::Json)
}
