//! The `Idempotency-Key` header: a change that a client sends again is not made again
//! (<https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/>).

use async_graphql::Response as Executed;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use sha2::{Digest, Sha256};

use super::{refusal::Refusal, response};
use crate::{
    graphql::{ClientError, json},
    store::{
        Scope,
        change::{self, IdempotencyKey},
    },
    viewer::{Secret, Viewer},
};

const HEADER: HeaderName = HeaderName::from_static("idempotency-key");
/// Says of an answer that it is the first one, again.
const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");
/// The longest key that is kept.
const LONGEST: usize = 255;

/// The request's key, if it has one. Only changes need it.
///
/// # Errors
/// If there are several keys, or it is not of 1 to 255 visible characters.
pub(super) fn key(headers: &HeaderMap) -> Result<Option<String>, Refusal> {
    let mut keys = headers.get_all(HEADER).iter();
    let Some(key) = keys.next() else { return Ok(None) };
    let malformed =
        || Refusal::bad_request("The `Idempotency-Key` header must be one text of 1 to 255 visible characters.");
    let key = key.to_str().map_err(|_| malformed())?.trim();
    if key.is_empty() || key.len() > LONGEST || keys.next().is_some() {
        return Err(malformed());
    }
    Ok(Some(key.to_owned()))
}

/// The key, with a digest of all that could make the answer to the request another. It is kept, and the request may have a
/// password in it: with a secret, whoever finds the digest cannot try passwords by it.
///
/// # Errors
/// If no digest can be made.
pub(super) fn keyed(
    key: String,
    request: &serde_json::Value,
    secret: Option<&Secret>,
) -> Result<IdempotencyKey, Refusal> {
    let request = request.to_string();
    let request = match secret {
        Some(secret) => secret.digest(&request).map_err(Refusal::internal)?,
        None => hex::encode(Sha256::digest(&request)),
    };
    Ok(IdempotencyKey { key, request })
}

/// The first answer, if there is one already.
///
/// # Errors
/// If the key came with another request.
pub(super) async fn answered(scope: &Scope, key: IdempotencyKey) -> Result<Option<Executed>, Refusal> {
    let answer = scope.answered(key).await.map_err(|refusal| match refusal {
        change::Refusal::KeyReused => Refusal::http(StatusCode::UNPROCESSABLE_ENTITY, ClientError::key_reused()),
        change::Refusal::Failed(error) => Refusal::failed(error.into()),
        refusal => Refusal::internal(format!("{refusal:?}")),
    })?;
    let Some(answer) = answer else { return Ok(None) };
    let mut executed: Executed = serde_json::from_str(&answer).map_err(Refusal::internal)?;
    executed.http_headers.insert(REPLAYED, HeaderValue::from_static("true"));
    Ok(Some(executed))
}

/// Keeps the answer for when the request comes again. Where the gateway failed there is none: then it may be tried again.
pub(super) async fn keep(scope: &Scope, viewer: &Viewer, executed: &Executed) {
    if executed.errors.iter().any(|error| response::failure(error).is_some()) {
        return;
    }
    let kept = async {
        let answer = String::from_utf8(json(executed)?)?;
        scope.keep_answer(viewer, answer).await?;
        Ok::<_, Box<dyn std::error::Error + Send + Sync>>(())
    };
    // What the changes came to is kept with them. Without the answer, it is put together anew from that.
    if let Err(error) = kept.await {
        tracing::warn!("an answer could not be kept for its key: {error}");
    }
}
