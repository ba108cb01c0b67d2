//! Users, where they are signed in, organizations, and who is in them.

use chrono::TimeDelta;
use entity::{membership, organization, session, user};

use super::{
    super::token,
    Bulk, Draw, numbered,
    words::{FIRST_NAMES, LAST_NAMES, PLACES, SUBJECTS},
};

/// Who is in an organization; the first [`AUTHORS`] of them make its content.
const ROLES: [membership::Role; 10] = {
    use membership::Role::{Admin, Creator, Member, Owner, Subscriber};
    [
        Owner, Admin, Creator, Creator, Creator, Creator, Subscriber, Subscriber, Member, Member,
    ]
};
pub(super) const AUTHORS: u64 = 6;
/// How far the members of one organization are from those of the next: less than there are, so that some are in two.
const MEMBERS_APART: u64 = 7;

impl Bulk {
    pub(super) fn users(&self) -> impl Iterator<Item = user::Model> {
        (0..self.users).map(|n| {
            let id = self.user_id(n);
            let first = self.pick(Draw::FirstName, n, &FIRST_NAMES);
            let last = self.pick(Draw::LastName, n, &LAST_NAMES);
            let at = self.began();
            user::Model {
                email: format!("{id}@scale.example"),
                id,
                name: format!("{first} {last}"),
                email_verified: n % 10 != 9,
                image: None,
                role: user::Role::User,
                created_at: at,
                updated_at: at,
            }
        })
    }

    /// One for each user, good for a year; every tenth has expired, for whoever clears those away.
    pub(super) fn sessions(&self) -> impl Iterator<Item = session::Model> {
        (0..self.users).map(|n| {
            let at = self.now - TimeDelta::days(8);
            let good_for = if n % 10 == 9 {
                TimeDelta::days(7)
            } else {
                TimeDelta::days(365)
            };
            session::Model {
                id: self.user_id(n),
                user_id: self.user_id(n),
                token: token(),
                expires_at: at + good_for,
                ip_address: None,
                user_agent: None,
                created_at: at,
                updated_at: at,
            }
        })
    }

    pub(super) fn organizations(&self) -> impl Iterator<Item = organization::Model> {
        (0..self.organizations).map(|n| {
            let place = self.pick(Draw::Place, n, &PLACES);
            let (category, _) = self.pick(Draw::Category, n, &SUBJECTS);
            let at = self.began();
            organization::Model {
                id: self.organization_id(n),
                name: format!("{place} School of {category}"),
                slug: numbered(self.first_organization + n),
                description: Some(format!("{category} for everybody, at {place}.")),
                logo_url: None,
                website_url: None,
                deleted_at: None,
                created_at: at,
                updated_at: at,
            }
        })
    }

    pub(super) fn memberships(&self) -> impl Iterator<Item = membership::Model> {
        let members = (0..self.organizations).flat_map(|organization| {
            ROLES
                .into_iter()
                .enumerate()
                .map(move |(position, role)| (organization, position as u64, role))
        });
        members.map(|(organization, position, role)| {
            let at = self.began();
            // The last of every fourth organization has not answered, that of the one after has gone.
            let status = match (position, organization % 4) {
                (9, 0) => membership::Status::Invited,
                (9, 1) => membership::Status::Inactive,
                _ => membership::Status::Active,
            };
            let invited = position > 0;
            membership::Model {
                id: self.key(Draw::MembershipKey, organization * ROLES.len() as u64 + position, at),
                organization_id: self.organization_id(organization),
                user_id: self.user_id(self.member(organization, position)),
                role,
                status,
                invited_by: invited.then(|| self.user_id(self.member(organization, 0))),
                invited_at: invited.then_some(at),
                joined_at: (status != membership::Status::Invited).then_some(at),
                created_at: at,
                updated_at: at,
            }
        })
    }

    /// Which user is at this position in this organization. There are ten users or more, hence no user twice.
    pub(super) fn member(&self, organization: u64, position: u64) -> u64 {
        (organization * MEMBERS_APART + position) % self.users
    }
}
