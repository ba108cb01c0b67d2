//! Changes: who may make them, what they take, what they leave behind, and what they do when many come at once.

mod audit;
mod content;
mod content_lifecycle;
mod crash;
mod idempotency;
pub mod limits;
pub mod matrix;
mod people;
mod signing_in;
