use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

use crate::shared::{self, NEWEST_FIRST, create, drop, foreign_key, index, times};

/// Makes `audit_entries`: one row for each row that somebody changed. Rows of a purged organization or user stay, without
/// their name; `subject_id` is no foreign key, because an entry outlives what it is about.
#[derive(DeriveMigrationName)]
pub struct Migration;

const TABLE: &str = "audit_entries";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let backend = manager.get_database_backend();
        let [created_at, updated_at] = times(backend);
        let table = shared::table(TABLE, backend)
            .col(text_null("actor_id"))
            .col(uuid_null("organization_id"))
            .col(string_len("action", 50))
            .col(string_len("subject_type", 50))
            .col(text("subject_id"))
            .col(json_binary_null("before"))
            .col(json_binary_null("after"))
            .col(created_at)
            .col(updated_at)
            .foreign_key(&mut foreign_key(TABLE, "actor_id", "users", ForeignKeyAction::SetNull))
            .foreign_key(&mut foreign_key(
                TABLE,
                "organization_id",
                "organizations",
                ForeignKeyAction::SetNull,
            ))
            .take();
        let indexes = [
            index("audit_entries_created_at_idx", TABLE, &[], NEWEST_FIRST),
            index(
                "audit_entries_actor_id_created_at_idx",
                TABLE,
                &["actor_id"],
                NEWEST_FIRST,
            ),
            // Also for whether somebody did anything in an organization, which the rule about users asks: they may have done
            // much elsewhere.
            index(
                "audit_entries_actor_id_organization_id_created_at_idx",
                TABLE,
                &["actor_id", "organization_id"],
                NEWEST_FIRST,
            ),
            index(
                "audit_entries_organization_id_created_at_idx",
                TABLE,
                &["organization_id"],
                NEWEST_FIRST,
            ),
            index(
                "audit_entries_subject_created_at_idx",
                TABLE,
                &["subject_type", "subject_id"],
                NEWEST_FIRST,
            ),
        ];
        create(manager, table, indexes).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop(manager, TABLE).await
    }
}
