//! Relay global ids: the type's name and the primary key, in one opaque text.

use async_graphql::ID;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use entity::{content, grant, media_item, membership, organization, purchase, session, user};
use uuid::Uuid;

use super::error::{ClientError, Result};
use crate::store::{Key, change::Subject};

/// The longest id that is looked at, in bytes.
const LONGEST: usize = 1024;

/// The types that have a global id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// An entry in the audit log.
    AuditEntry,
    /// Content.
    Content,
    /// A grant.
    Grant,
    /// A media item.
    MediaItem,
    /// A membership.
    Membership,
    /// An organization.
    Organization,
    /// A purchase.
    Purchase,
    /// A session.
    Session,
    /// A user.
    User,
}

impl Kind {
    const ALL: [Self; 9] = [
        Self::AuditEntry,
        Self::Content,
        Self::Grant,
        Self::MediaItem,
        Self::Membership,
        Self::Organization,
        Self::Purchase,
        Self::Session,
        Self::User,
    ];

    /// The type's name in the schema.
    fn name(self) -> &'static str {
        match self {
            Self::AuditEntry => "AuditEntry",
            Self::Content => "Content",
            Self::Grant => "Grant",
            Self::MediaItem => "MediaItem",
            Self::Membership => "OrganizationMembership",
            Self::Organization => "Organization",
            Self::Purchase => "Purchase",
            Self::Session => "Session",
            Self::User => "User",
        }
    }

    fn has_text_key(self) -> bool {
        matches!(self, Self::Session | Self::User)
    }

    /// What the audit log calls such a row; nothing for what it does not speak of.
    pub fn subject_type(self) -> Option<&'static str> {
        match self {
            Self::AuditEntry => None,
            Self::Content => Some(content::Entity::NAME),
            Self::Grant => Some(grant::Entity::NAME),
            Self::MediaItem => Some(media_item::Entity::NAME),
            Self::Membership => Some(membership::Entity::NAME),
            Self::Organization => Some(organization::Entity::NAME),
            Self::Purchase => Some(purchase::Entity::NAME),
            Self::Session => Some(session::Entity::NAME),
            Self::User => Some(user::Entity::NAME),
        }
    }

    /// The key of such a row, out of its text.
    fn key(self, text: &str) -> Option<Key> {
        match self.has_text_key() {
            // PostgreSQL has no NUL in its texts, and would fail on one.
            true if text.is_empty() || text.contains('\0') => None,
            true => Some(Key::Text(text.to_owned())),
            false => Uuid::try_parse(text).ok().map(Key::Uuid),
        }
    }

    /// The global id of the row with this key.
    pub fn id(self, key: &Key) -> ID {
        let text = match key {
            Key::Text(key) => format!("{}:{key}", self.name()),
            Key::Uuid(key) => format!("{}:{}", self.name(), key.simple()),
        };
        ID(URL_SAFE_NO_PAD.encode(text))
    }
}

/// Takes a global id apart; nothing for a text that is none.
fn parse(id: &str) -> Option<(Kind, Key)> {
    if id.len() > LONGEST {
        return None;
    }
    let text = String::from_utf8(URL_SAFE_NO_PAD.decode(id).ok()?).ok()?;
    let (name, key) = text.split_once(':')?;
    let kind = Kind::ALL.into_iter().find(|kind| kind.name() == name)?;
    Some((kind, kind.key(key)?))
}

/// The global id of a row that the audit log speaks of; nothing for a kind of row that has none.
pub fn of_subject(subject_type: &str, key: &str) -> Option<ID> {
    let kind = Kind::ALL
        .into_iter()
        .find(|kind| kind.subject_type() == Some(subject_type))?;
    Some(kind.id(&kind.key(key)?))
}

/// Takes the global id in `argument` apart.
///
/// # Errors
/// For a text that is no global id.
pub fn decode(argument: &str, id: &ID) -> Result<(Kind, Key)> {
    parse(id).ok_or_else(|| ClientError::argument(argument, "is not a global id"))
}

/// Takes the global id in `argument` apart, which must be of this kind.
///
/// # Errors
/// For a text that is no global id, or one of another type.
pub fn decode_as(argument: &str, id: &ID, kind: Kind) -> Result<Key> {
    match decode(argument, id)? {
        (found, key) if found == kind => Ok(key),
        (found, _) => {
            let message = format!(
                "must be a global id of type {}, and is one of type {}",
                kind.name(),
                found.name()
            );
            Err(ClientError::argument(argument, message))
        }
    }
}
