//! One request's way to the database.

use std::sync::{PoisonError, RwLock};

use sea_orm::{ConnectionTrait, DbBackend, DbErr, Statement, Value, sea_query::SelectStatement};

use super::{
    Marks, Observed, Pool, Row,
    row_security::{Asker, Reading},
    text::written,
    together,
};

/// Reads for one request. It is called from one place at a time (the viewer's statement, then the scope's rounds one after
/// another), and holds a connection for no longer than a statement takes, so a small pool cannot lock itself up.
///
/// With row-level security it reads for its viewer on connections that are in the role for them, and every statement says itself
/// who asks: nothing is left behind for the next one.
#[derive(Debug)]
pub struct Reader {
    connection: Observed<Pool>,
    reading: Option<Reading<Observed<Pool>>>,
    asker: RwLock<Option<Asker>>,
}

impl Reader {
    /// A reader for one request: over this pool; and, where there is row-level security, over those that read for viewers.
    pub fn new(connection: impl Into<Observed<Pool>>, reading: Option<Reading<Observed<Pool>>>) -> Self {
        Self {
            connection: connection.into(),
            reading,
            asker: RwLock::default(),
        }
    }

    /// From now on reads what this asker may see and nothing else, where row-level security is on. Until then it reads as
    /// the gateway itself; so it does again if it is to act for nobody.
    pub fn act_for(&self, asker: Option<Asker>) {
        *self.asker.write().unwrap_or_else(PoisonError::into_inner) = asker;
    }

    /// Which of the two databases answers.
    pub fn backend(&self) -> DbBackend {
        self.connection.get_database_backend()
    }

    /// The pool in which it is the gateway itself.
    pub fn connection(&self) -> &Observed<Pool> {
        &self.connection
    }

    /// All rows that a statement gives.
    ///
    /// # Errors
    /// Whatever the database says; its text is for the log alone.
    pub async fn all(&self, statement: &SelectStatement) -> Result<Vec<Row>, DbErr> {
        self.ask(self.written(vec![statement.clone()])).await
    }

    /// The text and values of these statements as they are sent together: as the asker's, if there is one and the database is to
    /// know.
    pub fn written(&self, statements: Vec<SelectStatement>) -> Statement {
        self.written_as(self.asking(Clone::clone), statements)
    }

    /// The same, with marks for the asker's values.
    pub fn written_with_marks(&self, statements: Vec<SelectStatement>, marks: &mut Marks) -> Statement {
        self.written_as(self.asking(|asker| asker.marked(marks)), statements)
    }

    fn written_as(&self, asker: Option<Asker>, statements: Vec<SelectStatement>) -> Statement {
        let mut all = together(statements);
        if let Some(asker) = asker {
            asker.asks(&mut all);
        }
        written(self.backend(), &all)
    }

    /// Whether statements are an asker's.
    pub fn is_asking(&self) -> bool {
        self.asking(|_| ()).is_some()
    }

    /// The asker's values, always in the same order.
    pub fn values(&self) -> Vec<Value> {
        self.asking(Asker::values).unwrap_or_default()
    }

    /// All rows that a statement gives which this reader has written.
    ///
    /// # Errors
    /// Whatever the database says; its text is for the log alone.
    pub async fn ask(&self, statement: Statement) -> Result<Vec<Row>, DbErr> {
        // A statement that does not say who asks is given nothing there but what is for everyone, and one that does is refused
        // elsewhere.
        let reading = self.reading.as_ref();
        let pool = reading.and_then(|reading| self.asking(|asker| reading.of(asker)));
        pool.unwrap_or(&self.connection).rows(statement).await
    }

    /// Something about the asker, if there is one and the database is to know.
    fn asking<T>(&self, what: impl FnOnce(&Asker) -> T) -> Option<T> {
        self.reading.as_ref()?;
        let asker = self.asker.read().unwrap_or_else(PoisonError::into_inner);
        asker.as_ref().map(what)
    }
}
