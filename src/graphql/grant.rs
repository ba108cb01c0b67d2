//! Grants.

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

    ready! {
        "accessType" => access_type,
        "grantedAt" => granted_at,
        "expiresAt" => expires_at,
        ;
        "user" => user,
        "content" => content,
    }
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
    pub async fn id(&self) -> Result<GlobalId<'_>> {
        Ok(Kind::Grant.global(self.0.row.id()?))
    }

    /// Why they hold it.
    fn access_type(&self) -> Result<AccessType> {
        Ok(self.0.row.access_type()?.into())
    }

    /// When it was given.
    fn granted_at(&self) -> Result<Time> {
        Ok(self.0.row.granted_at()?.into())
    }

    /// When it ends; null: it does not.
    fn expires_at(&self) -> Option<Result<Time>> {
        nullable(self.0.row.expires_at().map(|time| time.map(Time)))
    }

    /// Who holds it; null if the account is gone.
    fn user(&self) -> Option<Result<Shown<User>>> {
        shown(self.0.user.get("user"))
    }

    /// What it opens; null if the viewer may not see it.
    fn content(&self) -> Option<Result<Shown<Content>>> {
        shown(self.0.content.get("content"))
    }
}
