//! Questions to the database, whose statements are written once for all questions of the same shape.
//!
//! To build a statement and to write its text takes longer than everything else about a small page. What differs between two
//! requests for the same page are nearly always values: whose cursor, which slug, who asks. So a text is kept by the question's
//! shape, which is the question without its values, and the values are put in their places.
//!
//! Which value belongs where is found out with marks: the statement is built once with marks for values, and each of its values
//! must be one of the marks. A statement in which there is another one is built anew each time.

use std::{any::TypeId, borrow::Cow, hash::Hash, sync::Arc};

use sea_orm::{DbBackend, Statement, Value, sea_query::SelectStatement};

use super::Key;
use crate::{
    database::{Marks, Reader, Shape, Slots, Taken, Text, kept, together, written},
    viewer::Viewer,
};

/// Something that is asked of the database for a viewer.
pub(super) trait Question: Clone + Hash + Send + Sync + 'static {
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

/// A question of whatever kind, taken apart.
pub(super) struct Asked {
    question: Arc<dyn Whichever>,
    shape: Shape,
    values: Vec<Value>,
}

/// What is left of a question if its kind is forgotten.
trait Whichever: Send + Sync {
    /// The same with marks for its values.
    fn marked(&self, marks: &mut Marks) -> Box<dyn Whichever>;
    fn statement(&self, viewer: &Viewer) -> SelectStatement;
}

impl<Q: Question> Whichever for Q {
    fn marked(&self, marks: &mut Marks) -> Box<dyn Whichever> {
        let mut question = self.clone();
        question.slots(marks);
        Box::new(question)
    }

    fn statement(&self, viewer: &Viewer) -> SelectStatement {
        Question::statement(self, viewer)
    }
}

impl Asked {
    pub(super) fn new<Q: Question>(question: &Arc<Q>) -> Self {
        let mut left = Q::clone(question);
        let mut taken = Taken::default();
        left.slots(&mut taken);
        Self {
            question: Arc::<Q>::clone(question),
            shape: Shape::of((TypeId::of::<Q>(), left)),
            values: taken.0,
        }
    }

    /// The same for all that ask this, whatever its values are.
    pub(super) fn shape(&self) -> &Shape {
        &self.shape
    }
}

/// The statement that asks all of this for the viewer: as the reader's asker, if there is a reader, and as the gateway itself
/// otherwise.
pub(super) fn statement(viewer: &Viewer, reader: Option<&Reader>, asked: &[Asked]) -> Statement {
    let built = || {
        let statements = asked.iter().map(|asked| asked.question.statement(viewer)).collect();
        match reader {
            Some(reader) => reader.written(statements),
            None => written(viewer.backend(), &together(statements)),
        }
    };
    if viewer.backend() != DbBackend::Postgres {
        // There is no plan to keep by the text, and every list of another length has another.
        return built();
    }
    let of_all = viewer
        .values()
        .into_iter()
        .chain(reader.into_iter().flat_map(Reader::values));
    let values = asked.iter().flat_map(|asked| &asked.values).map(Cow::Borrowed);
    let values: Vec<_> = values.chain(of_all.map(Cow::Owned)).collect();

    let is_asking = reader.is_some_and(Reader::is_asking);
    let shapes: Vec<&Shape> = asked.iter().map(Asked::shape).collect();
    let text = || {
        let mut marks = Marks::default();
        let marked: Vec<_> = asked.iter().map(|asked| asked.question.marked(&mut marks)).collect();
        let viewer = viewer.marked(&mut marks);
        let statements = marked.iter().map(|question| question.statement(&viewer)).collect();
        let written = match reader {
            Some(reader) => reader.written_with_marks(statements, &mut marks),
            None => written(DbBackend::Postgres, &together(statements)),
        };
        Text::marked(written, &marks)
    };
    kept(("questions", shapes, viewer.shape(), is_asking), &values, text, built)
}
