//! Rows as the driver gives them, taken apart by position.

use sea_orm::{
    DbErr, QueryResult, RuntimeErr,
    sqlx::{self, Decode, Postgres, Row as _, Sqlite, ValueRef},
};

/// A row that was read. Whoever takes it apart knows what its statement reads, and in which order.
#[derive(Debug)]
pub struct Row(QueryResult);

impl From<QueryResult> for Row {
    fn from(row: QueryResult) -> Self {
        Self(row)
    }
}

impl Row {
    /// Whether there is no value at this position.
    ///
    /// # Errors
    /// If there is no such position.
    pub fn is_null(&self, position: usize) -> Result<bool, DbErr> {
        let null = match (self.0.try_as_pg_row(), self.0.try_as_sqlite_row()) {
            (Some(row), _) => row.try_get_raw(position).map(|value| value.is_null()),
            (_, Some(row)) => row.try_get_raw(position).map(|value| value.is_null()),
            (None, None) => Err(sqlx::Error::ColumnNotFound(position.to_string())),
        };
        null.map_err(failed)
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
        let value = match (self.0.try_as_pg_row(), self.0.try_as_sqlite_row()) {
            (Some(row), _) => row.try_get_unchecked(position),
            (_, Some(row)) => row.try_get_unchecked(position),
            (None, None) => Err(sqlx::Error::ColumnNotFound(position.to_string())),
        };
        value.map_err(failed)
    }
}

fn failed(error: sqlx::Error) -> DbErr {
    DbErr::Query(RuntimeErr::SqlxError(error.into()))
}
