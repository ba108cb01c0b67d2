//! Sessions. The token is not among the columns: it is never read back.

mod revoke;
mod sign_in;

use entity::session;
use sea_orm::{Condition, DbBackend, DbErr, prelude::DateTimeUtc};

pub(super) use revoke::end_others;
pub use revoke::{Revoke, RevokeOthers, SignOut};
pub(super) use sign_in::too_many;
pub use sign_in::{NewSession, SignIn, SignedIn, SignsIn};

use super::{
    Error, Key, Noun,
    cursor::Mark,
    fields::Fields,
    noun::Named,
    scope::{Loads, NounLoads},
};
use crate::{policy, viewer::Viewer};

columns! {
    session::Entity {
        ID id: String = Id;
        USER_ID user_id: String = UserId;
        EXPIRES_AT expires_at: DateTimeUtc = ExpiresAt;
        IP_ADDRESS ip_address: Option<String> = IpAddress;
        USER_AGENT user_agent: Option<String> = UserAgent;
        CREATED_AT created_at: DateTimeUtc = CreatedAt;
        UPDATED_AT updated_at: DateTimeUtc = UpdatedAt;
    }
}

/// What is wanted of a session.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Selection {
    /// Columns of its own.
    pub columns: Columns,
}

/// Whose sessions a page is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Via {
    /// A user's.
    User,
}

/// One session that the viewer may see.
#[derive(Clone, Debug)]
pub struct Session {
    /// What was read of it.
    pub row: Row,
}

impl Noun for Session {
    type Entity = session::Entity;
    const KEY: Named = Named::text("id");
    const RULE: &'static str = policy::session::RULE;
    type Columns = Columns;
    type Selection = Selection;
    type Filter = ();
    type OrderField = ();
    type Via = Via;

    fn visible(viewer: &Viewer) -> Condition {
        policy::session::visible(viewer)
    }

    fn own(by: Option<Via>) -> Option<Condition> {
        (by == Some(Via::User)).then(policy::session::own)
    }

    fn matching(_filter: &(), _backend: DbBackend) -> Condition {
        Condition::all()
    }

    fn order_column(_field: ()) -> Named {
        Named::time("created_at")
    }

    fn via_column(_via: Via) -> Named {
        Named::text("user_id")
    }

    fn columns(selection: &Selection, order: Option<()>, via: Option<Via>) -> Columns {
        let parent = match via {
            Some(Via::User) => Columns::USER_ID,
            None => Columns::default(),
        };
        let columns = selection.columns | Columns::ID | parent;
        if order.is_some() {
            columns | Columns::CREATED_AT
        } else {
            columns
        }
    }

    fn decode(fields: &mut Fields<'_>, columns: Columns, _selection: &Selection) -> Result<Self, DbErr> {
        let row = Row::take(fields, columns);
        Ok(Self { row })
    }

    fn key(&self) -> Result<Key, Error> {
        Ok(Key::Text(self.row.id()?.to_owned()))
    }

    fn mark(&self, _field: ()) -> Result<Mark, Error> {
        Ok(Mark::Time(Some(self.row.created_at()?)))
    }

    fn parent(&self, _via: Via) -> Result<Option<Key>, Error> {
        Ok(Some(Key::Text(self.row.user_id()?.to_owned())))
    }

    fn loads(loads: &Loads) -> &NounLoads<Self> {
        &loads.session
    }
}
