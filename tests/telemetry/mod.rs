//! What the gateway tells those who run it.

mod log;
mod request_id;
