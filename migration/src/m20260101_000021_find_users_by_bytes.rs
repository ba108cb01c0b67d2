use sea_orm_migration::prelude::*;

use crate::shared::on_postgres;

/// Lets PostgreSQL find the users that a page's rows name byte by byte. To compare texts by the database's collation takes longer, and
/// for equality both are as good. The primary key's own index stays for those who ask in the database's own way, foreign keys
/// among them.
///
/// To give the column itself this collation, every policy and view that looks at it would have to be made anew.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        on_postgres(manager, &["CREATE INDEX users_id_idx ON users (id COLLATE \"C\")"]).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        on_postgres(manager, &["DROP INDEX users_id_idx"]).await
    }
}
