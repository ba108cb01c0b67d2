//! Grants: the rows of `content_access`.

mod give;
mod revoke;

use entity::grant;
pub use entity::grant::AccessType;
pub use give::Give;
pub(super) use give::{Given, held};
pub use revoke::Revoke;
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
    grant::Entity {
        ID id: Uuid = Id;
        USER_ID user_id: String = UserId;
        CONTENT_ID content_id: Uuid = ContentId;
        ACCESS_TYPE access_type: AccessType = AccessType;
        GRANTED_AT granted_at: DateTimeUtc = GrantedAt;
        EXPIRES_AT expires_at: Option<DateTimeUtc> = ExpiresAt;
        CREATED_AT created_at: DateTimeUtc = CreatedAt;
    }
}

/// What is wanted of a grant.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Selection {
    /// Columns of its own.
    pub columns: Columns,
    /// Who holds it.
    pub user: Option<user::Selection>,
    /// What it opens.
    pub content: Option<content::Selection>,
}

/// Whose grants a page is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Via {
    /// A user's.
    User,
    /// Those on a content row.
    Content,
}

/// One grant that the viewer may see.
#[derive(Clone, Debug)]
pub struct Grant {
    /// What was read of it.
    pub row: Row,
    /// Who holds it.
    pub user: Relation<User>,
    /// What it opens, if the viewer may still see that.
    pub content: Relation<Content>,
}

impl Noun for Grant {
    type Entity = grant::Entity;
    const KEY: Named = Named::uuid("id");
    const RULE: &'static str = policy::grant::RULE;
    type Columns = Columns;
    type Selection = Selection;
    type Filter = ();
    type OrderField = ();
    type Via = Via;

    fn visible(viewer: &Viewer) -> Condition {
        policy::grant::visible(viewer)
    }

    fn own(by: Option<Via>) -> Option<Condition> {
        (by == Some(Via::User)).then(policy::grant::own)
    }

    fn matching(_filter: &(), _backend: DbBackend) -> Condition {
        Condition::all()
    }

    fn order_column(_field: ()) -> Named {
        Named::time("created_at")
    }

    fn via_column(via: Via) -> Named {
        match via {
            Via::User => Named::text("user_id"),
            Via::Content => Named::uuid("content_id"),
        }
    }

    fn columns(selection: &Selection, order: Option<()>, via: Option<Via>) -> Columns {
        let parent = match via {
            Some(Via::User) => Columns::USER_ID,
            Some(Via::Content) => Columns::CONTENT_ID,
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
        along.one::<User>(selection.user.as_ref(), "user_id", "id", Door::Open);
        along.one::<Content>(selection.content.as_ref(), "content_id", "id", Door::Closed);
    }

    fn width(selection: &Selection) -> usize {
        Self::columns(selection, None, None).count()
            + width::<User>(selection.user.as_ref())
            + width::<Content>(selection.content.as_ref())
    }

    fn decode(fields: &mut Fields<'_>, columns: Columns, selection: &Selection) -> Result<Self, DbErr> {
        let row = Row::take(fields, columns);
        Ok(Self {
            row,
            user: fields.relation(selection.user.as_ref())?,
            content: fields.relation(selection.content.as_ref())?,
        })
    }

    fn key(&self) -> Result<Key, Error> {
        Ok(Key::Uuid(self.row.id()?))
    }

    fn mark(&self, _field: ()) -> Result<Mark, Error> {
        Ok(Mark::Time(Some(self.row.created_at()?)))
    }

    fn parent(&self, via: Via) -> Result<Option<Key>, Error> {
        Ok(Some(match via {
            Via::User => Key::Text(self.row.user_id()?.to_owned()),
            Via::Content => Key::Uuid(self.row.content_id()?),
        }))
    }

    fn loads(loads: &Loads) -> &NounLoads<Self> {
        &loads.grant
    }
}
