//! Transactions, and those within them.

use std::sync::Arc;

use sea_orm::{
    DbErr, Statement,
    sqlx::postgres::{PgQueryResult, PgRow},
};
use tokio::sync::Mutex;

use super::Lease;

/// A transaction, or one within another.
pub struct Transaction {
    lease: Arc<Mutex<Lease>>,
    is_within: bool,
    has_ended: bool,
}

impl Transaction {
    /// The one that this connection is in.
    pub(super) fn new(lease: Lease) -> Self {
        Self {
            lease: Arc::new(Mutex::new(lease)),
            is_within: false,
            has_ended: false,
        }
    }

    /// As [`super::Connections::rows`].
    ///
    /// # Errors
    /// Whatever the database says.
    pub(in crate::database) async fn rows(&self, statement: Statement) -> Result<Vec<PgRow>, DbErr> {
        self.lease.lock().await.rows(statement).await
    }

    /// As [`super::Connections::execute`].
    ///
    /// # Errors
    /// Whatever the database says.
    pub(in crate::database) async fn execute(&self, statement: Statement) -> Result<PgQueryResult, DbErr> {
        self.lease.lock().await.execute(statement).await
    }

    /// As [`super::Connections::execute_unprepared`].
    ///
    /// # Errors
    /// Whatever the database says.
    pub(in crate::database) async fn execute_unprepared(&self, text: &str) -> Result<PgQueryResult, DbErr> {
        self.lease.lock().await.execute_unprepared(text).await
    }

    /// Begins a transaction within this one, which is left alone until that has ended.
    ///
    /// # Errors
    /// Whatever the database says.
    pub(in crate::database) async fn begin(&self) -> Result<Self, DbErr> {
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
    pub(in crate::database) async fn commit(self) -> Result<(), DbErr> {
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
    pub(in crate::database) async fn rollback(self) -> Result<(), DbErr> {
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
