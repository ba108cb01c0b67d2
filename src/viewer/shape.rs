//! What of a viewer the rules' statements depend on: their shape, which decides on the text, and the values in it.

use std::{hash::Hash, sync::Arc};

use entity::user;
use sea_orm::Value;

use super::{Identity, Membership, Role, Viewer};
use crate::database::{MANY, Marks, NOTHING, any_value};

impl Viewer {
    /// Two viewers of the same shape get statements of the same text.
    pub fn shape(&self) -> impl Hash + use<> {
        let many = |organizations: Vec<_>| organizations.len().min(MANY);
        let organizations = [self.member_of(), self.author_of(), self.manager_of()].map(many);
        let identity = (self.identity.is_some(), self.is_platform_owner());
        (identity, self.tenant.is_some(), organizations)
    }

    /// The values that they bring into a statement, always in the same order.
    pub fn values(&self) -> Vec<Value> {
        let organizations = [self.member_of(), self.author_of(), self.manager_of()].map(any_value);
        let mut values = vec![
            self.user_id().map_or(NOTHING, Value::from),
            self.session_id().map_or(NOTHING, Value::from),
            self.tenant.map_or(NOTHING, Value::from),
            self.at.into(),
        ];
        values.extend(organizations);
        values
    }

    /// A viewer of the same shape, all of whose values are marks. Nothing is ever read for them.
    pub fn marked(&self, marks: &mut Marks) -> Self {
        let identity = self.identity.as_ref().map(|identity| Identity {
            user: Arc::new(user::Model {
                id: marks.mark_text(),
                ..user::Model::clone(&identity.user)
            }),
            session_id: marks.mark_text(),
            session_expires_at: identity.session_expires_at,
            memberships: self.marked_memberships(marks),
        });
        let marked = Self {
            backend: self.backend,
            identity,
            tenant: self.tenant.map(|_| marks.mark_uuid()),
            at: marks.mark_time(),
        };
        marks.values.extend(marked.values());
        marked
    }

    /// As many of each kind as make a difference; where there are several, those of different rules differ.
    fn marked_memberships(&self, marks: &mut Marks) -> Vec<Membership> {
        let managed = self.manager_of().len().min(MANY);
        let written = self.author_of().len();
        let joined = self.member_of().len();
        let roles = [
            (Role::Owner, managed),
            (Role::Creator, if written >= MANY { MANY } else { written - managed }),
            (
                Role::Member,
                if joined >= MANY {
                    MANY
                } else {
                    joined - written.min(MANY)
                },
            ),
        ];
        let mut memberships = Vec::new();
        for (role, count) in roles {
            memberships.extend((0..count).map(|_| Membership {
                organization_id: marks.mark_uuid(),
                role,
            }));
        }
        memberships
    }
}
