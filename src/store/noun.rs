//! What all nouns have in common.

use std::{fmt::Debug, hash::Hash, sync::Arc};

use chrono::{DateTime, Utc};
use sea_orm::{
    ColumnTrait, Condition, DbBackend, DbErr, EntityTrait, Value,
    sea_query::{Alias, DynIden, Expr, IntoIden, SelectExpr},
};
use uuid::Uuid;

use super::{
    Error,
    columns::ColumnSet,
    cursor::{Kind, Mark},
    fields::Fields,
    relation::Along,
    scope::{Loads, NounLoads},
};
use crate::{
    database::{Row, Slots},
    viewer::Viewer,
};

/// What a noun's arguments and selections must be able to do: stand in the key of a loader.
pub trait Plain: Clone + Debug + Default + PartialEq + Eq + Hash + Send + Sync + 'static {}
impl<T: Clone + Debug + Default + PartialEq + Eq + Hash + Send + Sync + 'static> Plain for T {}

/// A primary key.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Key {
    /// Of an identity table.
    Text(String),
    /// Of any other.
    Uuid(Uuid),
}

impl From<Uuid> for Key {
    fn from(key: Uuid) -> Self {
        Self::Uuid(key)
    }
}

impl From<&str> for Key {
    fn from(key: &str) -> Self {
        Self::Text(key.to_owned())
    }
}

impl From<String> for Key {
    fn from(key: String) -> Self {
        Self::Text(key)
    }
}

impl Key {
    pub(super) fn value(&self) -> Value {
        match self {
            Self::Text(key) => key.clone().into(),
            Self::Uuid(key) => (*key).into(),
        }
    }

    /// The key as a text, as the audit log has it.
    pub fn text(&self) -> String {
        match self {
            Self::Text(key) => key.clone(),
            Self::Uuid(key) => key.to_string(),
        }
    }

    /// The key at this position of a row.
    pub(super) fn decode(row: &Row, position: usize, kind: Kind) -> Result<Self, DbErr> {
        match kind {
            Kind::Uuid => row.get(position).map(Self::Uuid),
            Kind::Text | Kind::Time => row.get(position).map(Self::Text),
        }
    }

    pub(super) fn mark(&self) -> Mark {
        match self {
            Self::Text(key) => Mark::Text(key.clone()),
            Self::Uuid(key) => Mark::Uuid(*key),
        }
    }
}

/// A column of a table, as statements and cursors need it.
#[derive(Clone, Copy, Debug)]
pub struct Named {
    /// What it is called.
    pub name: &'static str,
    /// What it holds.
    pub kind: Kind,
    /// Whether it may hold nothing.
    pub nullable: bool,
}

impl Named {
    /// A column of texts.
    pub const fn text(name: &'static str) -> Self {
        Self {
            name,
            kind: Kind::Text,
            nullable: false,
        }
    }

    /// A column of times.
    pub const fn time(name: &'static str) -> Self {
        Self {
            name,
            kind: Kind::Time,
            nullable: false,
        }
    }

    /// A column of keys.
    pub const fn uuid(name: &'static str) -> Self {
        Self {
            name,
            kind: Kind::Uuid,
            nullable: false,
        }
    }

    /// The same, but it may hold nothing.
    pub const fn nullable(self) -> Self {
        Self { nullable: true, ..self }
    }
}

/// A stretch of time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct TimeRange {
    /// From this time on.
    pub from: Option<DateTime<Utc>>,
    /// Up to this time, which no longer belongs to it.
    pub before: Option<DateTime<Utc>>,
}

impl TimeRange {
    pub(super) fn slots(&mut self, slots: &mut dyn Slots) {
        self.from
            .iter_mut()
            .chain(&mut self.before)
            .for_each(|time| slots.time(time));
    }

    pub(super) fn holds(self, column: impl ColumnTrait) -> Condition {
        Condition::all()
            .add_option(self.from.map(|from| column.gte(from)))
            .add_option(self.before.map(|before| column.lt(before)))
    }
}

