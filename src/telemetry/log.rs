//! The log, on standard error.

use std::io::{IsTerminal, stderr};

use anyhow::Context;
use clap::ValueEnum;
use tracing::{Level, level_filters::LevelFilter};
use tracing_subscriber::{
    EnvFilter, Layer, filter::FilterExt, filter::filter_fn, layer::SubscriberExt, util::SubscriberInitExt,
};

use super::panic;

/// How the lines of the log are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people.
    #[default]
    Text,
    /// For machines: a JSON object a line.
    Json,
}

/// Starts the log; from now on a panic goes there, too.
///
/// # Errors
/// If `filter` is none, or a log has been started before.
pub fn start(filter: &str, format: Format) -> anyhow::Result<()> {
    let filter = EnvFilter::try_new(filter).context("--log is neither a level nor a list of `target=level` pairs")?;
    let lines = tracing_subscriber::fmt::layer().with_writer(stderr);
    let lines = match format {
        Format::Text => lines.with_ansi(stderr().is_terminal()).boxed(),
        Format::Json => lines.json().flatten_event(true).with_span_list(false).boxed(),
    };
    let discreet = filter_fn(|line| speaks_for_us(line.target()) || *line.level() <= MOST_OF_LIBRARIES);
    let discreet = discreet.with_max_level_hint(LevelFilter::TRACE);
    tracing_subscriber::registry()
        .with(lines.with_filter(filter.and(discreet)))
        .try_init()
        .context("the log cannot be started")?;
    panic::to_the_log();
    Ok(())
}

/// The most that a library may say, whatever is asked for: nobody here answers for what those that speak to the database and to
/// clients write below that, with the next version at the latest.
const MOST_OF_LIBRARIES: Level = Level::INFO;

/// Whether this is the target of the gateway's own lines, which are held to telling no secret.
fn speaks_for_us(target: &str) -> bool {
    let root = target.split("::").next();
    root == Some("codex_gateway")
}
