//! How often somebody has tried to sign in of late.

use sea_orm::entity::prelude::*;

/// The attempts to sign in to one account, or from one address, that still count. Written and read by the gateways alone.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "sign_in_attempts")]
pub struct Model {
    /// `account:` and an email address, whether it has an account or not; or `address:` and a network address.
    #[sea_orm(primary_key, auto_increment = false, column_type = "Text")]
    pub subject: String,
    /// How many it were.
    pub attempts: i32,
    /// When they no longer count.
    pub expires_at: DateTimeUtc,
    /// When the row was written.
    pub created_at: DateTimeUtc,
    /// When the row was last changed.
    pub updated_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
