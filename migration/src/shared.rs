//! What the steps share: how keys, times, constraints and indexes are written, and what they are called.
//!
//! Names follow PostgreSQL's own: table, columns, then `key` (unique), `fkey`, `check` or `idx`. The key that makes a
//! keyset cursor unambiguous (`id`, last in an index) is left out of the name.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

/// The order of most lists: newest first, the key deciding between rows of the same moment.
pub const NEWEST_FIRST: &[&str] = &["created_at", "id"];

/// The order of what is published, newest first.
pub const LATEST_PUBLISHED_FIRST: &[&str] = &["published_at", "id"];

/// The order of what is being worked on, last touched first.
pub const LATEST_UPDATED_FIRST: &[&str] = &["updated_at", "id"];

/// Now. On SQLite in the very text in which the driver writes a time: RFC 3339 with `+00:00` and as many groups of three
/// digits as the second needs. So the order of texts is the order of times, and a time read and bound again meets its row.
pub fn now(backend: DbBackend) -> &'static str {
    match backend {
        DbBackend::Sqlite => "replace(strftime('%Y-%m-%dT%H:%M:%f+00:00', 'now'), '.000+', '+')",
        _ => "CURRENT_TIMESTAMP",
    }
}

/// A random uuid, for rows whose writer brings none. On SQLite its 16 bytes, as the entities bind them: random but for
/// the version (4) and the variant, which are the upper bits of the seventh and the ninth byte.
fn random_uuid(backend: DbBackend) -> &'static str {
    match backend {
        DbBackend::Sqlite => {
            "CAST(randomblob(6) \
             || substr(x'404142434445464748494a4b4c4d4e4f', 1 + (random() & 15), 1) || randomblob(1) \
             || substr(x'808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f\
             a0a1a2a3a4a5a6a7a8a9aaabacadaeafb0b1b2b3b4b5b6b7b8b9babbbcbdbebf', 1 + (random() & 63), 1) \
             || randomblob(7) AS BLOB)"
        }
        _ => "gen_random_uuid()",
    }
}

/// A table whose keys the authentication library mints.
pub fn identity_table(name: &'static str) -> TableCreateStatement {
    let key = ColumnDef::new("id").text().not_null().primary_key().take();
    Table::create().table(name).col(key).take()
}

/// A table with uuid keys.
pub fn table(name: &'static str, backend: DbBackend) -> TableCreateStatement {
    let key = ColumnDef::new("id")
        .uuid()
        .not_null()
        .primary_key()
        .default(Expr::cust(random_uuid(backend)))
        .take();
    Table::create().table(name).col(key).take()
}

/// A moment that is never missing, by default now.
pub fn moment(name: &'static str, backend: DbBackend) -> ColumnDef {
    ColumnDef::new(name)
        .timestamp_with_time_zone()
        .not_null()
        .default(Expr::cust(now(backend)))
        .take()
}

/// The two times that every table ends with.
pub fn times(backend: DbBackend) -> [ColumnDef; 2] {
    [moment("created_at", backend), moment("updated_at", backend)]
}

/// A column takes one of these values.
pub fn one_of<const N: usize>(table: &str, column: &'static str, values: [&'static str; N]) -> Check {
    Check::named(format!("{table}_{column}_check"), Expr::col(column).is_in(values))
}

/// A column is null or not negative.
pub fn not_negative(table: &str, column: &'static str) -> Check {
    Check::named(format!("{table}_{column}_check"), Expr::col(column).gte(0))
}

/// A column names a row of another table; `on_delete` is what becomes of its own row when that one goes.
pub fn foreign_key(
    table: &'static str,
    column: &'static str,
    parent: &'static str,
    on_delete: ForeignKeyAction,
) -> ForeignKeyCreateStatement {
    ForeignKey::create()
        .name(format!("{table}_{column}_fkey"))
        .from(table, column)
        .to(parent, "id")
        .on_delete(on_delete)
        .take()
}

