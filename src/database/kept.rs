//! Statements whose texts are written once for all that have the same shape: what differs between them are their values, which are
//! put in their places.

use std::{
    hash::{Hash, Hasher},
    sync::{Arc, LazyLock},
};

use quick_cache::sync::Cache;
use sea_orm::{DbBackend, Statement, Value, sea_query::Values};

use super::Marks;

/// A statement's text.
#[derive(Debug)]
pub enum Text {
    /// The same for the whole shape, with the number of the value that belongs at each of its places.
    Kept(String, Vec<usize>),
    /// Another each time.
    Built,
}

impl Text {
    /// Of a statement that was built with marks for values. One in which there is any other value is built anew each time.
    pub fn marked(statement: Statement, marks: &Marks) -> Self {
        let values = statement.values.unwrap_or(Values(Vec::new())).0;
        let place = |value| marks.values.iter().position(|mark| mark == value);
        match values.iter().map(place).collect() {
            Some(places) => Self::Kept(statement.sql, places),
            None => Self::Built,
        }
    }

    /// Of a statement whose values come in the order of their places.
    pub fn in_order(statement: Statement) -> Self {
        let values = statement.values.map_or(0, |values| values.0.len());
        Self::Kept(statement.sql, (0..values).collect())
    }
}

/// As many shapes as there are kept: more than clients that mean well have queries.
const MOST_SHAPES: usize = 2_000;

static TEXTS: LazyLock<Cache<Vec<u8>, Arc<Text>>> = LazyLock::new(|| Cache::new(MOST_SHAPES));

/// A statement for PostgreSQL with these values, of the text that its shape has, which `text` writes the first time. `built` is the
/// same without any of this. A shape must say everything that its text depends on, and first of all what it is a shape of.
pub fn kept(
    shape: impl Hash,
    values: &[Value],
    text: impl FnOnce() -> Text,
    built: impl Fn() -> Statement,
) -> Statement {
    let mut bytes = Bytes(Vec::with_capacity(256));
    shape.hash(&mut bytes);
    let text = TEXTS.get(&bytes.0).unwrap_or_else(|| {
        let text = Arc::new(text());
        TEXTS.insert(bytes.0, Arc::clone(&text));
        text
    });
    let Text::Kept(text, places) = &*text else {
        return built();
    };
    let values = places.iter().filter_map(|place| values.get(*place).cloned()).collect();
    let statement = Statement {
        sql: text.clone(),
        values: Some(Values(values)),
        db_backend: DbBackend::Postgres,
    };
    // All tests are tests of this.
    debug_assert_eq!(statement, built());
    statement
}

/// Writes down what is hashed, so that two shapes are the same only if all of it is.
struct Bytes(Vec<u8>);

impl Hasher for Bytes {
    fn write(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(bytes);
    }

    fn finish(&self) -> u64 {
        0
    }
}
