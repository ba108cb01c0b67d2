use sea_orm_migration::prelude::*;

use crate::shared::on_postgres;

/// Lets PostgreSQL find a single user by their key's hash, which takes fewer steps than the way down a tree whose every step compares
/// texts. A row names its creator so, and a page of a list looks up fifty.
///
/// The tree of keys by bytes stays for many keys at once: an index of hashes is not asked for several.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        on_postgres(
            manager,
            &["CREATE INDEX users_id_hash_idx ON users USING hash (id COLLATE \"C\")"],
        )
        .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        on_postgres(manager, &["DROP INDEX users_id_hash_idx"]).await
    }
}
