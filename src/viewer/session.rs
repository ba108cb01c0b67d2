//! From a credential to a viewer, in one statement. Nothing is kept between requests: a session or a membership that is
//! revoked ends with the next request, on every gateway. A session in use goes on, as the authentication library has it.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use entity::{
    is,
    membership::{self, Role},
    organization, session, user,
};
use sea_orm::{
    ActiveEnum, ColumnTrait, Condition, ConnectionTrait, DbBackend, DbErr, EntityTrait, IdenStatic, Iterable,
    QueryFilter, QuerySelect, QueryTrait, Value,
    sea_query::{Expr, ExprTrait, IntoColumnRef, JoinType, Query, SelectStatement},
};
use thiserror::Error;
use uuid::Uuid;

use super::{Beside, Credential, Found, Identity, Membership, Viewer};
use crate::database::{self, Marks, Reader, Row, Text, kept, written};

/// How long a session lasts from the time at which it was made or extended.
pub const LASTS: TimeDelta = TimeDelta::days(7);
/// A session in use is extended when it would end within this time: after a day.
pub(super) const EXTENDED_BEFORE: TimeDelta = TimeDelta::days(6);

/// Why there is no viewer.
#[derive(Debug, Error)]
pub enum SignInError {
    /// The token is unknown or has expired.
    #[error("the session token is unknown or has expired")]
    Unauthenticated,
    /// The request is pinned to an organization that there is not.
    #[error("no organization has this slug")]
    UnknownTenant,
    /// The database failed; for the log alone.
    #[error("the viewer could not be read: {0}")]
    Database(#[from] DbErr),
}

/// Finds out who asks, and which organization the request is pinned to (`tenant`: its slug); and on PostgreSQL, for somebody who
/// is signed in, this row `beside` them.
///
/// # Errors
/// [`SignInError`] for a token or a slug that there is not, and when the database fails.
pub async fn identify(
    reader: &Reader,
    credential: &Credential,
    tenant: Option<&str>,
    beside: Option<&Beside>,
) -> Result<(Viewer, Option<Found>), SignInError> {
    let at = database::now();
    let token = match (credential.token(), tenant) {
        (Some(token), _) => token,
        (None, None) => {
            let viewer = Viewer {
                identity: None,
                tenant: None,
                at,
                backend: reader.backend(),
            };
            return Ok((viewer, None));
        }
        (None, Some(slug)) => {
            let rows = Box::pin(reader.all(&tenant_by_slug(slug))).await?;
            let id = rows.first().ok_or(SignInError::UnknownTenant)?.get(0)?;
            let viewer = Viewer {
                identity: None,
                tenant: Some(id),
                at,
                backend: reader.backend(),
            };
            return Ok((viewer, None));
        }
    };

    let beside = beside.filter(|_| reader.backend() == DbBackend::Postgres);
    let rows = match beside {
        Some(beside) => {
            let statement = beside.statement(token, tenant, at, |token, tenant, at| {
                session_row(session::Column::Token.eq(token), tenant, at)
            });
            Box::pin(reader.ask(statement)).await?
        }
        None => Box::pin(session_rows(reader, session::Column::Token, token, tenant, at)).await?,
    };
    let first = rows.first().ok_or(SignInError::Unauthenticated)?;
    let pinned: Option<Uuid> = first.get(4)?;
    if tenant.is_some() && pinned.is_none() {
        return Err(SignInError::UnknownTenant);
    }
    let viewer = Viewer {
        identity: identity(&rows)?,
        tenant: pinned,
        at,
        backend: reader.backend(),
    };
    let found = beside.zip(rows.into_iter().next());
    let found = found.map(|(beside, row)| beside.found(row.into()));
    Ok((viewer, found))
}

/// Finds out anew who asks, after a change to what they are: by their session, since a token is not kept. A session that is
/// there no more leaves the anonymous; the tenant stays what it was.
///
/// # Errors
/// If the database fails.
pub async fn identify_again(reader: &Reader, session_id: Option<&str>, tenant: Option<Uuid>) -> Result<Viewer, DbErr> {
    let at = database::now();
    let rows = match session_id {
        Some(id) => session_rows(reader, session::Column::Id, id, None, at).await?,
        None => Vec::new(),
    };
    Ok(Viewer {
        identity: identity(&rows)?,
        tenant,
        at,
        backend: reader.backend(),
    })
}

/// Who these rows of one session are about; nobody, if there are none.
fn identity(rows: &[Row]) -> Result<Option<Identity>, DbErr> {
    let Some(first) = rows.first() else {
        return Ok(None);
    };
    let mut memberships = Vec::with_capacity(rows.len());
    for row in rows {
        if let Some(organization_id) = row.get(2)? {
            memberships.push(Membership {
                organization_id,
                role: Role::try_from_value(&row.get(3)?)?,
            });
        }
    }
    let user = user::Model {
        id: first.get(5)?,
        name: first.get(6)?,
        email: first.get(7)?,
        email_verified: first.get(8)?,
        image: first.get(9)?,
        role: user::Role::try_from_value(&first.get(10)?)?,
        created_at: first.get(11)?,
        updated_at: first.get(12)?,
    };
    Ok(Some(Identity {
        session_id: first.get(0)?,
        session_expires_at: first.get(1)?,
        user: Arc::new(user),
        memberships,
    }))
}

/// Extends the session that the request came with, as it is [due](Viewer::session_is_due). Of many requests at once, the first
/// one writes.
///
/// # Errors
/// If the database fails.
pub async fn extend(connection: &impl ConnectionTrait, viewer: &Viewer) -> Result<(), DbErr> {
    let Some(session_id) = viewer.session_id() else {
        return Ok(());
    };
    session::Entity::update_many()
        .col_expr(session::Column::ExpiresAt, Expr::value(viewer.at + LASTS))
        .col_expr(session::Column::UpdatedAt, Expr::value(viewer.at))
        .filter(session::Column::Id.eq(session_id))
        .filter(session::Column::ExpiresAt.lte(viewer.at + EXTENDED_BEFORE))
        .exec(connection)
        .await?;
    Ok(())
}

fn tenant_by_slug(slug: &str) -> SelectStatement {
    organization::Entity::find()
        .select_only()
        .column(organization::Column::Id)
        .filter(organization::Column::Slug.eq(slug))
        .filter(organization::Column::DeletedAt.is_null())
        .into_query()
}

/// The rows of the session of which this column holds this; the gateway itself reads them.
async fn session_rows(
    reader: &Reader,
    column: session::Column,
    this: &str,
    tenant: Option<&str>,
    at: DateTime<Utc>,
) -> Result<Vec<Row>, DbErr> {
    let built =
        |this: &str, tenant: Option<&str>, at| written(reader.backend(), &session_row(column.eq(this), tenant, at));
    let statement = match reader.backend() {
        DbBackend::Postgres => {
            let shape = ("who asks", column.as_str(), tenant.is_some());
            let mut values: Vec<Value> = vec![this.into(), at.into()];
            values.extend(tenant.map(Value::from));
            let text = || {
                let mut marks = Marks::default();
                let (this, at) = (marks.mark_text(), marks.mark_time());
                let tenant = tenant.map(|_| marks.mark_text());
                marks.values = vec![this.as_str().into(), at.into()];
                marks.values.extend(tenant.as_deref().map(Value::from));
                Text::marked(built(&this, tenant.as_deref(), at), &marks)
            };
            kept(shape, &values, text, || built(this, tenant, at))
        }
        _ => built(this, tenant, at),
    };
    reader.ask(statement).await
}

/// One row for each membership that counts, or one row without. Columns: session, its end, organization, role in it, tenant; and
/// the user's.
fn session_row(which: Expr, tenant: Option<&str>, at: DateTime<Utc>) -> SelectStatement {
    let mut statement = Query::select();
    statement
        .column((session::Entity, session::Column::Id))
        .column((session::Entity, session::Column::ExpiresAt))
        .column((membership::Entity, membership::Column::OrganizationId))
        .column((membership::Entity, membership::Column::Role))
        .expr(tenant_id(tenant))
        .columns(user::Column::iter().map(|column| (user::Entity, column)))
        .from(session::Entity)
        .join(
            JoinType::InnerJoin,
            user::Entity,
            equal(user::Column::Id, session::Column::UserId),
        )
        .join(
            JoinType::LeftJoin,
            membership::Entity,
            Condition::all()
                .add(equal(membership::Column::UserId, user::Column::Id))
                .add(is(membership::Column::Status, membership::Status::Active))
                .add(Expr::exists(organization_lives())),
        )
        .and_where(which)
        .and_where(session::Column::ExpiresAt.gt(at));
    statement
}

fn tenant_id(slug: Option<&str>) -> Expr {
    match slug {
        Some(slug) => Expr::SubQuery(None, Box::new(tenant_by_slug(slug).into())),
        None => Expr::cust("NULL"),
    }
}

fn organization_lives() -> SelectStatement {
    Query::select()
        .expr(Expr::cust("1"))
        .from(organization::Entity)
        .and_where(equal(organization::Column::Id, membership::Column::OrganizationId))
        .and_where(organization::Column::DeletedAt.is_null())
        .take()
}

fn equal(left: impl ColumnTrait, right: impl ColumnTrait) -> Expr {
    Expr::col(left.as_column_ref()).eq(Expr::col(right.as_column_ref().into_column_ref()))
}
