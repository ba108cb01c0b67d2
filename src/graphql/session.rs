//! Sessions.

use std::sync::Arc;

use async_graphql::{Context, Object, SelectionField};

use super::{
    connection::{Listed, scope},
    error::{Result, nullable},
    id::{GlobalId, Kind},
    look_ahead::LookAhead,
    scalar::Time,
    written::ready,
};
use crate::store::{
    self,
    session::{Columns, Selection},
};

/// A place where a person is signed in. Its token is nowhere in this schema.
pub struct Session(Arc<store::session::Session>);

impl From<Arc<store::session::Session>> for Session {
    fn from(session: Arc<store::session::Session>) -> Self {
        Self(session)
    }
}

impl Listed for Session {
    type Noun = store::session::Session;
    const NAME: &'static str = "Session";

    ready! {
        "createdAt" => created_at,
        "lastUsedAt" => last_used_at,
        "updatedAt" => updated_at,
        "expiresAt" => expires_at,
        "ipAddress" => ip_address,
        "userAgent" => user_agent,
        "current" => current,
    }
}

impl LookAhead for Selection {
    fn see(&mut self, field: SelectionField<'_>) {
        match field.name() {
            "createdAt" => self.columns |= Columns::CREATED_AT,
            "lastUsedAt" | "updatedAt" => self.columns |= Columns::UPDATED_AT,
            "expiresAt" => self.columns |= Columns::EXPIRES_AT,
            "ipAddress" => self.columns |= Columns::IP_ADDRESS,
            "userAgent" => self.columns |= Columns::USER_AGENT,
            _ => (),
        }
    }
}

/// A place where a person is signed in. Its token is nowhere in this schema.
#[Object]
impl Session {
    /// The global id.
    pub async fn id(&self) -> Result<GlobalId<'_>> {
        Ok(Kind::Session.global(self.0.row.id()?))
    }

    /// When the person signed in.
    fn created_at(&self) -> Result<Time> {
        Ok(self.0.row.created_at()?.into())
    }

    /// When it was last used, as of the day: a session in use is extended once a day.
    fn last_used_at(&self) -> Result<Time> {
        Ok(self.0.row.updated_at()?.into())
    }

    /// When the session was last extended.
    fn updated_at(&self) -> Result<Time> {
        Ok(self.0.row.updated_at()?.into())
    }

    /// When it ends, if it is not used until then.
    fn expires_at(&self) -> Result<Time> {
        Ok(self.0.row.expires_at()?.into())
    }

    /// The address that the person signed in from.
    fn ip_address(&self) -> Option<Result<&str>> {
        nullable(self.0.row.ip_address())
    }

    /// What the person signed in with.
    fn user_agent(&self) -> Option<Result<&str>> {
        nullable(self.0.row.user_agent())
    }

    /// Whether this request came with it.
    fn current(&self, context: &Context<'_>) -> Result<bool> {
        let viewer = scope(context)?.viewer();
        Ok(viewer.session_id() == Some(self.0.row.id()?))
    }
}
