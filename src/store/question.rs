//! Questions to the database, whose statements are written once for all questions of the same shape.
//!
//! To build a statement and to write its text takes longer than everything else about a small page. What differs between two
//! requests for the same page are nearly always values: whose cursor, which slug, who asks. So a text is kept by the question's
//! shape, which is the question without its values, and the values are put in their places.
//!
//! Which value belongs where is found out with marks: the statement is built once with marks for values, and each of its values
//! must be one of the marks. A statement in which there is another one is built anew each time.

use std::{any::TypeId, hash::Hash};

use sea_orm::{DbBackend, Statement, sea_query::SelectStatement};

use super::{Error, Key, scope::Access};
use crate::{
    database::{Marks, Reader, Row, Slots, Taken, Text, kept, written},
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
    let statement = statement(&access.viewer, Some(&access.reader), question);
    Ok(access.reader.ask(statement).await?)
}

/// The statement that asks this for the viewer: as the reader's asker, if there is a reader, and as the gateway itself otherwise.
pub(super) fn statement<Q: Question>(viewer: &Viewer, reader: Option<&Reader>, question: &Q) -> Statement {
    let built = || {
        let statement = question.statement(viewer);
        match reader {
            Some(reader) => reader.written(&statement),
            None => written(viewer.backend(), &statement),
        }
    };
    if viewer.backend() != DbBackend::Postgres {
        // There is no plan to keep by the text, and every list of another length has another.
        return built();
    }
    let mut left = question.clone();
    let mut taken = Taken::default();
    left.slots(&mut taken);
    let mut values = taken.0;
    values.extend(viewer.values());
    values.extend(reader.into_iter().flat_map(Reader::values));

    let is_asking = reader.is_some_and(Reader::is_asking);
    let shape = ("a question", TypeId::of::<Q>(), left, viewer.shape(), is_asking);
    let text = || {
        let (mut question, mut marks) = (question.clone(), Marks::default());
        question.slots(&mut marks);
        let statement = question.statement(&viewer.marked(&mut marks));
        let written = match reader {
            Some(reader) => reader.written_with_marks(&statement, &mut marks),
            None => written(DbBackend::Postgres, &statement),
        };
        Text::marked(written, &marks)
    };
    kept(shape, &values, text, built)
}
