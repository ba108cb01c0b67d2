//! Questions of which none waits for the other's answer: they are gathered until everybody waits, and then asked together, for each way
//! to PostgreSQL and back takes both sides about as long as a small page does.

use std::{
    fmt,
    future::Future,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use sea_orm::{DbBackend, DbErr};
use tokio::sync::oneshot;

use super::{
    Error,
    batch::drive,
    question::{Asked, Question, statement},
    scope::Access,
};
use crate::database::{MOST_TOGETHER, Row, Trouble, apart};

/// The questions of one request that wait to be asked.
#[derive(Default)]
pub(super) struct Round(Mutex<Vec<Waiting>>);

/// Somebody who waits for an answer.
struct Waiting {
    asked: Asked,
    sender: oneshot::Sender<Answer>,
}

type Answer = Result<Vec<Row>, Error>;

/// Asks, and gives the rows. To be polled by [`answer`], which has the round's questions asked.
///
/// # Errors
/// If the database fails.
pub(super) async fn ask(access: &Access, question: &Arc<impl Question>) -> Answer {
    let (sender, receiver) = oneshot::channel();
    let asked = Asked::new(question);
    access.round.waiting().push(Waiting { asked, sender });
    receiver.await.unwrap_or(Err(Error::LeftOut))
}

/// Polls `asking` to its end; whenever it stands still, the questions that it has asked are answered.
pub(super) async fn answer<T>(access: &Access, asking: impl Future<Output = T>) -> T {
    let waiting = || !access.round.waiting().is_empty();
    drive(asking, waiting, || access.round.run(access)).await
}

impl Round {
    async fn run(&self, access: &Access) {
        let mut waiting = std::mem::take(&mut *self.waiting());
        // Loaders come to their questions in any order; of the same ones there is to be one text.
        waiting.sort_by(|one, other| one.asked.shape().cmp(other.asked.shape()));
        // To SQLite there is no way to be spared.
        let most = match access.reader.backend() {
            DbBackend::Postgres => MOST_TOGETHER,
            _ => 1,
        };
        while !waiting.is_empty() {
            let rest = waiting.split_off(waiting.len().min(most));
            let (asked, senders): (Vec<_>, Vec<_>) = waiting
                .into_iter()
                .map(|waiting| (waiting.asked, waiting.sender))
                .unzip();
            for (sender, answer) in senders.into_iter().zip(answers(access, &asked).await) {
                // Whoever does not wait any more has no use for it.
                let _ = sender.send(answer);
            }
            waiting = rest;
        }
    }

    fn waiting(&self) -> MutexGuard<'_, Vec<Waiting>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The answers to these questions, in their order, by one statement; or, if something is wrong with one of them, each by its own.
async fn answers(access: &Access, asked: &[Asked]) -> Vec<Answer> {
    match rows_of_each(access, asked).await {
        Ok(parts) => parts.into_iter().map(Ok).collect(),
        Err(error) => match Trouble::of(&error) {
            None if asked.len() > 1 => {
                let mut answers = Vec::with_capacity(asked.len());
                for asked in asked.chunks(1) {
                    let answer = rows_of_each(access, asked)
                        .await
                        .map(|mut parts| parts.pop().unwrap_or_default());
                    answers.push(answer.map_err(Error::Database));
                }
                answers
            }
            _ => {
                let error = Arc::new(error);
                asked.iter().map(|_| Err(Error::Together(Arc::clone(&error)))).collect()
            }
        },
    }
}

/// The rows that each of these questions is answered with, in their order.
async fn rows_of_each(access: &Access, asked: &[Asked]) -> Result<Vec<Vec<Row>>, DbErr> {
    let statement = statement(&access.viewer, Some(&access.reader), asked);
    apart(access.reader.ask(statement).await?, asked.len())
}

impl fmt::Debug for Round {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Round").finish_non_exhaustive()
    }
}
