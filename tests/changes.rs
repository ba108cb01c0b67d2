//! Changes: who may make them, what they take, what they leave behind, and what they do when many come at once.

mod content;
mod content_lifecycle;
mod grants;
mod idempotency;
pub mod limits;
pub mod matrix;
mod media;
mod media_limits;
mod purchases;
mod views;
