//! A row that is found together with who asks: in one statement, and within what they may see.
//!
//! Who that is, only the statement itself finds out. So the rules are asked about a viewer of whom nothing is known, and wherever they
//! speak of something about the viewer, the statement looks it up among what it has found.

use std::{any::TypeId, sync::Arc};

use chrono::{DateTime, Utc};
use derive_where::derive_where;
use entity::{membership::Role, user};
use sea_orm::{
    ActiveEnum, DbBackend, IdenStatic, Iterable, QueryResult, Statement, Value,
    sea_query::{Alias, CommonTableExpression, Expr, ExprTrait, JoinType, Query, SelectStatement, WithClause},
};
use uuid::Uuid;

use super::{Identity, Membership, Viewer, manages, writes};
use crate::database::{MANY, Marks, Text, any_value, kept, written_saying};

/// What the statement calls those who ask: a row for each membership.
const WHO: &str = "who";
/// What it calls the row that is found for them.
const BESIDE: &str = "beside";
/// Counts the rows of [`WHO`], from 1, so that the row is given once.
const ORDINAL: &str = "ordinal";

/// A row to be found beside who asks.
#[derive(Clone, Copy, Debug)]
pub struct Beside {
    /// What it is a row of.
    pub of: TypeId,
    /// Its primary key.
    pub key: Uuid,
    /// The statement that finds the row with this key, if the viewer may see it.
    pub finds: fn(Uuid, &Viewer) -> SelectStatement,
    /// The columns that the statement reads.
    pub columns: fn() -> Vec<&'static str>,
}

/// What there is to see of such a row. Nobody but [`identify`](super::identify) makes one. Printed, it does not say what was found.
#[derive_where(Debug)]
pub struct Found {
    beside: Beside,
    #[derive_where(skip)]
    row: QueryResult,
}

impl Found {
    /// What was found of this row, if that is the one: in columns of their own names, each of which holds nothing, if the viewer does not
    /// see the row.
    pub fn row(&self, of: TypeId, key: Uuid) -> Option<&QueryResult> {
        (self.beside.of == of && self.beside.key == key).then_some(&self.row)
    }
}

impl Beside {
    /// What was found, in the first row of the statement.
    pub(super) fn found(self, row: QueryResult) -> Found {
        Found { beside: self, row }
    }

    /// The statement for PostgreSQL that finds both. `session` finds who asks by these values, as [`written`](crate::database::written)
    /// would take them, at this time; its columns are the session, its end, organization, role in it, tenant; and the user's.
    pub(super) fn statement(
        &self,
        this: &str,
        tenant: Option<&str>,
        at: DateTime<Utc>,
        session: impl Fn(&str, Option<&str>, DateTime<Utc>) -> SelectStatement,
    ) -> Statement {
        let built = |marks: &mut Marks, this: &str, tenant: Option<&str>, at, key| {
            let (viewer, said) = Viewer::sought(marks, tenant.is_some(), at);
            let row = (self.finds)(key, &viewer);
            let statement = joined(session(this, tenant, at), row, (self.columns)());
            written_saying(DbBackend::Postgres, &statement, &said)
        };
        let shape = ("who asks, and a row", self.of, tenant.is_some());
        let mut values: Vec<Value> = vec![this.into(), at.into(), self.key.into()];
        values.extend(tenant.map(Value::from));
        let text = || {
            let mut marks = Marks::default();
            let (this, at, key) = (marks.mark_text(), marks.mark_time(), marks.mark_uuid());
            let tenant = tenant.map(|_| marks.mark_text());
            marks.values = vec![this.as_str().into(), at.into(), key.into()];
            marks.values.extend(tenant.as_deref().map(Value::from));
            let built = built(&mut marks, &this, tenant.as_deref(), at, key);
            Text::marked(built, &marks)
        };
        kept(shape, &values, text, || {
            built(&mut Marks::default(), this, tenant, at, self.key)
        })
    }
}

/// What the columns of who asks are called.
fn names() -> Vec<String> {
    let own = [
        "session_id",
        "session_expires_at",
        "organization_id",
        "role",
        "tenant_id",
    ]
    .map(str::to_owned);
    let user = user::Column::iter().map(|column| format!("user_{}", column.as_str()));
    own.into_iter().chain(user).collect()
}

/// All rows of `session`, and beside the first of them this row, if there is one.
fn joined(mut session: SelectStatement, row: SelectStatement, columns: Vec<&'static str>) -> SelectStatement {
    let names = names();
    let mut who = CommonTableExpression::new();
    session.expr(Expr::cust("row_number() OVER ()"));
    who.table_name(WHO)
        .columns(names.iter().map(Alias::new).chain([Alias::new(ORDINAL)]))
        .query(session);
    let mut both = Query::select();
    both.with_cte(WithClause::new().cte(who).to_owned())
        .from(WHO)
        .join_subquery(
            JoinType::LeftJoin,
            row,
            BESIDE,
            Expr::col((WHO, ORDINAL)).eq(Expr::cust("1")),
        );
    for name in names {
        both.expr_as(Expr::col((WHO, Alias::new(&name))), Alias::new(format!("{WHO}_{name}")));
    }
    // By these names the ORM takes the row apart.
    both.columns(columns.into_iter().map(|column| (BESIDE, column)));
    both
}

impl Viewer {
    /// Somebody signed in whom a statement is only going to find, and what it says for each value about them. It is not said of them
    /// that they run the platform, so whoever does may see more than is found for them.
    fn sought(marks: &mut Marks, is_pinned: bool, at: DateTime<Utc>) -> (Self, Vec<(Value, String)>) {
        let (user_id, session_id) = (marks.mark_text(), marks.mark_text());
        let tenant = is_pinned.then(|| marks.mark_uuid());
        // As many as make a difference to what a statement says.
        let roles = [Role::Owner, Role::Creator, Role::Member];
        let memberships = roles.into_iter().flat_map(|role| [role; MANY]);
        let memberships = memberships.map(|role| Membership {
            organization_id: marks.mark_uuid(),
            role,
        });
        let one = |column: &str| format!(r#"(SELECT "{column}" FROM "{WHO}" LIMIT 1)"#);
        let said = [
            (user_id.clone().into(), one("user_id")),
            (session_id.clone().into(), one("session_id")),
        ];
        let said = said
            .into_iter()
            .chain(tenant.map(|tenant| (tenant.into(), one("tenant_id"))));
        let viewer = Self {
            identity: Some(Identity {
                memberships: memberships.collect(),
                user: Arc::new(user::Model {
                    id: user_id,
                    name: String::new(),
                    email: String::new(),
                    email_verified: false,
                    image: None,
                    role: user::Role::User,
                    created_at: at,
                    updated_at: at,
                }),
                session_id,
                session_expires_at: at,
            }),
            tenant,
            at,
            backend: DbBackend::Postgres,
        };
        let organizations = |counts: fn(Role) -> bool| {
            let roles = Role::iter().filter(|role| counts(*role));
            let roles: Vec<_> = roles.map(|role| format!("'{}'", role.to_value())).collect();
            let roles = roles.join(", ");
            format!(r#"ARRAY(SELECT "organization_id" FROM "{WHO}" WHERE "role" IN ({roles}))"#)
        };
        let said = said.chain([
            (any_value(viewer.member_of()), organizations(|_| true)),
            (any_value(viewer.author_of()), organizations(writes)),
            (any_value(viewer.manager_of()), organizations(manages)),
        ]);
        (viewer, said.collect())
    }
}
