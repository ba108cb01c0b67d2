//! Purchases.

use std::sync::Arc;

use async_graphql::{Enum, Object, SelectionField};

use super::{
    connection::{Listed, shown},
    content::Content,
    error::{Result, nullable},
    id::{GlobalId, Kind},
    look_ahead::LookAhead,
    scalar::Time,
    user::User,
    written::{Shown, ready},
};
use crate::store::{
    self,
    purchase::{Columns, Selection},
};

/// How far along a purchase is.
#[derive(Clone, Copy, Enum, PartialEq, Eq)]
#[graphql(remote = "entity::purchase::Status")]
pub enum PurchaseStatus {
    /// The payment has not been confirmed.
    Pending,
    /// It is paid.
    Completed,
    /// The money went back.
    Refunded,
    /// The payment did not succeed.
    Failed,
}

/// A purchase of content.
pub struct Purchase(Arc<store::purchase::Purchase>);

impl From<Arc<store::purchase::Purchase>> for Purchase {
    fn from(purchase: Arc<store::purchase::Purchase>) -> Self {
        Self(purchase)
    }
}

impl Listed for Purchase {
    type Noun = store::purchase::Purchase;
    const NAME: &'static str = "Purchase";

    ready! {
        "amountPaidCents" => amount_paid_cents,
        "currency" => currency,
        "paymentReference" => payment_reference,
        "status" => status,
        "purchasedAt" => purchased_at,
        "refundedAt" => refunded_at,
        "createdAt" => created_at,
        ;
        "customer" => customer,
        "content" => content,
    }
}

impl LookAhead for Selection {
    fn see(&mut self, field: SelectionField<'_>) {
        match field.name() {
            "amountPaidCents" => self.columns |= Columns::AMOUNT_PAID_CENTS,
            "currency" => self.columns |= Columns::CURRENCY,
            "paymentReference" => self.columns |= Columns::PAYMENT_REFERENCE,
            "status" => self.columns |= Columns::STATUS,
            "purchasedAt" => self.columns |= Columns::PURCHASED_AT,
            "refundedAt" => self.columns |= Columns::REFUNDED_AT,
            "createdAt" => self.columns |= Columns::CREATED_AT,
            "customer" => self.customer.get_or_insert_default().see_under(field),
            "content" => self.content.get_or_insert_default().see_under(field),
            _ => (),
        }
    }
}

/// A purchase of content.
#[Object]
impl Purchase {
    /// The global id.
    pub async fn id(&self) -> Result<GlobalId<'_>> {
        Ok(Kind::Purchase.global(self.0.row.id()?))
    }

    /// What was paid, in cents.
    fn amount_paid_cents(&self) -> Result<i32> {
        Ok(self.0.row.amount_paid_cents()?)
    }

    /// In which currency: its ISO 4217 code, in lower case.
    fn currency(&self) -> Result<&str> {
        Ok(self.0.row.currency()?)
    }

    /// What the payment provider calls it.
    fn payment_reference(&self) -> Result<&str> {
        Ok(self.0.row.payment_reference()?)
    }

    /// How far along it is.
    fn status(&self) -> Result<PurchaseStatus> {
        Ok(self.0.row.status()?.into())
    }

    /// When it was paid.
    fn purchased_at(&self) -> Option<Result<Time>> {
        nullable(self.0.row.purchased_at().map(|time| time.map(Time)))
    }

    /// When the money went back.
    fn refunded_at(&self) -> Option<Result<Time>> {
        nullable(self.0.row.refunded_at().map(|time| time.map(Time)))
    }

    /// When the purchase was started.
    fn created_at(&self) -> Result<Time> {
        Ok(self.0.row.created_at()?.into())
    }

    /// Who bought; null if the account is gone.
    fn customer(&self) -> Option<Result<Shown<User>>> {
        shown(self.0.customer.get("customer"))
    }

    /// What was bought; null if the viewer may not see it any more.
    fn content(&self) -> Option<Result<Shown<Content>>> {
        shown(self.0.content.get("content"))
    }
}
