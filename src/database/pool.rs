//! The connections of requests, whichever database they lead to.

use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, ExecResult, QueryResult,
    SqliteTransactionMode, Statement, TransactionOptions, TransactionTrait, metric::Info, prelude::async_trait,
};

use super::{
    Row,
    connections::{Connections, Transaction},
};

/// A pool of connections.
#[derive(Clone, Debug)]
pub struct Pool(Kind<DatabaseConnection, Connections>);

/// A transaction of a pool; dropped, it leaves nothing behind.
pub struct PoolTransaction(Kind<DatabaseTransaction, Transaction>);

/// Whose it is.
#[derive(Clone, Debug)]
enum Kind<Orm, Own> {
    /// The ORM's: for SQLite, and for the command line.
    Orm(Orm),
    /// Our own, for PostgreSQL.
    Own(Own),
}

use Kind::{Orm, Own};

impl From<DatabaseConnection> for Pool {
    fn from(pool: DatabaseConnection) -> Self {
        Self(Orm(pool))
    }
}

impl From<Connections> for Pool {
    fn from(pool: Connections) -> Self {
        Self(Own(pool))
    }
}

impl Pool {
    /// How many connections there are, and how many of them nobody uses.
    pub(super) fn size_and_idle(&self) -> (usize, usize) {
        let (size, idle) = match &self.0 {
            Own(pool) => return pool.size_and_idle(),
            Orm(pool) => match pool.get_database_backend() {
                DbBackend::Postgres => {
                    let pool = pool.get_postgres_connection_pool();
                    (pool.size(), pool.num_idle())
                }
                _ => {
                    let pool = pool.get_sqlite_connection_pool();
                    (pool.size(), pool.num_idle())
                }
            },
        };
        (size.try_into().unwrap_or_default(), idle)
    }

    /// The same pool, for an operation that begins now.
    pub(super) fn for_operation(self) -> Self {
        Self(match self.0 {
            Orm(pool) => Orm(pool),
            Own(pool) => Own(pool.for_operation()),
        })
    }

    /// Has this told of every statement that is sent from now on through this pool, or a clone of it.
    pub fn set_metric_callback(&mut self, told: impl Fn(&Info<'_>) + Send + Sync + 'static) {
        match &mut self.0 {
            Orm(pool) => pool.set_metric_callback(told),
            Own(pool) => pool.set_metric_callback(told),
        }
    }

    /// All rows that a statement gives.
    pub(super) async fn rows(&self, statement: Statement) -> Result<Vec<Row>, DbErr> {
        match &self.0 {
            Orm(pool) => Ok(pool
                .query_all_raw(statement)
                .await?
                .into_iter()
                .map(Row::from)
                .collect()),
            Own(pool) => Ok(pool.rows(statement).await?.into_iter().map(Row::from).collect()),
        }
    }

    /// Begins a transaction that changes rows; see [`begin_change`](super::begin_change).
    pub(super) async fn begin_change(&self) -> Result<PoolTransaction, DbErr> {
        let options = TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        Ok(PoolTransaction(match &self.0 {
            Orm(pool) => Orm(pool.begin_with_options(options).await?),
            Own(pool) => Own(pool.begin().await?),
        }))
    }
}

impl PoolTransaction {
    /// Begins a transaction within this one.
    pub(super) async fn begin(&self) -> Result<Self, DbErr> {
        Ok(Self(match &self.0 {
            Orm(outer) => Orm(outer.begin().await?),
            Own(outer) => Own(outer.begin().await?),
        }))
    }

    /// Ends it, and what it did stays.
    pub(super) async fn commit(self) -> Result<(), DbErr> {
        match self.0 {
            Orm(transaction) => transaction.commit().await,
            Own(transaction) => transaction.commit().await,
        }
    }

    /// Ends it, and nothing stays.
    pub(super) async fn rollback(self) -> Result<(), DbErr> {
        match self.0 {
            Orm(transaction) => transaction.rollback().await,
            Own(transaction) => transaction.rollback().await,
        }
    }
}

macro_rules! connection {
    ($name:ty) => {
        #[async_trait::async_trait]
        impl ConnectionTrait for $name {
            fn get_database_backend(&self) -> DbBackend {
                match &self.0 {
                    Orm(orm) => orm.get_database_backend(),
                    Own(_) => DbBackend::Postgres,
                }
            }

            async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
                match &self.0 {
                    Orm(orm) => orm.execute_raw(statement).await,
                    Own(own) => own.execute(statement).await.map(ExecResult::from),
                }
            }

            async fn execute_unprepared(&self, text: &str) -> Result<ExecResult, DbErr> {
                match &self.0 {
                    Orm(orm) => orm.execute_unprepared(text).await,
                    Own(own) => own.execute_unprepared(text).await.map(ExecResult::from),
                }
            }

            async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
                match &self.0 {
                    Orm(orm) => orm.query_one_raw(statement).await,
                    Own(own) => Ok(own
                        .rows(statement)
                        .await?
                        .into_iter()
                        .next()
                        .map(QueryResult::from)),
                }
            }

            async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
                match &self.0 {
                    Orm(orm) => orm.query_all_raw(statement).await,
                    Own(own) => Ok(own
                        .rows(statement)
                        .await?
                        .into_iter()
                        .map(QueryResult::from)
                        .collect()),
                }
            }
        }
    };
}

connection!(Pool);
connection!(PoolTransaction);
