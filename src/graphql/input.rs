//! Checks that many arguments share.

use async_graphql::{ID, InputObject};
use uuid::Uuid;

use super::{
    error::{ClientError, Result},
    id::{self, Kind},
    scalar::Time,
};
use crate::store::{Key, TimeRange, audit_entry::AboutRow};

/// The most values in a list that a filter takes.
const MOST_VALUES: usize = 100;
/// The longest text that a filter takes, in characters.
const LONGEST_TEXT: usize = 500;

/// A stretch of time.
#[derive(Clone, Debug, InputObject)]
pub struct DateTimeRange {
    /// From this time on.
    from: Option<Time>,
    /// Up to this time, which no longer belongs to the stretch.
    before: Option<Time>,
}

/// A stretch of time. None means: any time.
pub fn time_range(range: Option<DateTimeRange>) -> TimeRange {
    let at = |time: Option<Time>| time.map(|time| time.0);
    range
        .map(|range| TimeRange {
            from: at(range.from),
            before: at(range.before),
        })
        .unwrap_or_default()
}

/// A text that a column can hold.
///
/// # Errors
/// For one that is too long, or holds the character NUL, which PostgreSQL has not.
pub fn text(argument: &str, text: String) -> Result<String> {
    if text.contains('\0') {
        return Err(ClientError::argument(argument, "must not contain the character U+0000"));
    }
    if text.chars().count() > LONGEST_TEXT {
        return Err(ClientError::argument(
            argument,
            format!("must not be longer than {LONGEST_TEXT} characters"),
        ));
    }
    Ok(text)
}

/// Words to search for; none if there is nothing but blanks.
///
/// # Errors
/// As [`text`].
pub fn search(argument: &str, words: Option<String>) -> Result<Option<String>> {
    let words = words.map(|words| text(argument, words)).transpose()?;
    Ok(words
        .map(|words| words.trim().to_owned())
        .filter(|words| !words.is_empty()))
}

/// A list of values, each checked and turned into what the store takes, without doubles.
///
/// # Errors
/// For a list that is too long, and where `one` finds fault with a value.
pub fn list<T, U: PartialEq>(
    argument: &str,
    values: Option<Vec<T>>,
    one: impl Fn(T) -> Result<U>,
) -> Result<Option<Vec<U>>> {
    let Some(values) = values else { return Ok(None) };
    if values.len() > MOST_VALUES {
        return Err(ClientError::argument(
            argument,
            format!("must not have more than {MOST_VALUES} values"),
        ));
    }
    let mut list = Vec::with_capacity(values.len());
    for value in values {
        let value = one(value)?;
        if !list.contains(&value) {
            list.push(value);
        }
    }
    Ok(Some(list))
}

/// A list of plain values, such as those of an enum.
///
/// # Errors
/// As [`list`].
pub fn plain<T: Into<U>, U: PartialEq>(argument: &str, values: Option<Vec<T>>) -> Result<Option<Vec<U>>> {
    list(argument, values, |value| Ok(value.into()))
}

/// A list of texts.
///
/// # Errors
/// As [`list`] and [`text`].
pub fn texts(argument: &str, values: Option<Vec<String>>) -> Result<Option<Vec<String>>> {
    list(argument, values, |value| text(argument, value))
}

/// A list of ids of users.
///
/// # Errors
/// As [`list`], and for what is no such id.
pub fn user_ids(argument: &str, ids: Option<Vec<ID>>) -> Result<Option<Vec<String>>> {
    list(argument, ids, |id| text_key(argument, &id, Kind::User))
}

/// A list of ids of organizations.
///
/// # Errors
/// As [`list`], and for what is no such id.
pub fn organization_ids(argument: &str, ids: Option<Vec<ID>>) -> Result<Option<Vec<Uuid>>> {
    list(argument, ids, |id| uuid_key(argument, &id, Kind::Organization))
}

/// A list of ids of rows that the audit log speaks of, as it names them.
///
/// # Errors
/// As [`list`], and for what is no such id.
pub fn subjects(argument: &str, ids: Option<Vec<ID>>) -> Result<Option<Vec<AboutRow>>> {
    list(argument, ids, |id| {
        let (kind, key) = id::decode(argument, &id)?;
        let kind = kind
            .subject_type()
            .ok_or_else(|| ClientError::argument(argument, "is of a type that the audit log does not speak of"))?;
        Ok(AboutRow { kind, key: key.text() })
    })
}

/// The uuid key in a global id of this kind.
///
/// # Errors
/// For what is no such id.
pub fn uuid_key(argument: &str, id: &ID, kind: Kind) -> Result<Uuid> {
    match id::decode_as(argument, id, kind)? {
        Key::Uuid(key) => Ok(key),
        Key::Text(_) => Err(ClientError::argument(argument, "is not a global id")),
    }
}

/// The text key in a global id of this kind.
///
/// # Errors
/// For what is no such id.
pub fn text_key(argument: &str, id: &ID, kind: Kind) -> Result<String> {
    match id::decode_as(argument, id, kind)? {
        Key::Text(key) => Ok(key),
        Key::Uuid(_) => Err(ClientError::argument(argument, "is not a global id")),
    }
}
