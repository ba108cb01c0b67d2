use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

use crate::shared::{
    self, NEWEST_FIRST, create, drop, foreign_key, index, not_negative, one_of, partial_unique, times, unique,
};

/// Makes `purchases`.
#[derive(DeriveMigrationName)]
pub struct Migration;

const TABLE: &str = "purchases";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let backend = manager.get_database_backend();
        let [created_at, updated_at] = times(backend);
        let parts = Expr::col("platform_fee_cents")
            .add(Expr::col("organization_fee_cents"))
            .add(Expr::col("creator_payout_cents"));
        let table = shared::table(TABLE, backend)
            .col(text("customer_id"))
            .col(uuid("content_id"))
            .col(integer("amount_paid_cents"))
            .col(integer("platform_fee_cents").default(0))
            .col(integer("organization_fee_cents").default(0))
            .col(integer("creator_payout_cents"))
            .col(string_len("currency", 3).default("usd"))
            .col(string_len("payment_reference", 255))
            .col(string_len("status", 50).default("pending"))
            .col(timestamp_with_time_zone_null("purchased_at"))
            .col(timestamp_with_time_zone_null("refunded_at"))
            .col(created_at)
            .col(updated_at)
            .index(&mut unique(TABLE, &["payment_reference"]))
            .foreign_key(&mut foreign_key(
                TABLE,
                "customer_id",
                "users",
                ForeignKeyAction::Restrict,
            ))
            .foreign_key(&mut foreign_key(
                TABLE,
                "content_id",
                "content",
                ForeignKeyAction::Restrict,
            ))
            .check(not_negative(TABLE, "amount_paid_cents"))
            .check(not_negative(TABLE, "platform_fee_cents"))
            .check(not_negative(TABLE, "organization_fee_cents"))
            .check(not_negative(TABLE, "creator_payout_cents"))
            .check(Check::named(
                "purchases_sum_check",
                Expr::col("amount_paid_cents").eq(parts),
            ))
            .check(one_of(TABLE, "status", ["pending", "completed", "refunded", "failed"]))
            .take();
        let indexes = [
            // Nobody pays twice for what they have.
            partial_unique(
                "purchases_customer_id_content_id_key",
                TABLE,
                &["customer_id", "content_id"],
            )
            .and_where(Expr::col("status").eq("completed"))
            .and_where(Expr::col("refunded_at").is_null())
            .take(),
            index(
                "purchases_customer_id_created_at_idx",
                TABLE,
                &["customer_id"],
                NEWEST_FIRST,
            ),
            index(
                "purchases_content_id_created_at_idx",
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
