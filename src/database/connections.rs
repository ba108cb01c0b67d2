//! Connections to PostgreSQL for requests.
//!
//! The driver's own pool asks every connection that comes back whether it is well, which is one way there and back a statement.
//! Here a connection whose last statement came to its end goes back as it is; only one that somebody has given up is asked, while
//! nobody waits for it, and until then it counts among those in use.

use std::{
    fmt,
    sync::Arc,
    time::{Duration, Instant},
};

use deadpool::{
    Runtime,
    managed::{self, Metrics, Object, PoolError, QueueMode, RecycleError, RecycleResult, TimeoutType, Timeouts},
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
use tokio::{runtime::Handle, sync::Mutex};
use tracing::{Dispatch, instrument::WithSubscriber};

use super::{Availability, Settings};

/// After which time a connection is made anew, so that none keeps for ever what it has gathered.
const LIFETIME: Duration = Duration::from_secs(30 * 60);
/// How long to wait before asking a server again that has no place at the moment.
const MOMENT: Duration = Duration::from_millis(20);
/// The server is starting; it has no place for one more (<https://www.postgresql.org/docs/current/errcodes-appendix.html>).
const COME_BACK: [&str; 2] = ["57P03", "53300"];

/// A pool of connections to PostgreSQL.
#[derive(Clone)]
pub struct Connections {
    pool: managed::Pool<Maker>,
    told: Option<Told>,
}

/// Is told of every statement, as the ORM's own pools do.
type Told = Arc<dyn Fn(&Info<'_>) + Send + Sync>;

/// How a connection is made, and when it is fit for a further use.
#[derive(Debug)]
struct Maker {
    options: PgConnectOptions,
    begins_with: Option<&'static str>,
    availability: Arc<Availability>,
}

impl managed::Manager for Maker {
    type Type = PgConnection;
    type Error = sqlx::Error;

    async fn create(&self) -> Result<PgConnection, sqlx::Error> {
        let mut connection = loop {
            match self.options.connect().await {
                Err(sqlx::Error::Database(error)) if error.code().is_some_and(|code| COME_BACK.contains(&&*code)) => {
                    tokio::time::sleep(MOMENT).await;
                }
                connected => break connected?,
            }
        };
        if let Some(statements) = self.begins_with {
            sqlx::raw_sql(statements).execute(&mut connection).await?;
        }
        Ok(connection)
    }

    async fn recycle(&self, _: &mut PgConnection, metrics: &Metrics) -> RecycleResult<sqlx::Error> {
        let age = metrics.age();
        match age > LIFETIME || self.availability.has_outlived(age) {
            true => Err(RecycleError::message("too old")),
            false => Ok(()),
        }
    }
}

impl Connections {
    /// A pool of which every connection begins with these statements, and ends what runs for longer than `deadline`.
    ///
    /// # Errors
    /// If nothing answers there.
    pub(super) async fn open(
        settings: &Settings,
        deadline: Duration,
        availability: Arc<Availability>,
        begins_with: Option<&'static str>,
    ) -> Result<Self, DbErr> {
        let options: PgConnectOptions = settings.url.parse().map_err(unconnected)?;
        let maker = Maker {
            options: options
                .options([("statement_timeout", deadline.as_millis().to_string())])
                .disable_statement_logging(),
            begins_with,
            availability,
        };
        let pool = managed::Pool::builder(maker)
            .max_size(settings.connections.try_into().unwrap_or(usize::MAX))
            // The one that was used last has its plans at hand.
            .queue_mode(QueueMode::Lifo)
            .timeouts(Timeouts {
                wait: Some(settings.wait),
                create: Some(settings.wait),
                recycle: None,
            })
            .runtime(Runtime::Tokio1)
            .build()
            .map_err(|error| DbErr::Custom(error.to_string()))?;
        let connections = Self { pool, told: None };
        connections.lease().await?;
        Ok(connections)
    }

    /// Has this told of every statement.
    pub(super) fn set_metric_callback(&mut self, told: impl Fn(&Info<'_>) + Send + Sync + 'static) {
        self.told = Some(Arc::new(told));
    }

    /// How many there are, and how many of them nobody uses.
    pub(super) fn size_and_idle(&self) -> (usize, usize) {
        let status = self.pool.status();
        (status.size, status.available)
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
        Ok(Transaction {
            lease: Arc::new(Mutex::new(lease)),
            is_within: false,
            has_ended: false,
        })
    }

    async fn lease(&self) -> Result<Lease, DbErr> {
        let connection = self.pool.get().await.map_err(|error| match error {
            PoolError::Backend(error) => unconnected(error),
            PoolError::Timeout(TimeoutType::Wait | TimeoutType::Create) => {
                DbErr::ConnectionAcquire(ConnAcquireErr::Timeout)
            }
            PoolError::Closed => DbErr::ConnectionAcquire(ConnAcquireErr::ConnectionClosed),
            other => DbErr::Custom(other.to_string()),
        })?;
        Ok(Lease {
            connection: Some(connection),
            is_busy: false,
            in_transaction: false,
            is_torn: false,
            told: self.told.clone(),
        })
    }
}

impl fmt::Debug for Connections {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.pool.fmt(formatter)
    }
}

/// A connection that somebody has.
struct Lease {
    /// There until this is dropped.
    connection: Option<Object<Maker>>,
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
        let connection = self.connection.as_deref_mut();
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
        let Some(connection) = self.connection.take() else {
            return;
        };
        if !self.is_busy && !self.in_transaction {
            return;
        }
        match Handle::try_current() {
            Ok(runtime) => drop(runtime.spawn(settle(connection, self.in_transaction))),
            Err(_) => drop(Object::take(connection)),
        }
    }
}

/// Waits for what is still going on, ends the transaction, if there is one, and lets the connection go back; if it has come to
/// harm, it does not.
async fn settle(mut connection: Object<Maker>, in_transaction: bool) {
    let settled = match in_transaction {
        true => sqlx::raw_sql("ROLLBACK").execute(&mut *connection).await.map(drop),
        false => connection.ping().await,
    };
    if settled.is_err() {
        drop(Object::take(connection));
    }
}

fn query(statement: Statement) -> Query<'static, Postgres, SqlxValues> {
    let values = statement.values.unwrap_or(Values(Vec::new()));
    sqlx::query_with(AssertSqlSafe(statement.sql), SqlxValues(values))
}

