//! Purchases.

use entity::{content, purchase};
use sea_orm::{ColumnTrait, Condition, sea_query::Expr};

use super::{any_row, content::of_tenant, nobody, same};
use crate::viewer::Viewer;

/// Who sees a row: [`visible`], in words.
pub const RULE: &str = "its customer, the platform owner";

/// The rows that the viewer may see: what they bought themselves. A purchase belongs to the organization that its content
/// belongs to.
pub fn visible(viewer: &Viewer) -> Condition {
    let Some(user_id) = viewer.user_id() else {
        return nobody().into();
    };
    let mut visible = Condition::all();
    if let Some(tenant) = viewer.tenant() {
        let content = any_row(content::Entity)
            .and_where(same(content::Column::Id, purchase::Column::ContentId))
            .cond_where(of_tenant(tenant))
            .take();
        visible = visible.add(Expr::exists(content));
    }
    if viewer.is_platform_owner() {
        return visible;
    }
    visible.add(purchase::Column::CustomerId.eq(user_id))
}
