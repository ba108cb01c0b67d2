use sea_orm_migration::prelude::*;

use crate::shared::on_postgres;

/// Takes the tree of users' keys by bytes away from PostgreSQL, which the twenty-first step had planted for many keys at once: what the
/// rows of several pages name is now looked up one by one as well, and kept, so that the index of hashes finds all. An index that
/// nobody asks is paid for by everyone who signs up.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        on_postgres(manager, &["DROP INDEX users_id_idx"]).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        on_postgres(manager, &["CREATE INDEX users_id_idx ON users (id COLLATE \"C\")"]).await
    }
}