/// No two rows share these columns. To be part of the table's own statement.
pub fn unique(table: &str, columns: &[&'static str]) -> IndexCreateStatement {
    let mut index = Index::create()
        .unique()
        .name(format!("{table}_{}_key", columns.join("_")))
        .take();
    for column in columns {
        index.col(*column);
    }
    index
}

/// No two of some rows share these columns: for the caller to say which rows, by a condition.
pub fn partial_unique(name: &str, table: &'static str, columns: &[&'static str]) -> IndexCreateStatement {
    let mut index = Index::create().unique().name(name).table(table).take();
    for column in columns {
        index.col(*column);
    }
    index
}

/// An index over columns to look up by, then columns to read in descending order.
pub fn index(
    name: &str,
    table: &'static str,
    ascending: &[&'static str],
    descending: &[&'static str],
) -> IndexCreateStatement {
    let mut index = Index::create().name(name).table(table).take();
    for column in ascending {
        index.col(*column);
    }
    for column in descending {
        index.col((*column, IndexOrder::Desc));
    }
    index
}

/// Makes a table, then its indexes.
pub async fn create<const N: usize>(
    manager: &SchemaManager<'_>,
    table: TableCreateStatement,
    indexes: [IndexCreateStatement; N],
) -> Result<(), DbErr> {
    manager.create_table(table).await?;
    for index in indexes {
        manager.create_index(index).await?;
    }
    Ok(())
}

/// Drops a table, and with it everything that was made with it.
pub async fn drop(manager: &SchemaManager<'_>, table: &'static str) -> Result<(), DbErr> {
    manager.drop_table(Table::drop().table(table).take()).await
}

/// Runs these statements, on PostgreSQL alone.
pub async fn on_postgres(manager: &SchemaManager<'_>, statements: &[&str]) -> Result<(), DbErr> {
    if manager.get_database_backend() == DbBackend::Postgres {
        for sql in statements {
            manager.get_connection().execute_unprepared(sql).await?;
        }
    }
    Ok(())
}

/// What makes a role where it is missing, lets the current user take it, and then does something. On PostgreSQL alone.
///
/// `undefined_object`: another database has just dropped the role as its last user, which can happen a few times in a row at the most.
pub fn make_role(role: &str, then: &str) -> String {
    format!(
        "
DO $$
BEGIN
    FOR attempt IN 1..10 LOOP
        BEGIN
            BEGIN
                IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{role}') THEN
                    CREATE ROLE {role} NOLOGIN NOBYPASSRLS;
                END IF;
            EXCEPTION
                WHEN duplicate_object OR unique_violation THEN NULL;
                WHEN insufficient_privilege THEN
                    RAISE WARNING 'row-level security is not set up: % may not make the role {role}', current_user;
                    RETURN;
            END;
            BEGIN
                IF NOT pg_has_role('{role}', CASE
                    WHEN current_setting('server_version_num')::int < 160000 THEN 'MEMBER' ELSE 'SET'
                END) THEN
                    GRANT {role} TO CURRENT_USER;
                END IF;
            EXCEPTION
                WHEN unique_violation THEN NULL;
                WHEN insufficient_privilege THEN
                    RAISE WARNING '% may not grant itself the role {role}', current_user;
            END;
            {then}
            RETURN;
        EXCEPTION WHEN undefined_object THEN
            IF attempt = 10 THEN
                RAISE;
            END IF;
        END;
    END LOOP;
END
$$;
"
    )
}

/// What drops a role that holds nothing here but the use of the schema. Other databases of the cluster may still have it in use.
pub fn drop_role(role: &str) -> String {
    format!(
        "
DO $$
BEGIN
    IF EXISTS (
        SELECT FROM pg_namespace, aclexplode(nspacl) AS granted
        JOIN pg_roles ON pg_roles.oid = granted.grantee AND rolname = '{role}'
        WHERE nspname = current_schema()
    ) THEN
        EXECUTE format('REVOKE ALL ON SCHEMA %I FROM {role}', current_schema());
    END IF;
    DROP ROLE IF EXISTS {role};
EXCEPTION WHEN dependent_objects_still_exist OR insufficient_privilege THEN NULL;
END
$$;
"
    )
}
