//! Who may: the access rules, one file a noun, from a viewer to an SQL condition or to yes or no over a row. Nothing here
//! touches a connection, and the rules stand nowhere else in the gateway.
//!
//! A condition names the table's own columns, so it fits any statement that reads the table under its own name. A deleted
//! row is visible to nobody; a request pinned to a tenant sees, of the rows that an organization owns, that one's alone.

pub mod content;
pub mod grant;
pub mod media_item;
pub mod membership;
pub mod organization;
pub mod purchase;
pub mod session;
pub mod user;

use sea_orm::{
    ColumnTrait, EntityTrait,
    sea_query::{Expr, ExprTrait, Query, SelectStatement},
};

/// Nothing passes.
fn nobody() -> Expr {
    Expr::cust("FALSE")
}

/// The two columns hold the same.
fn same(left: impl ColumnTrait, right: impl ColumnTrait) -> Expr {
    Expr::col(left.as_column_ref()).eq(Expr::col(right.as_column_ref()))
}

/// A statement that finds whether the table has a row at all; conditions follow.
fn any_row(table: impl EntityTrait) -> SelectStatement {
    Query::select().expr(Expr::cust("1")).from(table.table_ref()).take()
}
