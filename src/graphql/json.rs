//! Values as JSON: as the library and `serde_json` write them, for a part of the price.

use std::{
    borrow::Cow,
    io::{self, Write},
};

use async_graphql::{ID, Response, Value, resolver_utils::EnumType};
use serde::Serialize;
use serde_json::{Serializer, ser::Formatter};

use super::{
    content::{ContentStatus, ContentType, ContentVisibility},
    error::Result,
    grant::AccessType,
    id::GlobalId,
    media_item::{MediaStatus, MediaType},
    membership::{MembershipRole, MembershipStatus},
    purchase::PurchaseStatus,
    scalar::{self, BigInt, Time},
};

/// About how many bytes an answer takes, but for rows that are written already.
const USUAL_LENGTH: usize = 4096;

/// A value that can be written as JSON.
pub trait Json {
    /// Writes it behind what is there; nothing for an error.
    fn write(&self, text: &mut Vec<u8>) -> Option<()>;
}

impl<T: Json> Json for Option<T> {
    fn write(&self, text: &mut Vec<u8>) -> Option<()> {
        match self {
            Some(value) => value.write(text)?,
            None => text.extend_from_slice(b"null"),
        }
        Some(())
    }
}

impl<T: Json> Json for Result<T> {
    fn write(&self, text: &mut Vec<u8>) -> Option<()> {
        self.as_ref().ok()?.write(text)
    }
}

impl<T: Json> Json for Vec<T> {
    fn write(&self, text: &mut Vec<u8>) -> Option<()> {
        text.push(b'[');
        for (place, value) in self.iter().enumerate() {
            if place > 0 {
                text.push(b',');
            }
            value.write(text)?;
        }
        text.push(b']');
        Some(())
    }
}

impl Json for Value {
    fn write(&self, text: &mut Vec<u8>) -> Option<()> {
        match self {
            Value::Binary(written) => text.extend_from_slice(written),
            value => write(text, value)?,
        }
        Some(())
    }
}

impl Json for &str {
    fn write(&self, text: &mut Vec<u8>) -> Option<()> {
        // All bytes are looked at, as that is quicker than to stop at the first.
        let escapes = |byte: &u8| *byte < b' ' || *byte == b'"' || *byte == b'\\';
        if self.as_bytes().iter().fold(false, |any, byte| any | escapes(byte)) {
            return write(text, self);
        }
        text.push(b'"');
        text.extend_from_slice(self.as_bytes());
        text.push(b'"');
        Some(())
    }
}

impl Json for String {
    fn write(&self, text: &mut Vec<u8>) -> Option<()> {
        self.as_str().write(text)
    }
}

impl Json for Cow<'_, str> {
    fn write(&self, text: &mut Vec<u8>) -> Option<()> {
        self.as_ref().write(text)
    }
}

impl Json for ID {
    fn write(&self, text: &mut Vec<u8>) -> Option<()> {
        self.as_str().write(text)
    }
}

impl Json for GlobalId<'_> {
    fn write(&self, text: &mut Vec<u8>) -> Option<()> {
        text.push(b'"');
        GlobalId::write(self, text);
        text.push(b'"');
        Some(())
    }
}

impl Json for Time {
    fn write(&self, text: &mut Vec<u8>) -> Option<()> {
        text.push(b'"');
        Time::write(*self, text);
        text.push(b'"');
        Some(())
    }
}

impl Json for scalar::Json {
    fn write(&self, text: &mut Vec<u8>) -> Option<()> {
        write(text, self.value())
    }
}

impl Json for BigInt {
    fn write(&self, text: &mut Vec<u8>) -> Option<()> {
        write(text, &self.0)
    }
}

macro_rules! plain {
    ($($kind:ty),+) => {
        $(
            impl Json for $kind {
                fn write(&self, text: &mut Vec<u8>) -> Option<()> {
                    write(text, self)
                }
            }
        )+
    };
}

plain!(bool, i32);

macro_rules! names {
    ($($kind:ty),+ $(,)?) => {
        $(
            impl Json for $kind {
                fn write(&self, text: &mut Vec<u8>) -> Option<()> {
                    <$kind>::items().iter().find(|item| item.value == *self)?.name.write(text)
                }
            }
        )+
    };
}

names!(
    AccessType,
    ContentStatus,
    ContentType,
    ContentVisibility,
    MediaStatus,
    MediaType,
    MembershipRole,
    MembershipStatus,
    PurchaseStatus,
);

/// Writes a value as JSON, in which what is written already stands as it is.
fn write(text: &mut Vec<u8>, value: &(impl Serialize + ?Sized)) -> Option<()> {
    value.serialize(&mut Serializer::with_formatter(text, Written)).ok()
}

/// An answer as JSON.
///
/// # Errors
/// If it has no such form, which is a defect.
pub fn json(answer: &Response) -> serde_json::Result<Vec<u8>> {
    let mut text = Vec::with_capacity(USUAL_LENGTH + written(&answer.data));
    answer.serialize(&mut Serializer::with_formatter(&mut text, Written))?;
    Ok(text)
}

/// How long the rows are in it that are written already.
pub(super) fn written(value: &Value) -> usize {
    match value {
        Value::Binary(text) => text.len(),
        Value::List(values) => values.iter().map(written).sum(),
        Value::Object(fields) => fields.values().map(written).sum(),
        _ => 0,
    }
}

/// JSON as short as it can be. The schema has no type of bytes, so all that there are, are those of rows that are written already.
struct Written;

impl Formatter for Written {
    fn write_byte_array<W: ?Sized + Write>(&mut self, writer: &mut W, written: &[u8]) -> io::Result<()> {
        writer.write_all(written)
    }
}
