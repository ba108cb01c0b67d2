//! What the gateway tells those who run it.

mod log;
mod metrics;
mod request_id;
