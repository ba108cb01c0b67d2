//! What a list's field asks for: which rows, in what order, which part of them, and what of each. It is the same whosever list it is,
//! and so is found out once for the lists of many rows.

use std::sync::Arc;

use async_graphql::{Enum, InputType, Name, SelectionField, Value};

use super::error::{ClientError, Result};
use crate::store::{Cursor, Direction, Noun, Order, Page, PageRequest, Parent, Scope, Window};

/// The size of a page when the query does not say.
pub const USUAL_SIZE: u64 = 20;
/// The largest size of a page.
pub const LARGEST_SIZE: u64 = 100;

/// Which way an order goes.
#[derive(Clone, Copy, Default, Enum, PartialEq, Eq)]
pub enum OrderDirection {
    /// The smallest, or the oldest, first.
    #[default]
    Asc,
    /// The largest, or the newest, first.
    Desc,
}

/// By time of creation, the newest first.
pub fn newest_first<F: Default>() -> Order<F> {
    Order {
        field: F::default(),
        descending: true,
    }
}

/// What a list's field was called with.
pub struct PageArguments {
    /// How many from the start.
    pub first: Option<i32>,
    /// After which cursor.
    pub after: Option<String>,
    /// How many from the end.
    pub last: Option<i32>,
    /// Before which cursor.
    pub before: Option<String>,
}

impl PageArguments {
    /// The one place that turns these arguments into a part of a list.
    fn window(self) -> Result<Window> {
        let (direction, name, size, cursor_name, cursor) = match self {
            Self {
                first: Some(_),
                last: Some(_),
                ..
            } => {
                return Err(ClientError::argument("first", "and `last` must not be given together"));
            }
            Self {
                last: None,
                before: Some(_),
                ..
            } => {
                return Err(ClientError::argument("before", "goes with `last`"));
            }
            Self {
                last: Some(_),
                after: Some(_),
                ..
            } => {
                return Err(ClientError::argument("after", "goes with `first`"));
            }
            Self {
                last: Some(size),
                before,
                ..
            } => (Direction::Backward, "last", Some(size), "before", before),
            Self { first, after, .. } => (Direction::Forward, "first", first, "after", after),
        };
        let size = match size {
            None => USUAL_SIZE,
            Some(size) => u64::try_from(size)
                .ok()
                .filter(|size| *size <= LARGEST_SIZE)
                .ok_or_else(|| ClientError::argument(name, format!("must be from 0 to {LARGEST_SIZE}")))?,
        };
        let cursor = cursor
            .map(|text| Cursor::decode(&text).map_err(|error| ClientError::argument(cursor_name, error.to_string())))
            .transpose()?;
        Ok(Window {
            direction,
            size,
            cursor,
        })
    }
}

/// The arguments of a field, where they are not given to a resolver. What is wrong with them is for the library to tell.
pub struct Arguments(Vec<(Name, Value)>);

impl Arguments {
    /// Those that a field is called with; nothing, if they are not in order.
    pub fn of(field: SelectionField<'_>) -> Option<Self> {
        Some(Self(field.arguments().ok()?))
    }

    /// The argument with this name, as a resolver would have it; nothing, if it is not in order.
    pub fn take<V: InputType>(&mut self, name: &str) -> Option<V> {
        let place = self.0.iter().position(|(known, _)| known == name);
        V::parse(place.map(|place| self.0.swap_remove(place).1)).ok()
    }

    /// Those of every list; nothing, if they are not in order.
    pub fn page(&mut self) -> Option<PageArguments> {
        Some(PageArguments {
            first: self.take("first")?,
            after: self.take("after")?,
            last: self.take("last")?,
            before: self.take("before")?,
        })
    }
}

/// Which of a connection's fields stand under this one, and what they need.
struct Wanted<S> {
    rows: bool,
    looks_back: bool,
    counts: bool,
    selection: S,
}

impl<S: Default> Wanted<S> {
    fn under(connection: SelectionField<'_>, direction: Direction, see: impl Fn(&mut S, SelectionField<'_>)) -> Self {
        let mut wanted = Self {
            rows: false,
            looks_back: false,
            counts: false,
            selection: S::default(),
        };
        let back = match direction {
            Direction::Forward => "hasPreviousPage",
            Direction::Backward => "hasNextPage",
        };
        for field in connection.selection_set() {
            match field.name() {
                "nodes" | "edges" => see(&mut wanted.selection, field),
                "pageInfo" => wanted.looks_back |= field.selection_set().any(|field| field.name() == back),
                "totalCount" => {
                    wanted.counts = true;
                    continue;
                }
                _ => continue,
            }
            wanted.rows = true;
        }
        wanted
    }
}

/// What a list's field asks for.
pub struct List<N: Noun> {
    request: Arc<PageRequest<N>>,
    filter: Arc<N::Filter>,
    /// Whether anything is asked but how many rows there are.
    is_of_rows: bool,
}

impl<N: Noun> List<N> {
    /// What a field with these arguments asks for; `see` says what `nodes` and `edges` need of a row.
    ///
    /// # Errors
    /// For arguments that do not fit.
    pub fn asked(
        field: SelectionField<'_>,
        arguments: PageArguments,
        filter: N::Filter,
        order: Order<N::OrderField>,
        see: impl Fn(&mut N::Selection, SelectionField<'_>),
    ) -> Result<Self> {
        let window = arguments.window()?;
        let cursor_name = if window.direction == Direction::Forward {
            "after"
        } else {
            "before"
        };
        let wanted = Wanted::under(field, window.direction, see);
        let request = PageRequest {
            filter: filter.clone(),
            order,
            window,
            selection: wanted.selection,
            looks_back: wanted.looks_back,
            counts: wanted.counts,
            is_only: false,
        };
        request
            .check_cursor()
            .map_err(|error| ClientError::argument(cursor_name, error.to_string()))?;
        Ok(Self {
            request: Arc::new(request),
            filter: Arc::new(filter),
            is_of_rows: wanted.rows,
        })
    }

    /// Which rows the list has.
    pub fn filter(&self) -> &Arc<N::Filter> {
        &self.filter
    }

    /// The page of this parent's list; an empty one, if no rows are asked for.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn page(&self, scope: &Scope, parent: Parent<N>) -> Result<Arc<Page<N>>> {
        match self.is_of_rows {
            true => Ok(scope.page(parent, Arc::clone(&self.request)).await?),
            false => Ok(Arc::default()),
        }
    }

    /// The pages of these parents' lists, in their order.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn pages(&self, scope: &Scope, parents: Vec<Parent<N>>) -> Result<Vec<Arc<Page<N>>>> {
        match self.is_of_rows {
            true => Ok(scope.pages(parents, Arc::clone(&self.request)).await?),
            false => Ok(vec![Arc::default(); parents.len()]),
        }
    }
}
