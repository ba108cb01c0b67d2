//! Purchases.

mod record;

use entity::purchase;
pub use entity::purchase::Status;
pub use record::Record;
use sea_orm::{
    Condition, DbBackend, DbErr,
    prelude::{DateTimeUtc, Uuid},
};

use super::{
    Error, Key, Noun, Relation,
    columns::ColumnSet,
    content::{self, Content},
    cursor::Mark,
    fields::Fields,
    noun::{Named, width},
    relation::{Along, Door},
    scope::{Loads, NounLoads},
    user::{self, User},
};
use crate::{policy, viewer::Viewer};

columns! {
    purchase::Entity {
        ID id: Uuid = Id;
        CUSTOMER_ID customer_id: String = CustomerId;
        CONTENT_ID content_id: Uuid = ContentId;
        AMOUNT_PAID_CENTS amount_paid_cents: i32 = AmountPaidCents;
        CURRENCY currency: String = Currency;
        PAYMENT_REFERENCE payment_reference: String = PaymentReference;
        STATUS status: Status = Status;
        PURCHASED_AT purchased_at: Option<DateTimeUtc> = PurchasedAt;
        REFUNDED_AT refunded_at: Option<DateTimeUtc> = RefundedAt;
        CREATED_AT created_at: DateTimeUtc = CreatedAt;
    }
}

/// What is wanted of a purchase.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Selection {
    /// Columns of its own.
    pub columns: Columns,
    /// Who bought.
    pub customer: Option<user::Selection>,
    /// What was bought.
    pub content: Option<content::Selection>,
}

/// Whose purchases a page is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Via {
    /// A customer's.
    Customer,
}

/// One purchase that the viewer may see.
#[derive(Clone, Debug)]
pub struct Purchase {
    /// What was read of it.
    pub row: Row,
    /// Who bought.
    pub customer: Relation<User>,
    /// What was bought, if the viewer may still see that.
    pub content: Relation<Content>,
}

impl Noun for Purchase {
    type Entity = purchase::Entity;
    const KEY: Named = Named::uuid("id");
    const RULE: &'static str = policy::purchase::RULE;
    type Columns = Columns;
    type Selection = Selection;
    type Filter = ();
    type OrderField = ();
    type Via = Via;

    fn visible(viewer: &Viewer) -> Condition {
        policy::purchase::visible(viewer)
    }

    fn matching(_filter: &(), _backend: DbBackend) -> Condition {
        Condition::all()
    }

    fn order_column(_field: ()) -> Named {
        Named::time("created_at")
    }

    fn via_column(_via: Via) -> Named {
        Named::text("customer_id")
    }

    fn columns(selection: &Selection, order: Option<()>, via: Option<Via>) -> Columns {
        let parent = match via {
            Some(Via::Customer) => Columns::CUSTOMER_ID,
            None => Columns::default(),
        };
        let columns = selection.columns | Columns::ID | parent;
        if order.is_some() {
            columns | Columns::CREATED_AT
        } else {
            columns
        }
    }

    fn relations(selection: &Selection, mut along: Along<'_>) {
        along.one::<User>(selection.customer.as_ref(), "customer_id", "id", Door::Open);
        along.one::<Content>(selection.content.as_ref(), "content_id", "id", Door::Closed);
    }

    fn width(selection: &Selection) -> usize {
        Self::columns(selection, None, None).count()
            + width::<User>(selection.customer.as_ref())
            + width::<Content>(selection.content.as_ref())
    }

    fn decode(fields: &mut Fields<'_>, columns: Columns, selection: &Selection) -> Result<Self, DbErr> {
        let row = Row::take(fields, columns);
        Ok(Self {
            row,
            customer: fields.relation(selection.customer.as_ref())?,
            content: fields.relation(selection.content.as_ref())?,
        })
    }

    fn key(&self) -> Result<Key, Error> {
        Ok(Key::Uuid(self.row.id()?))
    }

    fn mark(&self, _field: ()) -> Result<Mark, Error> {
        Ok(Mark::Time(Some(self.row.created_at()?)))
    }

    fn parent(&self, _via: Via) -> Result<Option<Key>, Error> {
        Ok(Some(Key::Text(self.row.customer_id()?.to_owned())))
    }

    fn loads(loads: &Loads) -> &NounLoads<Self> {
        &loads.purchase
    }
}
