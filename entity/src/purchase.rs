//! Who bought what, and who got the money.

use sea_orm::entity::prelude::*;

/// How far the payment is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(50))", rename_all = "snake_case")]
pub enum Status {
    /// Begun, not paid.
    Pending,
    /// Paid.
    Completed,
    /// Paid, and paid back.
    Refunded,
    /// Will not be paid.
    Failed,
}

/// One payment of one customer for one piece of content. Amounts are in cents of `currency`, none is negative, and what
/// was paid is the sum of the two fees and the payout.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "purchases")]
pub struct Model {
    /// The key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Who bought.
    #[sea_orm(column_type = "Text")]
    pub customer_id: String,
    /// What they bought.
    pub content_id: Uuid,
    /// What the customer paid.
    pub amount_paid_cents: i32,
    /// What of it the platform keeps.
    pub platform_fee_cents: i32,
    /// What of it the organization gets.
    pub organization_fee_cents: i32,
    /// What of it the creator gets.
    pub creator_payout_cents: i32,
    /// ISO 4217 code in lower case.
    #[sea_orm(column_type = "String(StringLen::N(3))")]
    pub currency: String,
    /// The payment provider's name for the payment; one row a payment.
    #[sea_orm(unique, column_type = "String(StringLen::N(255))")]
    pub payment_reference: String,
    /// How far the payment is.
    pub status: Status,
    /// When it was paid.
    pub purchased_at: Option<DateTimeUtc>,
    /// When it was paid back.
    pub refunded_at: Option<DateTimeUtc>,
    /// When the row was written.
    pub created_at: DateTimeUtc,
    /// When the row was last changed.
    pub updated_at: DateTimeUtc,
    /// Who bought; they cannot be deleted while it is there.
    #[sea_orm(belongs_to, from = "customer_id", to = "id", on_delete = "Restrict")]
    pub customer: BelongsTo<super::user::Entity>,
    /// What they bought; it cannot be deleted for good while the purchase is there.
    #[sea_orm(belongs_to, from = "content_id", to = "id", on_delete = "Restrict")]
    pub content: BelongsTo<super::content::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}
