//! Rows as the driver gives them, taken apart by position.

use chrono::{DateTime, Utc};
use sea_orm::{
    DbErr, QueryResult, RuntimeErr,
    sqlx::{
        self, Column, Decode, Postgres, Row as _, Sqlite, ValueRef,
        postgres::{PgRow, PgValueFormat},
    },
};

/// When PostgreSQL's binary times begin (the year 2000), in microseconds.
/// <https://www.postgresql.org/docs/current/datatype-datetime.html>
const EPOCH: i64 = 946_684_800_000_000;

/// A row that was read. Whoever takes it apart knows what its statement reads, and in which order.
#[derive(Debug)]
pub struct Row {
    whose: Whose,
    /// Where it begins, if it is a part of what was read.
    begin: usize,
}

/// Whose pool it comes from.
#[derive(Debug)]
enum Whose {
    Orm(QueryResult),
    Own(PgRow),
}

use Whose::{Orm, Own};

impl From<Whose> for Row {
    fn from(whose: Whose) -> Self {
        Self { whose, begin: 0 }
    }
}

impl From<QueryResult> for Row {
    fn from(row: QueryResult) -> Self {
        Orm(row).into()
    }
}

impl From<PgRow> for Row {
    fn from(row: PgRow) -> Self {
        Own(row).into()
    }
}

/// Of a whole row: parts are taken apart by position.
impl From<Row> for QueryResult {
    fn from(row: Row) -> Self {
        match row.whose {
            Orm(row) => row,
            Own(row) => row.into(),
        }
    }
}

/// Looks at the driver's row, whichever it is.
macro_rules! of_driver {
    ($row:expr, $position:expr, $driver:ident => $what:expr) => {
        match &$row.whose {
            Own($driver) => $what,
            Orm(row) => match (row.try_as_pg_row(), row.try_as_sqlite_row()) {
                (Some($driver), _) => $what,
                (_, Some($driver)) => $what,
                (None, None) => Err(sqlx::Error::ColumnNotFound($position.to_string())),
            },
        }
    };
}

impl Row {
    /// Whether there is no value at this position.
    ///
    /// # Errors
    /// If there is no such position.
    pub fn is_null(&self, position: usize) -> Result<bool, DbErr> {
        let position = self.begin + position;
        of_driver!(self, position, row => row.try_get_raw(position).map(|value| value.is_null())).map_err(failed)
    }

    /// The value at this position. That the database's type is one that can be read so is not looked at again for each value: the
    /// statement's text says what it reads.
    ///
    /// # Errors
    /// If there is nothing, or something else.
    pub fn get<'r, T>(&'r self, position: usize) -> Result<T, DbErr>
    where
        T: Decode<'r, Postgres> + Decode<'r, Sqlite>,
    {
        let position = self.begin + position;
        of_driver!(self, position, row => row.try_get_unchecked(position)).map_err(failed)
    }

    /// The time at this position, if there is one.
    ///
    /// # Errors
    /// If there is no such position, or something else.
    pub fn time(&self, position: usize) -> Result<Option<DateTime<Utc>>, DbErr> {
        let Own(row) = &self.whose else {
            return self.get(position);
        };
        let value = row.try_get_raw(self.begin + position).map_err(failed)?;
        if value.is_null() {
            return Ok(None);
        }
        // The driver goes by way of a date and a time of day, where it takes an addition.
        let bytes = (value.format() == PgValueFormat::Binary).then(|| value.as_bytes().ok()?.try_into().ok());
        let micros = bytes
            .flatten()
            .and_then(|bytes| i64::from_be_bytes(bytes).checked_add(EPOCH));
        match micros.and_then(DateTime::from_timestamp_micros) {
            Some(time) => Ok(Some(time)),
            None => self.get(position),
        }
    }

    /// Where the columns of this name are.
    pub(super) fn named(&self, name: &str) -> Vec<usize> {
        let places = of_driver!(self, 0, row => {
            let columns = row.columns().iter().enumerate();
            Ok(columns.filter(|(_, column)| column.name() == name).map(|(place, _)| place).collect())
        });
        places.unwrap_or_default()
    }

    /// The part of it that begins here.
    pub(super) fn beginning(self, begin: usize) -> Self {
        Self { begin, ..self }
    }
}

fn failed(error: sqlx::Error) -> DbErr {
    DbErr::Query(RuntimeErr::SqlxError(error.into()))
}
