//! A row's columns by position, straight out of PostgreSQL's binary form.

use sqlx::{Row, postgres::PgRow};

pub struct Columns<'a>(pub &'a PgRow);

impl<'a> Columns<'a> {
    pub fn bytes(&self, column: usize) -> Option<&'a [u8]> {
        self.0.try_get_raw(column).ok()?.as_bytes().ok()
    }

    pub fn text(&self, column: usize) -> Option<&'a str> {
        std::str::from_utf8(self.bytes(column)?).ok()
    }

    pub fn long(&self, column: usize) -> Option<i64> {
        self.bytes(column)?.try_into().ok().map(i64::from_be_bytes)
    }

    pub fn int(&self, column: usize) -> Option<i64> {
        self.bytes(column)?
            .try_into()
            .ok()
            .map(i32::from_be_bytes)
            .map(i64::from)
    }

    pub fn boolean(&self, column: usize) -> bool {
        self.bytes(column) == Some(&[1])
    }

    /// `jsonb`: its version, and then a text.
    pub fn json(&self, column: usize) -> Option<&'a str> {
        std::str::from_utf8(self.bytes(column)?.get(1..)?).ok()
    }
}
