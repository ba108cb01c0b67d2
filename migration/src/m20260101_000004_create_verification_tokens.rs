use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

use crate::shared::{create, drop, identity_table, index, times};

/// Makes `verification_tokens`.
#[derive(DeriveMigrationName)]
pub struct Migration;

const TABLE: &str = "verification_tokens";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let [created_at, updated_at] = times(manager.get_database_backend());
        let table = identity_table(TABLE)
            .col(text("identifier"))
            .col(text("value"))
            .col(timestamp_with_time_zone("expires_at"))
            .col(created_at)
            .col(updated_at)
            .take();
        let indexes = [
            index("verification_tokens_identifier_idx", TABLE, &["identifier"], &[]),
            // To clear away what has ended.
            index("verification_tokens_expires_at_idx", TABLE, &["expires_at"], &[]),
        ];
        create(manager, table, indexes).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop(manager, TABLE).await
    }
}
