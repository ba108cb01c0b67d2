//! Connections to PostgreSQL for requests.
//!
//! The driver's own pool asks every connection that comes back whether it is well, which is one way there and back a statement.
//! Here a connection whose last statement came to its end goes back as it is; only one that somebody has given up is asked, while
//! nobody waits for it, and until then it counts among those in use.
//!
//! With row-level security some statements are the gateway's own, and the others are read in roles of little power. Those that read
//! have one half of the connections, and the gateway has the other; either may have the other's while nobody wants those.

mod leave;
mod transaction;

pub use transaction::Transaction;

use std::{
    fmt,
    sync::Arc,
    time::{Duration, Instant},
};

use sea_orm::{
    ConnAcquireErr, DbErr, RuntimeErr, Statement,
    metric::Info,
    sea_query::Values,
    sqlx::{
        self, AssertSqlSafe, ConnectOptions, Connection, PgConnection, Postgres,
        postgres::{PgConnectOptions, PgQueryResult, PgRow},
        query::Query,
    },
};
use sea_query_sqlx::SqlxValues;
use tokio::{runtime::Handle, time::timeout};
use tracing::{Dispatch, instrument::WithSubscriber};

use super::{Availability, Reading, Settings};
use leave::{Leave, Made, Part, Shared};

/// A pool of connections to PostgreSQL, for statements of one part.
#[derive(Clone)]
pub struct Connections {
    shared: Arc<Shared>,
    part: Part,
    told: Option<Told>,
    /// When the operation began that this is for, if it is for a single one.
    since: Option<Instant>,
}

