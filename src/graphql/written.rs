//! Rows written as JSON at once, wherever all that is selected of them is there.
//!
//! The library makes a future and a tree of values for every field, which for a page of rows is most of what an answer costs. Here
//! its own resolvers are asked, one after another, and what they give goes straight into the answer's text. That is only done for
//! selections that need nothing else of an executor: no field that has to wait, none that is selected twice, no directive, and
//! no error. For everything else the library does what it always does, and tells of errors where they belong.

use std::{
    borrow::Cow,
    future::Future,
    io::{self, Write},
    pin::pin,
    task::{Context as Task, Poll, Waker},
};

use async_graphql::{
    ContainerType, ContextSelectionSet, OutputType, Positioned, ServerResult, Value,
    parser::types::{Field, Selection, SelectionSet},
    registry::Registry,
};
use serde::Serialize;
use serde_json::{Serializer, ser::Formatter};

use super::connection::Listed;

/// About how many bytes a row takes.
const USUAL_LENGTH: usize = 512;

/// A row that is written at once, if it can be.
pub struct Shown<T>(pub T);

/// A list of such rows.
pub struct ShownList<T>(pub Vec<T>);

impl<T> Shown<T> {
    /// A row that may be missing.
    pub fn maybe(row: Option<T>) -> Option<Self> {
        row.map(Self)
    }
}

impl<T: Listed> OutputType for Shown<T> {
    fn type_name() -> Cow<'static, str> {
        T::type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        T::create_type_info(registry)
    }

    async fn resolve(&self, context: &ContextSelectionSet<'_>, field: &Positioned<Field>) -> ServerResult<Value> {
        let mut text = Vec::with_capacity(USUAL_LENGTH);
        match Fields::of::<T>(context).and_then(|fields| fields.write(&mut text, context, &self.0)) {
            Some(()) => Ok(Value::Binary(text.into())),
            // The future of everything else is a large one.
            None => Box::pin(self.0.resolve(context, field)).await,
        }
    }
}

impl<T: Listed> OutputType for ShownList<T> {
    fn type_name() -> Cow<'static, str> {
        Vec::<T>::type_name()
    }

    fn qualified_type_name() -> String {
        Vec::<T>::qualified_type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        Vec::<T>::create_type_info(registry)
    }

    async fn resolve(&self, context: &ContextSelectionSet<'_>, field: &Positioned<Field>) -> ServerResult<Value> {
        match list(context, &self.0) {
            Some(text) => Ok(Value::Binary(text.into())),
            None => Box::pin(self.0.resolve(context, field)).await,
        }
    }
}

fn list<T: Listed>(context: &ContextSelectionSet<'_>, rows: &[T]) -> Option<Vec<u8>> {
    let fields = Fields::of::<T>(context)?;
    let mut text = Vec::with_capacity(2 + rows.len() * USUAL_LENGTH);
    text.push(b'[');
    for (place, row) in rows.iter().enumerate() {
        if place > 0 {
            text.push(b',');
        }
        fields.write(&mut text, context, row)?;
    }
    text.push(b']');
    Some(text)
}

/// The fields that are selected of an object, if they can be written at once.
struct Fields<'a>(Vec<&'a Positioned<Field>>);

impl<'a> Fields<'a> {
    fn of<T: Listed>(context: &ContextSelectionSet<'a>) -> Option<Self> {
        let mut fields = Self(Vec::with_capacity(context.item.node.items.len()));
        fields.add::<T>(context, &context.item.node)?;
        Some(fields)
    }

    fn add<T: Listed>(&mut self, context: &ContextSelectionSet<'a>, set: &'a SelectionSet) -> Option<()> {
        for selection in &set.items {
            let (condition, set) = match &selection.node {
                Selection::Field(field) => {
                    let name = field.node.name.node.as_str();
                    let key = &field.node.response_key().node;
                    let twice = self.0.iter().any(|other| other.node.response_key().node == *key);
                    if twice || !field.node.directives.is_empty() || T::LATER.contains(&name) {
                        return None;
                    }
                    self.0.push(field);
                    continue;
                }
                Selection::InlineFragment(fragment) if fragment.node.directives.is_empty() => {
                    (fragment.node.type_condition.as_ref(), &fragment.node.selection_set)
                }
                Selection::FragmentSpread(spread) if spread.node.directives.is_empty() => {
                    let fragment = context.query_env.fragments.get(&spread.node.fragment_name.node)?;
                    (Some(&fragment.node.type_condition), &fragment.node.selection_set)
                }
                _ => return None,
            };
            // Of another type, or of an interface.
            if condition.is_some_and(|condition| condition.node.on.node != T::NAME) {
                return None;
            }
            self.add::<T>(context, &set.node)?;
        }
        Some(())
    }

    fn write<T: ContainerType>(&self, text: &mut Vec<u8>, context: &ContextSelectionSet<'a>, row: &T) -> Option<()> {
        text.push(b'{');
        for (place, field) in self.0.iter().enumerate() {
            if place > 0 {
                text.push(b',');
            }
            write(text, field.node.response_key().node.as_str())?;
            text.push(b':');
            if field.node.name.node == "__typename" {
                write(text, &*row.introspection_type_name())?;
                continue;
            }
            let context = context.with_field(field);
            let Poll::Ready(Ok(value)) = now(row.resolve_field(&context)) else {
                return None;
            };
            match value {
                Some(Value::Binary(written)) => text.extend_from_slice(&written),
                value => write(text, &value)?,
            }
        }
        text.push(b'}');
        Some(())
    }
}

/// What a future comes to without waiting.
fn now<F: Future>(future: F) -> Poll<F::Output> {
    pin!(future).poll(&mut Task::from_waker(Waker::noop()))
}

/// Writes a value as JSON, in which what is written already stands as it is.
fn write(text: &mut Vec<u8>, value: &(impl Serialize + ?Sized)) -> Option<()> {
    value.serialize(&mut Serializer::with_formatter(text, Written)).ok()
}

/// A value as JSON.
///
/// # Errors
/// If it has no such form, which is a defect.
pub fn json(value: &impl Serialize) -> serde_json::Result<Vec<u8>> {
    let mut text = Vec::with_capacity(USUAL_LENGTH);
    value.serialize(&mut Serializer::with_formatter(&mut text, Written))?;
    Ok(text)
}

/// JSON as short as it can be. The schema has no type of bytes, so all that there are, are those of rows that are written already.
struct Written;

impl Formatter for Written {
    fn write_byte_array<W: ?Sized + Write>(&mut self, writer: &mut W, written: &[u8]) -> io::Result<()> {
        writer.write_all(written)
    }
}
