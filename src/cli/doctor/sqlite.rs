//! What only an embedded database can have.

use sea_orm::{ConnectionTrait, DatabaseTransaction, DbBackend, DbErr, QueryResult, Statement};

use super::report::{Finding, or_ok};

/// Damage, and rows that name others that are not there.
pub(super) const INTEGRITY: &str = "integrity";
/// How SQLite is set.
pub(super) const SETTINGS: &str = "connections";

/// The oldest release that the migrations are made for.
const OLDEST: (u32, u32) = (3, 40);
/// How many things that are wrong are told of one kind.
const FEW: usize = 10;

async fn all(db: &DatabaseTransaction, sql: &str) -> Result<Vec<QueryResult>, DbErr> {
    db.query_all_raw(Statement::from_string(DbBackend::Sqlite, sql)).await
}

/// The first column of the first row, as text.
async fn text(db: &DatabaseTransaction, sql: &str) -> Result<String, DbErr> {
    let rows = all(db, sql).await?;
    rows.first().map_or(Ok(String::new()), |row| row.try_get_by_index(0))
}

/// Reads the whole file: whether it is whole, and its foreign keys hold, which other programs can turn off. Whether its rows
/// keep the other constraints is not to be had: SQLite leaves out checks where it cannot write.
pub(super) async fn integrity(db: &DatabaseTransaction) -> Result<Vec<Finding>, DbErr> {
    let mut found = Vec::new();
    for row in all(db, &format!("PRAGMA quick_check({FEW})")).await? {
        let problem: String = row.try_get_by_index(0)?;
        if problem != "ok" {
            let message = format!(
                "{problem}. Put a backup in its place, or save what can be read with `sqlite3 <file> .recover`"
            );
            found.push(Finding::care(INTEGRITY, "database", message));
        }
    }
    let orphans = "
        SELECT \"table\", parent, count(*) FROM pragma_foreign_key_check GROUP BY 1, 2 ORDER BY 1, 2";
    for row in all(db, orphans).await? {
        let (table, parent, rows): (String, String, i64) = (
            row.try_get_by_index(0)?,
            row.try_get_by_index(1)?,
            row.try_get_by_index(2)?,
        );
        let message = format!(
            "rows that name a row of {parent} that is not there: {rows}. `PRAGMA foreign_key_check({table})` lists them"
        );
        found.push(Finding::care(INTEGRITY, table, message));
    }
    Ok(or_ok(
        found,
        INTEGRITY,
        "the file is whole, and every foreign key holds",
    ))
}

/// The version, the journal and the foreign keys.
pub(super) async fn settings(db: &DatabaseTransaction) -> Result<Vec<Finding>, DbErr> {
    let version = text(db, "SELECT sqlite_version()").await?;
    let mut numbers = version
        .split('.')
        .map(|number| number.parse::<u32>().unwrap_or_default());
    let enough = (numbers.next().unwrap_or_default(), numbers.next().unwrap_or_default()) >= OLDEST;
    let journal = text(db, "PRAGMA journal_mode").await?;
    let foreign_keys = text(db, "SELECT CAST(foreign_keys AS text) FROM pragma_foreign_keys").await? == "1";
    let (major, minor) = OLDEST;
    Ok(vec![
        match enough {
            true => Finding::ok(SETTINGS, "version", format!("this is SQLite {version}")),
            false => {
                let message = format!("this is SQLite {version}. Build the gateway with {major}.{minor} or later");
                Finding::care(SETTINGS, "version", message)
            }
        },
        match journal.as_str() {
            "wal" => Finding::ok(SETTINGS, "journal_mode", "readers do not wait for the writer (WAL)"),
            other => {
                let message = format!(
                    "the journal is `{other}`, and readers wait for the writer. The gateway turns it into `wal` when it next starts"
                );
                Finding::note(SETTINGS, "journal_mode", message)
            }
        },
        match foreign_keys {
            true => Finding::ok(SETTINGS, "foreign_keys", "they are enforced"),
            false => {
                let message = "they are not enforced. Build the gateway with an SQLite that has them";
                Finding::care(SETTINGS, "foreign_keys", message)
            }
        },
    ])
}
