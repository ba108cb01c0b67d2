//! How many operations are executed at once, and how long they may take. What is more than the gateway can do is refused at once:
//! a queue without an end would serve everybody too late.

use std::{
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

use tokio::{
    sync::{Semaphore, SemaphorePermit},
    time::Instant,
};

use super::refusal::Refusal;
use crate::graphql::ClientError;

/// How much is done at once.
#[derive(Clone, Copy, Debug)]
pub struct LoadSettings {
    /// How long an operation may take, its waiting included.
    pub deadline: Duration,
    /// How many operations are executed at once.
    pub running: usize,
    /// How many more may wait for their turn.
    pub waiting: usize,
    /// How long one waits for its turn.
    pub wait: Duration,
}

impl LoadSettings {
    /// What holds where nothing else is set.
    pub const USUAL: Self = Self {
        deadline: Duration::from_secs(10),
        running: 128,
        waiting: 512,
        wait: Duration::from_secs(1),
    };
}

impl Default for LoadSettings {
    fn default() -> Self {
        Self::USUAL
    }
}

/// Who is being served, and who waits.
pub(super) struct Load {
    settings: LoadSettings,
    running: Semaphore,
    waiting: AtomicUsize,
}

/// A request's turn, until it is dropped.
pub(super) struct Turn<'a> {
    _permit: SemaphorePermit<'a>,
    deadline: Instant,
}

impl Load {
    pub(super) fn new(settings: LoadSettings) -> Self {
        Self {
            running: Semaphore::new(settings.running.min(Semaphore::MAX_PERMITS)),
            waiting: AtomicUsize::new(0),
            settings,
        }
    }

    /// Waits for a turn.
    ///
    /// # Errors
    /// If too many wait already, or it takes too long.
    pub(super) async fn turn(&self) -> Result<Turn<'_>, Refusal> {
        let deadline = Instant::now() + self.settings.deadline;
        let permit = match self.running.try_acquire() {
            Ok(permit) => permit,
            Err(_) => self.wait().await.ok_or_else(overloaded)?,
        };
        Ok(Turn {
            _permit: permit,
            deadline,
        })
    }

    async fn wait(&self) -> Option<SemaphorePermit<'_>> {
        let _place = Place::take(&self.waiting, self.settings.waiting)?;
        let acquired = tokio::time::timeout(self.settings.wait, self.running.acquire()).await;
        acquired.ok()?.ok()
    }
}

impl Turn<'_> {
    /// Runs this, up to the deadline. What it does in the database by then is given up: reads end with it, and of a change
    /// nothing stays unless it is already being committed.
    ///
    /// # Errors
    /// If it takes longer, and its own.
    pub(super) async fn run<T>(&self, work: impl Future<Output = Result<T, Refusal>>) -> Result<T, Refusal> {
        match tokio::time::timeout_at(self.deadline, work).await {
            Ok(done) => done,
            Err(_) => Err(Refusal::failed(ClientError::deadline_exceeded())),
        }
    }
}

/// A place among those who wait.
struct Place<'a>(&'a AtomicUsize);

impl<'a> Place<'a> {
    fn take(waiting: &'a AtomicUsize, most: usize) -> Option<Self> {
        let place = Self(waiting);
        // A place that is one too many is given back at once.
        (waiting.fetch_add(1, Ordering::Relaxed) < most).then_some(place)
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

fn overloaded() -> Refusal {
    Refusal::failed(ClientError::overloaded())
}
