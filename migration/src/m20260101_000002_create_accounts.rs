use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

use crate::shared::{create, drop, foreign_key, identity_table, index, times, unique};

/// Makes `accounts`.
#[derive(DeriveMigrationName)]
pub struct Migration;

const TABLE: &str = "accounts";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let [created_at, updated_at] = times(manager.get_database_backend());
        let table = identity_table(TABLE)
            .col(text("account_id"))
            .col(text("provider_id"))
            .col(text("user_id"))
            .col(text_null("access_token"))
            .col(text_null("refresh_token"))
            .col(text_null("id_token"))
            .col(text_null("scope"))
            .col(text_null("password"))
            .col(timestamp_with_time_zone_null("access_token_expires_at"))
            .col(timestamp_with_time_zone_null("refresh_token_expires_at"))
            .col(created_at)
            .col(updated_at)
            .index(&mut unique(TABLE, &["provider_id", "account_id"]))
            .foreign_key(&mut foreign_key(TABLE, "user_id", "users", ForeignKeyAction::Cascade))
            .take();
        create(
            manager,
            table,
            [index("accounts_user_id_idx", TABLE, &["user_id"], &[])],
        )
        .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop(manager, TABLE).await
    }
}
