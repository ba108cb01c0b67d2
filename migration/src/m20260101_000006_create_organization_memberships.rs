use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

use crate::shared::{self, NEWEST_FIRST, create, drop, foreign_key, index, one_of, partial_unique, times, unique};

/// Makes `organization_memberships`.
#[derive(DeriveMigrationName)]
pub struct Migration;

const TABLE: &str = "organization_memberships";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let backend = manager.get_database_backend();
        let [created_at, updated_at] = times(backend);
        let table = shared::table(TABLE, backend)
            .col(uuid("organization_id"))
            .col(text("user_id"))
            .col(string_len("role", 50).default("member"))
            .col(string_len("status", 50).default("active"))
            .col(text_null("invited_by"))
            .col(timestamp_with_time_zone_null("invited_at"))
            .col(timestamp_with_time_zone_null("joined_at"))
            .col(created_at)
            .col(updated_at)
            .index(&mut unique(TABLE, &["organization_id", "user_id"]))
            .foreign_key(&mut foreign_key(
                TABLE,
                "organization_id",
                "organizations",
                ForeignKeyAction::Cascade,
            ))
            .foreign_key(&mut foreign_key(TABLE, "user_id", "users", ForeignKeyAction::Cascade))
            .foreign_key(&mut foreign_key(
                TABLE,
                "invited_by",
                "users",
                ForeignKeyAction::SetNull,
            ))
            .check(one_of(
                TABLE,
                "role",
                ["owner", "admin", "creator", "subscriber", "member"],
            ))
            .check(one_of(TABLE, "status", ["active", "inactive", "invited"]))
            .take();
        let indexes = [
            // At most one owner. Its column leads other indexes too: this one is here for what it forbids.
            partial_unique("organization_memberships_owner_key", TABLE, &["organization_id"])
                .and_where(Expr::col("role").eq("owner"))
                .take(),
            index(
                "organization_memberships_organization_id_created_at_idx",
                TABLE,
                &["organization_id"],
                NEWEST_FIRST,
            ),
            index(
                "organization_memberships_organization_id_role_created_at_idx",
                TABLE,
                &["organization_id", "role"],
                NEWEST_FIRST,
            ),
            index(
                "organization_memberships_user_id_created_at_idx",
                TABLE,
                &["user_id"],
                NEWEST_FIRST,
            ),
            index("organization_memberships_invited_by_idx", TABLE, &["invited_by"], &[]),
        ];
        create(manager, table, indexes).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop(manager, TABLE).await
    }
}
