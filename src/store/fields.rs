//! The values of one row, taken off it from left to right.

use std::{
    borrow::Cow,
    sync::{Arc, LazyLock},
};

use entity::{content, grant, media_item, membership, purchase};
use sea_orm::{
    ActiveEnum, DbErr, Iterable,
    prelude::{DateTimeUtc, Json, Uuid},
    sqlx,
};
use serde::Deserialize;

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
    /// What a whole row holds it as.
    type Held;
    /// What there is to see of it: texts as they are in the row, all else as it is.
    type Seen<'a>;

    /// The value at this position.
    ///
    /// # Errors
    /// If there is none, or something else.
    fn see(row: &Row, position: usize) -> Result<Self::Seen<'_>, DbErr>;

    /// The same of a value that is there.
    fn seen(held: &Self::Held) -> Self::Seen<'_>;
}

macro_rules! plain {
    ($($kind:ty),+) => {
        $(
            impl Field for $kind {
                type Held = Self;
                type Seen<'a> = Self;

                fn see(row: &Row, position: usize) -> Result<Self, DbErr> {
                    row.get(position)
                }

                fn seen(held: &Self) -> Self {
                    held.clone()
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
    Json,
    Option<i32>,
    Option<i64>,
    Option<Uuid>,
    Option<Json>
);

impl Field for Option<DateTimeUtc> {
    type Held = Self;
    type Seen<'a> = Self;

    fn see(row: &Row, position: usize) -> Result<Self, DbErr> {
        row.time(position)
    }

    fn seen(held: &Self) -> Self {
        *held
    }
}

impl Field for DateTimeUtc {
    type Held = Self;
    type Seen<'a> = Self;

    fn see(row: &Row, position: usize) -> Result<Self, DbErr> {
        let time = row.time(position)?;
        time.ok_or_else(|| DbErr::Type("a time that must be there is not".to_owned()))
    }

    fn seen(held: &Self) -> Self {
        *held
    }
}

/// A list of texts, kept as JSON. What else it may hold is not looked at.
pub struct Texts;

impl Field for Texts {
    type Held = Json;
    type Seen<'a> = Vec<Cow<'a, str>>;

    fn see(row: &Row, position: usize) -> Result<Self::Seen<'_>, DbErr> {
        // Mostly they are texts, and have no need of a tree of values around them.
        if let Ok(sqlx::types::Json(texts)) = row.get::<sqlx::types::Json<Vec<Text<'_>>>>(position) {
            return Ok(texts.into_iter().map(|Text(text)| text).collect());
        }
        Ok(match row.get(position)? {
            Json::Array(values) => values.into_iter().filter_map(text).collect(),
            _ => Vec::new(),
        })
    }

    fn seen(held: &Json) -> Self::Seen<'_> {
        let values = held.as_array().into_iter().flatten();
        values.filter_map(Json::as_str).map(Cow::Borrowed).collect()
    }
}

#[derive(Deserialize)]
#[serde(transparent)]
struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

fn text(value: Json) -> Option<Cow<'static, str>> {
    match value {
        Json::String(text) => Some(Cow::Owned(text)),
        _ => None,
    }
}

impl Field for String {
    type Held = Self;
    type Seen<'a> = &'a str;

    fn see(row: &Row, position: usize) -> Result<&str, DbErr> {
        row.get(position)
    }

    fn seen(held: &Self) -> &str {
        held
    }
}

impl Field for Option<String> {
    type Held = Self;
    type Seen<'a> = Option<&'a str>;

    fn see(row: &Row, position: usize) -> Result<Option<&str>, DbErr> {
        row.get(position)
    }

    fn seen(held: &Self) -> Option<&str> {
        held.as_deref()
    }
}

macro_rules! one_of {
    ($($kind:ty),+) => {
        $(
            impl Field for $kind {
                type Held = Self;
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

                fn seen(held: &Self) -> Self {
                    *held
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
