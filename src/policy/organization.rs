//! Organizations.

use entity::organization;
use sea_orm::{ColumnTrait, Condition};

use crate::viewer::Viewer;

/// Who sees a row: [`visible`], in words.
pub const RULE: &str = "everyone; a request that is pinned to an organization sees that one alone";

/// The rows that the viewer may see: all; pinned, that one alone.
pub fn visible(viewer: &Viewer) -> Condition {
    let visible = Condition::all().add(organization::Column::DeletedAt.is_null());
    match viewer.tenant() {
        Some(tenant) => visible.add(organization::Column::Id.eq(tenant)),
        None => visible,
    }
}
