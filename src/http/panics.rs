//! A panic ends one request, and tells the client nothing but that.

use std::{any::Any, panic::AssertUnwindSafe};

use axum::response::Response;
use futures_util::FutureExt;

use super::{negotiation::Answer, refusal::Refusal};

/// The answer, or another if whoever answers panics.
pub(super) async fn masked(answering: impl Future<Output = Response>) -> Response {
    // Nothing of the request is looked at again.
    AssertUnwindSafe(answering).catch_unwind().await.unwrap_or_else(answer)
}

fn answer(panic: Box<dyn Any + Send>) -> Response {
    let text = panic.downcast_ref::<&str>().copied();
    let text = text.or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    Refusal::internal(format!("a panic: {}", text.unwrap_or("without a text"))).answer(Answer::Json)
}
