use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

use crate::shared::{self, NEWEST_FIRST, create, drop, foreign_key, index, one_of, times};

/// Makes `media_items`.
#[derive(DeriveMigrationName)]
pub struct Migration;

const TABLE: &str = "media_items";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let backend = manager.get_database_backend();
        let [created_at, updated_at] = times(backend);
        let table = shared::table(TABLE, backend)
            .col(text("creator_id"))
            .col(string_len("title", 255))
            .col(text_null("description"))
            .col(string_len("media_type", 50))
            .col(string_len("status", 50).default("uploading"))
            .col(string_len("r2_key", 500))
            .col(big_integer_null("file_size_bytes"))
            .col(string_len_null("mime_type", 100))
            .col(integer_null("duration_seconds"))
            .col(integer_null("width"))
            .col(integer_null("height"))
            .col(string_len_null("hls_master_playlist_key", 500))
            .col(string_len_null("thumbnail_key", 500))
            .col(timestamp_with_time_zone_null("uploaded_at"))
            .col(timestamp_with_time_zone_null("deleted_at"))
            .col(created_at)
            .col(updated_at)
            .foreign_key(&mut foreign_key(
                TABLE,
                "creator_id",
                "users",
                ForeignKeyAction::Restrict,
            ))
            .check(one_of(TABLE, "media_type", ["video", "audio"]))
            .check(one_of(
                TABLE,
                "status",
                ["uploading", "uploaded", "transcoding", "ready", "failed"],
            ))
            .take();
        let indexes = [
            index(
                "media_items_creator_id_created_at_idx",
                TABLE,
                &["creator_id"],
                NEWEST_FIRST,
            ),
            index(
                "media_items_creator_id_status_created_at_idx",
                TABLE,
                &["creator_id", "status"],
                NEWEST_FIRST,
            ),
            index(
                "media_items_creator_id_media_type_created_at_idx",
                TABLE,
                &["creator_id", "media_type"],
                NEWEST_FIRST,
            ),
            index("media_items_created_at_idx", TABLE, &[], NEWEST_FIRST),
        ];
        create(manager, table, indexes).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop(manager, TABLE).await
    }
}
