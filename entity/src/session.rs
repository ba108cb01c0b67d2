//! Where users are signed in.

use sea_orm::entity::prelude::*;

/// One signed-in client of one user.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "sessions")]
pub struct Model {
    /// Minted by the authentication library.
    #[sea_orm(primary_key, auto_increment = false, column_type = "Text")]
    pub id: String,
    /// Who is signed in.
    #[sea_orm(column_type = "Text")]
    pub user_id: String,
    /// The secret that the client shows.
    #[sea_orm(unique, column_type = "Text")]
    pub token: String,
    /// When it ends; a session in use is extended.
    pub expires_at: DateTimeUtc,
    /// From where the user signed in.
    #[sea_orm(column_type = "Text", nullable)]
    pub ip_address: Option<String>,
    /// With what the user signed in.
    #[sea_orm(column_type = "Text", nullable)]
    pub user_agent: Option<String>,
    /// When the user signed in.
    pub created_at: DateTimeUtc,
    /// When the row was last changed.
    pub updated_at: DateTimeUtc,
    /// Who is signed in; the session goes with them.
    #[sea_orm(belongs_to, from = "user_id", to = "id", on_delete = "Cascade")]
    pub user: BelongsTo<super::user::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}
