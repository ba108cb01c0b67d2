use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

use crate::shared::{create, drop, identity_table, one_of, times, unique};

/// Makes `users`.
#[derive(DeriveMigrationName)]
pub struct Migration;

const TABLE: &str = "users";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let [created_at, updated_at] = times(manager.get_database_backend());
        let table = identity_table(TABLE)
            .col(text("name"))
            .col(text("email"))
            .col(boolean("email_verified").default(false))
            .col(text_null("image"))
            .col(text("role").default("user"))
            .col(created_at)
            .col(updated_at)
            .index(&mut unique(TABLE, &["email"]))
            .check(one_of(TABLE, "role", ["user", "platform_owner"]))
            .take();
        create(manager, table, []).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop(manager, TABLE).await
    }
}