fn unconnected(error: sqlx::Error) -> DbErr {
    DbErr::Conn(RuntimeErr::SqlxError(error.into()))
}

/// A transaction, or one within another.
pub struct Transaction {
    lease: Arc<Mutex<Lease>>,
    is_within: bool,
    has_ended: bool,
}

impl Transaction {
    /// As [`Connections::rows`].
    ///
    /// # Errors
    /// Whatever the database says.
    pub(super) async fn rows(&self, statement: Statement) -> Result<Vec<PgRow>, DbErr> {
        self.lease.lock().await.rows(statement).await
    }

    /// As [`Connections::execute`].
    ///
    /// # Errors
    /// Whatever the database says.
    pub(super) async fn execute(&self, statement: Statement) -> Result<PgQueryResult, DbErr> {
        self.lease.lock().await.execute(statement).await
    }

    /// As [`Connections::execute_unprepared`].
    ///
    /// # Errors
    /// Whatever the database says.
    pub(super) async fn execute_unprepared(&self, text: &str) -> Result<PgQueryResult, DbErr> {
        self.lease.lock().await.execute_unprepared(text).await
    }

    /// Begins a transaction within this one, which is left alone until that has ended.
    ///
    /// # Errors
    /// Whatever the database says.
    pub(super) async fn begin(&self) -> Result<Self, DbErr> {
        self.execute_unprepared("SAVEPOINT within").await?;
        Ok(Self {
            lease: Arc::clone(&self.lease),
            is_within: true,
            has_ended: false,
        })
    }

    /// Ends it, and what it did stays.
    ///
    /// # Errors
    /// Whatever the database says.
    pub(super) async fn commit(self) -> Result<(), DbErr> {
        let end = if self.is_within {
            "RELEASE SAVEPOINT within"
        } else {
            "COMMIT"
        };
        self.end(end).await
    }

    /// Ends it, and nothing stays.
    ///
    /// # Errors
    /// Whatever the database says.
    pub(super) async fn rollback(self) -> Result<(), DbErr> {
        let end = match self.is_within {
            true => "ROLLBACK TO SAVEPOINT within; RELEASE SAVEPOINT within",
            false => "ROLLBACK",
        };
        self.end(end).await
    }

    async fn end(mut self, end: &str) -> Result<(), DbErr> {
        let mut lease = self.lease.lock().await;
        if lease.is_torn {
            return Err(DbErr::Custom(
                "a transaction within this one did not come to an end".to_owned(),
            ));
        }
        lease.execute_unprepared(end).await?;
        lease.in_transaction = self.is_within;
        drop(lease);
        self.has_ended = true;
        Ok(())
    }
}

impl Drop for Transaction {
    fn drop(&mut self) {
        // The outer one ends with its lease. One within it leaves something behind of which nobody knows how far it came.
        if self.is_within
            && !self.has_ended
            && let Ok(mut lease) = self.lease.try_lock()
        {
            lease.is_torn = true;
        }
    }
}
