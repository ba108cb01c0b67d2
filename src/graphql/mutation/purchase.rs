//! Recording purchases.

use async_graphql::{Context, ID, InputObject, Object};

use super::payload::change;
use crate::{
    graphql::{error::Result, id::Kind, input, purchase::Purchase, scalar::Time},
    store,
};

/// What was bought, by whom, and who gets the money. Amounts are in cents of the currency, and none is negative.
#[derive(InputObject)]
pub struct RecordPurchaseInput {
    /// The id of the user who bought.
    customer_id: ID,
    /// The id of the content that was bought.
    content_id: ID,
    /// What the customer paid: the sum of the other three amounts.
    amount_paid_cents: i32,
    /// What of it the platform keeps.
    platform_fee_cents: i32,
    /// What of it the organization gets.
    organization_fee_cents: i32,
    /// What of it the creator gets.
    creator_payout_cents: i32,
    /// The currency's ISO 4217 code, such as `usd`.
    currency: String,
    /// What the payment provider calls the payment: 1 to 255 characters.
    payment_reference: String,
    /// When it was paid; null: now.
    purchased_at: Option<Time>,
}

impl RecordPurchaseInput {
    fn into_change(self) -> Result<store::purchase::Record> {
        Ok(store::purchase::Record {
            customer_id: input::text_key("input.customerId", &self.customer_id, Kind::User)?,
            content_id: input::uuid_key("input.contentId", &self.content_id, Kind::Content)?,
            amount_paid_cents: self.amount_paid_cents,
            platform_fee_cents: self.platform_fee_cents,
            organization_fee_cents: self.organization_fee_cents,
            creator_payout_cents: self.creator_payout_cents,
            currency: self.currency,
            payment_reference: self.payment_reference,
            purchased_at: self.purchased_at.map(|time| time.0),
        })
    }
}

row_payload! {
    /// What came of `recordPurchase`.
    RecordPurchasePayload {
        /// The purchase as it is now; null if there is none.
        purchase: Purchase of uuid::Uuid
    }
}

/// Recording purchases.
#[derive(Default)]
pub struct PurchaseMutation;

/// Recording purchases.
#[Object]
impl PurchaseMutation {
    /// Records that content was bought and paid for, and gives the customer access to it for good. The payment's reference stands
    /// for it: the same reference with the same data, however often, is the same purchase; with other data it is `TAKEN`. So is
    /// content that the customer has bought with another payment.
    async fn record_purchase(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "What was bought, by whom, and who gets the money.")] input: RecordPurchaseInput,
    ) -> Option<Result<RecordPurchasePayload>> {
        change(context, input.into_change()).await
    }
}