/// Is told of every statement, as the ORM's own pools do.
type Told = Arc<dyn Fn(&Info<'_>) + Send + Sync>;

impl Connections {
    /// A pool whose connections end what runs for longer than `deadline`, for the gateway's own statements.
    ///
    /// # Errors
    /// If nothing answers there.
    pub(super) async fn open(
        settings: &Settings,
        deadline: Duration,
        availability: Arc<Availability>,
    ) -> Result<Self, DbErr> {
        let options: PgConnectOptions = settings.url.parse().map_err(unconnected)?;
        let most = settings.connections.try_into().unwrap_or(usize::MAX);
        let options = options
            .options([("statement_timeout", deadline.as_millis().to_string())])
            .disable_statement_logging();
        let connections = Self {
            shared: Arc::new(Shared::new(options, most, settings.wait, availability)),
            part: Part::Itself,
            told: None,
            since: None,
        };
        connections.lease().await?;
        Ok(connections)
    }

    /// The same connections, for what is read in either role.
    ///
    /// # Errors
    /// If one of the roles may not be taken.
    pub(super) async fn for_reading(&self) -> Result<Reading<Self>, DbErr> {
        let of = |part| Self { part, ..self.clone() };
        let reading = Reading {
            reader: of(Part::Reader),
            visitor: of(Part::Visitor),
        };
        reading.reader.lease().await?;
        reading.visitor.lease().await?;
        Ok(reading)
    }

    /// The same connections, for an operation that begins now. Whoever waits for one has it before all whose operations began later:
    /// what is half done has not long to wait for its other half, and less happens in between.
    pub(super) fn for_operation(self) -> Self {
        Self {
            since: Some(Instant::now()),
            ..self
        }
    }

    /// Has this told of every statement.
    pub(super) fn set_metric_callback(&mut self, told: impl Fn(&Info<'_>) + Send + Sync + 'static) {
        self.told = Some(Arc::new(told));
    }

    /// How many there are in this part, and how many of them nobody uses.
    pub(super) fn size_and_idle(&self) -> (usize, usize) {
        self.shared.size_and_idle(self.part)
    }

    /// All rows that a statement gives.
    ///
    /// # Errors
    /// Whatever the database says; and if there is no connection to be had.
    pub(super) async fn rows(&self, statement: Statement) -> Result<Vec<PgRow>, DbErr> {
        self.lease().await?.rows(statement).await
    }

    /// Runs a statement that gives no rows.
    ///
    /// # Errors
    /// As [`Self::rows`].
    pub(super) async fn execute(&self, statement: Statement) -> Result<PgQueryResult, DbErr> {
        self.lease().await?.execute(statement).await
    }

    /// Runs statements as they stand.
    ///
    /// # Errors
    /// As [`Self::rows`].
    pub(super) async fn execute_unprepared(&self, text: &str) -> Result<PgQueryResult, DbErr> {
        self.lease().await?.execute_unprepared(text).await
    }

    /// Begins a transaction. If it is dropped, nothing of it stays.
    ///
    /// # Errors
    /// As [`Self::rows`].
    pub(super) async fn begin(&self) -> Result<Transaction, DbErr> {
        let mut lease = self.lease().await?;
        lease.in_transaction = true;
        lease.execute_unprepared("BEGIN").await?;
        Ok(Transaction::new(lease))
    }

    async fn lease(&self) -> Result<Lease, DbErr> {
        let since = self.since.unwrap_or_else(Instant::now);
        let leave = Leave::wait(&self.shared, self.part, since).await?;
        let made = timeout(self.shared.wait, leave.connection()).await;
        let made = made.map_err(|_| DbErr::ConnectionAcquire(ConnAcquireErr::Timeout))?;
        let made = made.map_err(unconnected)?;
        Ok(Lease {
            held: Some((made, leave)),
            is_busy: false,
            in_transaction: false,
            is_torn: false,
            told: self.told.clone(),
        })
    }
}

impl fmt::Debug for Connections {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Connections")
            .field("part", &self.part)
            .finish_non_exhaustive()
    }
}

/// A connection that somebody has.
struct Lease {
    /// There until this is dropped.
    held: Option<(Made, Leave)>,
    /// Whether an answer may be on its way.
    is_busy: bool,
    in_transaction: bool,
    /// Whether a transaction within the one that goes on was dropped before its end: then none of it may stay.
    is_torn: bool,
    told: Option<Told>,
}

impl Lease {
    async fn rows(&mut self, statement: Statement) -> Result<Vec<PgRow>, DbErr> {
        let telling = self.telling(&statement);
        let rows = query(statement).fetch_all(self.connection()?);
        // The driver enters the span it was called in once more for each row. It says nothing in there.
        let answer = rows.with_subscriber(Dispatch::none()).await;
        self.answered(&answer, telling);
        answer.map_err(|error| DbErr::Query(RuntimeErr::SqlxError(error.into())))
    }

    async fn execute(&mut self, statement: Statement) -> Result<PgQueryResult, DbErr> {
        let telling = self.telling(&statement);
        let answer = query(statement).execute(self.connection()?).await;
        self.answered(&answer, telling);
        answer.map_err(|error| DbErr::Exec(RuntimeErr::SqlxError(error.into())))
    }

    async fn execute_unprepared(&mut self, text: &str) -> Result<PgQueryResult, DbErr> {
        let statements = sqlx::raw_sql(AssertSqlSafe(text.to_owned()));
        let answer = statements.execute(self.connection()?).await;
        self.answered(&answer, None);
        answer.map_err(|error| DbErr::Exec(RuntimeErr::SqlxError(error.into())))
    }

    fn connection(&mut self) -> Result<&mut PgConnection, DbErr> {
        self.is_busy = true;
        let connection = self.held.as_mut().map(|(made, _)| &mut made.connection);
        connection.ok_or(DbErr::ConnectionAcquire(ConnAcquireErr::ConnectionClosed))
    }

    fn telling(&self, statement: &Statement) -> Option<(Statement, Instant)> {
        self.told.as_ref().map(|_| (statement.clone(), Instant::now()))
    }

    fn answered<T>(&mut self, answer: &Result<T, sqlx::Error>, telling: Option<(Statement, Instant)>) {
        // After an error that the server tells of, it goes on listening, unless it ends the connection; then asking shows it.
        self.is_busy = answer.is_err();
        if let (Some(told), Some((statement, since))) = (&self.told, telling) {
            told(&Info {
                elapsed: since.elapsed(),
                statement: &statement,
                failed: answer.is_err(),
            });
        }
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        let Some((made, leave)) = self.held.take() else {
            return;
        };
        if !self.is_busy && !self.in_transaction {
            return leave.give_back(made);
        }
        // Without a runtime to wait in it is closed.
        if let Ok(runtime) = Handle::try_current() {
            drop(runtime.spawn(settle(made, leave, self.in_transaction)));
        }
    }
}

/// Waits for what is still going on, ends the transaction, if there is one, and lets the connection go; if it has come to harm, it is
/// closed.
async fn settle(mut made: Made, leave: Leave, in_transaction: bool) {
    let settled = match in_transaction {
        true => sqlx::raw_sql("ROLLBACK").execute(&mut made.connection).await.map(drop),
        false => made.connection.ping().await,
    };
    if settled.is_ok() {
        leave.give_back(made);
    }
}

fn query(statement: Statement) -> Query<'static, Postgres, SqlxValues> {
    let values = statement.values.unwrap_or(Values(Vec::new()));
    sqlx::query_with(AssertSqlSafe(statement.sql), SqlxValues(values))
}

fn unconnected(error: sqlx::Error) -> DbErr {
    DbErr::Conn(RuntimeErr::SqlxError(error.into()))
}
