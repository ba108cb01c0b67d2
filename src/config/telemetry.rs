//! What the gateway tells those who run it.

use std::{net::SocketAddr, time::Duration};

use anyhow::Context;
use clap::Args;
use url::Url;

use crate::telemetry::{Format, Traces};

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
    /// From how many milliseconds on the log tells of an operation that it was slow, and what it asked of the database; 0: never
    #[arg(long, env = "CODEX_SLOW_OPERATION", value_name = "MS", default_value_t = 1000)]
    pub slow_operation: u64,
    /// The OpenTelemetry collector that traces go to, such as `http://127.0.0.1:4318` (OTLP over HTTP). Without it there are none
    #[arg(long, env = "OTEL_EXPORTER_OTLP_ENDPOINT", value_name = "URL", value_parser = super::web_address)]
    pub otlp_endpoint: Option<Url>,
}

impl TelemetrySettings {
    pub(super) fn slow(&self) -> Option<Duration> {
        (self.slow_operation > 0).then(|| Duration::from_millis(self.slow_operation))
    }

    pub(super) fn traces(&self) -> anyhow::Result<Option<Traces>> {
        let traces = self.otlp_endpoint.as_ref().map(Traces::to);
        traces.transpose().context("--otlp-endpoint")
    }
}
