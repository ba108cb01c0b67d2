//! GraphiQL, on one page of ours.

use std::path::PathBuf;

use axum::Router;

/// Somebody that a visitor can act as.
#[derive(Clone, Debug)]
pub struct Person {
    /// The name.
    pub name: String,
    /// Who that is, in a line.
    pub role: String,
    /// The token of a session of theirs.
    pub token: String,
}

/// How the page is served.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// A folder of npm packages that its parts are taken from; none: from the network.
    pub assets: Option<PathBuf>,
    /// Whom a visitor can act as.
    pub people: Vec<Person>,
}

/// The page, and its own parts.
pub(super) fn router(_settings: &Settings) -> Router {
    Router::new()
}
