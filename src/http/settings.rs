//! How the edge is set.

use super::{DocumentSettings, Origin};
use crate::{graphql::Limits, viewer::Secret};

/// How the edge is set, and what it must know of the world outside. The default is the safe one.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// The key that session cookies are signed with. Without it only bearer tokens are read, and no session cookies.
    pub secret: Option<Secret>,
    /// Whether clients reach the gateway by https, so that cookies go no other way.
    pub https: bool,
    /// How many proxies stand before the gateway, each of which adds to `X-Forwarded-For`.
    pub trusted_proxies: usize,
    /// Which other sites' pages may read answers.
    pub allowed_origins: Vec<Origin>,
    /// How much a request may ask for.
    pub limits: Limits,
    /// Whether whoever reaches the gateway may read its counters, at `/metrics`.
    pub metrics: bool,
    /// How documents are found and kept.
    pub documents: DocumentSettings,
}
