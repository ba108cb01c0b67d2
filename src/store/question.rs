//! Questions to the database, whose statements are written once for all questions of the same shape.
//!
//! To build a statement and to write its text takes longer than everything else about a small page. What differs between two
//! requests for the same page are nearly always values: whose cursor, which slug, who asks. So a text is kept by the question's
//! shape, which is the question without its values, and the values are put in their places.
//!
//! Which value belongs where is found out with marks: the statement is built once with marks for values, and each of its values
//! must be one of the marks. A statement in which there is another one is built anew each time.

use std::{
    any::TypeId,
    hash::{Hash, Hasher},
    sync::{Arc, LazyLock},
};

use quick_cache::sync::Cache;
use sea_orm::{
    DbBackend, Statement,
    sea_query::{SelectStatement, Values},
};

use super::{Error, Key, scope::Access};
use crate::{
    database::{Marks, Row, Slots, Taken},
    viewer::Viewer,
};

/// Something that is asked of the database for a viewer.
pub(super) trait Question: Clone + Hash + 'static {
    /// Shows everything in it that only ever becomes a value.
    fn slots(&mut self, slots: &mut dyn Slots);

    /// The statement that asks it.
    fn statement(&self, viewer: &Viewer) -> SelectStatement;
}

/// Shows keys of which a column is to be one.
pub(super) fn keys(keys: &mut Vec<Key>, slots: &mut dyn Slots) {
    let (mut texts, mut uuids) = (Vec::new(), Vec::new());
    for key in keys.drain(..) {
        match key {
            Key::Text(text) => texts.push(text),
            Key::Uuid(uuid) => uuids.push(uuid),
        }
    }
    slots.texts(&mut texts);
    slots.uuids(&mut uuids);
    keys.extend(texts.into_iter().map(Key::Text));
    keys.extend(uuids.into_iter().map(Key::Uuid));
}

/// Asks, and gives the rows.
pub(super) async fn ask(access: &Access, question: &impl Question) -> Result<Vec<Row>, Error> {
    let statement = match access.viewer.backend() {
        DbBackend::Postgres => kept(access, question),
        // There is no plan to keep by the text, and every list of another length has another.
        _ => access.reader.written(&question.statement(&access.viewer)),
    };
    Ok(access.reader.ask(statement).await?)
}

/// How a statement is made.
#[derive(Debug)]
enum Text {
    /// From this text, and for each of its places the number of the value that belongs there.
    Kept(String, Vec<usize>),
    /// From the question, each time.
    Built,
}

/// As many shapes as there are kept: more than clients that mean well have queries.
const MOST_SHAPES: usize = 2_000;

static TEXTS: LazyLock<Cache<Vec<u8>, Arc<Text>>> = LazyLock::new(|| Cache::new(MOST_SHAPES));

fn kept<Q: Question>(access: &Access, question: &Q) -> Statement {
    let (viewer, reader) = (&*access.viewer, &*access.reader);
    let mut left = question.clone();
    let mut taken = Taken::default();
    left.slots(&mut taken);
    let mut values = taken.0;
    values.extend(viewer.values());
    values.extend(reader.values());

    let mut shape = Shape(Vec::with_capacity(256));
    (TypeId::of::<Q>(), left, viewer.shape(), reader.is_asking()).hash(&mut shape);
    let text = TEXTS.get(&shape.0).unwrap_or_else(|| {
        let text = Arc::new(text(access, question));
        TEXTS.insert(shape.0, Arc::clone(&text));
        text
    });
    let built = || reader.written(&question.statement(viewer));
    let Text::Kept(text, places) = &*text else {
        return built();
    };
    let statement = Statement {
        sql: text.clone(),
        values: Some(Values(
            places.iter().filter_map(|place| values.get(*place).cloned()).collect(),
        )),
        db_backend: DbBackend::Postgres,
    };
    // All tests are tests of this.
    debug_assert_eq!(statement, built());
    statement
}

fn text<Q: Question>(access: &Access, question: &Q) -> Text {
    let mut question = question.clone();
    let mut marks = Marks::default();
    question.slots(&mut marks);
    let viewer = access.viewer.marked(&mut marks);
    let statement = access
        .reader
        .written_with_marks(&question.statement(&viewer), &mut marks);
    let values = statement.values.unwrap_or(Values(Vec::new())).0;
    let place = |value| marks.values.iter().position(|mark| mark == value);
    match values.iter().map(place).collect() {
        Some(places) => Text::Kept(statement.sql, places),
        None => Text::Built,
    }
}

/// Writes down what is hashed, so that two shapes are the same only if all of it is.
struct Shape(Vec<u8>);

impl Hasher for Shape {
    fn write(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(bytes);
    }

    fn finish(&self) -> u64 {
        0
    }
}
