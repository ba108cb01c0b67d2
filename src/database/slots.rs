//! The places of a statement's values: how statements that differ in nothing else share one text.

use chrono::{DateTime, Utc};
use sea_orm::Value;
use uuid::Uuid;

/// Is shown everything in a question that only ever becomes a statement's values, always in the same order.
pub trait Slots {
    /// A text.
    fn text(&mut self, value: &mut String);
    /// A key.
    fn uuid(&mut self, value: &mut Uuid);
    /// A point in time.
    fn time(&mut self, value: &mut DateTime<Utc>);
    /// A number.
    fn number(&mut self, value: &mut i32);
    /// Texts of which a column is to be one: [`any_of`](super::any_of).
    fn texts(&mut self, values: &mut Vec<String>);
    /// Keys of which a column is to be one.
    fn uuids(&mut self, values: &mut Vec<Uuid>);
}

/// How many of several values make a difference to a statement's text, as [`any_of`](super::any_of) writes it: none, one, more.
pub const MANY: usize = 2;

/// The value that one of these, or the list of them, becomes; nothing, where there are none.
pub fn any_value(values: impl IntoIterator<Item = impl Into<Value>>) -> Value {
    let mut values: Vec<Value> = values.into_iter().map(Into::into).collect();
    match (values.pop(), values.is_empty()) {
        (None, _) => NOTHING,
        (Some(only), true) => only,
        (Some(last), false) => {
            let kind = last.array_type();
            values.push(last);
            Value::Array(kind, Some(Box::new(values)))
        }
    }
}

/// Stands where a value might have been; no statement has one of these.
pub const NOTHING: Value = Value::Bool(None);

/// Takes the values out. What is left is the same for all questions of one shape.
#[derive(Debug, Default)]
pub struct Taken(pub Vec<Value>);

impl Slots for Taken {
    fn text(&mut self, value: &mut String) {
        self.0.push(std::mem::take(value).into());
    }

    fn uuid(&mut self, value: &mut Uuid) {
        self.0.push(std::mem::take(value).into());
    }

    fn time(&mut self, value: &mut DateTime<Utc>) {
        self.0.push(std::mem::take(value).into());
    }

    fn number(&mut self, value: &mut i32) {
        self.0.push(std::mem::take(value).into());
    }

    fn texts(&mut self, values: &mut Vec<String>) {
        let left = vec![String::new(); values.len().min(MANY)];
        self.0.push(any_value(std::mem::replace(values, left)));
    }

    fn uuids(&mut self, values: &mut Vec<Uuid>) {
        let left = vec![Uuid::nil(); values.len().min(MANY)];
        self.0.push(any_value(std::mem::replace(values, left)));
    }
}

/// Puts marks in their places: values that are found again in a statement, since there are no others like them. They are made
/// here, and have nothing of what a client has said.
#[derive(Debug, Default)]
pub struct Marks {
    next: u32,
    /// The marks, in order.
    pub values: Vec<Value>,
}

impl Marks {
    fn next(&mut self) -> u32 {
        self.next = self.next.wrapping_add(1);
        self.next
    }

    /// A text like no other.
    pub fn mark_text(&mut self) -> String {
        format!("\u{1}mark {}", self.next())
    }

    /// A key like no other.
    pub fn mark_uuid(&mut self) -> Uuid {
        Uuid::from_u128(u128::MAX - u128::from(self.next()))
    }

    /// A time like no other.
    pub fn mark_time(&mut self) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + chrono::Duration::microseconds(i64::from(self.next()))
    }
}

impl Slots for Marks {
    fn text(&mut self, value: &mut String) {
        *value = self.mark_text();
        self.values.push(value.clone().into());
    }

    fn uuid(&mut self, value: &mut Uuid) {
        *value = self.mark_uuid();
        self.values.push((*value).into());
    }

    fn time(&mut self, value: &mut DateTime<Utc>) {
        *value = self.mark_time();
        self.values.push((*value).into());
    }

    fn number(&mut self, value: &mut i32) {
        *value = i32::MIN.wrapping_add_unsigned(self.next());
        self.values.push((*value).into());
    }

    fn texts(&mut self, values: &mut Vec<String>) {
        *values = (0..values.len().min(MANY)).map(|_| self.mark_text()).collect();
        self.values.push(any_value(values.iter().cloned()));
    }

    fn uuids(&mut self, values: &mut Vec<Uuid>) {
        *values = (0..values.len().min(MANY)).map(|_| self.mark_uuid()).collect();
        self.values.push(any_value(values.iter().copied()));
    }
}
