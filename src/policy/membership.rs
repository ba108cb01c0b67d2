//! Memberships.

use entity::membership;
use sea_orm::{ColumnTrait, Condition};

use super::nobody;
use crate::viewer::Viewer;

/// Who sees a row: [`visible`], in words.
pub const RULE: &str = "the member, managers of the organization, the platform owner; authors of the organization see its active \
    owners, admins and creators";

/// The rows that the viewer may see: their own, all of the organizations that they manage, and, where they are an author,
/// the active owners, admins and creators.
pub fn visible(viewer: &Viewer) -> Condition {
    let Some(user_id) = viewer.user_id() else {
        return nobody().into();
    };
    let mut visible = Condition::all();
    if let Some(tenant) = viewer.tenant() {
        visible = visible.add(membership::Column::OrganizationId.eq(tenant));
    }
    if viewer.is_platform_owner() {
        return visible;
    }
    let authors = [
        membership::Role::Owner,
        membership::Role::Admin,
        membership::Role::Creator,
    ];
    let colleagues = Condition::all()
        .add(membership::Column::OrganizationId.is_in(viewer.author_of()))
        .add(membership::Column::Status.eq(membership::Status::Active))
        .add(membership::Column::Role.is_in(authors));
    visible.add(
        Condition::any()
            .add(membership::Column::UserId.eq(user_id))
            .add(membership::Column::OrganizationId.is_in(viewer.manager_of()))
            .add(colleagues),
    )
}
