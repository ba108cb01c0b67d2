//! Memberships.

use entity::{
    is, is_one_of,
    membership::{self, Role},
};
use sea_orm::{ColumnTrait, Condition};

use super::{among, nobody};
use crate::viewer::Viewer;

/// Who sees a row: [`visible`], in words.
pub const RULE: &str = "the member, managers of the organization, the platform owner; authors of the organization see its active \
    owners, admins and creators";

/// Who may invite, remove, and give roles: [`may_manage`], in words.
pub const MANAGE_RULE: &str =
    "managers of the organization, the platform owner; an admin touches neither owner nor admins";
/// Who may answer an invitation: [`may_answer`], in words.
pub const ANSWER_RULE: &str = "whoever is invited, the platform owner";
/// Who may leave, in words. Whoever is no member has nothing to leave, so nothing else asks it.
pub const LEAVE_RULE: &str = "the organization's members; its owner has to hand it over first";

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
    let organization = || membership::Column::OrganizationId.as_column_ref();
    let authors = [
        membership::Role::Owner,
        membership::Role::Admin,
        membership::Role::Creator,
    ];
    let colleagues = Condition::all()
        .add(among(viewer, organization(), viewer.author_of()))
        .add(is(membership::Column::Status, membership::Status::Active))
        .add(is_one_of(membership::Column::Role, authors));
    visible.add(
        Condition::any()
            .add(membership::Column::UserId.eq(user_id))
            .add(among(viewer, organization(), viewer.manager_of()))
            .add(colleagues),
    )
}

/// Of the memberships that are the viewer's, those that they see: all.
pub fn own() -> Condition {
    Condition::all()
}

/// The memberships that are the viewer's.
pub fn of_viewer(viewer: &Viewer) -> Condition {
    match viewer.user_id() {
        Some(user_id) => membership::Column::UserId.eq(user_id).into(),
        None => nobody().into(),
    }
}

/// Whether the viewer may bring a person into this role, and one who has it out of it. `own`: the viewer's role there at this
/// moment, if they are an active member. What they were when the request began does not do: they may have handed it over since.
pub fn may_manage(viewer: &Viewer, own: Option<Role>, role: Role) -> bool {
    viewer.is_platform_owner()
        || match own {
            Some(Role::Owner) => true,
            Some(Role::Admin) => !matches!(role, Role::Owner | Role::Admin),
            _ => false,
        }
}

/// Whether the viewer may accept or decline this user's invitation.
pub fn may_answer(viewer: &Viewer, user_id: &str) -> bool {
    viewer.is_platform_owner() || viewer.is(user_id)
}
