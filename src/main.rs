//! Reads the command line and hands over.

use clap::Parser;
use codex_gateway::{cli, config::CommandLine};

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    cli::run(CommandLine::parse()).await
}
