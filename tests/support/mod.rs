//! Worlds in one line, and clients to look at them.

#[macro_use]
mod both;
mod app;
mod client;
pub mod cluster;
mod database;
pub mod process;
mod world;

pub use app::{App, SECRET, open};
pub use client::{Answer, Client};
pub use codex_gateway::http::Settings as Edge;
pub use database::{Database, texts};
pub use world::{ContentBuilder, Organization, PASSWORD, Person, STORED, content, global, global_id, media};

/// Waits until it is so.
pub async fn until(what: &str, mut reached: impl AsyncFnMut() -> bool) {
    const PATIENCE: std::time::Duration = std::time::Duration::from_secs(30);
    let since = std::time::Instant::now();
    while !reached().await {
        assert!(since.elapsed() < PATIENCE, "never: {what}");
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
}
