//! Grants.

use std::sync::Arc;

use async_graphql::{Enum, ID, Object, SelectionField};

use super::{
    connection::{Listed, shown},
    content::Content,
    error::{Result, nullable},
    id::Kind,
    look_ahead::LookAhead,
    scalar::Time,
    user::User,
    written::Shown,
};
use crate::store::{
    self, Noun,
    grant::{Columns, Selection},
};

/// Why a person holds a grant.
#[derive(Clone, Copy, Enum, PartialEq, Eq)]
#[graphql(remote = "entity::grant::AccessType")]
pub enum AccessType {
    /// They bought the content.
    Purchased,
    /// They have a subscription.
    Subscription,
    /// They were given it.
    Complimentary,
    /// They may look at it for a while.
    Preview,
}

/// A grant: it lets a person have the body of content, for a while or for good.
pub struct Grant(Arc<store::grant::Grant>);

impl From<Arc<store::grant::Grant>> for Grant {
    fn from(grant: Arc<store::grant::Grant>) -> Self {
        Self(grant)
    }
}

impl Listed for Grant {
    type Noun = store::grant::Grant;
    const NAME: &'static str = "Grant";
}

impl LookAhead for Selection {
    fn see(&mut self, field: SelectionField<'_>) {
        match field.name() {
            "accessType" => self.columns |= Columns::ACCESS_TYPE,
            "grantedAt" => self.columns |= Columns::GRANTED_AT,
            "expiresAt" => self.columns |= Columns::EXPIRES_AT,
            "user" => self.user.get_or_insert_default().see_under(field),
            "content" => self.content.get_or_insert_default().see_under(field),
            _ => (),
        }
    }
}

/// A grant: it lets a person have the body of content, for a while or for good.
#[Object]
impl Grant {
    /// The global id.
    pub async fn id(&self) -> Result<ID> {
        Ok(Kind::Grant.id(&self.0.key()?))
    }

    /// Why they hold it.
    async fn access_type(&self) -> Result<AccessType> {
        Ok((*self.0.row.access_type()?).into())
    }

    /// When it was given.
    async fn granted_at(&self) -> Result<Time> {
        Ok((*self.0.row.granted_at()?).into())
    }

    /// When it ends; null: it does not.
    async fn expires_at(&self) -> Option<Result<Time>> {
        nullable(self.0.row.expires_at().map(|time| time.map(Time)))
    }

    /// Who holds it; null if the account is gone.
    async fn user(&self) -> Option<Result<Shown<User>>> {
        shown(self.0.user.get("user"))
    }

    /// What it opens; null if the viewer may not see it.
    async fn content(&self) -> Option<Result<Shown<Content>>> {
        shown(self.0.content.get("content"))
    }
}
