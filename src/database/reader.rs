//! One request's way to the database.

use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, Statement, Value,
    sea_query::SelectStatement,
};
use tokio::sync::Mutex;

use super::{
    Marks, Observed, Row,
    row_security::{Asker, RowSecurity},
    text::written,
};

/// Reads for one request. It is called from one place at a time (the viewer's statement, then the scope's batches one after
/// another), so a request never holds two connections and a small pool cannot lock itself up.
///
/// With row-level security all of a request's statements share one transaction, which begins with the first of them: so all
/// look at the same snapshot, and the role that the reader takes for its viewer ends with the transaction. Where a statement
/// fails, or is given up in the middle, PostgreSQL has no further use for the transaction; the next statement begins
/// another, with a snapshot of its own.
#[derive(Debug)]
pub struct Reader {
    connection: Observed<DatabaseConnection>,
    row_security: RowSecurity,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    asker: Option<Asker>,
    open: Option<Open>,
}

/// A transaction that goes on. Dropping it rolls it back before its connection meets another request.
#[derive(Debug)]
struct Open {
    transaction: Observed<DatabaseTransaction>,
    in_role: bool,
}

impl Reader {
    /// A reader for one request, over this pool.
    pub fn new(connection: impl Into<Observed<DatabaseConnection>>, row_security: RowSecurity) -> Self {
        Self {
            connection: connection.into(),
            row_security,
            state: Mutex::default(),
        }
    }

    /// From now on reads what this asker may see and nothing else, where row-level security is on. Until then it reads as
    /// the gateway itself; so it does again if it is to act for nobody.
    pub async fn act_for(&self, asker: Option<Asker>) {
        let mut state = self.state.lock().await;
        // There is no way back out of the role within a transaction.
        if state.open.as_ref().is_some_and(|open| open.in_role) {
            state.open = None;
        }
        state.asker = asker;
    }

    /// Which of the two databases answers.
    pub fn backend(&self) -> DbBackend {
        self.connection.get_database_backend()
    }

    /// The pool that it reads from.
    pub fn connection(&self) -> &Observed<DatabaseConnection> {
        &self.connection
    }

    /// All rows that a statement gives.
    ///
    /// # Errors
    /// Whatever the database says; its text is for the log alone.
    pub async fn all(&self, statement: &SelectStatement) -> Result<Vec<Row>, DbErr> {
        self.ask(self.written(statement)).await
    }

    /// The statement's text and values, as it is sent.
    pub fn written(&self, statement: &SelectStatement) -> Statement {
        written(self.backend(), statement)
    }

    /// The same, with marks for the values that the reader itself adds.
    pub fn written_with_marks(&self, statement: &SelectStatement, _marks: &mut Marks) -> Statement {
        self.written(statement)
    }

    /// Whether the reader itself adds to statements.
    pub fn is_bound(&self) -> bool {
        false
    }

    /// The values that it adds, always in the same order.
    pub fn values(&self) -> Vec<Value> {
        Vec::new()
    }

    /// All rows that a statement gives.
    ///
    /// # Errors
    /// Whatever the database says; its text is for the log alone.
    pub async fn ask(&self, statement: Statement) -> Result<Vec<Row>, DbErr> {
        if self.row_security == RowSecurity::Off {
            let rows = self.connection.query_all_raw(statement).await?;
            return Ok(rows.into_iter().map(Row::from).collect());
        }
        let mut state = self.state.lock().await;
        // Not put back unless all goes well.
        let mut open = match state.open.take() {
            Some(open) => open,
            None => self.begin().await?,
        };
        if let Some(asker) = state.asker.as_ref().filter(|_| !open.in_role) {
            open.transaction.query_one_raw(asker.take_role()).await?;
            open.in_role = true;
        }
        let rows = open.transaction.query_all_raw(statement).await?;
        state.open = Some(open);
        Ok(rows.into_iter().map(Row::from).collect())
    }

    /// Gives the connection back; there is nothing to commit. Dropping the reader does the same.
    pub async fn end(&self) {
        self.state.lock().await.open.take();
    }

    async fn begin(&self) -> Result<Open, DbErr> {
        Ok(Open {
            transaction: self.connection.begin_reading().await?,
            in_role: false,
        })
    }
}
