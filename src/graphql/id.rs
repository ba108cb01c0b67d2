//! Relay global ids: the type's name and the primary key, in one opaque text.

use std::{borrow::Cow, fmt};

use async_graphql::{
    ContextSelectionSet, ID, OutputType, Positioned, ServerResult, Value, parser::types::Field, registry::Registry,
};
use base64::{Engine, display::Base64Display, encoded_len, engine::general_purpose::URL_SAFE_NO_PAD};
use entity::{content, grant, media_item, membership, organization, purchase, session, user};
use uuid::Uuid;

use super::error::{ClientError, Result};
use crate::store::{Key, change::Subject};

/// The longest id that is looked at, in bytes.
const LONGEST: usize = 1024;
/// The most bytes that an id's words usually have: the longest name of a type, and a uuid.
const USUAL: usize = 64;

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
        match key {
            Key::Text(key) => self.global(key.as_str()).into(),
            Key::Uuid(key) => self.global(*key).into(),
        }
    }

    /// The global id of the row with this key, which is not made into a text before somebody wants it.
    pub fn global<'a>(self, key: impl Into<KeyText<'a>>) -> GlobalId<'a> {
        GlobalId {
            kind: self,
            key: key.into(),
        }
    }
}

/// A key that stands in a row.
pub enum KeyText<'a> {
    /// Of an identity table.
    Text(&'a str),
    /// Of any other.
    Uuid(Uuid),
}

impl<'a> From<&'a str> for KeyText<'a> {
    fn from(key: &'a str) -> Self {
        Self::Text(key)
    }
}

impl From<Uuid> for KeyText<'_> {
    fn from(key: Uuid) -> Self {
        Self::Uuid(key)
    }
}

/// A global id that stands in a row. (A field of the interface's, so what the library makes of it is an [`ID`].)
pub struct GlobalId<'a> {
    kind: Kind,
    key: KeyText<'a>,
}

impl GlobalId<'_> {
    /// Gives what the id says, in words of which it is the Base64.
    fn words<T>(&self, take: impl FnOnce(&[u8]) -> T) -> T {
        let mut simple = [0; uuid::fmt::Simple::LENGTH];
        let key: &str = match &self.key {
            KeyText::Text(key) => key,
            KeyText::Uuid(key) => key.simple().encode_lower(&mut simple),
        };
        let parts = [self.kind.name(), ":", key].map(str::as_bytes);
        // A page has hundreds of ids. All usual ones find room here.
        let mut room = [0; USUAL];
        let length = parts.iter().map(|part| part.len()).sum();
        let Some(room) = room.get_mut(..length) else {
            return take(&parts.concat());
        };
        let mut rest = &mut *room;
        for part in parts {
            let (place, further) = rest.split_at_mut(part.len());
            place.copy_from_slice(part);
            rest = further;
        }
        take(room)
    }

    /// Writes the id behind what is there.
    pub fn write(&self, text: &mut Vec<u8>) {
        self.words(|words| {
            let start = text.len();
            text.resize(start + encoded_len(words.len(), false).unwrap_or_default(), 0);
            // There is room for all of it.
            let _ = URL_SAFE_NO_PAD.encode_slice(words, &mut text[start..]);
        });
    }
}

impl fmt::Display for GlobalId<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.words(|words| Base64Display::new(words, &URL_SAFE_NO_PAD).fmt(f))
    }
}

impl OutputType for GlobalId<'_> {
    fn type_name() -> Cow<'static, str> {
        <ID as OutputType>::type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        <ID as OutputType>::create_type_info(registry)
    }

    async fn resolve(&self, _: &ContextSelectionSet<'_>, _: &Positioned<Field>) -> ServerResult<Value> {
        Ok(Value::String(self.to_string()))
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
