//! `codex-gateway migrate`: the database's schema.

use migration::{Migrator, MigratorTrait};
use sea_orm::{DatabaseConnection, DbErr};

use super::{connect, progress};
use crate::{
    config::{DatabaseSettings, Migrate},
    database::exclusively,
};

/// Takes steps, takes them back, or lists them.
///
/// # Errors
/// If the database fails.
pub(super) async fn run(database: &DatabaseSettings, what: &Migrate) -> anyhow::Result<()> {
    // A single connection: to start afresh on SQLite, the migrator turns the foreign keys off, and means for all it does next.
    let connection = connect(&DatabaseSettings {
        database_connections: 1,
        ..database.clone()
    })
    .await?;
    match what {
        Migrate::Up { steps } => {
            let work = exclusively(&connection, up(&connection, *steps));
            let (taken, pending) = progress::shown("Migrating", work).await?;
            println!("{taken} of {pending} pending steps taken.");
        }
        Migrate::Down { steps, all } => {
            let steps = (!all).then_some(*steps);
            let work = exclusively(&connection, Migrator::down(&connection, steps));
            progress::shown("Migrating", work).await?;
            println!("{} steps are pending now.", pending(&connection).await?.len());
        }
        Migrate::Status => {
            for step in Migrator::get_migration_with_status_read_only(&connection).await? {
                println!("{:<8} {}", step.status().to_string().to_lowercase(), step.name());
            }
        }
        Migrate::Fresh => {
            let work = exclusively(&connection, Migrator::fresh(&connection));
            progress::shown("Migrating", work).await?;
            println!("The schema is new, and its tables are empty.");
        }
    }
    Ok(())
}

/// Takes steps, and tells how many of how many.
async fn up(connection: &DatabaseConnection, steps: Option<u32>) -> Result<(usize, usize), DbErr> {
    let before = pending(connection).await?.len();
    Migrator::up(connection, steps).await?;
    let after = pending(connection).await?.len();
    Ok((before - after, before))
}

/// The names of the steps that have not been taken.
///
/// # Errors
/// If the database fails.
pub(super) async fn pending(connection: &DatabaseConnection) -> Result<Vec<String>, DbErr> {
    let pending = Migrator::get_pending_migrations_read_only(connection).await?;
    Ok(pending.iter().map(|step| step.name().to_owned()).collect())
}
