//! Rows as they are, past the gateway.

use entity::{audit_entry, membership};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};

use crate::support::{App, Organization, Person};

/// Whoever belongs to an organization or is invited, the longest there first.
pub async fn members(app: &App, organization: &Organization) -> Vec<membership::Model> {
    membership::Entity::find()
        .filter(membership::Column::OrganizationId.eq(organization.id))
        .order_by_asc(membership::Column::Id)
        .all(&app.db)
        .await
        .unwrap()
}

/// The membership of this person.
pub async fn membership(app: &App, organization: &Organization, person: &Person) -> Option<membership::Model> {
    let mut members = members(app, organization).await.into_iter();
    members.find(|member| member.user_id == person.id)
}

/// The audit log, the oldest first.
pub async fn log(app: &App) -> Vec<audit_entry::Model> {
    audit_entry::Entity::find()
        .order_by_asc(audit_entry::Column::Id)
        .all(&app.db)
        .await
        .unwrap()
}
