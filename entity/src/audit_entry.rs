//! Who changed what.

use sea_orm::entity::prelude::*;

/// One change of one row. It is written in the change's own transaction, and never again.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "audit_entries")]
pub struct Model {
    /// The key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Who did it. Null: an account that is gone, or somebody who was signing in.
    #[sea_orm(column_type = "Text", nullable)]
    pub actor_id: Option<String>,
    /// The organization whose row it is. Null: nobody's, such as personal content.
    pub organization_id: Option<Uuid>,
    /// What was done, as the change is called: `content.publish`.
    #[sea_orm(column_type = "String(StringLen::N(50))")]
    pub action: String,
    /// The kind of row: `content`.
    #[sea_orm(column_type = "String(StringLen::N(50))")]
    pub subject_type: String,
    /// The key of the row, which may be gone.
    #[sea_orm(column_type = "Text")]
    pub subject_id: String,
    /// The changed columns as they were. Null: the row is new.
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub before: Option<Json>,
    /// The changed columns as they are now. Null: the row is gone.
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub after: Option<Json>,
    /// When it was done.
    pub created_at: DateTimeUtc,
    /// When the row was last changed.
    pub updated_at: DateTimeUtc,
    /// Who did it; the entry stays without them.
    #[sea_orm(belongs_to, from = "actor_id", to = "id", on_delete = "SetNull")]
    pub actor: BelongsTo<Option<super::user::Entity>>,
    /// The organization whose row it is; the entry stays without it.
    #[sea_orm(belongs_to, from = "organization_id", to = "id", on_delete = "SetNull")]
    pub organization: BelongsTo<Option<super::organization::Entity>>,
}

impl ActiveModelBehavior for ActiveModel {}
