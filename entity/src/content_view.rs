//! Views of content that have not been counted yet.

use sea_orm::entity::prelude::*;

/// One view of content, by nobody in particular: written once, added to the content's count within seconds, and gone then.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "content_views")]
pub struct Model {
    /// The key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// What was viewed. No foreign key: one locks the content's row with every view, and the row may be gone by now.
    pub content_id: Uuid,
    /// When it was viewed.
    pub created_at: DateTimeUtc,
    /// The same; it does not change.
    pub updated_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
