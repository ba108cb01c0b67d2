//! What the database itself says of its tables, foreign keys and indexes, in the same words on both databases; and the two
//! rules about indexes that every schema here keeps.
//!
//! It is about the tables of one schema: PostgreSQL's current one, SQLite's main one.

use std::{cmp::Reverse, collections::HashSet};

use sea_orm::{ConnectionTrait, DbBackend, DbErr, FromQueryResult, Statement, prelude::Json};

/// Indexes whose columns lead another's, and may: each with the reason.
pub const MAY_OVERLAP: &[(&str, &str)] = &[
    (
        "organization_memberships_owner_key",
        "it is there for what it forbids: a second owner",
    ),
    (
        "content_media_item_id_idx",
        "the other has only what row-level security asks about first",
    ),
];

/// A schema's tables, foreign keys and indexes, each in the order of their names.
#[derive(Clone, Debug)]
pub struct Catalog {
    /// The tables' names.
    pub tables: Vec<String>,
    /// The foreign keys.
    pub foreign_keys: Vec<ForeignKey>,
    /// The indexes, those behind keys and unique constraints included.
    pub indexes: Vec<Index>,
}

/// A foreign key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ForeignKey {
    /// The table whose rows name rows of another.
    pub table: String,
    /// By which columns.
    pub columns: Vec<String>,
    /// The other table.
    pub parent: String,
}

/// An index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Index {
    /// Its table.
    pub table: String,
    /// Its name.
    pub name: String,
    /// The columns (or expressions) of its key, in their order.
    pub columns: Vec<String>,
    /// How each of these is compared and ordered: a text to be compared with another's, and not to be read.
    pub orders: Vec<String>,
    /// Whether it carries columns beyond its key (`INCLUDE`).
    pub carries_more: bool,
    /// Whether no two rows may share its key.
    pub unique: bool,
    /// Whether a primary key or another constraint stands on it.
    pub constraint: bool,
    /// Which rows it holds. None: all.
    pub condition: Option<String>,
    /// Its kind: `btree`, `gin` and so on.
    pub method: String,
    /// Whether queries may use it. It is not where building it failed, or is not done.
    pub valid: bool,
    /// The statement that makes it, where one does.
    pub definition: Option<String>,
}

/// An index whose columns lead another's of its kind.
#[derive(Clone, Copy, Debug)]
pub struct Overlap<'a> {
    /// The one with fewer columns; of two with the same columns, the one to give up.
    pub index: &'a Index,
    /// The other.
    pub other: &'a Index,
    /// Whether the other does everything that the index does, for queries and as a constraint.
    pub needless: bool,
    /// The reason to have it all the same, out of [`MAY_OVERLAP`].
    pub reason: Option<&'static str>,
}

impl Catalog {
    /// Reads it. Everybody may, on PostgreSQL too.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn read(db: &impl ConnectionTrait) -> Result<Self, DbErr> {
        let backend = db.get_database_backend();
        let (tables, foreign_keys, indexes) = match backend {
            DbBackend::Postgres => (POSTGRES_TABLES, POSTGRES_FOREIGN_KEYS, POSTGRES_INDEXES),
            _ => (SQLITE_TABLES, SQLITE_FOREIGN_KEYS, SQLITE_INDEXES),
        };
        let statement = |sql| Statement::from_string(backend, sql);
        let tables = db.query_all_raw(statement(tables)).await?;
        let foreign_keys = ForeignKeyRow::find_by_statement(statement(foreign_keys)).all(db);
        let foreign_keys = foreign_keys.await?;
        let indexes = IndexRow::find_by_statement(statement(indexes)).all(db).await?;
        Ok(Self {
            tables: tables
                .iter()
                .map(|row| row.try_get_by_index(0))
                .collect::<Result<_, _>>()?,
            foreign_keys: foreign_keys
                .into_iter()
                .map(ForeignKey::try_from)
                .collect::<Result<_, _>>()?,
            indexes: indexes.into_iter().map(Index::try_from).collect::<Result<_, _>>()?,
        })
    }

    /// The foreign keys that no index serves: deleting a parent reads the whole table for each of them.
    pub fn unindexed(&self) -> impl Iterator<Item = &ForeignKey> {
        self.foreign_keys
            .iter()
            .filter(|key| !self.indexes.iter().any(|index| index.serves(key)))
    }

    /// Whether this index is the only one that serves some foreign key.
    pub fn serves_alone(&self, index: &Index) -> bool {
        self.foreign_keys.iter().any(|key| {
            let mut serving = self.indexes.iter().filter(|index| index.serves(key));
            serving.next() == Some(index) && serving.next().is_none()
        })
    }

    /// The indexes whose columns are the leading columns of another, or all of them. Invalid ones are left out.
    pub fn overlaps(&self) -> Vec<Overlap<'_>> {
        let valid = || self.indexes.iter().filter(|index| index.valid);
        valid()
            .flat_map(|index| {
                valid().filter(|other| index.leads(other)).map(|other| Overlap {
                    index,
                    other,
                    needless: index.is_needless_beside(other),
                    reason: MAY_OVERLAP
                        .iter()
                        .find(|(name, _)| *name == index.name)
                        .map(|(_, reason)| *reason),
                })
            })
            .collect()
    }
}

