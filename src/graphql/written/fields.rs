//! What is selected of objects of one type, looked at once for all of them.

use std::{borrow::Borrow, sync::Arc};

use async_graphql::{
    Context, ContextSelectionSet, Positioned, Value,
    parser::types::{Field, Selection, SelectionSet},
};
use futures_util::future::BoxFuture;

use super::{Shown, Written};
use crate::{
    graphql::{
        connection::{Connection, Listed, scope},
        error::Result,
        json::Json,
        look_ahead::LookAhead,
    },
    store::{Noun, Parent},
};

/// How many bytes a row takes at the most, or nearly so: a text that outgrows its place is moved.
pub(super) const USUAL_LENGTH: usize = 1024;

/// Writes one field of an object, if there is no error.
pub type Write<'a, T> = Box<dyn Fn(&T, &mut Vec<u8>) -> Option<()> + Send + Sync + 'a>;

/// Reads and writes the lists that one field is of these objects, in their order, if there is no error.
pub type Lists<'a, T> = Box<dyn Fn(&[T]) -> BoxFuture<'a, Option<Vec<Value>>> + Send + Sync + 'a>;

/// A field that has to wait.
pub(super) struct Later<'a, T> {
    pub(super) field: &'a Positioned<Field>,
    /// How its lists are read and written; nothing, if the library is to resolve it.
    pub(super) lists: Option<Lists<'a, T>>,
}

/// A field that is selected of objects of one type.
struct Selected<'a, T> {
    /// What it is called in the answer.
    name: &'a str,
    field: &'a Positioned<Field>,
    /// How it is written; nothing, if it has to wait.
    write: Option<Write<'a, T>>,
}

/// The fields that are selected of objects of one type.
pub(super) struct Fields<'a, T>(Vec<Selected<'a, T>>);

impl<'a, T: Written> Fields<'a, T> {
    /// Nothing, if the objects cannot be written at once.
    pub(super) fn of(context: &'a ContextSelectionSet<'a>, set: &'a SelectionSet) -> Option<Self> {
        let kind = T::type_name();
        let mut selected = Vec::with_capacity(set.items.len());
        select(&mut selected, &kind, context, set)?;
        let fields = selected.into_iter().map(|field| Selected {
            name: field.node.response_key().node.as_str(),
            field,
            write: match field.node.name.node.as_str() {
                "__typename" => Some(Box::new(|_, text| (&*T::type_name()).write(text))),
                _ => T::writer(Asked {
                    context,
                    field: context.with_field(field),
                }),
            },
        });
        Some(Self(fields.collect()))
    }

    /// The same, if none of the fields has to wait.
    fn ready(context: &'a ContextSelectionSet<'a>, set: &'a SelectionSet) -> Option<Self> {
        Self::of(context, set).filter(|fields| fields.0.iter().all(|field| field.write.is_some()))
    }

    /// Those that have to wait.
    pub(super) fn later(&self, context: &'a ContextSelectionSet<'a>) -> Vec<Later<'a, T>> {
        let later = self.0.iter().filter(|field| field.write.is_none());
        let later = later.map(|Selected { field, .. }| Later {
            field,
            lists: T::lists(Asked {
                context,
                field: context.with_field(field),
            }),
        });
        later.collect()
    }

    /// Leaves a gap for each field that has to wait.
    pub(super) fn write(&self, object: &T, text: &mut Vec<u8>, gaps: &mut Vec<usize>) -> Option<()> {
        // All that was selected may have been skipped.
        text.push(b'{');
        for (place, field) in self.0.iter().enumerate() {
            text.extend_from_slice(if place == 0 { b"\"" } else { b",\"" });
            // A name has nothing in it that JSON would write otherwise.
            text.extend_from_slice(field.name.as_bytes());
            text.extend_from_slice(b"\":");
            match &field.write {
                Some(write) => write(object, text)?,
                None => gaps.push(text.len()),
            }
        }
        text.push(b'}');
        Some(())
    }

    pub(super) fn write_all<O: Borrow<T>>(
        &self,
        objects: impl ExactSizeIterator<Item = Option<O>>,
        text: &mut Vec<u8>,
        gaps: &mut Vec<usize>,
    ) -> Option<()> {
        text.reserve(2 + objects.len() * USUAL_LENGTH);
        text.push(b'[');
        for (place, object) in objects.enumerate() {
            if place > 0 {
                text.push(b',');
            }
            self.write(object?.borrow(), text, gaps)?;
        }
        text.push(b']');
        Some(())
    }
}

