//! What the gateway tells those who run it.

use std::net::SocketAddr;

use clap::Args;

use crate::telemetry::Format;

/// The log.
#[derive(Clone, Debug, Args)]
pub struct LogSettings {
    /// What goes to the log: a level (error, warn, info, debug, trace), or `target=level` pairs with commas between. Libraries
    /// never say more than `info`
    #[arg(
        long,
        env = "CODEX_LOG",
        value_name = "FILTER",
        default_value = "info,sea_orm_migration=warn,sqlx=warn",
        global = true
    )]
    pub log: String,
    /// How the log is written: for people, or as JSON, an object a line
    #[arg(
        long,
        env = "CODEX_LOG_FORMAT",
        value_name = "FORMAT",
        value_enum,
        default_value_t,
        global = true
    )]
    pub log_format: Format,
}

/// What the gateway tells those who run it, besides the log.
#[derive(Clone, Debug, Args)]
pub struct TelemetrySettings {
    /// Where Prometheus finds `/metrics`, such as `127.0.0.1:9464`. Without it they are with the rest where nobody but this
    /// machine can reach the gateway, and otherwise nowhere
    #[arg(long, env = "CODEX_METRICS_LISTEN", value_name = "ADDRESS")]
    pub metrics_listen: Option<SocketAddr>,
}
