//! How a change reaches the database.

use sea_orm::{ConnectionTrait, DbBackend, DbErr, QueryResult, Statement};

use super::unless_taken;
use crate::{
    database::{Observed, Pool, PoolTransaction},
    store::{
        Error,
        change::{Refusal, UserError},
    },
};

/// How a change reaches the database.
pub(super) enum Way {
    /// In a transaction, in which rows are held.
    Held(Observed<PoolTransaction>),
    /// In two statements: one that finds a row (if it was not found with who asks), and one that changes it if it is still what was
    /// found and nobody else is at it. That spares the two ways that a transaction's begin and end are, and is all that most changes
    /// are. The second is kept until the change has come to its end, so that until then it can be made all over again in a transaction.
    ///
    /// It does not wait for others, and so takes no longer than a transaction's end: a change that is given up meanwhile may be made or
    /// not, and no other is ever made after it was given up.
    Single(Observed<Pool>, Option<(Statement, Option<UserError>)>),
}

impl Way {
    /// The transaction.
    ///
    /// # Errors
    /// [`Error::NeedsTransaction`], if there is none.
    pub(super) fn held(&self) -> Result<&Observed<PoolTransaction>, Error> {
        match self {
            Self::Held(transaction) => Ok(transaction),
            Self::Single(..) => Err(Error::NeedsTransaction),
        }
    }

    /// Whether it is the second.
    pub(super) fn is_single(&self) -> bool {
        matches!(self, Self::Single(..))
    }

    /// Which of the two databases it leads to.
    pub(super) fn backend(&self) -> DbBackend {
        match self {
            Self::Held(transaction) => transaction.get_database_backend(),
            Self::Single(pool, _) => pool.get_database_backend(),
        }
    }

    /// The first row that a statement gives, which finds a row to be changed.
    pub(super) async fn find(&self, statement: Statement) -> Result<Option<QueryResult>, Error> {
        Ok(match self {
            Self::Held(transaction) => transaction.query_one_raw(statement).await?,
            Self::Single(pool, None) => pool.query_one_raw(statement).await?,
            Self::Single(..) => return Err(Error::NeedsTransaction),
        })
    }

    /// Runs the statement that changes the row, or keeps it for the end. `taken` is what to say if the row's unique columns are somebody
    /// else's already.
    pub(super) async fn change(&mut self, statement: Statement, taken: Option<UserError>) -> Result<(), Refusal> {
        match self {
            Self::Held(transaction) => {
                let changed = transaction.execute_raw(statement).await;
                changed.map(drop).map_err(|error| unless_taken(error, taken))
            }
            Self::Single(_, kept @ None) => {
                *kept = Some((statement, taken));
                Ok(())
            }
            Self::Single(..) => Err(Error::NeedsTransaction.into()),
        }
    }

    /// Ends it, and what it did stays.
    pub(super) async fn commit(self) -> Result<(), Refusal> {
        match self {
            Self::Held(transaction) => Ok(transaction.commit().await?),
            Self::Single(_, None) => Ok(()),
            Self::Single(pool, Some((statement, taken))) => {
                let changed = pool.execute_raw(statement).await;
                match changed.map_err(|error| unless_taken(error, taken))?.rows_affected() {
                    0 => Err(Error::NeedsTransaction.into()),
                    _ => Ok(()),
                }
            }
        }
    }

    /// Ends it, and nothing stays.
    pub(super) async fn rollback(self) -> Result<(), DbErr> {
        match self {
            Self::Held(transaction) => transaction.rollback().await,
            Self::Single(..) => Ok(()),
        }
    }
}
