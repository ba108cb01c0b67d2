//! What is changed: one transaction a change, with its place in the audit log.

pub mod limits;
mod refusal;
mod subject;
mod transaction;

pub use limits::{Checks, Patch};
pub use refusal::{Refusal, UserError, UserErrorCode};
pub use subject::Subject;
pub use transaction::{Hold, Transaction};

use std::{sync::Arc, time::Duration};

use sea_orm::DatabaseConnection;
use serde::{Serialize, de::DeserializeOwned};

use super::Error;
use crate::{database, viewer::Viewer};

/// How often a change is tried when others are in its way.
const MOST_TRIES: u32 = 8;
/// How long it waits at the most before it is tried a second time; with every further time twice as long.
const FIRST_PAUSE: Duration = Duration::from_millis(10);

/// Something that a viewer wants changed: the input, and what is to be done with it. `run` may be run more than once, each
/// time in a transaction of its own, of which at most one stays.
pub trait Change: Sync {
    /// What the audit log calls it: the noun and the verb.
    const ACTION: &'static str;
    /// Who may, in words.
    const RULE: &'static str;
    /// Whether the anonymous may try.
    const FOR_ANONYMOUS: bool = false;
    /// What is told of it: the keys of what changed.
    type Outcome: Serialize + DeserializeOwned + Send;

    /// Does it, within the transaction, in this order: find the rows that the viewer sees, ask whether they may, check the input
    /// and the rows' state, change.
    ///
    /// # Errors
    /// [`Refusal`]: then nothing stays.
    fn run(&self, transaction: &mut Transaction) -> impl Future<Output = Result<Self::Outcome, Refusal>> + Send;
}

/// What the viewer is after a change.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) enum Next {
    /// What they were.
    #[default]
    Same,
    /// Somebody to be found out by this session; nobody, without one.
    Viewer(Option<String>),
}

/// Runs a change to its end.
pub(super) async fn run<C: Change>(
    viewer: &Arc<Viewer>,
    connection: &DatabaseConnection,
    change: &C,
) -> Result<(C::Outcome, Next), Refusal> {
    if !C::FOR_ANONYMOUS && viewer.user_id().is_none() {
        return Err(Refusal::Unauthenticated);
    }
    let mut tries = 0;
    loop {
        tries += 1;
        match attempt(viewer, connection, change).await {
            Err(Refusal::Failed(Error::Database(error))) if tries < MOST_TRIES && database::may_be_retried(&error) => {
                tracing::debug!(action = C::ACTION, tries, "in each other's way: {error}");
                // At random, so that those who met do not meet again.
                let part: f64 = rand::random();
                tokio::time::sleep((FIRST_PAUSE * 2_u32.pow(tries)).mul_f64(part)).await;
            }
            done => return done,
        }
    }
}

async fn attempt<C: Change>(
    viewer: &Arc<Viewer>,
    connection: &DatabaseConnection,
    change: &C,
) -> Result<(C::Outcome, Next), Refusal> {
    let mut transaction = Transaction::begin(viewer, connection, C::ACTION).await?;
    match change.run(&mut transaction).await {
        Ok(outcome) => Ok((outcome, transaction.commit().await?)),
        Err(refusal) => {
            // Should this fail, the connection is gone, and the transaction with it.
            let _ = transaction.rollback().await;
            Err(refusal)
        }
    }
}
