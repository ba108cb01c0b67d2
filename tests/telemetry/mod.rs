//! What the gateway tells those who run it.

mod collector;
mod log;
mod metrics;
mod request_id;
mod secrets;
mod slow;
mod traces;
