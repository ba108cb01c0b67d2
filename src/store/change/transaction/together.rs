//! A row's change and what the audit log says of it, in one statement: one way to the database and back for both. PostgreSQL alone
//! has such statements.

use entity::audit_entry::{ActiveModel, Column, Entity};
use sea_orm::{
    ActiveModelTrait, DbErr, Iterable,
    sea_query::{
        CommonTableExpression, Expr, Query, SelectStatement, UnionType, UpdateStatement, WithClause, WithQuery,
    },
};

/// The changed row's name in such a statement.
const CHANGED: &str = "changed";

/// Changes a row and writes these entries about it; none, if the row is not there to be changed.
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
