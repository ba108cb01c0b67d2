//! Entries in the audit log: made, and written.

use entity::audit_entry::{ActiveModel, Column, Entity};
use sea_orm::{
    ActiveModelTrait,
    ActiveValue::Set,
    ConnectionTrait, DbErr, EntityTrait, Iterable,
    prelude::Uuid,
    sea_query::{
        CommonTableExpression, Expr, Query, SelectStatement, UnionType, UpdateStatement, WithClause, WithQuery,
    },
};

use super::Transaction;
use crate::store::{Key, change::Subject};

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
/// changed.
pub(super) fn together(mut update: UpdateStatement, entries: &[ActiveModel]) -> Result<WithQuery, DbErr> {
    update.returning(Query::returning().expr(Expr::cust("1")));
    let mut changed = CommonTableExpression::new();
    changed.table_name(CHANGED).query(update);
    let entries = entries
        .iter()
        .map(values)
        .reduce(|mut all, one| all.union(UnionType::All, one).take());
    let mut insert = Query::insert().into_table(Entity).columns(Column::iter()).take();
    insert
        .select_from(entries.unwrap_or_default())
        .map_err(|error| DbErr::Custom(error.to_string()))?;
    Ok(insert.with(WithClause::new().cte(changed).to_owned()))
}

fn values(entry: &ActiveModel) -> SelectStatement {
    let values = Column::iter().filter_map(|column| entry.get(column).into_value());
    Query::select().exprs(values.map(Expr::val)).from(CHANGED).take()
}
