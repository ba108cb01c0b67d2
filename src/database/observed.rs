//! The one place through which all statements of requests go: a pool, or a transaction, that writes into a journal what it
//! sends.

use std::{
    borrow::Cow,
    iter::Sum,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Instant, SystemTime},
};

use sea_orm::{ConnectionTrait, DbBackend, DbErr, ExecResult, QueryResult, Statement, prelude::async_trait};

use super::{
    Journal, Row,
    journal::Sent,
    pool::{Pool, PoolTransaction},
};

/// A pool or a transaction, with the journal of the operation that uses it.
#[derive(Debug)]
pub struct Observed<C> {
    inner: C,
    journal: Arc<Journal>,
    /// Of a pool: each statement takes a connection.
    demand: Option<Demand>,
    /// A transaction holds its connection until it ends.
    _held: Option<Wanted>,
}

/// How many connections operations want at the moment: those that they have, and those that they wait for.
#[derive(Clone, Debug, Default)]
pub struct Demand(Arc<AtomicUsize>);

/// A connection that is wanted, for as long as this lives.
#[derive(Debug)]
struct Wanted(Arc<AtomicUsize>);

/// How the connections of a pool, or of several, stand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PoolState {
    /// Those that somebody uses.
    pub in_use: usize,
    /// Those that nobody uses.
    pub idle: usize,
    /// How many operations wait for one.
    pub waiting: usize,
}

impl Sum for PoolState {
    fn sum<I: Iterator<Item = Self>>(states: I) -> Self {
        states.fold(Self::default(), |sum, state| Self {
            in_use: sum.in_use + state.in_use,
            idle: sum.idle + state.idle,
            waiting: sum.waiting + state.waiting,
        })
    }
}

impl Demand {
    /// How the connections of this pool, which the demand is for, stand.
    pub fn state(&self, pool: &Pool) -> PoolState {
        let (size, idle) = pool.size_and_idle();
        let in_use = size.saturating_sub(idle);
        PoolState {
            in_use,
            idle,
            waiting: self.0.load(Ordering::Relaxed).saturating_sub(in_use),
        }
    }

    fn one(&self) -> Wanted {
        self.0.fetch_add(1, Ordering::Relaxed);
        Wanted(Arc::clone(&self.0))
    }
}

impl Drop for Wanted {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Observed<Pool> {
    /// This pool, for the operation with this journal, which begins now.
    pub fn new(pool: Pool, journal: Arc<Journal>, demand: &Demand) -> Self {
        Self {
            inner: pool.for_operation(),
            journal,
            demand: Some(demand.clone()),
            _held: None,
        }
    }

    /// The operation's journal.
    pub fn journal(&self) -> &Journal {
        &self.journal
    }

    /// All rows that a statement gives.
    ///
    /// # Errors
    /// Whatever the database says; its text is for the log alone.
    pub(super) async fn rows(&self, statement: Statement) -> Result<Vec<Row>, DbErr> {
        let text = statement.sql.clone();
        let rows = |rows: &Vec<Row>| rows.len() as u64;
        // What an operation waits for is large; in a box, for it is a part of whatever waits for it.
        self.sent(text, Box::pin(self.inner.rows(statement)), rows).await
    }

    pub(super) async fn begin_change(&self) -> Result<Observed<PoolTransaction>, DbErr> {
        let held = self.demand.as_ref().map(Demand::one);
        let inner = self.journal.bound("BEGIN", Box::pin(self.inner.begin_change())).await?;
        Ok(Observed {
            inner,
            journal: Arc::clone(&self.journal),
            demand: None,
            _held: held,
        })
    }
}

/// The same pool, for the same operation.
impl Clone for Observed<Pool> {
    fn clone(&self) -> Self {
        Self {
            inner: self.inner.clone(),
            journal: Arc::clone(&self.journal),
            demand: self.demand.clone(),
            _held: None,
        }
    }
}

/// A pool whose journal nobody reads.
impl<P: Into<Pool>> From<P> for Observed<Pool> {
    fn from(pool: P) -> Self {
        Self::new(pool.into(), Arc::default(), &Demand::default())
    }
}

impl Observed<PoolTransaction> {
    /// Begins a transaction within this one.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn begin(&self) -> Result<Self, DbErr> {
        Ok(Self {
            inner: self.journal.bound("SAVEPOINT", self.inner.begin()).await?,
            journal: Arc::clone(&self.journal),
            demand: None,
            _held: None,
        })
    }

    /// Ends it, and what it did stays.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn commit(self) -> Result<(), DbErr> {
        self.journal.bound("COMMIT", self.inner.commit()).await
    }

    /// Ends it, and nothing stays.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn rollback(self) -> Result<(), DbErr> {
        self.journal.bound("ROLLBACK", self.inner.rollback()).await
    }
}

impl<C> Observed<C> {
    /// Sends a statement, and writes down what became of it.
    async fn sent<T>(
        &self,
        text: String,
        answer: impl Future<Output = Result<T, DbErr>>,
        rows: impl FnOnce(&T) -> u64,
    ) -> Result<T, DbErr> {
        let _wanted = self.demand.as_ref().map(Demand::one);
        self.journal.observe(Cow::Owned(text), true, answer, rows).await
    }
}

impl Journal {
    /// Sends what begins or ends a transaction, and writes it down.
    async fn bound<T>(&self, text: &'static str, answer: impl Future<Output = Result<T, DbErr>>) -> Result<T, DbErr> {
        self.observe(Cow::Borrowed(text), false, answer, |_| 0).await
    }

    async fn observe<T>(
        &self,
        text: Cow<'static, str>,
        is_statement: bool,
        answer: impl Future<Output = Result<T, DbErr>>,
        rows: impl FnOnce(&T) -> u64,
    ) -> Result<T, DbErr> {
        let mut sending = Sending {
            journal: self,
            text,
            is_statement,
            at: SystemTime::now(),
            since: Instant::now(),
            rows: None,
        };
        let answer = answer.await;
        sending.rows = answer.as_ref().ok().map(rows);
        answer
    }
}

/// Something on its way to the database and back. It is written down as well if nobody waits for the answer any more.
struct Sending<'a> {
    journal: &'a Journal,
    text: Cow<'static, str>,
    is_statement: bool,
    at: SystemTime,
    since: Instant,
    rows: Option<u64>,
}

impl Drop for Sending<'_> {
    fn drop(&mut self) {
        let sent = Sent {
            took: self.since.elapsed(),
            text: std::mem::take(&mut self.text),
            at: self.at,
            rows: self.rows,
        };
        self.journal.sent(sent, self.is_statement);
    }
}

#[async_trait::async_trait]
impl<C: ConnectionTrait> ConnectionTrait for Observed<C> {
    fn get_database_backend(&self) -> DbBackend {
        self.inner.get_database_backend()
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        let text = statement.sql.clone();
        self.sent(text, self.inner.execute_raw(statement), ExecResult::rows_affected)
            .await
    }

    async fn execute_unprepared(&self, text: &str) -> Result<ExecResult, DbErr> {
        let answer = self.inner.execute_unprepared(text);
        self.sent(text.to_owned(), answer, ExecResult::rows_affected).await
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        let text = statement.sql.clone();
        let rows = |row: &Option<QueryResult>| u64::from(row.is_some());
        self.sent(text, self.inner.query_one_raw(statement), rows).await
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        let text = statement.sql.clone();
        let rows = |rows: &Vec<QueryResult>| rows.len() as u64;
        self.sent(text, self.inner.query_all_raw(statement), rows).await
    }
}
