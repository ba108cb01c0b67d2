//! Rows, and pages of them, written as JSON at once, wherever all that is selected of them is there.
//!
//! The library makes a future and a tree of values for every field, which for a page of rows is most of what an answer costs. Here
//! what is selected is looked at once for all rows, and then each row's resolvers are called one after another, and what they give
//! goes straight into the answer's text. Fields that have to wait, as lists of a row do, leave a gap there, which is filled when the
//! library has resolved them. That is only done for selections that need nothing else of an executor: no field that is selected
//! twice, no directive, and no error. For everything else, and where parts of the answer have to be merged, the library does what it
//! always does, and tells of errors where they belong.

use std::{
    borrow::{Borrow, Cow},
    future::Future,
    pin::pin,
    slice,
    task::{Context as Task, Poll, Waker},
};

use async_graphql::{
    ContainerType, Context, ContextSelectionSet, OutputType, Positioned, ServerError, ServerResult, Value,
    parser::types::{Field, Selection, SelectionSet},
    registry::Registry,
};
use futures_util::future::{BoxFuture, try_join_all};

use super::{
    connection::Listed,
    error::Result,
    json::{self, Json},
};

/// How many bytes a row takes at the most, or nearly so: a text that outgrows its place is moved.
const USUAL_LENGTH: usize = 1024;

/// Comes with a request that selects something in several places which the answer has once: the library merges the parts, which it
/// cannot once they are written.
pub struct Merges;

/// An object type whose fields can be written at once, or some of them.
pub trait Written: ContainerType + Sized + 'static {
    /// How the field is written; nothing, if it needs more than to be there.
    fn writer<'a>(field: Asked<'a>) -> Option<Write<'a, Self>>;
}

impl<T: Listed> Written for T {
    fn writer<'a>(field: Asked<'a>) -> Option<Write<'a, Self>> {
        T::ready(field)
    }
}

/// An object that is written at once, if it can be.
pub struct Shown<T>(pub T);

/// A list of such objects.
pub struct ShownList<T>(pub Vec<T>);

impl<T> Shown<T> {
    /// An object that may be missing.
    pub fn maybe(object: Option<T>) -> Option<Self> {
        object.map(Self)
    }
}

impl<T: Written> OutputType for Shown<T> {
    fn type_name() -> Cow<'static, str> {
        T::type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        T::create_type_info(registry)
    }

    async fn resolve(&self, context: &ContextSelectionSet<'_>, field: &Positioned<Field>) -> ServerResult<Value> {
        let Self(object) = self;
        match Begun::one(context, object) {
            Some(begun) if begun.gaps.is_empty() => Ok(Value::Binary(begun.text.into())),
            // The future of everything else is a large one.
            Some(begun) => Box::pin(begun.filled(context, slice::from_ref(object), |context, _| context.clone())).await,
            None => Box::pin(object.resolve(context, field)).await,
        }
    }
}

impl<T: Written> OutputType for ShownList<T> {
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
        let Self(objects) = self;
        match Begun::list(context, objects) {
            Some(begun) if begun.gaps.is_empty() => Ok(Value::Binary(begun.text.into())),
            Some(begun) => Box::pin(begun.filled(context, objects, |context, place| context.with_index(place))).await,
            None => Box::pin(objects.resolve(context, field)).await,
        }
    }
}

/// An object, or a list of them, of which all is written but for the fields that have to wait.
struct Begun<'a> {
    text: Vec<u8>,
    /// Where these fields' values are missing: of the first object all of them, then of the second.
    gaps: Vec<usize>,
    later: Vec<&'a Positioned<Field>>,
}

impl<'a> Begun<'a> {
    fn one<T: Written>(context: &'a ContextSelectionSet<'a>, object: &T) -> Option<Self> {
        let fields = fields::<T>(context)?;
        let (mut text, mut gaps) = (Vec::with_capacity(USUAL_LENGTH), Vec::new());
        fields.write(object, &mut text, &mut gaps)?;
        let later = fields.later();
        Some(Self { text, gaps, later })
    }

    fn list<T: Written>(context: &'a ContextSelectionSet<'a>, objects: &[T]) -> Option<Self> {
        let fields = fields::<T>(context)?;
        let (mut text, mut gaps) = (Vec::new(), Vec::new());
        fields.write_all(objects.iter().map(Some), &mut text, &mut gaps)?;
        let later = fields.later();
        Some(Self { text, gaps, later })
    }

    /// Has the library resolve what is missing, of all objects at once. `of` is the context of an object, by its place.
    async fn filled<T: Written>(
        self,
        context: &'a ContextSelectionSet<'a>,
        objects: &[T],
        of: impl Fn(&'a ContextSelectionSet<'a>, usize) -> ContextSelectionSet<'a> + Send + Sync,
    ) -> ServerResult<Value> {
        let Self { text, gaps, later } = self;
        let (of, later) = (&of, &later);
        let values = objects.iter().enumerate().flat_map(|(place, object)| {
            let resolved = move |field: &&'a Positioned<Field>| resolved(object, of(context, place), field);
            later.iter().map(resolved)
        });
        let values = try_join_all(values).await?.into_iter().map(Option::unwrap_or_default);
        let values: Vec<Value> = values.collect();

        let mut whole = Vec::with_capacity(text.len() + values.iter().map(json::written).sum::<usize>());
        let mut from = 0;
        for (gap, value) in gaps.into_iter().zip(values) {
            whole.extend_from_slice(text.get(from..gap).unwrap_or_default());
            if value.write(&mut whole).is_none() {
                return Err(ServerError::new("a value that JSON does not have", None));
            }
            from = gap;
        }
        whole.extend_from_slice(text.get(from..).unwrap_or_default());
        Ok(Value::Binary(whole.into()))
    }
}

