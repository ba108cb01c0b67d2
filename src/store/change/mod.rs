//! What is changed: one transaction a change, with its place in the audit log.

mod idempotency;
pub mod limits;
mod refusal;
mod subject;
mod transaction;

pub use idempotency::IdempotencyKey;
pub use limits::{Checks, Patch};
pub use refusal::{Refusal, UserError, UserErrorCode};
pub use subject::Subject;
pub use transaction::{Hold, Owners, Transaction, beside};

use std::{sync::Arc, time::Duration};

use sea_orm::{ConnectionTrait, DbBackend, DbErr};
use serde::{Serialize, de::DeserializeOwned};

use super::{Error, Known};
use crate::{
    database::{self, Observed, Pool},
    viewer::{Found, Viewer},
};
use idempotency::Recorded;

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

    /// Whether all that it does is to find one row, and to change that. Then it takes no transaction, as long as nobody else is at
    /// the row. (It is no more than a hint: what does more after all is made in a transaction as well.) What hides content from
    /// everyone is not single: PostgreSQL makes sure that no other row remembers having been seen for it, and may wait for those.
    fn is_single(&self) -> bool {
        false
    }

    /// Does it, within the transaction, in this order: find the rows that the viewer sees, ask whether they may, check the input
    /// and the rows' state, change.
    ///
    /// # Errors
    /// [`Refusal`]: then nothing stays.
    fn run(&self, transaction: &mut Transaction) -> impl Future<Output = Result<Self::Outcome, Refusal>> + Send;
}

/// What the viewer is after a change, and what is known of the rows.
#[derive(Clone, Debug, Default)]
pub(super) enum Next {
    /// What they were.
    #[default]
    Same,
    /// What they were; and this row is now so.
    Known(Known),
    /// Somebody to be found out by this session; nobody, without one.
    Viewer(Option<String>),
}

/// A request as a change sees it: who wants it, where its place in the answer is, and with what key it may come again.
pub(super) struct Call<'a> {
    pub(super) viewer: &'a Arc<Viewer>,
    pub(super) connection: &'a Observed<Pool>,
    pub(super) place: &'a str,
    pub(super) key: Option<&'a IdempotencyKey>,
}

/// Runs a change to its end. `found`: a row that it may find first, as it was when the request began.
pub(super) async fn run<C: Change>(
    call: &Call<'_>,
    mut found: Option<Found>,
    change: &C,
) -> Result<(C::Outcome, Next), Refusal> {
    if !C::FOR_ANONYMOUS && call.viewer.user_id().is_none() {
        return Err(Refusal::Unauthenticated);
    }
    let mut tries = 0;
    loop {
        tries += 1;
        let done = match (call.key, call.viewer.user_id()) {
            // What signs somebody in is told once, and not kept.
            (Some(key), Some(user_id)) if !C::FOR_ANONYMOUS => once(call, key, user_id, change).await,
            _ if tries == 1 && change.is_single() && has_locks(call) => {
                match single(call, found.take(), change).await {
                    Err(Refusal::Failed(Error::NeedsTransaction)) => within(call, change).await,
                    done => done,
                }
            }
            _ => within(call, change).await,
        };
        match done {
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

/// Whether the database holds rows, and not all of it, for whoever changes one: then there is something to spare.
fn has_locks(call: &Call<'_>) -> bool {
    call.connection.get_database_backend() == DbBackend::Postgres
}

/// Tries to make the change without a transaction.
async fn single<C: Change>(call: &Call<'_>, found: Option<Found>, change: &C) -> Result<(C::Outcome, Next), Refusal> {
    let transaction = Transaction::single(call.viewer, call.connection.clone(), found, C::ACTION);
    attempt(transaction, change).await
}

/// Tries to make the change in a transaction of its own.
async fn within<C: Change>(call: &Call<'_>, change: &C) -> Result<(C::Outcome, Next), Refusal> {
    let database = database::begin_change(call.connection).await?;
    attempt(Transaction::new(call.viewer, database, C::ACTION), change).await
}

/// Tries to make the change, and commits it.
async fn attempt<C: Change>(mut transaction: Transaction, change: &C) -> Result<(C::Outcome, Next), Refusal> {
    match change.run(&mut transaction).await {
        Ok(outcome) => Ok((outcome, transaction.commit().await?)),
        Err(refusal) => {
            // Should this fail, the connection is gone, and the transaction with it.
            let _ = transaction.rollback().await;
            Err(refusal)
        }
    }
}

/// Makes the change unless it was made before with this key, and writes down what became of it, all in one transaction.
async fn once<C: Change>(
    call: &Call<'_>,
    key: &IdempotencyKey,
    user_id: &str,
    change: &C,
) -> Result<(C::Outcome, Next), Refusal> {
    let transaction = database::begin_change(call.connection).await?;
    let held = key.hold(&transaction, user_id).await?;
    match held.recorded(call.place) {
        Some(Recorded::Made(outcome)) => {
            let outcome = serde_json::from_value(outcome).map_err(|error| DbErr::Json(error.to_string()))?;
            return Ok((outcome, Next::Same));
        }
        Some(Recorded::ToMend(errors)) => return Err(Refusal::Invalid(errors)),
        None => (),
    }
    // Within a savepoint: of a change that is not made, the word that it is not stays.
    let within = Transaction::new(call.viewer, transaction.begin().await?, C::ACTION);
    let done = attempt(within, change).await;
    let became = match &done {
        Ok((outcome, _)) => {
            Recorded::Made(serde_json::to_value(outcome).map_err(|error| DbErr::Json(error.to_string()))?)
        }
        Err(Refusal::Invalid(errors)) => Recorded::ToMend(errors.clone()),
        Err(_) => return done,
    };
    held.record(&transaction, call.place, &became).await?;
    transaction.commit().await?;
    done
}
