//! Who may: the access rules, one file a noun, from a viewer to an SQL condition or to yes or no over a row. Nothing here
//! touches a connection, and the rules stand nowhere else in the gateway.
//!
//! A condition names the table's own columns, so it fits any statement that reads the table under its own name. A deleted
//! row is visible to nobody; a request pinned to a tenant sees, of the rows that an organization owns, that one's alone.

pub mod audit_entry;
pub mod content;
pub mod grant;
pub mod media_item;
pub mod membership;
pub mod organization;
pub mod purchase;
pub mod session;
pub mod user;

use sea_orm::{
    ColumnTrait, Condition, EntityTrait, Value,
    prelude::Uuid,
    sea_query::{Alias, ColumnRef, DynIden, Expr, ExprTrait, IntoColumnRef, IntoIden, Query, SelectStatement},
};

use crate::{database::any_of, viewer::Viewer};

/// Nothing passes.
fn nobody() -> Expr {
    Expr::cust("FALSE")
}

/// The organization that a column names is one of those in which the viewer is something.
fn among(viewer: &Viewer, organization: impl IntoColumnRef, organizations: Vec<Uuid>) -> Expr {
    let organizations = organizations.into_iter().map(Value::from).collect();
    any_of(viewer.backend(), organization, organizations)
}

/// The content with this key is one whose owners are such. Nothing else of it matters here, not even whether the viewer sees it,
/// so this asks a view of the owners alone, which row-level security leaves whole.
fn owned(content_id: impl ColumnTrait, such: impl FnOnce(Owner) -> Condition) -> Expr {
    let owner = Owner(Alias::new("content_owners").into_iden());
    let content = Query::select()
        .expr(Expr::cust("1"))
        .from(owner.0.clone())
        .and_where(Expr::col(owner.column("id")).eq(Expr::col(content_id.as_column_ref())))
        .cond_where(such(owner))
        .take();
    Expr::exists(content)
}

/// The owners of content: the columns `creator_id` and `organization_id`.
struct Owner(DynIden);

impl Owner {
    fn column(&self, name: &'static str) -> ColumnRef {
        (self.0.clone(), Alias::new(name)).into_column_ref()
    }

    fn of_tenant(&self, tenant: Uuid) -> Condition {
        of_tenant(Expr::col(self.column("organization_id")), tenant)
    }
}

/// The rows that a request pinned to this organization may look at, by the column that says whose they are: its own, and those that
/// no organization owns.
fn of_tenant(organization: Expr, tenant: Uuid) -> Condition {
    Condition::any()
        .add(organization.clone().is_null())
        .add(organization.eq(tenant))
}

/// The two columns hold the same.
fn same(left: impl ColumnTrait, right: impl ColumnTrait) -> Expr {
    Expr::col(left.as_column_ref()).eq(Expr::col(right.as_column_ref()))
}

/// A statement that finds whether the table has a row at all; conditions follow.
fn any_row(table: impl EntityTrait) -> SelectStatement {
    Query::select().expr(Expr::cust("1")).from(table.table_ref()).take()
}
