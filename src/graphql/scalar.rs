//! Scalars of our own.

use async_graphql::{InputValueError, InputValueResult, Scalar, ScalarType, Value};
use chrono::{DateTime, Datelike, SecondsFormat, SubsecRound, Timelike, Utc};

use super::error::{ClientError, Result};

/// A whole number that may be larger than an `Int`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BigInt(pub i64);

impl BigInt {
    /// What it is called in the schema.
    pub const NAME: &str = "BigInt";
    /// The arguments and input fields that take one; none of another type has such a name.
    pub const INPUTS: [&str; 1] = ["fileSizeBytes"];
}

/// A whole number that may be larger than an `Int`: up to 2^53, which every JSON reader keeps exactly.
#[Scalar]
impl ScalarType for BigInt {
    fn parse(value: Value) -> InputValueResult<Self> {
        match &value {
            Value::Number(number) => number
                .as_i64()
                .map(Self)
                .ok_or_else(|| InputValueError::expected_type(value)),
            _ => Err(InputValueError::expected_type(value)),
        }
    }

    // Asked while the document is validated, whose errors name the argument.
    fn is_valid(value: &Value) -> bool {
        matches!(value, Value::Number(number) if number.is_i64())
    }

    fn to_value(&self) -> Value {
        Value::Number(self.0.into())
    }
}

/// Any JSON value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Json(Value);

impl Json {
    /// This value.
    ///
    /// # Errors
    /// If GraphQL has no such value, which is a defect.
    pub fn new(value: serde_json::Value) -> Result<Self> {
        Value::from_json(value).map(Self).map_err(ClientError::internal)
    }

    /// The value.
    pub fn value(&self) -> &Value {
        &self.0
    }
}

/// Any JSON value as it is, with all that is in it: nothing can be selected of it.
#[Scalar(name = "JSON", specified_by_url = "https://www.rfc-editor.org/rfc/rfc8259")]
impl ScalarType for Json {
    fn parse(value: Value) -> InputValueResult<Self> {
        Ok(Self(value))
    }

    fn to_value(&self) -> Value {
        self.0.clone()
    }
}

/// Reads a time. An offset can lead out of the years of four digits, in which alone a text's order is that of time.
fn read(text: &str) -> Option<DateTime<Utc>> {
    let time = DateTime::parse_from_rfc3339(text).ok()?.to_utc().trunc_subsecs(6);
    (0..=9999).contains(&time.year()).then_some(time)
}

/// A point in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Time(pub DateTime<Utc>);

impl Time {
    /// Writes it behind what is there, as the schema has it.
    pub fn write(self, text: &mut Vec<u8>) {
        let (date, time) = (self.0.date_naive(), self.0.time());
        let microseconds = time.nanosecond() / 1000;
        let usual = (0..=9999).contains(&date.year()) && time.nanosecond() < 1_000_000_000;
        if !usual || microseconds * 1000 != time.nanosecond() {
            text.extend_from_slice(self.text().as_bytes());
            return;
        }
        let year = date.year().unsigned_abs();
        digits::<4>(text, year);
        for (before, number) in [
            (b'-', date.month()),
            (b'-', date.day()),
            (b'T', time.hour()),
            (b':', time.minute()),
            (b':', time.second()),
        ] {
            text.push(before);
            digits::<2>(text, number);
        }
        if microseconds > 0 {
            text.push(b'.');
            match microseconds % 1000 {
                0 => digits::<3>(text, microseconds / 1000),
                _ => digits::<6>(text, microseconds),
            }
        }
        text.push(b'Z');
    }

    fn text(self) -> String {
        self.0.to_rfc3339_opts(SecondsFormat::AutoSi, true)
    }
}

/// Writes a number's last digits, however many they are to be.
fn digits<const COUNT: usize>(text: &mut Vec<u8>, number: u32) {
    let mut digits = [b'0'; COUNT];
    let mut rest = number;
    for digit in digits.iter_mut().rev() {
        *digit += (rest % 10) as u8;
        rest /= 10;
    }
    text.extend_from_slice(&digits);
}

impl From<DateTime<Utc>> for Time {
    fn from(time: DateTime<Utc>) -> Self {
        Self(time)
    }
}

/// A point in time, as RFC 3339 writes it, such as `2026-01-31T12:00:00.123456Z`. It leaves in UTC, and is kept to the
/// microsecond.
#[Scalar(
    name = "DateTime",
    specified_by_url = "https://datatracker.ietf.org/doc/html/rfc3339"
)]
impl ScalarType for Time {
    fn parse(value: Value) -> InputValueResult<Self> {
        match &value {
            Value::String(text) => read(text)
                .map(Self)
                .ok_or_else(|| InputValueError::expected_type(value)),
            _ => Err(InputValueError::expected_type(value)),
        }
    }

    // Asked while the document is validated, whose errors name the argument.
    fn is_valid(value: &Value) -> bool {
        matches!(value, Value::String(text) if read(text).is_some())
    }

    fn to_value(&self) -> Value {
        Value::String(self.text())
    }
}
