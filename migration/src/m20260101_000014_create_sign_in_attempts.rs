use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

use crate::shared::{create, drop, index, not_negative, times};

/// Makes `sign_in_attempts`, the gateways' own: how often somebody has tried to sign in of late, on all of them together.
#[derive(DeriveMigrationName)]
pub struct Migration;

const TABLE: &str = "sign_in_attempts";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let [created_at, updated_at] = times(manager.get_database_backend());
        let table = Table::create()
            .table(TABLE)
            // Whose attempts: `account:` and an email address, or `address:` and a network address.
            .col(text("subject").primary_key())
            .col(integer("attempts"))
            // When they no longer count.
            .col(timestamp_with_time_zone("expires_at"))
            .col(created_at)
            .col(updated_at)
            .check(not_negative(TABLE, "attempts"))
            .take();
        // To clear away what has ended.
        let indexes = [index("sign_in_attempts_expires_at_idx", TABLE, &["expires_at"], &[])];
        create(manager, table, indexes).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop(manager, TABLE).await
    }
}
