//! The values of one row, taken off it from left to right.

use std::sync::{Arc, LazyLock};

use entity::{content, grant, media_item, membership, purchase};
use sea_orm::{
    ActiveEnum, DbErr, Iterable,
    prelude::{DateTimeUtc, Json, Uuid},
};

use super::{Noun, relation::Relation};
use crate::database::Row;

/// A row that is being taken apart. What its statement reads first is taken first.
pub struct Fields<'a> {
    row: &'a Arc<Row>,
    next: usize,
}

impl<'a> Fields<'a> {
    pub(super) fn new(row: &'a Arc<Row>) -> Self {
        Self { row, next: 0 }
    }

    /// The next value.
    pub(super) fn next<T: Field>(&mut self) -> Result<T::Seen<'a>, DbErr> {
        let value = T::see(self.row, self.next);
        self.next += 1;
        value
    }

    /// The next so many values: the row that they are in, and where they begin.
    pub(super) fn take(&mut self, count: usize) -> (Arc<Row>, usize) {
        let first = self.next;
        self.next += count;
        (Arc::clone(self.row), first)
    }

    /// A row of the statement's own table, or of one that is joined to it, with the relations that are selected of it.
    pub(super) fn noun<N: Noun>(&mut self, columns: N::Columns, selection: &N::Selection) -> Result<N, DbErr> {
        N::decode(self, columns, selection)
    }

    /// A joined row, if it is selected and there is one.
    pub(super) fn relation<N: Noun>(&mut self, selection: Option<&N::Selection>) -> Result<Relation<N>, DbErr> {
        let Some(selection) = selection else {
            return Ok(Relation::NotRead);
        };
        // The key comes first, and no row is without.
        if self.row.is_null(self.next)? {
            self.next += N::width(selection);
            return Ok(Relation::Read(None));
        }
        let row = self.noun(N::columns(selection, None, None), selection)?;
        Ok(Relation::Read(Some(Arc::new(row))))
    }
}

/// What a column can hold.
pub trait Field {
    /// What there is to see of it: a text as it is in the row, all else as it is.
    type Seen<'a>;

    /// The value at this position.
    ///
    /// # Errors
    /// If there is none, or something else.
    fn see(row: &Row, position: usize) -> Result<Self::Seen<'_>, DbErr>;

    /// The same of a value that is there.
    fn seen(&self) -> Self::Seen<'_>;
}

macro_rules! plain {
    ($($kind:ty),+) => {
        $(
            impl Field for $kind {
                type Seen<'a> = Self;

                fn see(row: &Row, position: usize) -> Result<Self, DbErr> {
                    row.get(position)
                }

                fn seen(&self) -> Self {
                    self.clone()
                }
            }
        )+
    };
}

plain!(
    bool,
    i32,
    i64,
    Uuid,
    DateTimeUtc,
    Json,
    Option<i32>,
    Option<i64>,
    Option<Uuid>,
    Option<DateTimeUtc>,
    Option<Json>
);

impl Field for String {
    type Seen<'a> = &'a str;

    fn see(row: &Row, position: usize) -> Result<&str, DbErr> {
        row.get(position)
    }

    fn seen(&self) -> &str {
        self
    }
}

impl Field for Option<String> {
    type Seen<'a> = Option<&'a str>;

    fn see(row: &Row, position: usize) -> Result<Option<&str>, DbErr> {
        row.get(position)
    }

    fn seen(&self) -> Option<&str> {
        self.as_deref()
    }
}

macro_rules! one_of {
    ($($kind:ty),+) => {
        $(
            impl Field for $kind {
                type Seen<'a> = Self;

                fn see(row: &Row, position: usize) -> Result<Self, DbErr> {
                    /// What the columns hold, so that no value need be copied to be looked at.
                    static TEXTS: LazyLock<Vec<(String, $kind)>> =
                        LazyLock::new(|| <$kind>::iter().map(|value| (value.to_value(), value)).collect());
                    let text: &str = row.get(position)?;
                    match TEXTS.iter().find(|(known, _)| known == text) {
                        Some((_, value)) => Ok(*value),
                        None => Err(DbErr::Type(format!("no {}: {text}", stringify!($kind)))),
                    }
                }

                fn seen(&self) -> Self {
                    *self
                }
            }
        )+
    };
}

one_of!(
    content::ContentType,
    content::Status,
    content::Visibility,
    grant::AccessType,
    media_item::MediaType,
    media_item::Status,
    membership::Role,
    membership::Status,
    purchase::Status
);
