//! ACCESS.md once more, as loops over plain rows. Each rule stands over its function, in the page's own words.

use entity::{
    content::{Status, Visibility},
    membership::{self, Role},
};

use super::world::{Content, Membership, World};

/// What kind of row it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    User,
    Organization,
    Membership,
    MediaItem,
    Content,
    Grant,
    Purchase,
    Session,
    AuditEntry,
}

/// A row: of which kind, and its place in the world.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Row {
    pub kind: Kind,
    pub place: usize,
}

impl Kind {
    pub const ALL: [Self; 9] = [
        Self::User,
        Self::Organization,
        Self::Membership,
        Self::MediaItem,
        Self::Content,
        Self::Grant,
        Self::Purchase,
        Self::Session,
        Self::AuditEntry,
    ];

    /// The row at this place.
    pub fn at(self, place: usize) -> Row {
        Row { kind: self, place }
    }

    /// How many rows of this kind the world has.
    pub fn count(self, world: &World) -> usize {
        match self {
            Self::User => world.users.len(),
            Self::Organization => world.organizations.len(),
            Self::Membership => world.memberships.len(),
            Self::MediaItem => world.media_items.len(),
            Self::Content => world.contents.len(),
            Self::Grant => world.grants.len(),
            Self::Purchase => world.purchases.len(),
            Self::Session => world.sessions.len(),
            Self::AuditEntry => world.audit_entries.len(),
        }
    }
}

/// Somebody who asks.
#[derive(Clone, Copy, Debug)]
pub struct Viewer<'a> {
    pub world: &'a World,
    /// None: "no credential was sent".
    pub user: Option<usize>,
    /// "the organization that a request pins itself to"
    pub tenant: Option<usize>,
}

