use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;
use sea_orm_migration::sea_orm::DbBackend;

use crate::shared::{
    self, LATEST_PUBLISHED_FIRST, LATEST_UPDATED_FIRST, NEWEST_FIRST, create, drop, foreign_key, index, not_negative,
    one_of, partial_unique, times,
};

/// Makes `content`.
#[derive(DeriveMigrationName)]
pub struct Migration;

const TABLE: &str = "content";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let backend = manager.get_database_backend();
        create(manager, table(backend), indexes()).await?;
        if backend == DbBackend::Postgres {
            // By tag: `@>` and `?|`. SQLite has nothing of the kind.
            let tags = Index::create()
                .name("content_tags_idx")
                .table(TABLE)
                .col("tags")
                .full_text()
                .take();
            manager.create_index(tags).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop(manager, TABLE).await
    }
}

fn table(backend: DbBackend) -> TableCreateStatement {
    let [created_at, updated_at] = times(backend);
    shared::table(TABLE, backend)
        .col(text("creator_id"))
        .col(uuid_null("organization_id"))
        .col(uuid_null("media_item_id"))
        .col(string_len("title", 500))
        .col(string_len("slug", 500))
        .col(text_null("description"))
        .col(string_len("content_type", 50))
        .col(text_null("thumbnail_url"))
        .col(text_null("content_body"))
        .col(string_len_null("category", 100))
        .col(json_binary("tags").default("[]"))
        .col(string_len("visibility", 50).default("purchased_only"))
        .col(integer_null("price_cents"))
        .col(string_len("status", 50).default("draft"))
        .col(timestamp_with_time_zone_null("published_at"))
        .col(integer("view_count").default(0))
        .col(integer("purchase_count").default(0))
        .col(timestamp_with_time_zone_null("deleted_at"))
        .col(created_at)
        .col(updated_at)
        .foreign_key(&mut foreign_key(
            TABLE,
            "creator_id",
            "users",
            ForeignKeyAction::Restrict,
        ))
        .foreign_key(&mut foreign_key(
            TABLE,
            "organization_id",
            "organizations",
            ForeignKeyAction::SetNull,
        ))
        .foreign_key(&mut foreign_key(
            TABLE,
            "media_item_id",
            "media_items",
            ForeignKeyAction::SetNull,
        ))
        .check(one_of(TABLE, "content_type", ["video", "audio", "written"]))
        .check(one_of(
            TABLE,
            "visibility",
            ["public", "private", "members_only", "purchased_only"],
        ))
        .check(one_of(TABLE, "status", ["draft", "published", "archived"]))
        .check(not_negative(TABLE, "price_cents"))
        .take()
}

fn indexes() -> [IndexCreateStatement; 13] {
    let not_deleted = || Expr::col("deleted_at").is_null();
    let living = |name, ascending, descending| {
        index(name, TABLE, ascending, descending)
            .and_where(not_deleted())
            .take()
    };

    [
        // Slugs, one of a kind: in an organization, and among a creator's personal content.
        partial_unique("content_organization_id_slug_key", TABLE, &["organization_id", "slug"])
            .and_where(Expr::col("organization_id").is_not_null())
            .and_where(not_deleted())
            .take(),
        partial_unique("content_creator_id_slug_key", TABLE, &["creator_id", "slug"])
            .and_where(Expr::col("organization_id").is_null())
            .and_where(not_deleted())
            .take(),
        // The lists that also serve a foreign key hold deleted rows too: the key has to find them.
        index(
            "content_creator_id_created_at_idx",
            TABLE,
            &["creator_id"],
            NEWEST_FIRST,
        ),
        index(
            "content_organization_id_status_published_at_idx",
            TABLE,
            &["organization_id", "status"],
            LATEST_PUBLISHED_FIRST,
        ),
        index("content_media_item_id_idx", TABLE, &["media_item_id"], &[]),
        // What is published: everywhere, by category, by creator.
        living("content_status_published_at_idx", &["status"], LATEST_PUBLISHED_FIRST),
        living(
            "content_category_status_published_at_idx",
            &["category", "status"],
            LATEST_PUBLISHED_FIRST,
        ),
        living(
            "content_creator_id_status_published_at_idx",
            &["creator_id", "status"],
            LATEST_PUBLISHED_FIRST,
        ),
        // What is worked on, whatever its status.
        living("content_created_at_idx", &[], NEWEST_FIRST),
        living("content_updated_at_idx", &[], LATEST_UPDATED_FIRST),
        living(
            "content_creator_id_updated_at_idx",
            &["creator_id"],
            LATEST_UPDATED_FIRST,
        ),
        living(
            "content_organization_id_created_at_idx",
            &["organization_id"],
            NEWEST_FIRST,
        ),
        living(
            "content_organization_id_updated_at_idx",
            &["organization_id"],
            LATEST_UPDATED_FIRST,
        ),
    ]
}
