//! Proofs under way: an address to confirm, a password to reset.

use sea_orm::entity::prelude::*;

/// A secret sent to somebody, which they show to prove who they are. Written and read by the authentication library.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "verification_tokens")]
pub struct Model {
    /// Minted by the authentication library.
    #[sea_orm(primary_key, auto_increment = false, column_type = "Text")]
    pub id: String,
    /// What is to be proven, and about whom.
    #[sea_orm(column_type = "Text")]
    pub identifier: String,
    /// The secret.
    #[sea_orm(column_type = "Text")]
    pub value: String,
    /// When it ends.
    pub expires_at: DateTimeUtc,
    /// When the row was written.
    pub created_at: DateTimeUtc,
    /// When the row was last changed.
    pub updated_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
