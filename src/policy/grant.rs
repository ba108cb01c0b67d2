//! Grants.

use entity::{content, grant};
use sea_orm::{ColumnTrait, Condition, sea_query::Expr};

use super::{any_row, content::of_tenant, nobody, same};
use crate::viewer::Viewer;

/// Who sees a row: [`visible`], in words.
pub const RULE: &str = "its user, managers of the content's organization, the content's creator, the platform owner";

/// The rows that the viewer may see: their own, and those on content that they made or manage. A grant belongs to the
/// organization that its content belongs to.
pub fn visible(viewer: &Viewer) -> Condition {
    let Some(user_id) = viewer.user_id() else {
        return nobody().into();
    };
    let on_content = |condition: Condition| {
        let content = any_row(content::Entity)
            .and_where(same(content::Column::Id, grant::Column::ContentId))
            .cond_where(condition)
            .take();
        Expr::exists(content)
    };
    let mut visible = Condition::all();
    if let Some(tenant) = viewer.tenant() {
        visible = visible.add(on_content(of_tenant(tenant)));
    }
    if viewer.is_platform_owner() {
        return visible;
    }
    let looks_after = Condition::any()
        .add(content::Column::CreatorId.eq(user_id))
        .add(content::Column::OrganizationId.is_in(viewer.manager_of()));
    visible.add(
        Condition::any()
            .add(grant::Column::UserId.eq(user_id))
            .add(on_content(looks_after)),
    )
}
