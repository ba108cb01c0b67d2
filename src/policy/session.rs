//! Sessions.

use entity::session;
use sea_orm::{ColumnTrait, Condition};

use super::nobody;
use crate::viewer::Viewer;

/// Who sees a row: [`visible`], in words.
pub const RULE: &str = "its user, the platform owner";

/// Who may end the session that a request came with, or the others of its user, in words.
pub const OWN_RULE: &str = "its user";
/// Who may begin one, in words: whoever knows the password, or has no account yet.
pub const BEGIN_RULE: &str = "everyone";

/// Of the sessions that are the viewer's, those that they see: all.
pub fn own() -> Condition {
    Condition::all()
}

/// The rows that the viewer may see: their own; the platform owner, who may revoke any, sees all.
pub fn visible(viewer: &Viewer) -> Condition {
    match viewer.user_id() {
        None => nobody().into(),
        Some(_) if viewer.is_platform_owner() => Condition::all(),
        Some(user_id) => Condition::all().add(session::Column::UserId.eq(user_id)),
    }
}
