//! Rows as they are, past the gateway.

use entity::{
    audit_entry, content,
    membership::{self, Role},
    organization,
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, prelude::Uuid};

use crate::support::{App, Organization, Person};

/// An organization, deleted or not.
pub async fn organization(app: &App, id: Uuid) -> organization::Model {
    organization::Entity::find_by_id(id)
        .one(&app.db)
        .await
        .unwrap()
        .unwrap()
}

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

/// The user who owns an organization, of which there must be one.
pub async fn owner(app: &App, organization: &Organization) -> String {
    let members = members(app, organization).await;
    let owners: Vec<_> = members.iter().filter(|member| member.role == Role::Owner).collect();
    assert_eq!(owners.len(), 1, "{members:?}");
    owners[0].user_id.clone()
}

/// Content, deleted or not.
pub async fn content(app: &App, id: Uuid) -> content::Model {
    content::Entity::find_by_id(id).one(&app.db).await.unwrap().unwrap()
}

/// The audit log, the oldest first.
pub async fn log(app: &App) -> Vec<audit_entry::Model> {
    audit_entry::Entity::find()
        .order_by_asc(audit_entry::Column::Id)
        .all(&app.db)
        .await
        .unwrap()
}
