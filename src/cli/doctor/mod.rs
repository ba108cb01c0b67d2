//! `codex-gateway doctor`: what a live database has that needs care. It only looks.

mod connections;
mod indexes;
mod migrations;
mod report;
mod row_security;
mod sqlite;
mod statistics;

use std::process::ExitCode;

use anyhow::Context;
use sea_orm::{AccessMode, ConnectionTrait, DatabaseTransaction, DbBackend, DbErr, IsolationLevel, TransactionTrait};

pub use report::{Finding, Level, Report};

use super::progress;
use crate::{
    config::{DatabaseSettings, DoctorSettings},
    database::{self, RowSecurity, catalog::Catalog, connect_read_only},
};

/// Looks the database over, prints what it finds, and tells by the exit code whether something needs care.
///
/// # Errors
/// If the database cannot be looked at.
pub(super) async fn run(database: &DatabaseSettings, settings: &DoctorSettings) -> anyhow::Result<ExitCode> {
    let connecting = database::Settings {
        connections: 1,
        ..database.resolve()?
    };
    let connection = progress::shown("Connecting to the database", connect_read_only(&connecting))
        .await
        .context("there is nothing to look at")?;
    let (isolation, access) = match connection.get_database_backend() {
        // Everything as of one moment, and nothing written, not even by mistake.
        DbBackend::Postgres => (Some(IsolationLevel::RepeatableRead), Some(AccessMode::ReadOnly)),
        // There the connection is.
        _ => (None, None),
    };
    let transaction = connection.begin_with_config(isolation, access).await?;
    let wanted = match settings.row_security.no_rls {
        true => RowSecurity::Off,
        false => RowSecurity::On,
    };
    let report = progress::shown(
        "Looking the database over",
        examine(&transaction, database.database_connections, wanted),
    )
    .await
    .context("the database cannot be looked over")?;
    transaction.rollback().await?;

    if settings.json {
        println!("{}", serde_json::to_string_pretty(&report)?);
    } else {
        print!("{report}");
    }
    Ok(match report.healthy {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    })
}

/// Looks over the database that a gateway with this many connections is to use, with row-level security or without. It reads, and
/// nothing else.
///
/// # Errors
/// If the database fails altogether. A check that fails alone is a finding.
pub async fn examine(db: &DatabaseTransaction, connections: u32, row_security: RowSecurity) -> Result<Report, DbErr> {
    let catalog = &Catalog::read(db).await?;
    let mut findings = Vec::new();
    let mut add = |found: Vec<Finding>| findings.extend(found);

    let steps = async |db: &DatabaseTransaction| migrations::check(db, catalog).await;
    let steps = attempt(db, migrations::CHECK, steps).await?;
    let up_to_date = steps.iter().all(|step| step.level == Level::Ok);
    add(steps);
    let missing = async |db: &DatabaseTransaction| indexes::missing(db, catalog, up_to_date).await;
    add(attempt(db, indexes::MISSING, missing).await?);
    add(indexes::duplicate(catalog));
    add(indexes::invalid(catalog));
    match db.get_database_backend() {
        DbBackend::Postgres => {
            let unused = async |db: &DatabaseTransaction| indexes::unused(db, catalog).await;
            add(attempt(db, indexes::UNUSED, unused).await?);
            add(attempt(db, statistics::CHECK, statistics::on_postgres).await?);
            let guarded = async |db: &DatabaseTransaction| row_security::check(db, catalog, row_security).await;
            add(attempt(db, row_security::CHECK, guarded).await?);
            let settings = async |db: &DatabaseTransaction| connections::check(db, connections).await;
            add(attempt(db, connections::CHECK, settings).await?);
        }
        _ => {
            let statistics = async |db: &DatabaseTransaction| statistics::on_sqlite(db, catalog).await;
            add(attempt(db, statistics::CHECK, statistics).await?);
            add(attempt(db, sqlite::INTEGRITY, sqlite::integrity).await?);
            add(attempt(db, sqlite::SETTINGS, sqlite::settings).await?);
        }
    }
    Ok(Report::new(findings))
}

/// Makes a check, past whose failure, for a lack of rights above all, the others can be made.
async fn attempt(
    db: &DatabaseTransaction,
    name: &'static str,
    check: impl AsyncFnOnce(&DatabaseTransaction) -> Result<Vec<Finding>, DbErr>,
) -> Result<Vec<Finding>, DbErr> {
    let savepoint = db.begin().await?;
    let found = check(&savepoint).await;
    savepoint.rollback().await?;
    Ok(found.unwrap_or_else(|error| {
        let message = format!("this could not be checked. The database says: {error}");
        vec![Finding::care(name, "database", message)]
    }))
}
