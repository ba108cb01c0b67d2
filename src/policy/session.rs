//! Sessions.

use entity::session;
use sea_orm::{ColumnTrait, Condition};

use super::nobody;
use crate::viewer::Viewer;

/// Who sees a row: [`visible`], in words.
pub const RULE: &str = "its user, the platform owner";

/// The rows that the viewer may see: their own; the platform owner, who may revoke any, sees all.
pub fn visible(viewer: &Viewer) -> Condition {
    match viewer.user_id() {
        None => nobody().into(),
        Some(_) if viewer.is_platform_owner() => Condition::all(),
        Some(user_id) => Condition::all().add(session::Column::UserId.eq(user_id)),
    }
}
