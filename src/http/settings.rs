//! How the edge is set.

use std::time::Duration;

use super::{DocumentSettings, LoadSettings, Origin, RateSettings};
use crate::{graphql::Limits, telemetry::Traces, viewer::Secret};

/// How the edge is set, and what it must know of the world outside. The default is the safe one.
#[derive(Clone, Debug)]
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
    /// From which time on the log tells of an operation that it was slow; nothing: never.
    pub slow: Option<Duration>,
    /// Where traces go; nothing: nowhere.
    pub traces: Option<Traces>,
    /// Whether whoever reaches the gateway may read its counters, at `/metrics`.
    pub metrics: bool,
    /// How documents are found and kept.
    pub documents: DocumentSettings,
    /// Whether the schema may be asked for what it is, and errors suggest the names of fields that there are.
    pub introspection: bool,
    /// The most operations of a batch; 0: no batches.
    pub batch: usize,
    /// How long a request's body may take to arrive.
    pub body_wait: Duration,
    /// How much is done at once.
    pub load: LoadSettings,
    /// How much a client may ask for in a minute.
    pub rates: RateSettings,
}

impl Settings {
    /// The limits, as clients are told them.
    pub(super) fn told_limits(&self) -> Limits {
        Limits {
            operations: u32::try_from(self.batch.max(1)).unwrap_or(u32::MAX),
            ..self.limits
        }
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            slow: None,
            traces: None,
            metrics: false,
            secret: None,
            https: false,
            trusted_proxies: 0,
            allowed_origins: Vec::new(),
            limits: Limits::default(),
            documents: DocumentSettings::default(),
            introspection: false,
            batch: 0,
            body_wait: Duration::from_secs(10),
            load: LoadSettings::default(),
            rates: RateSettings::default(),
        }
    }
}
