use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

use crate::shared::{self, create, drop, foreign_key, index, times, unique};

/// Makes `idempotency_keys`: what became of requests that a client may send again.
#[derive(DeriveMigrationName)]
pub struct Migration;

const TABLE: &str = "idempotency_keys";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let backend = manager.get_database_backend();
        let [created_at, updated_at] = times(backend);
        let table = shared::table(TABLE, backend)
            .col(text("user_id"))
            .col(string_len("key", 255))
            // What tells one request from another.
            .col(string_len("request", 64))
            // What became of each of its changes, written in the change's own transaction.
            .col(json_binary("outcomes").default("{}"))
            // The whole answer, once there is one.
            .col(text_null("answer"))
            .col(timestamp_with_time_zone("expires_at"))
            .col(created_at)
            .col(updated_at)
            .index(&mut unique(TABLE, &["user_id", "key"]))
            .foreign_key(&mut foreign_key(TABLE, "user_id", "users", ForeignKeyAction::Cascade))
            .take();
        // To clear away what has ended.
        let indexes = [index("idempotency_keys_expires_at_idx", TABLE, &["expires_at"], &[])];
        create(manager, table, indexes).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop(manager, TABLE).await
    }
}
