//! Users.

mod by_email;
mod change_password;
mod sign_up;
mod update;

use std::sync::Arc;

pub(super) use by_email::by_email;
use entity::user;
use sea_orm::{Condition, DbBackend, DbErr, prelude::DateTimeUtc};

pub use change_password::ChangePassword;
pub use sign_up::{Profile, SignUp};
pub use update::Update;

use super::{
    Error, Key, Noun,
    cursor::Mark,
    fields::Fields,
    noun::Named,
    scope::{Loads, NounLoads},
};
use crate::{policy, viewer::Viewer};

columns! {
    user::Entity {
        ID id: String = Id;
        NAME name: String = Name;
        IMAGE image: Option<String> = Image;
        EMAIL email: String = Email;
        EMAIL_VERIFIED email_verified: bool = EmailVerified;
        CREATED_AT created_at: DateTimeUtc = CreatedAt;
        UPDATED_AT updated_at: DateTimeUtc = UpdatedAt;
    }
}

/// What is wanted of a user.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Selection {
    /// Columns of its own.
    pub columns: Columns,
}

/// One user whose public profile the viewer may see.
#[derive(Clone, Debug)]
pub struct User {
    /// What was read of it.
    pub row: Row,
}

impl User {
    /// Whether the viewer may have what is the user's own.
    ///
    /// # Errors
    /// Never for a row of this store: what the rule looks at is always read.
    pub fn is_private_to(&self, viewer: &Viewer) -> Result<bool, Error> {
        Ok(policy::user::is_private_to(viewer, self.row.id()?))
    }
}

impl Noun for User {
    type Entity = user::Entity;
    const KEY: Named = Named::text("id");
    const RULE: &'static str = policy::user::RULE;
    type Columns = Columns;
    type Selection = Selection;
    type Filter = ();
    type OrderField = ();
    type Via = ();

    fn visible(viewer: &Viewer) -> Condition {
        policy::user::visible(viewer)
    }

    fn own(by: Option<()>) -> Option<Condition> {
        by.is_none().then(policy::user::own)
    }

    fn matching(_filter: &(), _backend: DbBackend) -> Condition {
        Condition::all()
    }

    fn order_column(_field: ()) -> Named {
        Named::time("created_at")
    }

    fn via_column(_via: ()) -> Named {
        Self::KEY
    }

    fn columns(selection: &Selection, order: Option<()>, _via: Option<()>) -> Columns {
        let columns = selection.columns | Columns::ID;
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

    fn alone(row: Arc<user::Model>, _selection: &Selection) -> Option<Self> {
        Some(Self { row: Row::of(row) })
    }

    fn key(&self) -> Result<Key, Error> {
        Ok(Key::Text(self.row.id()?.to_owned()))
    }

    fn mark(&self, _field: ()) -> Result<Mark, Error> {
        Ok(Mark::Time(Some(self.row.created_at()?)))
    }

    fn parent(&self, _via: ()) -> Result<Option<Key>, Error> {
        self.key().map(Some)
    }

    fn loads(loads: &Loads) -> &NounLoads<Self> {
        &loads.user
    }
}
