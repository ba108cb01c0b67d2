//! Who may have a connection, and which.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use sea_orm::{
    ConnAcquireErr, DbErr,
    sqlx::{self, ConnectOptions, PgConnection, postgres::PgConnectOptions},
};
use tokio::{
    sync::{AcquireError, OwnedSemaphorePermit, Semaphore},
    time::timeout,
};

use crate::database::{
    Availability,
    row_security::{BECOME_ITSELF, BECOME_READER, BECOME_VISITOR},
};

/// After which time a connection is made anew, so that none keeps for ever what it has gathered.
const LIFETIME: Duration = Duration::from_secs(30 * 60);
/// How long to wait before asking a server again that has no place at the moment.
const MOMENT: Duration = Duration::from_millis(20);
/// The server is starting; it has no place for one more (<https://www.postgresql.org/docs/current/errcodes-appendix.html>).
const COME_BACK: [&str; 2] = ["57P03", "53300"];

/// As whom a connection runs its statements.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// As the gateway itself.
    Itself,
    /// As the role [`READER`](crate::database::READER).
    Reader,
    /// As the role [`VISITOR`](crate::database::VISITOR).
    Visitor,
}

/// What the pools of all parts have in common.
pub(super) struct Shared {
    options: PgConnectOptions,
    /// As many as there may be connections.
    permits: Arc<Semaphore>,
    /// As many as may read at a time: the larger half. Reading takes the server's processors, and what runs beyond their number is in
    /// the way of what runs already; changes wait for its disk, and the more of them there are, the more it takes at once.
    readers: Arc<Semaphore>,
    most: usize,
    pub(super) wait: Duration,
    availability: Arc<Availability>,
    stand: Mutex<Stand>,
}

/// How the connections stand, by their part.
#[derive(Default)]
struct Stand {
    itself: Standing,
    reader: Standing,
    visitor: Standing,
}

/// How those of one part stand.
#[derive(Default)]
struct Standing {
    idle: Vec<Made>,
    in_use: usize,
}

/// A connection that is there.
pub(super) struct Made {
    pub(super) connection: PgConnection,
    part: Part,
    since: Instant,
}

/// The leave to have a connection. Of those that are in use, and those that nobody uses, there are never more than leaves.
pub(super) struct Leave {
    shared: Arc<Shared>,
    part: Part,
    _permits: (OwnedSemaphorePermit, Option<OwnedSemaphorePermit>),
}

impl Shared {
    /// No connection yet, of so many at the most.
    pub(super) fn new(options: PgConnectOptions, most: usize, wait: Duration, availability: Arc<Availability>) -> Self {
        Self {
            options,
            permits: Arc::new(Semaphore::new(most.min(Semaphore::MAX_PERMITS))),
            readers: Arc::new(Semaphore::new(most.div_ceil(2).min(Semaphore::MAX_PERMITS))),
            most,
            wait,
            availability,
            stand: Mutex::default(),
        }
    }

    /// How many connections there are in this part, and how many of them nobody uses.
    pub(super) fn size_and_idle(&self, part: Part) -> (usize, usize) {
        let mut stand = self.stand();
        let standing = stand.of(part);
        (standing.open(), standing.idle.len())
    }

    fn stand(&self) -> MutexGuard<'_, Stand> {
        self.stand.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn make(&self) -> Result<Made, sqlx::Error> {
        loop {
            match self.options.connect().await {
                Err(sqlx::Error::Database(error)) if error.code().is_some_and(|code| COME_BACK.contains(&&*code)) => {
                    tokio::time::sleep(MOMENT).await;
                }
                connected => {
                    return Ok(Made {
                        connection: connected?,
                        part: Part::Itself,
                        since: Instant::now(),
                    });
                }
            }
        }
    }
}

impl Stand {
    fn open(&self) -> usize {
        self.itself.open() + self.reader.open() + self.visitor.open()
    }

    fn of(&mut self, part: Part) -> &mut Standing {
        match part {
            Part::Itself => &mut self.itself,
            Part::Reader => &mut self.reader,
            Part::Visitor => &mut self.visitor,
        }
    }

    /// A connection that nobody uses, out of the part that has the most of them.
    fn most_idle(&mut self) -> Option<Made> {
        let parts = [&mut self.itself, &mut self.reader, &mut self.visitor];
        parts.into_iter().max_by_key(|standing| standing.idle.len())?.idle.pop()
    }
}

impl Standing {
    fn open(&self) -> usize {
        self.in_use + self.idle.len()
    }
}

impl Leave {
    /// Waits for one.
    ///
    /// # Errors
    /// If that takes too long.
    pub(super) async fn wait(shared: &Arc<Shared>, part: Part) -> Result<Self, DbErr> {
        let permits = async {
            let reader = match part {
                Part::Itself => None,
                Part::Reader | Part::Visitor => Some(Arc::clone(&shared.readers).acquire_owned().await?),
            };
            Ok::<_, AcquireError>((Arc::clone(&shared.permits).acquire_owned().await?, reader))
        };
        let permits = timeout(shared.wait, permits).await;
        let permits = permits.map_err(|_| DbErr::ConnectionAcquire(ConnAcquireErr::Timeout))?;
        let permits = permits.map_err(|_| DbErr::ConnectionAcquire(ConnAcquireErr::ConnectionClosed))?;
        shared.stand().of(part).in_use += 1;
        Ok(Self {
            shared: Arc::clone(shared),
            part,
            _permits: permits,
        })
    }

    /// A connection in this part: one that nobody uses, or a new one; only if there are as many as there may be, one out of another
    /// part.
    pub(super) async fn connection(&self) -> Result<Made, sqlx::Error> {
        while let Some(mut made) = self.idle() {
            let age = made.since.elapsed();
            if age > LIFETIME || self.shared.availability.has_outlived(age) {
                continue;
            }
            if made.part != self.part {
                made.become_part(self.part).await?;
            }
            return Ok(made);
        }
        let mut made = self.shared.make().await?;
        if made.part != self.part {
            made.become_part(self.part).await?;
        }
        Ok(made)
    }

    /// Lets a connection go that is at rest. Only then does the leave end, so that whoever has it next finds the connection.
    pub(super) fn give_back(self, made: Made) {
        self.shared.stand().of(made.part).idle.push(made);
    }

    fn idle(&self) -> Option<Made> {
        let mut stand = self.shared.stand();
        // The one that was used last has its plans at hand.
        if let Some(made) = stand.of(self.part).idle.pop() {
            return Some(made);
        }
        // This leave is one of those in use already.
        if stand.open() <= self.shared.most {
            return None;
        }
        stand.most_idle()
    }
}

impl Drop for Leave {
    fn drop(&mut self) {
        self.shared.stand().of(self.part).in_use -= 1;
    }
}

impl Made {
    async fn become_part(&mut self, part: Part) -> Result<(), sqlx::Error> {
        let statements = match part {
            Part::Itself => BECOME_ITSELF,
            Part::Reader => BECOME_READER,
            Part::Visitor => BECOME_VISITOR,
        };
        sqlx::raw_sql(statements).execute(&mut self.connection).await?;
        self.part = part;
        Ok(())
    }
}
