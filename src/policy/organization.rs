//! Organizations.

use entity::{membership::Role, organization};
use sea_orm::{ColumnTrait, Condition};
use uuid::Uuid;

use crate::viewer::Viewer;

/// Who sees a row: [`visible`], in words.
pub const RULE: &str = "everyone; a request that is pinned to an organization sees that one alone";

/// Who may make one, and owns it from then on, in words. It is the rule for whoever is signed in, so nothing else asks it.
pub const CREATE_RULE: &str = "any user";
/// Who may change a row: [`may_edit`], in words.
pub const EDIT_RULE: &str = "its managers, the platform owner";
/// Who may delete a row or hand it over: [`may_dispose`], in words.
pub const DISPOSE_RULE: &str = "its owner, the platform owner";

/// The rows that the viewer may see: all; pinned, that one alone.
pub fn visible(viewer: &Viewer) -> Condition {
    let visible = Condition::all().add(organization::Column::DeletedAt.is_null());
    match viewer.tenant() {
        Some(tenant) => visible.add(organization::Column::Id.eq(tenant)),
        None => visible,
    }
}

/// Whether the viewer may change what the organization says of itself.
pub fn may_edit(viewer: &Viewer, organization_id: Uuid) -> bool {
    viewer.is_platform_owner() || viewer.is_manager_of(organization_id)
}

/// Whether the viewer may delete the organization or hand it over. `own`: their role there at this moment, if they are an active
/// member. What they were when the request began does not do: they may have handed it over since.
pub fn may_dispose(viewer: &Viewer, own: Option<Role>) -> bool {
    viewer.is_platform_owner() || own == Some(Role::Owner)
}
