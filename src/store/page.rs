//! Pages: which part of which list is wanted, and what it has.

use std::{fmt::Debug, sync::Arc};

use derive_where::derive_where;

use super::{Cursor, CursorError, Error, Key, Noun};

/// Whose rows: the whole platform's, or one parent's.
#[derive_where(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Parent<N: Noun>(pub(super) Option<(N::Via, Key)>);

impl<N: Noun> Parent<N> {
    /// Nobody's in particular.
    pub const ROOT: Self = Self(None);

    /// Those of the row with this key.
    pub fn row(via: N::Via, key: impl Into<Key>) -> Self {
        Self(Some((via, key.into())))
    }
}

/// By what rows are ordered. The primary key decides between equals, so the order is total.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Order<F> {
    /// The column.
    pub field: F,
    /// Whether the largest comes first.
    pub descending: bool,
}

/// From which end of the list a page is taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Direction {
    /// The first rows after a cursor.
    #[default]
    Forward,
    /// The last rows before a cursor.
    Backward,
}

/// Which part of a list a page is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Window {
    /// From which end.
    pub direction: Direction,
    /// How many rows at the most.
    pub size: u64,
    /// After (before) which place; none: from the very end.
    pub cursor: Option<Cursor>,
}

/// All that makes a page what it is, but for whose it is.
#[derive_where(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct PageRequest<N: Noun> {
    /// Which rows.
    pub filter: N::Filter,
    /// In what order.
    pub order: Order<N::OrderField>,
    /// Which of them.
    pub window: Window,
    /// What of each.
    pub selection: N::Selection,
    /// Whether to find out if there are rows on the cursor's other side, which takes a statement.
    pub looks_back: bool,
    /// Whether to count all rows of the list as well, unless there is a cursor: behind it there may be no row to tell the count.
    pub counts: bool,
    /// Whether there is one such row at the most: then it is in no order, and has no cursor.
    pub is_only: bool,
}

impl<N: Noun> PageRequest<N> {
    /// Makes sure that the cursor belongs to this list.
    ///
    /// # Errors
    /// [`CursorError`], for the client.
    pub fn check_cursor(&self) -> Result<(), CursorError> {
        let Some(cursor) = &self.window.cursor else {
            return Ok(());
        };
        let column = N::order_column(self.order.field);
        cursor.check(column.name, column.kind, N::KEY.kind)
    }
}

/// Some rows of a list, in its order.
#[derive_where(Debug, Default)]
pub struct Page<N: Noun> {
    pub(super) rows: Vec<Arc<N>>,
    pub(super) field: N::OrderField,
    pub(super) has_previous: bool,
    pub(super) has_next: bool,
    pub(super) total: Option<i64>,
}

impl<N: Noun> Page<N> {
    /// The rows.
    pub fn rows(&self) -> &[Arc<N>] {
        &self.rows
    }

    /// Whether there are rows before these. After a cursor it is known only if the request looks back.
    pub fn has_previous(&self) -> bool {
        self.has_previous
    }

    /// Whether there are rows after these. Before a cursor it is known only if the request looks back.
    pub fn has_next(&self) -> bool {
        self.has_next
    }

    /// How many rows the whole list has, if they were counted along with these.
    pub fn total(&self) -> Option<i64> {
        self.total
    }

    /// The place of one of these rows.
    ///
    /// # Errors
    /// If the order's column was not read.
    pub fn cursor(&self, row: &N) -> Result<Cursor, Error> {
        let column = N::order_column(self.field);
        Ok(Cursor {
            order: column.name.to_owned(),
            value: row.mark(self.field)?,
            key: row.key()?.mark(),
        })
    }
}
