//! What became of requests that a client may send again.

use sea_orm::entity::prelude::*;

/// One request that came with a key.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "idempotency_keys")]
pub struct Model {
    /// The key of the row.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Whose request it was.
    #[sea_orm(unique_key = "user_key", column_type = "Text")]
    pub user_id: String,
    /// The key that it came with.
    #[sea_orm(unique_key = "user_key", column_type = "String(StringLen::N(255))")]
    pub key: String,
    /// What tells it from another request: a digest.
    #[sea_orm(column_type = "String(StringLen::N(64))")]
    pub request: String,
    /// What became of each of its changes, by the field's name in the answer.
    #[sea_orm(column_type = "JsonBinary")]
    pub outcomes: Json,
    /// The whole answer. Null: there is none yet.
    #[sea_orm(column_type = "Text", nullable)]
    pub answer: Option<String>,
    /// Until when the key is remembered.
    pub expires_at: DateTimeUtc,
    /// When the request came first.
    pub created_at: DateTimeUtc,
    /// When the row was last changed.
    pub updated_at: DateTimeUtc,
    /// Whose request it was; the key goes with them.
    #[sea_orm(belongs_to, from = "user_id", to = "id", on_delete = "Cascade")]
    pub user: BelongsTo<super::user::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}
