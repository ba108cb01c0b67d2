//! Indexes that are missing, say the same twice, cannot be used, or are not.

use std::time::Duration;

use migration::{Migrator, MigratorTrait};
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbBackend, DbErr, FromQueryResult, Statement};

use super::report::{Finding, or_ok};
use crate::database::{
    Settings,
    catalog::{Catalog, Index},
    connect,
};

/// Foreign keys and queries without an index to serve them.
pub(super) const MISSING: &str = "missing-index";
/// Indexes that begin like another.
const DUPLICATE: &str = "duplicate-index";
/// Indexes that are kept up, and not used because building them failed.
const INVALID: &str = "invalid-index";
/// Indexes that no query has used.
pub(super) const UNUSED: &str = "unused-index";

/// How many rows a table must have, and how often it must have been read, before an index without a use says something.
const ENOUGH: i64 = 1_000;

/// The indexes that the migrations make on PostgreSQL alone: name and definition.
const ON_POSTGRES_ALONE: &[(&str, &str)] = &[
    (
        "content_tags_idx",
        "CREATE INDEX content_tags_idx ON content USING gin (tags)",
    ),
    (
        "organizations_deleted_at_idx",
        "CREATE INDEX organizations_deleted_at_idx ON organizations (deleted_at, id) WHERE deleted_at IS NOT NULL",
    ),
    (
        "users_id_hash_idx",
        "CREATE INDEX users_id_hash_idx ON users USING hash (id COLLATE \"C\")",
    ),
    (
        "content_for_everyone_creator_id_idx",
        "CREATE INDEX content_for_everyone_creator_id_idx ON content (creator_id COLLATE \"C\", organization_id) \
         WHERE deleted_at IS NULL AND status = 'published' AND visibility IN ('public', 'purchased_only')",
    ),
    (
        "content_for_everyone_media_item_id_idx",
        "CREATE INDEX content_for_everyone_media_item_id_idx ON content (media_item_id, organization_id) \
         WHERE deleted_at IS NULL AND status = 'published' AND visibility IN ('public', 'purchased_only') \
         AND (visibility = 'public' OR price_cents IS NULL)",
    ),
    (
        "content_for_everyone_organization_id_published_at_idx",
        "CREATE INDEX content_for_everyone_organization_id_published_at_idx \
         ON content (organization_id, published_at DESC, id DESC) \
         INCLUDE (title, creator_id, media_item_id, visibility, price_cents, status) \
         WHERE deleted_at IS NULL AND status = 'published' AND visibility IN ('public', 'purchased_only')",
    ),
    (
        "content_for_everyone_published_at_idx",
        "CREATE INDEX content_for_everyone_published_at_idx ON content (published_at DESC, id DESC, visibility) \
         WHERE deleted_at IS NULL AND status = 'published' AND visibility IN ('public', 'purchased_only')",
    ),
];

/// The indexes that the migrations make on both databases, by their own word: they are run on a database in memory, and so
/// there is no list to keep up beside them.
async fn expected() -> Result<Vec<Index>, DbErr> {
    let model = Settings {
        url: "sqlite::memory:".to_owned(),
        connections: 1,
        wait: Duration::from_secs(10),
    };
    let model = connect(&model)
        .await
        .map_err(|error| DbErr::Custom(error.to_string()))?;
    Migrator::up(&model, None).await?;
    let catalog = Catalog::read(&model).await?;
    model.close().await?;
    Ok(catalog.indexes)
}

/// Whether this is the index that is expected, by its name or by what it does: a constraint's own has no name to rely on.
fn is(index: &Index, expected: &Index) -> bool {
    let same_shape = index.columns == expected.columns
        && index.unique == expected.unique
        && index.condition.is_some() == expected.condition.is_some();
    index.table == expected.table && (index.name == expected.name || same_shape)
}

