//! Statements whose texts are written once for all that have the same shape: what differs between them are their values, which are
//! put in their places.

use std::{
    borrow::Borrow,
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

static TEXTS: LazyLock<Cache<Shape, Arc<Text>>> = LazyLock::new(|| Cache::new(MOST_SHAPES));

/// A statement for PostgreSQL with these values, of the text that its shape has, which `text` writes the first time. `built` is the
/// same without any of this. A shape must say everything that its text depends on, and first of all what it is a shape of.
pub fn kept(
    shape: impl Hash,
    values: &[impl Borrow<Value>],
    text: impl FnOnce() -> Text,
    built: impl Fn() -> Statement,
) -> Statement {
    let shape = Shape::of(shape);
    let text = TEXTS.get(&shape).unwrap_or_else(|| {
        let text = Arc::new(text());
        TEXTS.insert(shape, Arc::clone(&text));
        text
    });
    let Text::Kept(text, places) = &*text else {
        return built();
    };
    let value = |place: &usize| Some(Borrow::<Value>::borrow(values.get(*place)?).clone());
    let values = places.iter().filter_map(value).collect();
    let statement = Statement {
        sql: text.clone(),
        values: Some(Values(values)),
        db_backend: DbBackend::Postgres,
    };
    // All tests are tests of this.
    debug_assert_eq!(statement, built());
    statement
}

/// All that a text depends on. Two are the same only if all of it is, and in this process they have an order.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Shape(Vec<u8>);

impl Shape {
    /// What is hashed of this.
    pub fn of(what: impl Hash) -> Self {
        let mut bytes = Bytes(Vec::with_capacity(256));
        what.hash(&mut bytes);
        Self(bytes.0)
    }
}

/// Writes down what is hashed.
struct Bytes(Vec<u8>);

impl Hasher for Bytes {
    fn write(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(bytes);
    }

    fn finish(&self) -> u64 {
        0
    }
}
