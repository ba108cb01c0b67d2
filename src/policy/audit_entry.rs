//! Entries in the audit log.

use entity::audit_entry;
use sea_orm::{ColumnTrait, Condition, sea_query::Expr};

use super::{among, nobody, of_tenant};
use crate::viewer::Viewer;

/// Who sees a row: [`visible`], in words.
pub const RULE: &str = "managers of its organization, the platform owner";

/// The rows that the viewer may see: those of the organizations that they manage. What no organization owns is for the platform
/// owner alone.
pub fn visible(viewer: &Viewer) -> Condition {
    if viewer.user_id().is_none() {
        return nobody().into();
    }
    let mut visible = Condition::all();
    if let Some(tenant) = viewer.tenant() {
        let organization = Expr::col(audit_entry::Column::OrganizationId.as_column_ref());
        visible = visible.add(of_tenant(organization, tenant));
    }
    if viewer.is_platform_owner() {
        return visible;
    }
    let organization = audit_entry::Column::OrganizationId.as_column_ref();
    visible.add(among(viewer, organization, viewer.manager_of()))
}
