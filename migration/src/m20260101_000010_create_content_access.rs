use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

use crate::shared::{self, NEWEST_FIRST, create, drop, foreign_key, index, moment, one_of, times, unique};

/// Makes `content_access`.
#[derive(DeriveMigrationName)]
pub struct Migration;

const TABLE: &str = "content_access";

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
            .col(uuid("content_id"))
            .col(string_len("access_type", 50))
            .col(moment("granted_at", backend))
            .col(timestamp_with_time_zone_null("expires_at"))
            .col(created_at)
            .col(updated_at)
            .index(&mut unique(TABLE, &["user_id", "content_id"]))
            .foreign_key(&mut foreign_key(TABLE, "user_id", "users", ForeignKeyAction::Cascade))
            .foreign_key(&mut foreign_key(
                TABLE,
                "content_id",
                "content",
                ForeignKeyAction::Cascade,
            ))
            .check(one_of(
                TABLE,
                "access_type",
                ["purchased", "subscription", "complimentary", "preview"],
            ))
            .take();
        let indexes = [
            index(
                "content_access_user_id_created_at_idx",
                TABLE,
                &["user_id"],
                NEWEST_FIRST,
            ),
            index(
                "content_access_content_id_created_at_idx",
                TABLE,
                &["content_id"],
                NEWEST_FIRST,
            ),
        ];
        create(manager, table, indexes).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop(manager, TABLE).await
    }
}
