//! Who asks: from a credential to a [`Viewer`]. This room and the command line are the only ones that read rows without a
//! viewer's scope, because here there is none yet.

pub mod attempts;
mod beside;
pub mod cookie;
mod credential;
mod handover;
pub mod password;
pub mod proof;
mod session;
mod shape;

pub use beside::{Beside, Found};
pub use credential::{Credential, CredentialError, Secret, mint};
pub use handover::{Handed, Handover};
pub use session::{LASTS, SignInError, extend, identify, identify_again};

use std::{net::IpAddr, sync::Arc};

use chrono::{DateTime, Utc};
use derive_where::derive_where;
use entity::{membership::Role, user};
use sea_orm::DbBackend;
use thiserror::Error;
use uuid::Uuid;

use session::EXTENDED_BEFORE;

/// No randomness, or no hash, was to be had. For the log alone.
#[derive(Debug, Error)]
#[error("a secret could not be made: {0}")]
pub struct SecretsError(String);

impl SecretsError {
    fn new(cause: impl ToString) -> Self {
        Self(cause.to_string())
    }
}

/// Where a request came from, and what sent it: what a session remembers, so that a person recognizes it.
#[derive(Clone, Debug)]
pub struct Client {
    /// The client's address.
    pub address: IpAddr,
    /// What the program calls itself.
    pub user_agent: Option<String>,
}

/// Who a request is made for, as the access rules see them. Made by [`identify`] and [`identify_again`] alone; every rule is
/// asked with one.
#[derive(Clone, Debug)]
pub struct Viewer {
    identity: Option<Identity>,
    tenant: Option<Uuid>,
    at: DateTime<Utc>,
    backend: DbBackend,
}

/// A signed-in person. Whatever prints one leaves out what is private about them.
#[derive(Clone)]
#[derive_where(Debug)]
struct Identity {
    #[derive_where(skip(Debug))]
    user: Arc<user::Model>,
    session_id: String,
    session_expires_at: DateTime<Utc>,
    memberships: Vec<Membership>,
}

/// An active membership in an organization that is not deleted.
#[derive(Clone, Copy, Debug)]
struct Membership {
    organization_id: Uuid,
    role: Role,
}

impl Viewer {
    /// The signed-in user; nothing for the anonymous.
    pub fn user(&self) -> Option<&Arc<user::Model>> {
        self.identity.as_ref().map(|identity| &identity.user)
    }

    /// The signed-in user's id; nothing for the anonymous.
    pub fn user_id(&self) -> Option<&str> {
        self.identity.as_ref().map(|identity| identity.user.id.as_str())
    }

    /// The session that the request came with; nothing for the anonymous.
    pub fn session_id(&self) -> Option<&str> {
        self.identity.as_ref().map(|identity| identity.session_id.as_str())
    }

    /// Whether the session that the request came with is to be extended. One that was made to last longer is not.
    pub fn session_is_due(&self) -> bool {
        let ends = self.identity.as_ref().map(|identity| identity.session_expires_at);
        ends.is_some_and(|ends| ends <= self.at + EXTENDED_BEFORE)
    }

    /// Whether this is the user with this id.
    pub fn is(&self, user_id: &str) -> bool {
        self.user_id() == Some(user_id)
    }

    /// Whether the viewer runs the platform.
    pub fn is_platform_owner(&self) -> bool {
        self.user().is_some_and(|user| user.role == user::Role::PlatformOwner)
    }

    /// The organization that the request is pinned to.
    pub fn tenant(&self) -> Option<Uuid> {
        self.tenant
    }

    /// The time at which the request began, by which grants expire.
    pub fn at(&self) -> DateTime<Utc> {
        self.at
    }

    /// The database in whose words a statement about the viewer is put: the one that knows them.
    pub fn backend(&self) -> DbBackend {
        self.backend
    }

    /// The organizations of which the viewer is a member in any role.
    pub fn member_of(&self) -> Vec<Uuid> {
        self.organizations(|_| true)
    }

    /// The organizations of which the viewer is a manager.
    pub fn manager_of(&self) -> Vec<Uuid> {
        self.organizations(manages)
    }

    /// The organizations of which the viewer is an author.
    pub fn author_of(&self) -> Vec<Uuid> {
        self.organizations(writes)
    }

    /// Whether the viewer is a manager of this organization.
    pub fn is_manager_of(&self, organization_id: Uuid) -> bool {
        self.role_in(organization_id).is_some_and(manages)
    }

    /// Whether the viewer is an author in this organization.
    pub fn is_author_in(&self, organization_id: Uuid) -> bool {
        self.role_in(organization_id).is_some_and(writes)
    }

    fn role_in(&self, organization_id: Uuid) -> Option<Role> {
        let memberships = self
            .identity
            .as_ref()
            .map(|identity| identity.memberships.as_slice())
            .unwrap_or_default();
        memberships
            .iter()
            .find(|membership| membership.organization_id == organization_id)
            .map(|membership| membership.role)
    }

    fn organizations(&self, counts: impl Fn(Role) -> bool) -> Vec<Uuid> {
        let memberships = self
            .identity
            .as_ref()
            .map(|identity| identity.memberships.as_slice())
            .unwrap_or_default();
        memberships
            .iter()
            .filter(|membership| counts(membership.role))
            .map(|membership| membership.organization_id)
            .collect()
    }
}

/// Whether this role makes a member a manager.
fn manages(role: Role) -> bool {
    matches!(role, Role::Owner | Role::Admin)
}

/// Whether this role makes a member an author.
fn writes(role: Role) -> bool {
    manages(role) || role == Role::Creator
}
