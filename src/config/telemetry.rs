//! What the gateway tells those who run it.

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
