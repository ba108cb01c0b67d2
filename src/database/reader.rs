//! One request's way to the database.

use std::sync::atomic::{AtomicU64, Ordering};

use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, DbErr, QueryResult, sea_query::SelectStatement};

/// Reads for one request. It is called from one place at a time (the viewer's statement, then the scope's batches one after
/// another), so a request never holds two connections and a small pool cannot lock itself up.
#[derive(Debug)]
pub struct Reader {
    connection: DatabaseConnection,
    statements: AtomicU64,
}

impl Reader {
    /// A reader for one request, over this pool.
    pub fn new(connection: DatabaseConnection) -> Self {
        Self {
            connection,
            statements: AtomicU64::new(0),
        }
    }

    /// Which of the two databases answers.
    pub fn backend(&self) -> DbBackend {
        self.connection.get_database_backend()
    }

    /// How many statements this request has sent.
    pub fn statements(&self) -> u64 {
        self.statements.load(Ordering::Relaxed)
    }

    /// All rows that a statement gives.
    ///
    /// # Errors
    /// Whatever the database says; its text is for the log alone.
    pub async fn all(&self, statement: &SelectStatement) -> Result<Vec<QueryResult>, DbErr> {
        self.statements.fetch_add(1, Ordering::Relaxed);
        self.connection.query_all(statement).await
    }
}
