//! One request's way to the database.

use std::sync::{PoisonError, RwLock};

use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, DbErr, QueryResult, sea_query::SelectStatement};

use super::{Observed, row_security::Asker, text::written};

/// Reads for one request. It is called from one place at a time (the viewer's statement, then the scope's batches one after
/// another), and holds a connection for no longer than a statement takes, so a small pool cannot lock itself up.
///
/// With row-level security it reads for its viewer on connections that are in the role for that, and every statement says itself
/// who asks: nothing is left behind for the next one.
#[derive(Debug)]
pub struct Reader {
    connection: Observed<DatabaseConnection>,
    reading: Option<Observed<DatabaseConnection>>,
    asker: RwLock<Option<Asker>>,
}

impl Reader {
    /// A reader for one request: over this pool; and, where there is row-level security, over the one that reads for viewers.
    pub fn new(
        connection: impl Into<Observed<DatabaseConnection>>,
        reading: Option<Observed<DatabaseConnection>>,
    ) -> Self {
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
    pub fn connection(&self) -> &Observed<DatabaseConnection> {
        &self.connection
    }

    /// All rows that a statement gives.
    ///
    /// # Errors
    /// Whatever the database says; its text is for the log alone.
    pub async fn all(&self, statement: &SelectStatement) -> Result<Vec<QueryResult>, DbErr> {
        let (pool, statement) = match (&self.reading, self.asking(statement)) {
            (Some(reading), Some(asking)) => (reading, written(self.backend(), &asking)),
            _ => (&self.connection, written(self.backend(), statement)),
        };
        pool.query_all_raw(statement).await
    }

    /// The statement as the asker's, if there is one and the database is to know.
    fn asking(&self, statement: &SelectStatement) -> Option<SelectStatement> {
        self.reading.as_ref()?;
        let asker = self.asker.read().unwrap_or_else(PoisonError::into_inner);
        asker.as_ref().map(|asker| asker.asks(statement))
    }
}