impl Viewer<'_> {
    /// "a user whose `users.role` is `platform_owner`"
    fn is_platform_owner(&self) -> bool {
        self.user.is_some_and(|user| self.world.users[user].platform_owner)
    }

    /// "a user with a membership row in O whose status is `active`, O not deleted"
    fn role_in(&self, organization: usize) -> Option<Role> {
        if self.world.organizations[organization].deleted {
            return None;
        }
        for membership in &self.world.memberships {
            let own = Some(membership.user) == self.user && membership.organization == organization;
            if own && membership.status == membership::Status::Active {
                return Some(membership.role);
            }
        }
        None
    }

    fn is_member(&self, organization: usize) -> bool {
        self.role_in(organization).is_some()
    }

    /// "member as `owner` or `admin`"
    fn is_manager(&self, organization: usize) -> bool {
        matches!(self.role_in(organization), Some(Role::Owner | Role::Admin))
    }

    /// "member as `owner`, `admin` or `creator`"
    fn is_author(&self, organization: usize) -> bool {
        matches!(
            self.role_in(organization),
            Some(Role::Owner | Role::Admin | Role::Creator)
        )
    }

    /// "a `content_access` row for (user, content), not expired"
    fn holds_grant(&self, content: usize) -> bool {
        for grant in &self.world.grants {
            if Some(grant.user) == self.user && grant.content == content && !grant.expired() {
                return true;
            }
        }
        false
    }

    /// "A pinned request sees, of all organization-owned rows, that organization's alone"
    fn pin_lets_through(&self, organization: Option<usize>) -> bool {
        match (self.tenant, organization) {
            (Some(tenant), Some(organization)) => tenant == organization,
            _ => true,
        }
    }

    /// Whether the viewer sees this row; which is so or not, whichever path reached it.
    pub fn sees(&self, row: Row) -> bool {
        let place = row.place;
        place < row.kind.count(self.world)
            && match row.kind {
                Kind::User => self.sees_user(place),
                Kind::Organization => self.sees_organization(place),
                Kind::Membership => self.sees_membership(place),
                Kind::MediaItem => self.sees_media_item(place),
                Kind::Content => self.sees_content(place),
                Kind::Grant => self.sees_grant(place),
                Kind::Purchase => self.sees_purchase(place),
                Kind::Session => self.sees_session(place),
                Kind::AuditEntry => self.sees_audit_entry(place),
            }
    }

    /// "everyone; pinned: that one alone", and "A deleted row is visible to nobody"
    fn sees_organization(&self, organization: usize) -> bool {
        !self.world.organizations[organization].deleted && self.pin_lets_through(Some(organization))
    }

    fn made(&self, content: &Content) -> bool {
        Some(content.creator) == self.user
    }

    fn manages(&self, content: &Content) -> bool {
        content.organization.is_some_and(|house| self.is_manager(house))
    }

    /// "its creator · managers of its organization · the platform owner · holders of a grant while it is `published` or
    /// `archived` · and, while it is `published` and its organization (if any) is not deleted: everyone for `public` and
    /// `purchased_only`, members of its organization for `members_only`, nobody more for `private`"
    fn sees_content(&self, place: usize) -> bool {
        let content = &self.world.contents[place];
        if content.deleted || !self.pin_lets_through(content.organization) {
            return false;
        }
        if self.made(content) || self.manages(content) || self.is_platform_owner() {
            return true;
        }
        if self.holds_grant(place) && matches!(content.status, Status::Published | Status::Archived) {
            return true;
        }
        let house_stands = match content.organization {
            Some(house) => !self.world.organizations[house].deleted,
            None => true,
        };
        if content.status != Status::Published || !house_stands {
            return false;
        }
        match content.visibility {
            Visibility::Public | Visibility::PurchasedOnly => true,
            Visibility::MembersOnly => content.organization.is_some_and(|house| self.is_member(house)),
            Visibility::Private => false,
        }
    }

    /// "those who see the row and are: its creator, manager of its organization, the platform owner, a grant's holder; or
    /// everyone who sees it while it is published and `public`, `members_only`, or `purchased_only` with no price"
    pub fn has_body(&self, place: usize) -> bool {
        let content = &self.world.contents[place];
        if !self.sees_content(place) {
            return false;
        }
        if self.made(content) || self.manages(content) || self.is_platform_owner() || self.holds_grant(place) {
            return true;
        }
        let open = match content.visibility {
            Visibility::Public | Visibility::MembersOnly => true,
            Visibility::PurchasedOnly => content.price.is_none(),
            Visibility::Private => false,
        };
        content.status == Status::Published && open
    }

    /// "its creator, managers of its organization, the platform owner; null for others"
    pub fn has_counts(&self, place: usize) -> bool {
        let content = &self.world.contents[place];
        self.made(content) || self.manages(content) || self.is_platform_owner()
    }

    /// "its creator (in O: while still an author there) · managers of O", and "The platform owner may do all of it"
    pub fn can_edit(&self, place: usize) -> bool {
        let content = &self.world.contents[place];
        let still_there = match content.organization {
            Some(house) => self.is_author(house),
            None => true,
        };
        (self.made(content) && still_there) || self.manages(content) || self.is_platform_owner()
    }

    /// "its creator · the platform owner · whoever may have the body of some content that uses it"
    fn sees_media_item(&self, place: usize) -> bool {
        if self.world.media_items[place].deleted {
            return false;
        }
        if self.has_storage_keys(place) {
            return true;
        }
        for (number, content) in self.world.contents.iter().enumerate() {
            if content.media_item == Some(place) && self.has_body(number) {
                return true;
            }
        }
        false
    }

    /// "Storage keys (`r2Key`): creator and platform owner only"
    pub fn has_storage_keys(&self, place: usize) -> bool {
        Some(self.world.media_items[place].creator) == self.user || self.is_platform_owner()
    }

    /// "the member · managers of the organization · the platform owner · authors of the organization see its active owners,
    /// admins and creators"
    fn sees_membership(&self, place: usize) -> bool {
        let Membership {
            organization,
            user,
            role,
            status,
            ..
        } = self.world.memberships[place];
        let works_there =
            status == membership::Status::Active && matches!(role, Role::Owner | Role::Admin | Role::Creator);
        self.pin_lets_through(Some(organization))
            && (Some(user) == self.user
                || self.is_manager(organization)
                || self.is_platform_owner()
                || (self.is_author(organization) && works_there))
    }

    /// "the public profile (id, name, image): whoever sees a row that names the user (a content's creator, a visible
    /// membership)": so a media item's creator, a grant's user and an audit entry's actor too, and everybody themself.
    fn sees_user(&self, user: usize) -> bool {
        if self.has_private_fields(user) {
            return true;
        }
        for (place, content) in self.world.contents.iter().enumerate() {
            if content.creator == user && self.sees_content(place) {
                return true;
            }
        }
        for (place, item) in self.world.media_items.iter().enumerate() {
            if item.creator == user && self.sees_media_item(place) {
                return true;
            }
        }
        for (place, membership) in self.world.memberships.iter().enumerate() {
            if membership.user == user && self.sees_membership(place) {
                return true;
            }
        }
        for (place, grant) in self.world.grants.iter().enumerate() {
            if grant.user == user && self.sees_grant(place) {
                return true;
            }
        }
        for (place, entry) in self.world.audit_entries.iter().enumerate() {
            if entry.actor == Some(user) && self.sees_audit_entry(place) {
                return true;
            }
        }
        false
    }

    /// "`email`, `emailVerified`, sessions, accounts: the user and the platform owner; for anybody else these fields are
    /// null". Purchases, whose rows nobody else sees, are such a field too.
    pub fn has_private_fields(&self, user: usize) -> bool {
        Some(user) == self.user || self.is_platform_owner()
    }

    /// "its user"; and the platform owner, as with all that is the user's.
    fn sees_session(&self, place: usize) -> bool {
        self.has_private_fields(self.world.sessions[place].user)
    }

    /// "its customer · the platform owner". It belongs to its content's organization when a request is pinned.
    fn sees_purchase(&self, place: usize) -> bool {
        let purchase = &self.world.purchases[place];
        let house = self.world.contents[purchase.content].organization;
        self.pin_lets_through(house) && (Some(purchase.customer) == self.user || self.is_platform_owner())
    }

    /// "its user · managers of the content's organization · its creator · the platform owner". It belongs to its content's
    /// organization when a request is pinned.
    fn sees_grant(&self, place: usize) -> bool {
        let grant = &self.world.grants[place];
        let content = &self.world.contents[grant.content];
        self.pin_lets_through(content.organization)
            && (Some(grant.user) == self.user
                || self.manages(content)
                || self.made(content)
                || self.is_platform_owner())
    }
    /// "readable by managers of the tenant and the platform owner"
    fn sees_audit_entry(&self, place: usize) -> bool {
        let house = self.world.audit_entries[place].organization;
        self.pin_lets_through(house) && (house.is_some_and(|house| self.is_manager(house)) || self.is_platform_owner())
    }
}
