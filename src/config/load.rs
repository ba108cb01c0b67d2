//! How much the gateway does at once, how long it waits for whom, and how much a client may ask for.

use std::time::Duration;

use clap::Args;

use crate::http::{self, RateSettings, ServerSettings};

/// How much is done at once, and for how long.
#[derive(Clone, Copy, Debug, Args)]
pub struct LoadSettings {
    /// How many seconds an operation may take. Its statements are ended in the database, too
    #[arg(long, env = "CODEX_DEADLINE", value_name = "SECONDS", default_value_t = http::LoadSettings::USUAL.deadline.as_secs(),
        value_parser = time())]
    pub deadline: u64,
    /// The most operations executed at once
    #[arg(long, env = "CODEX_MAX_RUNNING", value_name = "N", default_value_t = http::LoadSettings::USUAL.running as u32,
        value_parser = clap::value_parser!(u32).range(1..))]
    pub max_running: u32,
    /// The most operations that wait for their turn; more are refused at once (503)
    #[arg(long, env = "CODEX_MAX_WAITING", value_name = "N", default_value_t = http::LoadSettings::USUAL.waiting as u32)]
    pub max_waiting: u32,
    /// How many milliseconds an operation waits for its turn
    #[arg(long, env = "CODEX_MAX_WAIT", value_name = "MS", default_value_t = http::LoadSettings::USUAL.wait.as_millis() as u64,
        value_parser = time())]
    pub max_wait: u64,
    /// The most connections at once; who comes when there are as many is turned away
    #[arg(long, env = "CODEX_MAX_CONNECTIONS", value_name = "N", default_value_t = ServerSettings::USUAL.connections as u32,
        value_parser = clap::value_parser!(u32).range(1..))]
    pub max_connections: u32,
    /// How many seconds a request's body may take to arrive
    #[arg(long, env = "CODEX_BODY_TIMEOUT", value_name = "SECONDS", default_value_t = 10, value_parser = time())]
    pub body_timeout: u64,
    /// How many seconds a connection may wait for its next request. What stands before the gateway should end it earlier
    #[arg(long, env = "CODEX_IDLE_TIMEOUT", value_name = "SECONDS", default_value_t = ServerSettings::USUAL.idle.as_secs(),
        value_parser = time())]
    pub idle_timeout: u64,
    /// How many seconds a client may leave its answer unread
    #[arg(long, env = "CODEX_WRITE_TIMEOUT", value_name = "SECONDS", default_value_t = ServerSettings::USUAL.write.as_secs(),
        value_parser = time())]
    pub write_timeout: u64,
    /// How many seconds requests may go on when the gateway is told to stop
    #[arg(long, env = "CODEX_GRACE", value_name = "SECONDS", default_value_t = ServerSettings::USUAL.grace.as_secs(),
        value_parser = time())]
    pub grace: u64,
    /// How much a viewer may ask for in a minute, in units of cost; 0: as much as they like. Each gateway counts for itself
    #[arg(long, env = "CODEX_RATE_VIEWER", value_name = "COST", default_value_t = RateSettings::USUAL.viewer)]
    pub rate_viewer: u32,
    /// How much the anonymous may ask for in a minute, by address
    #[arg(long, env = "CODEX_RATE_ADDRESS", value_name = "COST", default_value_t = RateSettings::USUAL.address)]
    pub rate_address: u32,
}

/// A time of at least one unit, and of no more than a system's clock can add.
fn time() -> clap::builder::RangedU64ValueParser {
    clap::value_parser!(u64).range(1..=u64::from(u32::MAX))
}

impl LoadSettings {
    pub(super) fn load(&self) -> http::LoadSettings {
        http::LoadSettings {
            deadline: self.deadline(),
            running: self.max_running as usize,
            waiting: self.max_waiting as usize,
            wait: Duration::from_millis(self.max_wait),
        }
    }

    pub(super) fn rates(&self) -> RateSettings {
        RateSettings {
            viewer: self.rate_viewer,
            address: self.rate_address,
        }
    }

    /// How long a statement may take.
    pub fn deadline(&self) -> Duration {
        Duration::from_secs(self.deadline)
    }

    /// How connections are held.
    pub fn server(&self) -> ServerSettings {
        ServerSettings {
            connections: self.max_connections as usize,
            idle: Duration::from_secs(self.idle_timeout),
            write: Duration::from_secs(self.write_timeout),
            grace: Duration::from_secs(self.grace),
        }
    }
}
