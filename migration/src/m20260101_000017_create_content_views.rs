use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

use crate::shared::{self, create, drop, times};

/// Makes `content_views`: one row for each view that is not yet part of its content's `view_count`. To count there right away
/// would have everybody who views the same content wait for one row.
///
/// `content_id` is no foreign key: PostgreSQL locks the row that one points to, by writing to it, and a view would wait for whoever
/// holds the content. It has no index, because the table is only ever read as it comes, and is empty most of the time.
#[derive(DeriveMigrationName)]
pub struct Migration;

const TABLE: &str = "content_views";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let backend = manager.get_database_backend();
        let [created_at, updated_at] = times(backend);
        let table = shared::table(TABLE, backend)
            .col(uuid("content_id"))
            .col(created_at)
            .col(updated_at)
            .take();
        create(manager, table, []).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop(manager, TABLE).await
    }
}
