//! Rows, and pages of them, written as JSON at once, wherever all that is selected of them is there.
//!
//! The library makes a future and a tree of values for every field, which for a page of rows is most of what an answer costs. Here
//! what is selected is looked at once for all rows, and then each row's resolvers are called one after another, and what they give
//! goes straight into the answer's text. Fields that have to wait, as lists of a row do, leave a gap there, which is filled when the
//! library has resolved them. That is only done for selections that need nothing else of an executor: no field that is selected
//! twice, no directive, and no error. For everything else, and where parts of the answer have to be merged, the library does what it
//! always does, and tells of errors where they belong.

mod fields;

pub use fields::{Asked, Lists, Write};

use std::{
    borrow::Cow,
    future::Future,
    pin::pin,
    slice,
    task::{Context as Task, Poll, Waker},
};

use async_graphql::{
    ContainerType, ContextSelectionSet, OutputType, Positioned, ServerError, ServerResult, Value, parser::types::Field,
    registry::Registry,
};
use futures_util::future::{BoxFuture, try_join_all};

use super::{
    connection::Listed,
    json::{self, Json},
};
use fields::{Fields, Later, USUAL_LENGTH};

/// Comes with a request that selects something in several places which the answer has once: the library merges the parts, which it
/// cannot once they are written.
pub struct Merges;

/// An object type whose fields can be written at once, or some of them.
pub trait Written: ContainerType + Sized + 'static {
    /// How the field is written; nothing, if it needs more than to be there.
    fn writer<'a>(field: Asked<'a>) -> Option<Write<'a, Self>>;

    /// How the lists that the field is, of all objects, are read and written; nothing, if that is for the library.
    fn lists<'a>(_field: Asked<'a>) -> Option<Lists<'a, Self>> {
        None
    }
}

impl<T: Listed> Written for T {
    fn writer<'a>(field: Asked<'a>) -> Option<Write<'a, Self>> {
        T::ready(field)
    }

    fn lists<'a>(field: Asked<'a>) -> Option<Lists<'a, Self>> {
        T::lists(field)
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
        match Begun::new(context, |fields, text, gaps| fields.write(object, text, gaps)) {
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
        match Begun::new(context, |fields, text, gaps| {
            fields.write_all(objects.iter().map(Some), text, gaps)
        }) {
            Some(begun) if begun.gaps.is_empty() => Ok(Value::Binary(begun.text.into())),
            Some(begun) => Box::pin(begun.filled(context, objects, |context, place| context.with_index(place))).await,
            None => Box::pin(objects.resolve(context, field)).await,
        }
    }
}

/// An object, or a list of them, of which all is written but for the fields that have to wait.
struct Begun<'a, T> {
    text: Vec<u8>,
    /// Where these fields' values are missing: of the first object all of them, then of the second.
    gaps: Vec<usize>,
    later: Vec<Later<'a, T>>,
}

impl<'a, T: Written> Begun<'a, T> {
    /// Nothing, if what is selected cannot be written so.
    fn new(
        context: &'a ContextSelectionSet<'a>,
        write: impl FnOnce(&Fields<'a, T>, &mut Vec<u8>, &mut Vec<usize>) -> Option<()>,
    ) -> Option<Self> {
        if context.data_opt::<Merges>().is_some() {
            return None;
        }
        let fields = Fields::of(context, &context.item.node)?;
        let (mut text, mut gaps) = (Vec::with_capacity(USUAL_LENGTH), Vec::new());
        write(&fields, &mut text, &mut gaps)?;
        let later = fields.later(context);
        Some(Self { text, gaps, later })
    }

    /// Has what is missing read, and written or resolved, of all objects at once. `of` is the context of an object, by its place.
    async fn filled(
        self,
        context: &'a ContextSelectionSet<'a>,
        objects: &[T],
        of: impl Fn(&'a ContextSelectionSet<'a>, usize) -> ContextSelectionSet<'a> + Send + Sync,
    ) -> ServerResult<Value> {
        let Self { text, gaps, later } = self;
        let of = &of;
        let values = later.iter().map(|Later { field, lists }| async move {
            if let Some(lists) = lists
                && let Some(written) = lists(objects).await
            {
                return ServerResult::Ok(written);
            }
            let resolved = |(place, object)| resolved(object, of(context, place), field);
            let values = try_join_all(objects.iter().enumerate().map(resolved)).await?;
            Ok(values.into_iter().map(Option::unwrap_or_default).collect())
        });
        let values: Vec<Vec<Value>> = try_join_all(values).await?;
        let mut columns: Vec<_> = values.iter().map(|values| values.iter()).collect();

        let mut whole = Vec::with_capacity(text.len() + values.iter().flatten().map(json::written).sum::<usize>());
        let mut from = 0;
        for (gap, column) in gaps.into_iter().zip((0..columns.len()).cycle()) {
            whole.extend_from_slice(text.get(from..gap).unwrap_or_default());
            let value = columns.get_mut(column).and_then(Iterator::next);
            if value.and_then(|value| value.write(&mut whole)).is_none() {
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

/// Says which fields of a type are ready, and which method resolves each: of values first, then of relations to one row; and
/// whose rows are the lists that are read for many rows at once, and by which column. The library calls the same methods.
macro_rules! ready {
    ($($value:literal => $resolver:ident,)+ $(; $($relation:literal => $leads_to:ident,)*
        $(; $($list:literal => $child:ident by $via:path,)+)?)?) => {
        const READY: &'static [&'static str] = &["id", $($value,)+ $($($relation,)*)?];

        fn ready<'a>(asked: $crate::graphql::written::Asked<'a>) -> Option<$crate::graphql::written::Write<'a, Self>> {
            use $crate::graphql::{json::Json, written::now};
            Some(match asked.name() {
                // The interface wants a future of it.
                "id" => Box::new(move |row: &Self, text| now(row.id(&asked.field))?.write(text)),
                $($value => Box::new(move |row: &Self, text| row.$resolver(&asked.field).write(text)),)+
                $($($relation => return asked.relation(Self::$leads_to),)*)?
                _ => return None,
            })
        }

        $($(
            fn lists<'a>(asked: $crate::graphql::written::Asked<'a>) -> Option<$crate::graphql::written::Lists<'a, Self>> {
                match asked.name() {
                    $($list => asked.lists::<Self, $child>(|row| Ok(Parent::row($via, row.0.key()?))),)+
                    _ => None,
                }
            }
        )?)?
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
