//! Ways of a user to sign in: a password, or an account at another provider.

use sea_orm::entity::prelude::*;

/// One way of one user to sign in. Holds secrets: nothing of it but its provider is for anybody's eyes.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "accounts")]
pub struct Model {
    /// Minted by the authentication library.
    #[sea_orm(primary_key, auto_increment = false, column_type = "Text")]
    pub id: String,
    /// Who the user is at the provider; for `credential`, the user's own id.
    #[sea_orm(column_type = "Text", unique_key = "provider_account")]
    pub account_id: String,
    /// `credential` for a password, else the provider's name.
    #[sea_orm(column_type = "Text", unique_key = "provider_account")]
    pub provider_id: String,
    /// Whose it is.
    #[sea_orm(column_type = "Text")]
    pub user_id: String,
    /// The provider's access token.
    #[sea_orm(column_type = "Text", nullable)]
    pub access_token: Option<String>,
    /// The provider's refresh token.
    #[sea_orm(column_type = "Text", nullable)]
    pub refresh_token: Option<String>,
    /// The provider's OpenID token.
    #[sea_orm(column_type = "Text", nullable)]
    pub id_token: Option<String>,
    /// What the provider's tokens allow.
    #[sea_orm(column_type = "Text", nullable)]
    pub scope: Option<String>,
    /// Salt and hash of the password, for `credential` only.
    #[sea_orm(column_type = "Text", nullable)]
    pub password: Option<String>,
    /// When the access token ends.
    pub access_token_expires_at: Option<DateTimeUtc>,
    /// When the refresh token ends.
    pub refresh_token_expires_at: Option<DateTimeUtc>,
    /// When the row was written.
    pub created_at: DateTimeUtc,
    /// When the row was last changed.
    pub updated_at: DateTimeUtc,
    /// Whose it is; it goes with them.
    #[sea_orm(belongs_to, from = "user_id", to = "id", on_delete = "Cascade")]
    pub user: BelongsTo<super::user::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}
