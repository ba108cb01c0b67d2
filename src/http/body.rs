//! A request's body, read within bounds: of bytes, of time, and of memory that all bodies take together.

use std::time::Duration;

use axum::{
    body::Body,
    http::{HeaderMap, StatusCode, header},
};
use http_body_util::BodyExt;
use tokio::sync::{Semaphore, SemaphorePermit};

use super::refusal::Refusal;
use crate::graphql::{ClientError, Code};

/// So many bytes of each body are not counted among those of all, so that those who send much at a time do not keep others from
/// sending what a query usually takes.
const FREE: usize = 16 * 1024;
/// The most bytes that are held of all bodies together, beyond those.
const MOST_OF_ALL: usize = 256 * 1024 * 1024;

/// A body that has arrived, and its part of the memory for all.
pub(super) struct Received<'a> {
    pub(super) bytes: Vec<u8>,
    _held: Option<SemaphorePermit<'a>>,
}

/// Reads bodies.
pub(super) struct Bodies {
    /// A permit a byte.
    memory: Semaphore,
    most: u32,
    wait: Duration,
}

impl Bodies {
    /// Bodies of so many bytes at most, each of which has to arrive within this time.
    pub(super) fn new(most: u32, wait: Duration) -> Self {
        Self {
            memory: Semaphore::new(MOST_OF_ALL),
            most,
            wait,
        }
    }

    /// Reads a body to its end.
    ///
    /// # Errors
    /// If it is too large, too slow, one too many, or broken off.
    pub(super) async fn read(&self, headers: &HeaderMap, body: Body) -> Result<Received<'_>, Refusal> {
        let announced = headers
            .get(header::CONTENT_LENGTH)
            .and_then(|length| length.to_str().ok());
        if announced
            .and_then(|length| length.parse::<u64>().ok())
            .is_some_and(|length| length > u64::from(self.most))
        {
            return Err(Refusal::body_too_large(self.most));
        }
        tokio::time::timeout(self.wait, self.gather(body))
            .await
            .unwrap_or_else(|_| {
                let message = format!("The body must arrive within {} seconds.", self.wait.as_secs());
                Err(Refusal::new(StatusCode::REQUEST_TIMEOUT, Code::BadUserInput, message))
            })
    }

    async fn gather(&self, mut body: Body) -> Result<Received<'_>, Refusal> {
        let mut bytes = Vec::new();
        let mut held: Option<SemaphorePermit<'_>> = None;
        while let Some(frame) = body.frame().await {
            let frame = frame.map_err(|_| Refusal::bad_request("The body has broken off."))?;
            let Ok(data) = frame.into_data() else { continue };
            let size = bytes.len() + data.len();
            if size > self.most as usize {
                return Err(Refusal::body_too_large(self.most));
            }
            let counted = size.saturating_sub(bytes.len().max(FREE));
            if counted > 0 {
                let permit = u32::try_from(counted)
                    .ok()
                    .and_then(|counted| self.memory.try_acquire_many(counted).ok());
                let permit = permit.ok_or_else(|| Refusal::failed(ClientError::overloaded()))?;
                match &mut held {
                    Some(held) => held.merge(permit),
                    None => held = Some(permit),
                }
            }
            bytes.extend_from_slice(&data);
        }
        Ok(Received { bytes, _held: held })
    }
}
