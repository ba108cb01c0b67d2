//! A statement's text and its values.

use std::fmt::{self, Write};

use sea_orm::{
    DbBackend, Statement, Value,
    sea_query::{PostgresQueryBuilder, QueryBuilder, SelectStatement, SqlWriter, SqliteQueryBuilder, Values},
};

/// Writes a statement. What a client says is bound to it; the size of a page, and what is simply true or false, stand in the text:
/// PostgreSQL plans for a page of just that size, and can keep the plan for the next time, which it does not where a bound value
/// could make it a bad one.
pub fn written(backend: DbBackend, statement: &SelectStatement) -> Statement {
    written_saying(backend, statement, &[])
}

/// The same of a statement in which some values only stand for what is to be said in their places.
pub fn written_saying(backend: DbBackend, statement: &SelectStatement, said: &[(Value, String)]) -> Statement {
    let mut text = Text {
        said,
        text: String::with_capacity(USUAL_LENGTH),
        values: Vec::new(),
        numbered: backend == DbBackend::Postgres,
    };
    match backend {
        DbBackend::Postgres => statement.build_collect_any_into(&PostgresQueryBuilder, &mut text),
        _ => statement.build_collect_any_into(&SqliteQueryBuilder, &mut text),
    }
    Statement {
        sql: text.text,
        values: Some(Values(text.values)),
        db_backend: backend,
    }
}

/// Most statements fit into this, in bytes.
const USUAL_LENGTH: usize = 1024;

struct Text<'a> {
    /// What is said in place of these values.
    said: &'a [(Value, String)],
    text: String,
    values: Vec<Value>,
    /// Whether places for values have numbers.
    numbered: bool,
}

impl Write for Text<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.text.push_str(text);
        Ok(())
    }
}

/// The text alone: what the trait asks for.
impl fmt::Display for Text<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

impl SqlWriter for Text<'_> {
    fn push_param<B: QueryBuilder>(&mut self, value: Value, _: &B) {
        if let Some((_, said)) = self.said.iter().find(|(known, _)| *known == value) {
            self.text.push_str(said);
            return;
        }
        // Writing to a text does not fail.
        let _ = match &value {
            Value::Bool(Some(true)) => self.text.write_str("TRUE"),
            Value::Bool(Some(false)) => self.text.write_str("FALSE"),
            Value::BigUnsigned(Some(size)) => write!(self.text, "{size}"),
            _ if self.numbered => {
                let number = self.values.len() + 1;
                self.values.push(value);
                write!(self.text, "${number}")
            }
            _ => {
                self.values.push(value);
                self.text.write_str("?")
            }
        };
    }

    fn as_writer(&mut self) -> &mut dyn Write {
        self
    }
}
