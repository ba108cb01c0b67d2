//! Whether the schema is the one that this gateway was made for.

use migration::{Migrator, MigratorTrait};
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbErr, sea_query::Query};

use super::report::{Finding, or_ok};
use crate::database::catalog::Catalog;

/// Steps that have not been taken.
pub(super) const CHECK: &str = "pending-migrations";
/// Steps that somebody else has taken.
const UNKNOWN: &str = "unknown-migrations";

/// Compares the steps taken with those there are. The migrator itself would refuse to tell where there is one that it does not
/// know.
pub(super) async fn check(db: &DatabaseTransaction, catalog: &Catalog) -> Result<Vec<Finding>, DbErr> {
    let taken = taken(db, catalog).await?;
    let steps = Migrator::get_migration_files();
    let known: Vec<&str> = steps.iter().map(|step| step.name()).collect();

    let pending = known.iter().filter(|step| !taken.iter().any(|taken| taken == *step));
    let pending = pending.map(|step| {
        let message = "this step has not been taken. Type `codex-gateway migrate up`";
        Finding::care(CHECK, *step, message)
    });
    let unknown = taken.iter().filter(|taken| !known.contains(&taken.as_str()));
    let unknown = unknown.map(|step| {
        let message = "this step has been taken, and this gateway does not know it. Use the release that took it, and no older one";
        Finding::care(UNKNOWN, step, message)
    });
    let found = pending.chain(unknown).collect();
    Ok(or_ok(
        found,
        CHECK,
        "every step has been taken, and none but those that this gateway knows",
    ))
}

/// The steps that have been taken: none where nobody has taken any, for the table that lists them comes with the first.
async fn taken(db: &DatabaseTransaction, catalog: &Catalog) -> Result<Vec<String>, DbErr> {
    let table = Migrator::migration_table_name();
    let name = table.to_string();
    if !catalog.tables.contains(&name) {
        return Ok(Vec::new());
    }
    let statement = Query::select()
        .column("version")
        .from(table)
        .order_by("version", sea_orm::Order::Asc)
        .take();
    let rows = db.query_all(&statement).await?;
    rows.iter().map(|row| row.try_get_by_index(0)).collect()
}
