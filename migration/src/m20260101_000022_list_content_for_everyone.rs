use sea_orm_migration::prelude::*;

use crate::shared::on_postgres;

/// Lets PostgreSQL walk through the latest of what is for everyone, without a look at the rows between that are not. Each of those
/// lies somewhere else in the table, and with a filter for what is public there had been more of them than rows to show.
///
/// The visibility comes last, since the order needs the two columns before it; and it is a column of the key, since an index is not
/// asked for one that it only carries (<https://www.postgresql.org/docs/current/sql-createindex.html>, `INCLUDE`).
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        on_postgres(manager, &[INDEX]).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        on_postgres(manager, &["DROP INDEX content_for_everyone_published_at_idx;"]).await
    }
}

const INDEX: &str = "
CREATE INDEX content_for_everyone_published_at_idx ON content (published_at DESC, id DESC, visibility)
WHERE deleted_at IS NULL AND status = 'published' AND visibility IN ('public', 'purchased_only');
";
