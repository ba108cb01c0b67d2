//! Memberships.

mod answer;
mod held;
mod invite;
mod remove;
mod role;

pub use answer::{Accept, Decline};
pub use entity::membership::{Role, Status};
use entity::{is_one_of, membership, organization};
pub(super) use held::own_role;
pub use invite::Invite;
pub use remove::{Leave, Remove};
pub use role::ChangeRole;
use sea_orm::{
    ColumnTrait, Condition, DbBackend, DbErr,
    prelude::{DateTimeUtc, Uuid},
    sea_query::{Expr, ExprTrait, Query},
};
use serde::{Deserialize, Serialize};

use super::{
    Error, Key, Noun, Relation,
    columns::ColumnSet,
    cursor::Mark,
    fields::Fields,
    noun::{Named, width},
    organization::{self as organizations, Organization},
    relation::{Along, Door},
    scope::{Loads, NounLoads},
    user::{self, User},
};
use crate::{
    database::{Slots, any_of},
    policy,
    viewer::Viewer,
};

columns! {
    membership::Entity {
        ID id: Uuid = Id;
        ORGANIZATION_ID organization_id: Uuid = OrganizationId;
        USER_ID user_id: String = UserId;
        ROLE role: Role = Role;
        STATUS status: Status = Status;
        INVITED_AT invited_at: Option<DateTimeUtc> = InvitedAt;
        JOINED_AT joined_at: Option<DateTimeUtc> = JoinedAt;
        CREATED_AT created_at: DateTimeUtc = CreatedAt;
    }
}

/// What is wanted of a membership.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Selection {
    /// Columns of its own.
    pub columns: Columns,
    /// Whose it is.
    pub user: Option<user::Selection>,
    /// In which organization.
    pub organization: Option<organizations::Selection>,
}

/// Which memberships are wanted. Everything that is said must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Filter {
    /// In one of these roles.
    pub role: Option<Vec<Role>>,
    /// In one of these states.
    pub status: Option<Vec<Status>>,
    /// This user's.
    pub user: Option<String>,
    /// In one of these organizations.
    pub organization: Option<Vec<Uuid>>,
    /// Only in organizations that the viewer may see.
    pub visible_organization: bool,
}

/// Whose memberships a page is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Via {
    /// An organization's.
    Organization,
    /// A user's.
    User,
}

/// One membership that the viewer may see.
#[derive(Clone, Debug)]
pub struct Membership {
    /// What was read of it.
    pub row: Row,
    /// Whose it is.
    pub user: Relation<User>,
    /// In which organization, if that is not deleted.
    pub organization: Relation<Organization>,
}

/// A membership that is gone, and where it was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Removed {
    /// The key that the membership had.
    pub id: Uuid,
    /// The organization.
    pub organization_id: Uuid,
}

impl From<&membership::Model> for Removed {
    fn from(membership: &membership::Model) -> Self {
        Self {
            id: membership.id,
            organization_id: membership.organization_id,
        }
    }
}

impl Noun for Membership {
    type Entity = membership::Entity;
    const KEY: Named = Named::uuid("id");
    const RULE: &'static str = policy::membership::RULE;
    type Columns = Columns;
    type Selection = Selection;
    type Filter = Filter;
    type OrderField = ();
    type Via = Via;

    fn visible(viewer: &Viewer) -> Condition {
        policy::membership::visible(viewer)
    }

    fn own(by: Option<Via>) -> Option<Condition> {
        (by == Some(Via::User)).then(policy::membership::own)
    }

    fn matching(filter: &Filter, backend: DbBackend) -> Condition {
        let organization = |ids: &Vec<Uuid>| {
            let ids = ids.iter().map(|id| (*id).into()).collect();
            any_of(backend, membership::Column::OrganizationId.as_column_ref(), ids)
        };
        let alive = || {
            let organization = Query::select()
                .expr(Expr::cust("1"))
                .from(organization::Entity)
                .and_where(
                    Expr::col(organization::Column::Id.as_column_ref())
                        .eq(Expr::col(membership::Column::OrganizationId.as_column_ref())),
                )
                .cond_where(Organization::alive())
                .take();
            Expr::exists(organization)
        };
        Condition::all()
            .add_option(
                filter
                    .role
                    .clone()
                    .map(|one_of| is_one_of(membership::Column::Role, one_of)),
            )
            .add_option(
                filter
                    .status
                    .clone()
                    .map(|one_of| is_one_of(membership::Column::Status, one_of)),
            )
            .add_option(filter.user.as_ref().map(|user| membership::Column::UserId.eq(user)))
            .add_option(filter.organization.as_ref().map(organization))
            .add_option(filter.visible_organization.then(alive))
    }

    fn slots(filter: &mut Filter, slots: &mut dyn Slots) {
        filter.user.iter_mut().for_each(|key| slots.text(key));
        filter.organization.iter_mut().for_each(|keys| slots.uuids(keys));
    }

    fn order_column(_field: ()) -> Named {
        Named::time("created_at")
    }

    fn via_column(via: Via) -> Named {
        match via {
            Via::Organization => Named::uuid("organization_id"),
            Via::User => Named::text("user_id"),
        }
    }

    fn columns(selection: &Selection, order: Option<()>, via: Option<Via>) -> Columns {
        let parent = match via {
            Some(Via::Organization) => Columns::ORGANIZATION_ID,
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

    fn relations(selection: &Selection, mut along: Along<'_>) {
        along.one::<User>(selection.user.as_ref(), "user_id", "id", Door::Open);
        along.one::<Organization>(selection.organization.as_ref(), "organization_id", "id", Door::Closed);
    }

    fn width(selection: &Selection) -> usize {
        Self::columns(selection, None, None).count()
            + width::<User>(selection.user.as_ref())
            + width::<Organization>(selection.organization.as_ref())
    }

    fn decode(fields: &mut Fields<'_>, columns: Columns, selection: &Selection) -> Result<Self, DbErr> {
        let row = Row::take(fields, columns);
        Ok(Self {
            row,
            user: fields.relation(selection.user.as_ref())?,
            organization: fields.relation(selection.organization.as_ref())?,
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
            Via::Organization => Key::Uuid(self.row.organization_id()?),
            Via::User => Key::Text(self.row.user_id()?.to_owned()),
        }))
    }

    fn loads(loads: &Loads) -> &NounLoads<Self> {
        &loads.membership
    }
}