impl Index {
    /// Whether it finds every row that names a given parent: it holds all rows, and starts with the key's columns, in
    /// whatever order.
    pub fn serves(&self, key: &ForeignKey) -> bool {
        let leading = self.columns.get(..key.columns.len());
        let same_columns =
            leading.is_some_and(|leading| HashSet::<_>::from_iter(leading) == HashSet::from_iter(&key.columns));
        self.table == key.table && self.valid && self.condition.is_none() && self.method == "btree" && same_columns
    }

    /// Whether its columns are the leading columns of the other; of two with the same columns, whether it is the one to give
    /// up.
    fn leads(&self, other: &Self) -> bool {
        let comparable = self.table == other.table && self.method == other.method && self.name != other.name;
        comparable
            && other.columns.starts_with(&self.columns)
            && (self.columns.len() < other.columns.len() || self.weight() < other.weight())
    }

    fn is_needless_beside(&self, other: &Self) -> bool {
        let holds_them = other.condition.is_none() || other.condition == self.condition;
        let forbids_no_more = !self.unique || (other.unique && other.columns.len() == self.columns.len());
        holds_them && forbids_no_more && !self.carries_more && other.orders.starts_with(&self.orders)
    }

    /// What there is to lose with it, for choosing between two with the same columns.
    fn weight(&self) -> impl Ord + '_ {
        (
            self.constraint,
            self.unique,
            self.condition.is_none(),
            self.carries_more,
            Reverse(&self.name),
        )
    }
}

/// A foreign key, as both databases tell it; lists come as JSON, which both know.
#[derive(FromQueryResult)]
struct ForeignKeyRow {
    table: String,
    columns: Json,
    parent: String,
}

#[derive(FromQueryResult)]
struct IndexRow {
    table: String,
    name: String,
    columns: Json,
    orders: Json,
    carries_more: bool,
    is_unique: bool,
    is_constraint: bool,
    condition: Option<String>,
    method: String,
    is_valid: bool,
    definition: Option<String>,
}

impl TryFrom<ForeignKeyRow> for ForeignKey {
    type Error = DbErr;

    fn try_from(row: ForeignKeyRow) -> Result<Self, DbErr> {
        Ok(Self {
            table: row.table,
            columns: list(row.columns)?,
            parent: row.parent,
        })
    }
}

impl TryFrom<IndexRow> for Index {
    type Error = DbErr;

    fn try_from(row: IndexRow) -> Result<Self, DbErr> {
        Ok(Self {
            table: row.table,
            name: row.name,
            columns: list(row.columns)?,
            orders: list(row.orders)?,
            carries_more: row.carries_more,
            unique: row.is_unique,
            constraint: row.is_constraint,
            condition: row.condition,
            method: row.method,
            valid: row.is_valid,
            definition: row.definition,
        })
    }
}

fn list(json: Json) -> Result<Vec<String>, DbErr> {
    serde_json::from_value(json).map_err(|error| DbErr::Json(error.to_string()))
}