/// Foreign keys that no index serves; and indexes that are not there. Which ones there should be is known only once all steps
/// have been taken.
pub(super) async fn missing(
    db: &DatabaseTransaction,
    catalog: &Catalog,
    up_to_date: bool,
) -> Result<Vec<Finding>, DbErr> {
    let foreign_keys = catalog.unindexed().map(|key| {
        let columns = key.columns.join(", ");
        let message = format!(
            "no index holds all rows and starts with this foreign key, so that each deletion from {} reads the whole table. \
             CREATE INDEX ON {} ({columns})",
            key.parent, key.table
        );
        Finding::care(MISSING, format!("{} ({columns})", key.table), message)
    });
    let mut found: Vec<Finding> = foreign_keys.collect();
    if !up_to_date {
        return Ok(or_ok(found, MISSING, "every foreign key has an index that serves it"));
    }

    let gone = |subject: &str, definition: &str| {
        let message = format!("the migrations make this index, and it is not there. {definition}");
        Finding::care(MISSING, subject, message)
    };
    for expected in expected().await? {
        if catalog.indexes.iter().any(|index| is(index, &expected)) {
            continue;
        }
        let key = format!("{} ({})", expected.table, expected.columns.join(", "));
        found.push(match &expected.definition {
            Some(definition) => gone(&expected.name, definition),
            None => gone(&key, &format!("CREATE UNIQUE INDEX ON {key}")),
        });
    }
    if db.get_database_backend() == DbBackend::Postgres {
        let missing = |name: &str| !catalog.indexes.iter().any(|index| index.name == name);
        let alone = ON_POSTGRES_ALONE.iter().filter(|(name, _)| missing(name));
        found.extend(alone.map(|(name, definition)| gone(name, definition)));
    }
    let fine = "every foreign key has an index that serves it, and every index that the migrations make is there";
    Ok(or_ok(found, MISSING, fine))
}

/// Indexes that another makes needless, and such as only begin like another, for which there should be a reason.
pub(super) fn duplicate(catalog: &Catalog) -> Vec<Finding> {
    let overlaps = catalog.overlaps();
    let unexplained = overlaps.iter().filter(|overlap| overlap.reason.is_none());
    let found = unexplained.map(|overlap| {
        let (index, other) = (overlap.index, overlap.other);
        if overlap.needless {
            let message = format!(
                "{} does all that this index does. DROP INDEX {}",
                other.name, index.name
            );
            return Finding::care(DUPLICATE, &index.name, message);
        }
        let message = format!(
            "{} starts with the same columns ({}). If both are needed, write down the reason; if not, drop one",
            other.name,
            index.columns.join(", ")
        );
        Finding::note(DUPLICATE, &index.name, message)
    });
    or_ok(
        found.collect(),
        DUPLICATE,
        "no index's columns lead another's without a reason",
    )
}

/// Indexes that queries may not use.
pub(super) fn invalid(catalog: &Catalog) -> Vec<Finding> {
    let found = catalog.indexes.iter().filter(|index| !index.valid).map(|index| {
        let message = format!(
            "this index is written to and not read from. Unless somebody is just building it: DROP INDEX {0}, or REINDEX INDEX {0}",
            index.name
        );
        Finding::care(INVALID, &index.name, message)
    });
    or_ok(found.collect(), INVALID, "every index is fit for use")
}

#[derive(FromQueryResult)]
struct UnusedRow {
    name: String,
    rows: i64,
    reads: i64,
    size: String,
}

/// Indexes of busy tables that no query has used, on this server and since the statistics were last reset. Those that make sure
/// of something, and those that alone serve a foreign key, are there for another reason.
pub(super) async fn unused(db: &DatabaseTransaction, catalog: &Catalog) -> Result<Vec<Finding>, DbErr> {
    let sql = "
        SELECT indexes.indexrelname::text AS name, tables.n_live_tup AS rows,
            tables.seq_scan + coalesce(tables.idx_scan, 0) AS reads,
            pg_size_pretty(pg_relation_size(indexes.indexrelid)) AS size
        FROM pg_stat_user_indexes AS indexes JOIN pg_stat_user_tables AS tables USING (relid)
        WHERE indexes.schemaname = current_schema() AND indexes.idx_scan = 0 AND tables.n_live_tup >= $1
            AND tables.seq_scan + coalesce(tables.idx_scan, 0) >= $1
        ORDER BY 1";
    let statement = Statement::from_sql_and_values(DbBackend::Postgres, sql, [ENOUGH.into()]);
    let rows = UnusedRow::find_by_statement(statement).all(db).await?;
    let given_up = |name: &str| {
        let index = catalog.indexes.iter().find(|index| index.name == name);
        index.is_some_and(|index| !index.unique && !index.constraint && !catalog.serves_alone(index))
    };
    let found = rows.iter().filter(|row| given_up(&row.name)).map(|row| {
        let message = format!(
            "no query has used this index ({}) since the statistics began, while its table of {} rows was read {} times. \
             If that stays so, on the replicas as well, drop it in a migration",
            row.size, row.rows, row.reads
        );
        Finding::note(UNUSED, &row.name, message)
    });
    let message = format!("no index is without a use on a table of {ENOUGH} rows that has been read {ENOUGH} times");
    Ok(or_ok(found.collect(), UNUSED, &message))
}
