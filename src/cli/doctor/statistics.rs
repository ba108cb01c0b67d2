//! Whether the planner knows the tables that it plans for.

use entity::content_view;
use migration::{Migrator, MigratorTrait};
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbBackend, DbErr, EntityName, FromQueryResult, Statement};

use super::report::{Finding, or_ok};
use crate::database::catalog::Catalog;

/// Tables without statistics, or with old ones.
pub(super) const CHECK: &str = "statistics";

/// From how many rows on a plan can go badly wrong without statistics. PostgreSQL by itself leaves small tables without any.
const MANY: i64 = 1_000;

const FINE: &str = "every table of some size has statistics";

#[derive(FromQueryResult)]
struct TableRow {
    name: String,
    /// The name as a statement takes it.
    quoted: String,
    may_read: bool,
    has_statistics: bool,
    rows: i64,
    changed: i64,
}

/// What is looked at is the statistics themselves, which only those see who may read the table; the times at which it was
/// analyzed are lost with the counters.
pub(super) async fn on_postgres(db: &DatabaseTransaction) -> Result<Vec<Finding>, DbErr> {
    let sql = "
        SELECT relname::text AS name, format('%I.%I', nspname, relname) AS quoted,
            has_table_privilege(pg_class.oid, 'SELECT') AND NOT row_security_active(pg_class.oid) AS may_read,
            EXISTS (SELECT FROM pg_stats WHERE schemaname = nspname AND tablename = relname) AS has_statistics,
            coalesce(pg_stat_get_live_tuples(pg_class.oid), 0) AS rows,
            coalesce(pg_stat_get_mod_since_analyze(pg_class.oid), 0) AS changed
        FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
        WHERE relkind = 'r' AND nspname = current_schema()
        ORDER BY 1";
    let statement = Statement::from_string(DbBackend::Postgres, sql);
    let mut unknown = Unknown::default();
    let mut hidden = Vec::new();
    let mut stale = Vec::new();
    for table in TableRow::find_by_statement(statement).all(db).await? {
        if is_read_in_one_way(&table.name) {
            continue;
        }
        if !table.may_read {
            hidden.push(table.name);
        } else if !table.has_statistics {
            unknown.add(table.name, rows_up_to_many(db, &table.quoted).await?);
        } else if table.changed >= MANY && table.changed > table.rows / 2 {
            let message = format!(
                "{} rows have changed since the statistics were made, and there are {}. ANALYZE {}, and see why autovacuum has not",
                table.changed, table.rows, table.quoted
            );
            stale.push(Finding::care(CHECK, table.name, message));
        }
    }
    let mut found = unknown.findings();
    found.append(&mut stale);
    if !hidden.is_empty() {
        let message = format!(
            "the role that looks may not read {}, and so cannot tell",
            hidden.join(", ")
        );
        found.push(Finding::note(CHECK, "database", message));
    }
    Ok(or_ok(found, CHECK, FINE))
}

/// There is one table of statistics, and it is made by the first ANALYZE.
pub(super) async fn on_sqlite(db: &DatabaseTransaction, catalog: &Catalog) -> Result<Vec<Finding>, DbErr> {
    let select = |sql| Statement::from_string(DbBackend::Sqlite, sql);
    let made = select("SELECT name FROM sqlite_schema WHERE name = 'sqlite_stat1'");
    let known: Vec<String> = match db.query_one_raw(made).await? {
        None => Vec::new(),
        Some(_) => {
            let rows = db
                .query_all_raw(select("SELECT DISTINCT tbl FROM sqlite_stat1"))
                .await?;
            rows.iter()
                .map(|row| row.try_get_by_index(0))
                .collect::<Result<_, _>>()?
        }
    };
    let mut unknown = Unknown::default();
    let unanalyzed = catalog
        .tables
        .iter()
        .filter(|table| !known.contains(table) && !is_read_in_one_way(table));
    for table in unanalyzed {
        let quoted = format!("\"{}\"", table.replace('"', "\"\""));
        unknown.add(table.clone(), rows_up_to_many(db, &quoted).await?);
    }
    Ok(or_ok(unknown.findings(), CHECK, FINE))
}

/// Whether there is nothing to plan: the list of the steps taken is read as a whole, and views, of which there are few and soon
/// others, are read as they come.
fn is_read_in_one_way(table: &str) -> bool {
    table == Migrator::migration_table_name().to_string() || table == content_view::Entity.table_name()
}

/// How many rows a table has; counted no further than to [`MANY`].
async fn rows_up_to_many(db: &DatabaseTransaction, quoted: &str) -> Result<i64, DbErr> {
    let sql = format!("SELECT count(*) FROM (SELECT 1 FROM {quoted} LIMIT {MANY}) AS few");
    let row = db
        .query_one_raw(Statement::from_string(db.get_database_backend(), sql))
        .await?;
    row.map_or(Ok(0), |row| row.try_get_by_index(0))
}

/// Tables that the planner knows nothing of.
#[derive(Default)]
struct Unknown {
    large: Vec<String>,
    small: Vec<String>,
}

impl Unknown {
    fn add(&mut self, table: String, rows: i64) {
        match rows {
            0 => (),
            1..MANY => self.small.push(table),
            _ => self.large.push(table),
        }
    }

    fn findings(self) -> Vec<Finding> {
        let large = self.large.into_iter().map(|table| {
            let message = format!("there are {MANY} rows and more, and no statistics to plan with. ANALYZE {table}");
            Finding::care(CHECK, table, message)
        });
        let mut found: Vec<Finding> = large.collect();
        if !self.small.is_empty() {
            let tables = self.small.join(", ");
            let message = format!("there are none yet of these small tables: {tables}. ANALYZE makes them");
            found.push(Finding::note(CHECK, "database", message));
        }
        found
    }
}