/// What a field of an object comes to. In a box without its type: objects hold each other, and their futures would, too.
fn resolved<'a, T: Written>(
    object: &'a T,
    context: ContextSelectionSet<'a>,
    field: &'a Positioned<Field>,
) -> BoxFuture<'a, ServerResult<Option<Value>>> {
    Box::pin(async move { object.resolve_field(&context.with_field(field)).await })
}

fn fields<'a, T: Written>(context: &'a ContextSelectionSet<'a>) -> Option<Fields<'a, T>> {
    match context.data_opt::<Merges>() {
        Some(_) => None,
        None => Fields::of(context, &context.item.node),
    }
}

/// Writes one field of an object, if there is no error.
pub type Write<'a, T> = Box<dyn Fn(&T, &mut Vec<u8>) -> Option<()> + 'a>;

/// A field that is selected of objects of one type.
struct Selected<'a, T> {
    /// What it is called in the answer.
    name: &'a str,
    field: &'a Positioned<Field>,
    /// How it is written; nothing, if it has to wait.
    write: Option<Write<'a, T>>,
}

/// The fields that are selected of objects of one type.
struct Fields<'a, T>(Vec<Selected<'a, T>>);

impl<'a, T: Written> Fields<'a, T> {
    /// Nothing, if the objects cannot be written at once.
    fn of(context: &'a ContextSelectionSet<'a>, set: &'a SelectionSet) -> Option<Self> {
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
    fn later(&self) -> Vec<&'a Positioned<Field>> {
        let later = self.0.iter().filter(|field| field.write.is_none());
        later.map(|field| field.field).collect()
    }

    /// Leaves a gap for each field that has to wait.
    fn write(&self, object: &T, text: &mut Vec<u8>, gaps: &mut Vec<usize>) -> Option<()> {
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

    fn write_all<O: Borrow<T>>(
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
    pub fn value<T, V: Json>(self, resolver: impl Fn(&T, &Context<'_>) -> V + 'a) -> Option<Write<'a, T>> {
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
    pub fn object<T: 'a, U: Written>(self, of: impl Fn(&T) -> Result<U> + 'a) -> Option<Write<'a, T>> {
        let fields = Fields::<U>::ready(self.context, &self.field.item.node.selection_set.node)?;
        Some(Box::new(move |object, text| {
            fields.write(&of(object).ok()?, text, &mut Vec::new())
        }))
    }

    /// Writes a list of objects, each made of one of these.
    pub fn list<T: 'a, I: 'a, U: Written>(
        self,
        items: impl Fn(&T) -> &[I] + 'a,
        of: impl Fn(&T, &I) -> Result<U> + 'a,
    ) -> Option<Write<'a, T>> {
        let fields = Fields::<U>::ready(self.context, &self.field.item.node.selection_set.node)?;
        Some(Box::new(move |object, text| {
            let items = items(object).iter().map(|item| of(object, item).ok());
            fields.write_all(items, text, &mut Vec::new())
        }))
    }
}

/// Says which fields of a type are ready, and which method resolves each: of values first, then of relations to one row. The
/// library calls the same methods.
macro_rules! ready {
    ($($value:literal => $resolver:ident,)+ $(; $($relation:literal => $leads_to:ident,)+)?) => {
        const READY: &'static [&'static str] = &["id", $($value,)+ $($($relation,)+)?];

        fn ready<'a>(asked: $crate::graphql::written::Asked<'a>) -> Option<$crate::graphql::written::Write<'a, Self>> {
            use $crate::graphql::{json::Json, written::now};
            Some(match asked.name() {
                // The interface wants a future of it.
                "id" => Box::new(move |row: &Self, text| now(row.id(&asked.field))?.write(text)),
                $($value => Box::new(move |row: &Self, text| row.$resolver(&asked.field).write(text)),)+
                $($($relation => return asked.relation(Self::$leads_to),)+)?
                _ => return None,
            })
        }
    };
}
pub(super) use ready;

/// What a future comes to, if it need not wait.
pub fn now<F: Future>(future: F) -> Option<F::Output> {
    match pin!(future).poll(&mut Task::from_waker(Waker::noop())) {
        Poll::Ready(output) => Some(output),
        Poll::Pending => None,
    }
}

/// The types that are rows, each with its fields that are written at once.
pub fn ready_fields() -> [(&'static str, &'static [&'static str]); 9] {
    fn of<T: Listed>() -> (&'static str, &'static [&'static str]) {
        (T::NAME, T::READY)
    }
    [
        of::<super::audit_entry::AuditEntry>(),
        of::<super::content::Content>(),
        of::<super::grant::Grant>(),
        of::<super::media_item::MediaItem>(),
        of::<super::organization::Organization>(),
        of::<super::membership::OrganizationMembership>(),
        of::<super::purchase::Purchase>(),
        of::<super::session::Session>(),
        of::<super::user::User>(),
    ]
}
