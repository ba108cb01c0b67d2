//! Where a page ends: the row's values in the columns of its order. Opaque to clients, and bound to the order it was made in.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, SecondsFormat, SubsecRound, Utc};
use sea_orm::Value;
use serde::{Deserialize, Serialize};
use thiserror::Error;
use uuid::Uuid;

use crate::database::Slots;

/// The longest cursor that is looked at, in bytes.
const LONGEST: usize = 4096;

/// One value of a cursor. Times and keys compare as they do in the database, where nothing comes before every time; texts need not.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Mark {
    /// A text.
    #[serde(rename = "s")]
    Text(String),
    /// A time; none: the row has none.
    #[serde(rename = "t", with = "time")]
    Time(Option<DateTime<Utc>>),
    /// A key.
    #[serde(rename = "u")]
    Uuid(Uuid),
}

/// What kind of value a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A text.
    Text,
    /// A time.
    Time,
    /// A key.
    Uuid,
}

impl Mark {
    /// The value as the database compares it.
    pub(super) fn value(&self) -> Value {
        match self {
            Self::Text(text) => text.clone().into(),
            Self::Time(time) => (*time).into(),
            Self::Uuid(key) => (*key).into(),
        }
    }

    fn kind(&self) -> Kind {
        match self {
            Self::Text(_) => Kind::Text,
            Self::Time(_) => Kind::Time,
            Self::Uuid(_) => Kind::Uuid,
        }
    }
}

/// A place between two rows of a list.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Cursor {
    /// The order's name.
    #[serde(rename = "o")]
    pub(super) order: String,
    /// The value in the column of the order.
    #[serde(rename = "v")]
    pub(super) value: Mark,
    /// The primary key.
    #[serde(rename = "k")]
    pub(super) key: Mark,
}

/// A text that is no cursor of this list. The text is for the client.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum CursorError {
    /// It was not made here.
    #[error("is not a cursor")]
    Malformed,
    /// It was made here, for another list or another order.
    #[error("is a cursor of a list in another order")]
    OtherOrder,
}

impl Cursor {
    /// The text that stands for this place.
    pub fn encode(&self) -> String {
        // Plain texts, times and keys always have a JSON form.
        URL_SAFE_NO_PAD.encode(serde_json::to_vec(self).unwrap_or_default())
    }

    /// Shows the values that it becomes.
    pub(super) fn slots(&mut self, slots: &mut dyn Slots) {
        for mark in [&mut self.value, &mut self.key] {
            match mark {
                Mark::Text(text) => slots.text(text),
                Mark::Time(Some(time)) => slots.time(time),
                Mark::Time(None) => (),
                Mark::Uuid(key) => slots.uuid(key),
            }
        }
    }

    /// Reads a text that [`Cursor::encode`] made.
    ///
    /// # Errors
    /// [`CursorError::Malformed`] for any other text.
    pub fn decode(text: &str) -> Result<Self, CursorError> {
        if text.len() > LONGEST {
            return Err(CursorError::Malformed);
        }
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| CursorError::Malformed)?;
        let cursor: Self = serde_json::from_slice(&bytes).map_err(|_| CursorError::Malformed)?;
        // PostgreSQL has no NUL in its texts, and would fail on one.
        let nul = |mark: &Mark| matches!(mark, Mark::Text(text) if text.contains('\0'));
        if nul(&cursor.value) || nul(&cursor.key) {
            Err(CursorError::Malformed)
        } else {
            Ok(cursor)
        }
    }

    /// Makes sure that the cursor is one of a list in this order, with values of these kinds.
    pub(super) fn check(&self, order: &str, value: Kind, key: Kind) -> Result<(), CursorError> {
        if self.order != order {
            return Err(CursorError::OtherOrder);
        }
        if self.value.kind() == value && self.key.kind() == key {
            Ok(())
        } else {
            Err(CursorError::Malformed)
        }
    }
}

/// Times leave and come back at the microseconds that both databases hold.
mod time {
    use super::{DateTime, SecondsFormat, SubsecRound, Utc};
    use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

    pub fn serialize<S: Serializer>(time: &Option<DateTime<Utc>>, serializer: S) -> Result<S::Ok, S::Error> {
        time.map(|time| time.to_rfc3339_opts(SecondsFormat::Micros, true))
            .serialize(serializer)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<DateTime<Utc>>, D::Error> {
        let text: Option<String> = Option::deserialize(deserializer)?;
        text.map(|text| DateTime::parse_from_rfc3339(&text).map(|time| time.to_utc().trunc_subsecs(6)))
            .transpose()
            .map_err(D::Error::custom)
    }
}
