//! The indexes: every question has one, and none is there twice.

mod plans;

use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, QueryResult, Statement};

/// An index, as the database's catalog has it.
#[derive(Debug)]
struct Index {
    table: String,
    name: String,
    /// Its columns, in order, whether it compares their bytes alone, and what it is if it is no tree.
    columns: Vec<String>,
    /// Which rows are in it; nothing: all.
    predicate: Option<String>,
}

impl Index {
    /// Whether this index answers all that the other one does: it holds the same rows or all, and goes on where the other's
    /// columns end. The way a column is sorted does not matter, because an index can be read backward.
    fn replaces(&self, other: &Self) -> bool {
        self.name != other.name
            && self.table == other.table
            && self.columns.starts_with(&other.columns)
            && (self.predicate.is_none() || self.predicate == other.predicate)
    }
}

async fn indexes(db: &DatabaseConnection) -> Vec<Index> {
    let catalog = match db.get_database_backend() {
        DbBackend::Postgres => {
            "SELECT indrelid::regclass::text, indexrelid::regclass::text,
                (SELECT string_agg(
                    pg_get_indexdef(indexrelid, position, true)
                        || CASE indcollation[position - 1] WHEN '\"C\"'::regcollation THEN ' by bytes' ELSE '' END
                        || CASE amname WHEN 'btree' THEN '' ELSE ' by ' || amname END,
                    ',' ORDER BY position
                ) FROM generate_series(1, indnkeyatts) AS position),
                pg_get_expr(indpred, indrelid)
            FROM pg_index JOIN pg_class AS index ON index.oid = indexrelid JOIN pg_am ON pg_am.oid = relam
            WHERE indrelid IN (SELECT oid FROM pg_class WHERE relnamespace = 'public'::regnamespace)"
        }
        _ => {
            "SELECT tables.name, indexes.name,
                (SELECT group_concat(name) FROM (SELECT name FROM pragma_index_info(indexes.name) ORDER BY seqno)),
                CASE WHEN partial THEN (
                    SELECT substr(sql, instr(sql, ' WHERE ')) FROM sqlite_master WHERE sqlite_master.name = indexes.name
                ) END
            FROM sqlite_master AS tables JOIN pragma_index_list(tables.name) AS indexes WHERE tables.type = 'table'"
        }
    };
    let rows = Statement::from_string(db.get_database_backend(), catalog);
    let rows = db.query_all_raw(rows).await.unwrap();
    let index = |row: &QueryResult| Index {
        table: row.try_get_by_index(0).unwrap(),
        name: row.try_get_by_index(1).unwrap(),
        columns: comma_separated(row.try_get_by_index(2).unwrap()),
        predicate: row.try_get_by_index(3).unwrap(),
    };
    rows.iter().map(index).collect()
}

/// Tables, and their columns that point to another.
async fn foreign_keys(db: &DatabaseConnection) -> Vec<(String, Vec<String>)> {
    let catalog = match db.get_database_backend() {
        DbBackend::Postgres => {
            "SELECT conrelid::regclass::text, (
                SELECT string_agg(attname, ',' ORDER BY position)
                FROM unnest(conkey) WITH ORDINALITY AS key (number, position)
                JOIN pg_attribute ON attrelid = conrelid AND attnum = number
            ) FROM pg_constraint WHERE contype = 'f'"
        }
        _ => {
            "SELECT tables.name, (
                SELECT group_concat(\"from\") FROM (
                    SELECT \"from\" FROM pragma_foreign_key_list(tables.name) AS part WHERE part.id = keys.id ORDER BY seq
                )
            ) FROM sqlite_master AS tables JOIN pragma_foreign_key_list(tables.name) AS keys
            WHERE tables.type = 'table' AND keys.seq = 0"
        }
    };
    let rows = Statement::from_string(db.get_database_backend(), catalog);
    let rows = db.query_all_raw(rows).await.unwrap();
    let key = |row: &QueryResult| {
        let columns = comma_separated(row.try_get_by_index(1).unwrap());
        (row.try_get_by_index(0).unwrap(), columns)
    };
    rows.iter().map(key).collect()
}

fn comma_separated(names: String) -> Vec<String> {
    names.split(',').map(str::to_owned).collect()
}

/// Indexes that others could replace, and that are there all the same.
const REPLACEABLE: &[&str] = &[
    // Here for what it forbids: a second owner.
    "organization_memberships_owner_key",
];

on_both! {
    async fn every_foreign_key_has_an_index(app) {
        let indexes = indexes(&app.db).await;
        let keys = foreign_keys(&app.db).await;
        assert_eq!(keys.len(), 16, "{keys:?}");
        for (table, columns) in keys {
            let serves = |index: &Index| {
                index.table == table && index.predicate.is_none() && index.columns.starts_with(&columns)
            };
            assert!(indexes.iter().any(serves), "{table}: {columns:?}");
        }
    }

    async fn no_index_is_there_twice(app) {
        let indexes = indexes(&app.db).await;
        assert!(indexes.len() > 30, "{indexes:?}");
        let by_another = |index: &&Index| indexes.iter().any(|other| other.replaces(index));
        let mut replaceable: Vec<&str> = indexes.iter().filter(by_another).map(|index| index.name.as_str()).collect();
        replaceable.sort_unstable();
        assert_eq!(replaceable, REPLACEABLE, "what others could replace, and what is excepted");
    }

    async fn names_are_whole(app) {
        // PostgreSQL cuts longer ones off, and then two may become one.
        for index in indexes(&app.db).await {
            assert!(index.name.len() < 63, "{}", index.name);
        }
    }
}
