//! Comparing a column with values that are the schema's own, such as those of an enum.
//!
//! They stand in a statement's text and are not bound to it. So PostgreSQL knows them when it plans, finds partial indexes by them, and
//! can keep the plan for the next time: with bound values it would plan anew each time.

use sea_orm::{
    ColumnTrait, Value,
    sea_query::{Expr, ExprTrait},
};

/// The column holds this value of its enum.
pub fn is<V: Constant>(column: impl ColumnTrait, value: V) -> Expr {
    Expr::col(column.as_column_ref()).eq(Expr::Constant(value.into()))
}

/// The column holds one of these values of its enum.
pub fn is_one_of<V: Constant>(column: impl ColumnTrait, values: impl IntoIterator<Item = V>) -> Expr {
    let values = values.into_iter().map(|value| Expr::Constant(value.into()));
    Expr::col(column.as_column_ref()).is_in(values)
}

/// A value of the schema's own. What a client says is none: it never becomes a part of a statement's text.
pub trait Constant: Into<Value> {}

macro_rules! constants {
    ($($kind:ty),+ $(,)?) => { $(impl Constant for $kind {})+ };
}

constants!(
    crate::content::ContentType,
    crate::content::Status,
    crate::content::Visibility,
    crate::media_item::MediaType,
    crate::media_item::Status,
    crate::membership::Role,
    crate::membership::Status,
);
