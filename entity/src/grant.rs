//! Who may open which content. The table is `content_access`; the access rules call its rows grants, and so do we.

use sea_orm::entity::prelude::*;

/// Why the user may open the content.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(50))", rename_all = "snake_case")]
pub enum AccessType {
    /// They bought it.
    Purchased,
    /// A subscription includes it.
    Subscription,
    /// Somebody gave it to them.
    Complimentary,
    /// They may try it.
    Preview,
}

/// One user's access to one piece of content, until it expires.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "content_access")]
pub struct Model {
    /// The key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Who may open it.
    #[sea_orm(unique_key = "user_content", column_type = "Text")]
    pub user_id: String,
    /// What they may open.
    #[sea_orm(unique_key = "user_content")]
    pub content_id: Uuid,
    /// Why they may.
    pub access_type: AccessType,
    /// Since when they may.
    pub granted_at: DateTimeUtc,
    /// Until when they may. Null: for good.
    pub expires_at: Option<DateTimeUtc>,
    /// When the row was written.
    pub created_at: DateTimeUtc,
    /// When the row was last changed.
    pub updated_at: DateTimeUtc,
    /// Who may open it; the grant goes with them.
    #[sea_orm(belongs_to, from = "user_id", to = "id", on_delete = "Cascade")]
    pub user: BelongsTo<super::user::Entity>,
    /// What they may open; the grant goes with it.
    #[sea_orm(belongs_to, from = "content_id", to = "id", on_delete = "Cascade")]
    pub content: BelongsTo<super::content::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}
