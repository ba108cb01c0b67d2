//! Relay global ids: the type's name and the primary key, in one opaque text.

use async_graphql::ID;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use uuid::Uuid;

use super::error::{ClientError, Result};
use crate::store::Key;

/// The longest id that is looked at, in bytes.
const LONGEST: usize = 1024;

/// The types that have a global id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
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
    const ALL: [Self; 8] = [
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
    let key = match kind.has_text_key() {
        // PostgreSQL has no NUL in its texts, and would fail on one.
        true if key.is_empty() || key.contains('\0') => return None,
        true => Key::Text(key.to_owned()),
        false => Key::Uuid(Uuid::try_parse(key).ok()?),
    };
    Some((kind, key))
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
