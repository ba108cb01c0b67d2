use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

use crate::shared::{self, NEWEST_FIRST, create, drop, index, times, unique};

/// Makes `organizations`.
#[derive(DeriveMigrationName)]
pub struct Migration;

const TABLE: &str = "organizations";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let backend = manager.get_database_backend();
        let [created_at, updated_at] = times(backend);
        let table = shared::table(TABLE, backend)
            .col(string_len("name", 255))
            .col(string_len("slug", 255))
            .col(text_null("description"))
            .col(text_null("logo_url"))
            .col(text_null("website_url"))
            .col(timestamp_with_time_zone_null("deleted_at"))
            .col(created_at)
            .col(updated_at)
            // Deleted ones included: they keep their slug.
            .index(&mut unique(TABLE, &["slug"]))
            .take();
        let indexes = [
            index("organizations_name_idx", TABLE, &["name", "id"], &[]),
            index("organizations_created_at_idx", TABLE, &[], NEWEST_FIRST),
        ];
        create(manager, table, indexes).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop(manager, TABLE).await
    }
}
