//! Users: the public profile, and what is theirs alone.

use entity::{audit_entry, content, grant, media_item, membership, user};
use sea_orm::{ColumnTrait, Condition, sea_query::Expr};

use super::{any_row, same};
use crate::viewer::Viewer;

/// Who sees a row: [`visible`], in words.
pub const RULE: &str = "the user, the platform owner, whoever sees a row that names the user; everyone, once the user has published \
    content that everyone sees";
/// Who may have what is the user's own: [`is_private_to`], in words.
pub const PRIVATE_RULE: &str = "the user, the platform owner";
/// Who may change what somebody says of themselves, and their password, in words.
pub const OWN_RULE: &str = "the user";

/// Of the viewer's own row: that they see it.
pub fn own() -> Condition {
    Condition::all()
}

/// The rows whose public profile the viewer may see: their own, and those that some row names which they see. (Content
/// that is published to everyone is a row that everyone sees.)
pub fn visible(viewer: &Viewer) -> Condition {
    if viewer.is_platform_owner() {
        return Condition::all();
    }
    let made_content = any_row(content::Entity)
        .and_where(same(content::Column::CreatorId, user::Column::Id))
        .cond_where(super::content::visible(viewer))
        .take();
    let made_media = any_row(media_item::Entity)
        .and_where(same(media_item::Column::CreatorId, user::Column::Id))
        .cond_where(super::media_item::visible(viewer))
        .take();
    let visible = Condition::any()
        .add(Expr::exists(made_content))
        .add(Expr::exists(made_media));
    let Some(user_id) = viewer.user_id() else {
        return visible;
    };
    let member = any_row(membership::Entity)
        .and_where(same(membership::Column::UserId, user::Column::Id))
        .cond_where(super::membership::visible(viewer))
        .take();
    let granted = any_row(grant::Entity)
        .and_where(same(grant::Column::UserId, user::Column::Id))
        .cond_where(super::grant::visible(viewer))
        .take();
    let acted = any_row(audit_entry::Entity)
        .and_where(same(audit_entry::Column::ActorId, user::Column::Id))
        .cond_where(super::audit_entry::visible(viewer))
        .take();
    Condition::any()
        .add(user::Column::Id.eq(user_id))
        .add(visible)
        .add(Expr::exists(member))
        .add(Expr::exists(granted))
        .add(Expr::exists(acted))
}

/// Whether the viewer may have what is the user's own: the email address, sessions, purchases.
pub fn is_private_to(viewer: &Viewer, user_id: &str) -> bool {
    viewer.is_platform_owner() || viewer.is(user_id)
}
