//! Reads the command line and hands over.

use std::process::ExitCode;

use clap::Parser;
use codex_gateway::{cli, config::CommandLine};

/// Answers are many small values, made on one thread and often dropped on another.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[tokio::main]
async fn main() -> ExitCode {
    match cli::run(CommandLine::parse()).await {
        Ok(code) => code,
        Err(error) => {
            // For a person: what failed and why, and no backtrace.
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