/// The fields that are selected of an object of this type, if none of them is selected twice or only on a condition.
fn select<'a>(
    selected: &mut Vec<&'a Positioned<Field>>,
    kind: &str,
    context: &'a ContextSelectionSet<'a>,
    set: &'a SelectionSet,
) -> Option<()> {
    for selection in &set.items {
        let (condition, set) = match &selection.node {
            Selection::Field(field) => {
                let key = &field.node.response_key().node;
                let twice = selected.iter().any(|other| other.node.response_key().node == *key);
                if twice || !field.node.directives.is_empty() {
                    return None;
                }
                selected.push(field);
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
        if condition.is_some_and(|condition| condition.node.on.node != kind) {
            return None;
        }
        select(selected, kind, context, &set.node)?;
    }
    Some(())
}

/// A field that is selected of objects. Its context is the same for all of them, and knows no path: that is for errors, which the
/// library tells.
pub struct Asked<'a> {
    context: &'a ContextSelectionSet<'a>,
    /// What its resolvers are called with.
    pub field: Context<'a>,
}

impl<'a> Asked<'a> {
    /// The field's name in the schema.
    pub fn name(&self) -> &str {
        self.field.item.node.name.node.as_str()
    }

    /// Writes a value.
    pub fn value<T, V: Json>(
        self,
        resolver: impl Fn(&T, &Context<'_>) -> V + Send + Sync + 'a,
    ) -> Option<Write<'a, T>> {
        let Self { field, .. } = self;
        Some(Box::new(move |object, text| resolver(object, &field).write(text)))
    }

    /// Writes what a relation leads to.
    pub fn relation<T: 'a, U: Written>(
        self,
        resolver: fn(&T, &Context<'_>) -> Option<Result<Shown<U>>>,
    ) -> Option<Write<'a, T>> {
        let Self { context, field } = self;
        let fields = Fields::<U>::ready(context, &field.item.node.selection_set.node)?;
        Some(Box::new(move |row, text| match resolver(row, &field) {
            Some(shown) => fields.write(&shown.ok()?.0, text, &mut Vec::new()),
            None => None::<&str>.write(text),
        }))
    }

    /// Writes an object that is always there, if there is no error.
    pub fn object<T: 'a, U: Written>(self, of: impl Fn(&T) -> Result<U> + Send + Sync + 'a) -> Option<Write<'a, T>> {
        let fields = Fields::<U>::ready(self.context, &self.field.item.node.selection_set.node)?;
        Some(Box::new(move |object, text| {
            fields.write(&of(object).ok()?, text, &mut Vec::new())
        }))
    }

    /// Writes a list of objects, each made of one of these.
    pub fn list<T: 'a, I: 'a, U: Written>(
        self,
        items: impl Fn(&T) -> &[I] + Send + Sync + 'a,
        of: impl Fn(&T, &I) -> Result<U> + Send + Sync + 'a,
    ) -> Option<Write<'a, T>> {
        let fields = Fields::<U>::ready(self.context, &self.field.item.node.selection_set.node)?;
        Some(Box::new(move |object, text| {
            let items = items(object).iter().map(|item| of(object, item).ok());
            fields.write_all(items, text, &mut Vec::new())
        }))
    }

    /// Reads the pages of the lists of which these objects are the parents, and writes them: what the field asks for is found out
    /// once for all.
    pub fn lists<T: 'a, U: Listed>(self, parent: fn(&T) -> Result<Parent<U::Noun>>) -> Option<Lists<'a, T>>
    where
        <U::Noun as Noun>::Selection: LookAhead,
    {
        let Self { context, field } = self;
        let fields = Fields::<Connection<U>>::ready(context, &field.item.node.selection_set.node)?;
        let asked = Arc::new((fields, Connection::<U>::asked(&field)?));
        let scope = scope(&field).ok()?;
        Some(Box::new(move |objects| {
            let parents: Result<Vec<_>> = objects.iter().map(parent).collect();
            let asked = Arc::clone(&asked);
            Box::pin(async move {
                let (fields, list) = &*asked;
                let connections = Connection::<U>::of_each(list, scope, parents.ok()?).await.ok()?;
                let written = connections.into_iter().map(|connection| {
                    let mut text = Vec::new();
                    fields.write(&connection, &mut text, &mut Vec::new())?;
                    Some(Value::Binary(text.into()))
                });
                written.collect()
            })
        }))
    }
}
