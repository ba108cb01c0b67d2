//! Memberships.

use std::sync::Arc;

use async_graphql::{Enum, InputObject, Object, SelectionField};

use super::{
    connection::{Listed, Which, shown},
    error::{Result, nullable},
    id::{GlobalId, Kind},
    input,
    list::{Arguments, newest_first},
    look_ahead::LookAhead,
    organization::Organization,
    scalar::Time,
    user::User,
    written::{Shown, ready},
};
use crate::store::{
    self,
    membership::{Columns, Filter, Selection},
};

/// What a member is in an organization.
#[derive(Clone, Copy, Enum, PartialEq, Eq)]
#[graphql(remote = "entity::membership::Role")]
pub enum MembershipRole {
    /// Owns it; there is one.
    Owner,
    /// Manages it, short of owning it.
    Admin,
    /// Publishes in it.
    Creator,
    /// Follows it, as a customer.
    Subscriber,
    /// Belongs to it.
    Member,
}

/// Whether a membership counts.
#[derive(Clone, Copy, Enum, PartialEq, Eq)]
#[graphql(remote = "entity::membership::Status")]
pub enum MembershipStatus {
    /// It counts.
    Active,
    /// It is suspended.
    Inactive,
    /// The person has been invited, and has not accepted yet.
    Invited,
}

/// Which memberships a list has. Everything that is said must hold.
#[derive(Clone, Default, InputObject)]
pub struct MembershipFilter {
    /// In one of these roles.
    role: Option<Vec<MembershipRole>>,
    /// In one of these states.
    status: Option<Vec<MembershipStatus>>,
}

impl MembershipFilter {
    /// The store's filter.
    ///
    /// # Errors
    /// For a value that cannot be one, naming it.
    pub fn into_filter(self) -> Result<Filter> {
        Ok(Filter {
            role: input::plain("filter.role", self.role)?,
            status: input::plain("filter.status", self.status)?,
            ..Filter::default()
        })
    }
}

/// The membership of a person in an organization, or an invitation to it.
pub struct OrganizationMembership(Arc<store::membership::Membership>);

impl From<Arc<store::membership::Membership>> for OrganizationMembership {
    fn from(membership: Arc<store::membership::Membership>) -> Self {
        Self(membership)
    }
}

/// Which memberships a list has with this argument, the newest first.
///
/// # Errors
/// For a value that cannot be one, naming it.
pub fn members_by(filter: Option<MembershipFilter>) -> Result<Which<OrganizationMembership>> {
    Ok((filter.unwrap_or_default().into_filter()?, newest_first()))
}

impl Listed for OrganizationMembership {
    type Noun = store::membership::Membership;
    const NAME: &'static str = "OrganizationMembership";

    ready! {
        "role" => role,
        "status" => status,
        "invitedAt" => invited_at,
        "joinedAt" => joined_at,
        ;
        "user" => user,
        "organization" => organization,
    }

    fn which(arguments: &mut Arguments) -> Option<Which<Self>> {
        members_by(arguments.take("filter")?).ok()
    }
}

impl LookAhead for Selection {
    fn see(&mut self, field: SelectionField<'_>) {
        match field.name() {
            "role" => self.columns |= Columns::ROLE,
            "status" => self.columns |= Columns::STATUS,
            "invitedAt" => self.columns |= Columns::INVITED_AT,
            "joinedAt" => self.columns |= Columns::JOINED_AT,
            "user" => self.user.get_or_insert_default().see_under(field),
            "organization" => self.organization.get_or_insert_default().see_under(field),
            _ => (),
        }
    }
}

/// The membership of a person in an organization, or an invitation to it.
#[Object]
impl OrganizationMembership {
    /// The global id.
    pub async fn id(&self) -> Result<GlobalId<'_>> {
        Ok(Kind::Membership.global(self.0.row.id()?))
    }

    /// What the person is there.
    fn role(&self) -> Result<MembershipRole> {
        Ok(self.0.row.role()?.into())
    }

    /// Whether the membership counts.
    fn status(&self) -> Result<MembershipStatus> {
        Ok(self.0.row.status()?.into())
    }

    /// When the person was invited; null if they came without.
    fn invited_at(&self) -> Option<Result<Time>> {
        nullable(self.0.row.invited_at().map(|time| time.map(Time)))
    }

    /// When the person joined; null if they have not.
    fn joined_at(&self) -> Option<Result<Time>> {
        nullable(self.0.row.joined_at().map(|time| time.map(Time)))
    }

    /// The person; null if the account is gone.
    fn user(&self) -> Option<Result<Shown<User>>> {
        shown(self.0.user.get("user"))
    }

    /// The organization; null if it has been deleted.
    fn organization(&self) -> Option<Result<Shown<Organization>>> {
        shown(self.0.organization.get("organization"))
    }
}
