use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

use crate::shared::{NEWEST_FIRST, create, drop, foreign_key, identity_table, index, times, unique};

/// Makes `sessions`.
#[derive(DeriveMigrationName)]
pub struct Migration;

const TABLE: &str = "sessions";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let [created_at, updated_at] = times(manager.get_database_backend());
        let table = identity_table(TABLE)
            .col(text("user_id"))
            .col(text("token"))
            .col(timestamp_with_time_zone("expires_at"))
            .col(text_null("ip_address"))
            .col(text_null("user_agent"))
            .col(created_at)
            .col(updated_at)
            .index(&mut unique(TABLE, &["token"]))
            .foreign_key(&mut foreign_key(TABLE, "user_id", "users", ForeignKeyAction::Cascade))
            .take();
        let indexes = [
            index("sessions_user_id_created_at_idx", TABLE, &["user_id"], NEWEST_FIRST),
            // To clear away what has ended.
            index("sessions_expires_at_idx", TABLE, &["expires_at"], &[]),
        ];
        create(manager, table, indexes).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop(manager, TABLE).await
    }
}