const POSTGRES_TABLES: &str = "
SELECT relname::text FROM pg_class
WHERE relkind IN ('r', 'p') AND relnamespace = to_regnamespace(quote_ident(current_schema()))
ORDER BY 1";

/// Names are quoted as [`POSTGRES_INDEXES`] has them quoted.
const POSTGRES_FOREIGN_KEYS: &str = r#"
SELECT child.relname::text AS "table", parent.relname::text AS parent, to_jsonb(ARRAY(
    SELECT quote_ident(attname)
    FROM unnest(conkey) WITH ORDINALITY AS part (number, place)
    JOIN pg_attribute ON attrelid = conrelid AND attnum = part.number
    ORDER BY place
)) AS columns
FROM pg_constraint
JOIN pg_class AS child ON child.oid = conrelid
JOIN pg_class AS parent ON parent.oid = confrelid
WHERE contype = 'f' AND child.relnamespace = to_regnamespace(quote_ident(current_schema()))
ORDER BY child.relname, conname"#;

const POSTGRES_INDEXES: &str = r#"
SELECT owner.relname::text AS "table", index.relname::text AS name,
    to_jsonb(ARRAY(
        SELECT pg_get_indexdef(indexrelid, place, true) FROM generate_series(1, indnkeyatts) AS place ORDER BY place
    )) AS columns,
    to_jsonb(ARRAY(
        SELECT concat_ws('/', indoption[place - 1], indclass[place - 1], indcollation[place - 1])
        FROM generate_series(1, indnkeyatts) AS place ORDER BY place
    )) AS orders,
    indnatts > indnkeyatts AS carries_more, indisunique AS is_unique,
    EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid AND conrelid = indrelid) AS is_constraint,
    pg_get_expr(indpred, indrelid) AS condition, amname::text AS method, indisvalid AS is_valid,
    pg_get_indexdef(indexrelid) AS definition
FROM pg_index
JOIN pg_class AS index ON index.oid = indexrelid
JOIN pg_class AS owner ON owner.oid = indrelid
JOIN pg_am ON pg_am.oid = index.relam
WHERE owner.relkind IN ('r', 'p') AND owner.relnamespace = to_regnamespace(quote_ident(current_schema()))
ORDER BY 1, 2"#;

const SQLITE_TABLES: &str = r"
SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\_%' ESCAPE '\' ORDER BY 1";

const SQLITE_FOREIGN_KEYS: &str = r#"
SELECT child.name AS "table", part."table" AS parent, json_group_array(part."from") AS columns
FROM sqlite_schema AS child JOIN pragma_foreign_key_list(child.name) AS part
WHERE child.type = 'table'
GROUP BY child.name, part.id
ORDER BY 1, 3"#;

/// An expression has no name: it is called after its index, and so is like no other.
const SQLITE_INDEXES: &str = r#"
SELECT owner.name AS "table", list.name AS name,
    (
        SELECT json_group_array(name) FROM (
            SELECT coalesce(part.name, 'expression ' || part.seqno || ' of ' || list.name) AS name
            FROM pragma_index_xinfo(list.name) AS part WHERE part.key ORDER BY part.seqno
        )
    ) AS columns,
    (
        SELECT json_group_array("order") FROM (
            SELECT part."desc" || '/' || part.coll AS "order"
            FROM pragma_index_xinfo(list.name) AS part WHERE part.key ORDER BY part.seqno
        )
    ) AS orders,
    0 AS carries_more, list."unique" AS is_unique, list.origin <> 'c' AS is_constraint,
    CASE WHEN list.partial THEN substr(index_.sql, instr(upper(index_.sql), ' WHERE ') + 7) END AS condition,
    'btree' AS method, 1 AS is_valid, index_.sql AS definition
FROM sqlite_schema AS owner
JOIN pragma_index_list(owner.name) AS list
LEFT JOIN sqlite_schema AS index_ ON index_.type = 'index' AND index_.name = list.name
WHERE owner.type = 'table' AND owner.name NOT LIKE 'sqlite\_%' ESCAPE '\'
ORDER BY 1, 2"#;
