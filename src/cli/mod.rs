//! The command line, one file a command.

pub mod doctor;
mod heartbeat;
pub mod housekeeping;
mod migrate;
mod progress;
mod schema;
pub mod seed;
mod serve;

use std::process::ExitCode;

use sea_orm::DatabaseConnection;

use crate::{
    config::{Command, CommandLine, DatabaseSettings},
    database, telemetry,
};

/// Does what the command line says, and tells how the process is to end: with 1 where the doctor finds something.
///
/// # Errors
/// In words for the person who typed it.
pub async fn run(line: CommandLine) -> anyhow::Result<ExitCode> {
    telemetry::start(&line.log.log, line.log.log_format)?;
    match line.command {
        None => serve::run(&line.database, &line.serve).await,
        Some(Command::Serve(settings)) => serve::run(&line.database, &settings).await,
        Some(Command::Migrate(what)) => migrate::run(&line.database, &what).await,
        Some(Command::Seed(settings)) => seed::run(&line.database, &settings).await,
        Some(Command::Doctor(settings)) => return doctor::run(&line.database, &settings).await,
        Some(Command::Schema(settings)) => schema::run(&settings),
    }?;
    Ok(ExitCode::SUCCESS)
}

/// Connects to the database that the settings name.
async fn connect(settings: &DatabaseSettings) -> anyhow::Result<DatabaseConnection> {
    let settings = settings.resolve()?;
    Ok(progress::shown("Connecting to the database", database::connect(&settings)).await?)
}
