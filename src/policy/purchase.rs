//! Purchases.

use entity::purchase;
use sea_orm::{ColumnTrait, Condition};

use super::{nobody, owned};
use crate::viewer::Viewer;

/// Who sees a row: [`visible`], in words.
pub const RULE: &str = "its customer, the platform owner";

/// Who may record one: [`may_record`], in words.
pub const RECORD_RULE: &str = "the platform owner";

/// The rows that the viewer may see: what they bought themselves. A purchase belongs to the organization that its content
/// belongs to.
pub fn visible(viewer: &Viewer) -> Condition {
    let Some(user_id) = viewer.user_id() else {
        return nobody().into();
    };
    let mut visible = Condition::all();
    if let Some(tenant) = viewer.tenant() {
        visible = visible.add(owned(purchase::Column::ContentId, |owner| owner.of_tenant(tenant)));
    }
    if viewer.is_platform_owner() {
        return visible;
    }
    visible.add(purchase::Column::CustomerId.eq(user_id))
}

/// Whether the viewer may record that something was bought: the payment webhook's account is a platform owner's.
pub fn may_record(viewer: &Viewer) -> bool {
    viewer.is_platform_owner()
}
