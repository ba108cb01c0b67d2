//! Recording that content was bought.

use entity::{
    content,
    grant::AccessType,
    purchase::{self, Status},
};
use sea_orm::{
    ColumnTrait, EntityTrait, QueryFilter, QuerySelect, QueryTrait,
    prelude::{DateTimeUtc, Uuid},
};

use super::Purchase;
use crate::{
    policy,
    store::{
        change::{Change, Checks, Hold, Refusal, Transaction, UserError, UserErrorCode, limits},
        content::Content,
        grant::{Given, held},
    },
};

/// Records that content was bought, and opens it to whoever bought it. The payment's reference stands for it: told of the same
/// payment once more, this changes nothing.
#[derive(Clone, Debug)]
pub struct Record {
    /// Who bought.
    pub customer_id: String,
    /// What was bought.
    pub content_id: Uuid,
    /// What the customer paid.
    pub amount_paid_cents: i32,
    /// What of it the platform keeps.
    pub platform_fee_cents: i32,
    /// What of it the organization gets.
    pub organization_fee_cents: i32,
    /// What of it the creator gets.
    pub creator_payout_cents: i32,
    /// In which currency.
    pub currency: String,
    /// What the payment provider calls it.
    pub payment_reference: String,
    /// When it was paid; none: now.
    pub purchased_at: Option<DateTimeUtc>,
}

impl Change for Record {
    const ACTION: &'static str = "purchase.record";
    const RULE: &'static str = policy::purchase::RECORD_RULE;
    type Outcome = Uuid;

    async fn run(&self, transaction: &mut Transaction) -> Result<Uuid, Refusal> {
        // Whoever holds the content decides who has access to it, one at a time. So of many who tell of one payment at once
        // the first records it, and the others find it recorded.
        let content = transaction.find::<Content>(self.content_id, Hold::ToChange).await?;
        transaction.allow(policy::purchase::may_record(&transaction.viewer()))?;

        let mut checks = Checks::new();
        let told = self.row(transaction, &mut checks);
        if !transaction.is_user(&self.customer_id).await? {
            checks.field(UserErrorCode::NotFound, "customerId", "names nobody");
        }
        let referenced = purchase::Column::PaymentReference.eq(&told.payment_reference);
        let known = transaction.one::<Purchase>(referenced.into(), Hold::ToChange).await?;
        match &known {
            Some(known) if !self.tells_of(&told, known) => checks.add(reference_taken()),
            Some(known) if is_settled(known) => {
                checks.finish()?;
                return Ok(known.id);
            }
            _ => {
                if bought_before(transaction, &told).await? {
                    let message = "is bought by this customer already, with another payment";
                    checks.field(UserErrorCode::Taken, "contentId", message);
                }
            }
        }
        checks.finish()?;

        let id = match known {
            Some(begun) => complete(transaction, &begun, &told).await?,
            None => {
                let id = told.id;
                transaction
                    .insert::<purchase::Entity>(told, Some(reference_taken()))
                    .await?;
                id
            }
        };
        let given = Given {
            user_id: &self.customer_id,
            content_id: self.content_id,
            access_type: AccessType::Purchased,
            expires_at: None,
        };
        let held = held(transaction, &self.customer_id, self.content_id).await?;
        given.instead_of(held, content.organization_id, transaction).await?;
        transaction
            .count::<content::Entity>(&content, content::Column::PurchaseCount)
            .await?;
        Ok(id)
    }
}

impl Record {
    fn row(&self, transaction: &Transaction, checks: &mut Checks) -> purchase::Model {
        let [paid, platform, organization, creator] = [
            ("amountPaidCents", self.amount_paid_cents),
            ("platformFeeCents", self.platform_fee_cents),
            ("organizationFeeCents", self.organization_fee_cents),
            ("creatorPayoutCents", self.creator_payout_cents),
        ]
        .map(|(field, cents)| checks.number(field, cents, limits::PAID_CENTS));
        let parts: i64 = [platform, organization, creator].map(i64::from).iter().sum();
        if i64::from(paid) != parts {
            let message = "must be the sum of platformFeeCents, organizationFeeCents and creatorPayoutCents";
            checks.field(UserErrorCode::Mismatch, "amountPaidCents", message);
        }
        purchase::Model {
            id: Uuid::now_v7(),
            customer_id: self.customer_id.clone(),
            content_id: self.content_id,
            amount_paid_cents: paid,
            platform_fee_cents: platform,
            organization_fee_cents: organization,
            creator_payout_cents: creator,
            currency: checks.currency("currency", &self.currency),
            payment_reference: checks.text("paymentReference", &self.payment_reference, limits::PAYMENT_REFERENCE),
            status: Status::Completed,
            purchased_at: Some(self.purchased_at.unwrap_or(transaction.at())),
            refunded_at: None,
            created_at: transaction.at(),
            updated_at: transaction.at(),
        }
    }

    /// Whether it is this purchase that is told of.
    fn tells_of(&self, told: &purchase::Model, known: &purchase::Model) -> bool {
        let facts = |row: &purchase::Model| {
            let cents = [
                row.amount_paid_cents,
                row.platform_fee_cents,
                row.organization_fee_cents,
                row.creator_payout_cents,
            ];
            (row.customer_id.clone(), row.content_id, cents, row.currency.clone())
        };
        let at = self.purchased_at.is_none() || !is_settled(known) || self.purchased_at == known.purchased_at;
        facts(told) == facts(known) && at
    }
}

/// Whether the payment came in, be it that it has gone back since.
fn is_settled(known: &purchase::Model) -> bool {
    matches!(known.status, Status::Completed | Status::Refunded)
}

/// Completes a purchase that another program has begun.
async fn complete(
    transaction: &mut Transaction,
    begun: &purchase::Model,
    told: &purchase::Model,
) -> Result<Uuid, Refusal> {
    let mut after = begun.clone();
    after.status = Status::Completed;
    after.purchased_at = told.purchased_at;
    transaction.update::<purchase::Entity>(begun, &after, None).await?;
    Ok(begun.id)
}

/// Whether the customer has it, by a payment that has not gone back.
async fn bought_before(transaction: &Transaction, told: &purchase::Model) -> Result<bool, Refusal> {
    let before = purchase::Entity::find()
        .select_only()
        .column(purchase::Column::Id)
        .filter(purchase::Column::CustomerId.eq(&told.customer_id))
        .filter(purchase::Column::ContentId.eq(told.content_id))
        .filter(purchase::Column::Status.eq(Status::Completed))
        .filter(purchase::Column::RefundedAt.is_null());
    transaction.any(before.into_query()).await
}

/// The payment is another purchase's.
fn reference_taken() -> UserError {
    let message = "stands for another purchase";
    UserError::field(UserErrorCode::Taken, "paymentReference", message)
}
