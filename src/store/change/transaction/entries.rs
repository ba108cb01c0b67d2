//! Entries in the audit log: made, and written.

use std::any::TypeId;

use chrono::{DateTime, Utc};
use entity::audit_entry::{ActiveModel, Column, Entity};
use sea_orm::{
    ActiveModelTrait,
    ActiveValue::Set,
    ColumnTrait, Condition, ConnectionTrait, DbBackend, DbErr, EntityTrait, IdenStatic, Iterable, ModelTrait,
    PrimaryKeyToColumn, QueryFilter, QuerySelect, QueryTrait, Statement, Value,
    prelude::Uuid,
    sea_query::{
        CommonTableExpression, Expr, LockBehavior, LockType, Query, UnionType, UpdateStatement, WithClause, WithQuery,
    },
};

use super::{Transaction, this, update_of};
use crate::{
    database::{Text, kept},
    store::{
        Key,
        change::{
            Subject,
            subject::{last_changed, updated_at},
        },
    },
};

/// How many audit entries go into one statement.
const ENTRIES_AT_ONCE: usize = 500;

impl Transaction {
    pub(super) fn log<S: Subject>(
        &mut self,
        key: &Key,
        organization_id: Option<Uuid>,
        before: Option<serde_json::Value>,
        after: Option<serde_json::Value>,
    ) {
        let entry = self.entry::<S>(key, organization_id, before, after);
        self.entries.push(entry);
    }

    pub(super) fn entry<S: Subject>(
        &self,
        key: &Key,
        organization_id: Option<Uuid>,
        before: Option<serde_json::Value>,
        after: Option<serde_json::Value>,
    ) -> ActiveModel {
        ActiveModel {
            id: Set(Uuid::now_v7()),
            actor_id: Set(self.actor.clone()),
            organization_id: Set(organization_id),
            action: Set(self.action.to_owned()),
            subject_type: Set(S::NAME.to_owned()),
            subject_id: Set(key.text()),
            before: Set(before),
            after: Set(after),
            created_at: Set(self.at),
            updated_at: Set(self.at),
        }
    }
}

/// Writes entries that did not come with the changes that they are about.
pub(super) async fn write(database: &impl ConnectionTrait, mut entries: Vec<ActiveModel>) -> Result<(), DbErr> {
    while !entries.is_empty() {
        let rest = entries.split_off(entries.len().min(ENTRIES_AT_ONCE));
        Entity::insert_many(entries).exec_without_returning(database).await?;
        entries = rest;
    }
    Ok(())
}

/// The changed row's name in such a statement.
const CHANGED: &str = "changed";

/// Changes a row and writes these entries about it, in one statement, as PostgreSQL alone has it; none, if there is no such row to be
/// changed. With `only_if_still`, neither if the row is no longer what was read, or somebody is at it. What it says of the row and of
/// the entries are its values, in this order.
pub(super) fn together<S: Subject>(
    row: &S::Model,
    changes: &[(S::Column, Value)],
    time: DateTime<Utc>,
    entries: &[ActiveModel],
    only_if_still: bool,
) -> Result<Statement, DbErr> {
    let (this, updated_at, last_changed) = (this::<S>(row)?, updated_at::<S>()?, last_changed::<S>(row)?);
    let names: Vec<&str> = changes.iter().map(|(column, _)| column.as_str()).collect();
    let keys = || <S::PrimaryKey as Iterable>::iter().map(|key| row.get(key.into_column()));
    let mut values: Vec<Value> = changes.iter().map(|(_, value)| value.clone()).collect();
    values.push(time.into());
    values.extend(keys());
    if only_if_still {
        values.extend(keys());
        values.push(last_changed.into());
    }
    values.extend(entries.iter().flat_map(said));

    let shape = ("a change", TypeId::of::<S>(), names, entries.len(), only_if_still);
    let built = || {
        let mut update = update_of::<S>(this.clone(), changes, (updated_at, time));
        if only_if_still {
            update = update.filter(still::<S>(this.clone(), updated_at.eq(last_changed)));
        }
        let mut update = update.into_query();
        update.returning(Query::returning().expr(Expr::cust("1")));
        DbBackend::Postgres.build(&logged(update, entries))
    };
    Ok(kept(shape, &values, || Text::in_order(built()), built))
}

/// That this row is still as it was read, and that nobody else is at it: then it is held from here on.
fn still<S: Subject>(this: Condition, unchanged: Expr) -> Expr {
    let still = S::find()
        .select_only()
        .expr(Expr::cust("TRUE"))
        .filter(this)
        .filter(unchanged)
        .lock_with_behavior(LockType::NoKeyUpdate, LockBehavior::SkipLocked);
    Expr::SubQuery(None, Box::new(still.into_query().into()))
}

/// An update that gives the rows it has changed, and an insert of the entries about it.
fn logged(update: UpdateStatement, entries: &[ActiveModel]) -> WithQuery {
    let mut changed = CommonTableExpression::new();
    changed.table_name(CHANGED).query(update);
    let entry = |entry| Query::select().exprs(said(entry).map(Expr::val)).from(CHANGED).take();
    let entries = entries.iter().map(entry);
    let entries = entries.reduce(|mut all, one| all.union(UnionType::All, one).take());
    let mut insert = Query::insert().into_table(Entity).columns(Column::iter()).take();
    // As many columns as there are values in each.
    let _ = insert.select_from(entries.unwrap_or_default());
    insert.with(WithClause::new().cte(changed).to_owned())
}

/// What an entry says, a value for each column.
fn said(entry: &ActiveModel) -> impl Iterator<Item = Value> {
    Column::iter().filter_map(|column| entry.get(column).into_value())
}
