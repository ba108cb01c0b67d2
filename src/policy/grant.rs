//! Grants.

use entity::grant;
use sea_orm::{
    ColumnTrait, Condition,
    sea_query::{Expr, ExprTrait},
};
use uuid::Uuid;

use super::{among, content, nobody, owned};
use crate::viewer::Viewer;

/// Who sees a row: [`visible`], in words.
pub const RULE: &str = "its user, managers of the content's organization, the content's creator, the platform owner";

/// Who may give and take access to content: [`may_give`], in words.
pub const GIVE_RULE: &str = "the content's creator, managers of its organization, the platform owner";

/// Of the rows that the viewer holds, those that they see: all.
pub fn own() -> Condition {
    Condition::all()
}

/// The rows that the viewer may see: their own, and those on content that they made or manage. A grant belongs to the
/// organization that its content belongs to.
pub fn visible(viewer: &Viewer) -> Condition {
    let Some(user_id) = viewer.user_id() else {
        return nobody().into();
    };
    let mut visible = Condition::all();
    if let Some(tenant) = viewer.tenant() {
        visible = visible.add(owned(grant::Column::ContentId, |owner| owner.of_tenant(tenant)));
    }
    if viewer.is_platform_owner() {
        return visible;
    }
    let looked_after = owned(grant::Column::ContentId, |owner| {
        Condition::any()
            .add(Expr::col(owner.column("creator_id")).eq(user_id))
            .add(among(viewer, owner.column("organization_id"), viewer.manager_of()))
    });
    visible.add(
        Condition::any()
            .add(grant::Column::UserId.eq(user_id))
            .add(looked_after),
    )
}

/// Whether the viewer may give others access to this content, and take it from them.
pub fn may_give(viewer: &Viewer, creator_id: &str, organization_id: Option<Uuid>) -> bool {
    content::looks_after(viewer, creator_id, organization_id)
}