/// A table that can be read: its rows, what may be asked of them, and the rule that says who sees which. Every statement over
/// the table is made from this, so there is no way to read it without its rule.
pub trait Noun: Clone + Debug + Send + Sync + 'static {
    /// The table.
    type Entity: EntityTrait<Model: Sync>;
    /// Its primary key.
    const KEY: Named;
    /// A set of its columns.
    type Columns: ColumnSet;
    /// What is wanted of each row.
    type Selection: Plain;
    /// Which rows are wanted.
    type Filter: Plain;
    /// By what rows can be ordered.
    type OrderField: Plain + Copy;
    /// The columns through which a parent owns its page of rows.
    type Via: Clone + Copy + Debug + PartialEq + Eq + Hash + Send + Sync + 'static;

    /// Who sees a row, in words.
    const RULE: &'static str;
    /// The view in which PostgreSQL has the viewer's own rows and nobody else's, where its policy on the table has much to ask about
    /// others'.
    const OWN_VIEW: Option<&'static str> = None;

    /// The rows that the viewer may see.
    fn visible(viewer: &Viewer) -> Condition;

    /// The same, in other words, for a statement that looks at few rows, if these take less then.
    fn visible_one(viewer: &Viewer) -> Condition {
        Self::visible(viewer)
    }

    /// What [`Noun::visible`] comes to for rows that are the viewer's own by this column (without one, by the primary key), where
    /// that is less. It is asked only for a viewer who is pinned to no organization.
    fn own(_by: Option<Self::Via>) -> Option<Condition> {
        None
    }

    /// The rows that are there, for a reader to whom a visible row has opened them.
    fn alive() -> Condition {
        Condition::all()
    }

    /// The rows that the filter lets through.
    fn matching(filter: &Self::Filter, backend: DbBackend) -> Condition;

    /// Whether the filter lets no row through of which anything is held back from somebody who may see it.
    fn is_open(_filter: &Self::Filter) -> bool {
        false
    }

    /// Shows everything in a filter that only ever becomes a statement's value. What is not shown is part of the filter's shape.
    fn slots(_filter: &mut Self::Filter, _slots: &mut dyn Slots) {}

    /// The column of an order.
    fn order_column(field: Self::OrderField) -> Named;

    /// Whether rows that the viewer may see, that the filter lets through and that have nothing in the order's column belong
    /// to the list. If not, a plain comparison of rows walks through it, which an index serves to any depth.
    fn may_lack(field: Self::OrderField, _filter: &Self::Filter, _viewer: &Viewer) -> bool {
        Self::order_column(field).nullable
    }

    /// The column that names the parent.
    fn via_column(via: Self::Via) -> Named;

    /// The columns to read: what is selected, what the rules and the selected relations look at, and what the order and the
    /// parent need.
    fn columns(selection: &Self::Selection, order: Option<Self::OrderField>, via: Option<Self::Via>) -> Self::Columns;

    /// The list of what a statement reads of a row whose table has this name in it: the key, the other columns, and what
    /// else there is to know.
    fn expressions(
        columns: Self::Columns,
        _selection: &Self::Selection,
        _viewer: &Viewer,
        name: &DynIden,
    ) -> Vec<SelectExpr> {
        plain(columns, name)
    }

    /// Has the selected relations to one row read along.
    fn relations(_selection: &Self::Selection, _along: Along<'_>) {}

    /// How many values that is, of a row that is named by another, relations included.
    fn width(selection: &Self::Selection) -> usize {
        Self::columns(selection, None, None).count()
    }

    /// One row, out of what [`Noun::expressions`] and then [`Noun::relations`] have had read.
    fn decode(fields: &mut Fields<'_>, columns: Self::Columns, selection: &Self::Selection) -> Result<Self, DbErr>;

    /// One row that is [known](super::Known), if nothing is selected of it that takes another row to know.
    fn alone(_row: Arc<<Self::Entity as EntityTrait>::Model>, _selection: &Self::Selection) -> Option<Self> {
        None
    }

    /// The primary key.
    fn key(&self) -> Result<Key, Error>;

    /// The value in the column of the order.
    fn mark(&self, field: Self::OrderField) -> Result<Mark, Error>;

    /// The key of the parent.
    fn parent(&self, via: Self::Via) -> Result<Option<Key>, Error>;

    /// This noun's loaders.
    fn loads(loads: &Loads) -> &NounLoads<Self>;
}

/// The columns of a table that has this name in the statement.
pub(super) fn plain(columns: impl ColumnSet, name: &DynIden) -> Vec<SelectExpr> {
    let columns = columns.names().into_iter();
    columns
        .map(|column| Expr::col((name.clone(), Alias::new(column))).into())
        .collect()
}

/// How many values a relation takes, if it is selected.
pub(super) fn width<N: Noun>(selection: Option<&N::Selection>) -> usize {
    selection.map(N::width).unwrap_or_default()
}

/// The table's name.
pub(super) fn table<E: EntityTrait>() -> DynIden {
    E::default().into_iden()
}

/// The column with this name, of this table.
pub(super) fn column<E: EntityTrait>(name: &'static str) -> (DynIden, DynIden) {
    (table::<E>(), Alias::new(name).into_iden())
}
