//! Who may have a connection, and which.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use sea_orm::{
    ConnAcquireErr, DbErr,
    sqlx::{self, ConnectOptions, PgConnection, postgres::PgConnectOptions},
};
use tokio::{sync::oneshot, time::timeout};

use crate::database::{
    Availability,
    row_security::{BECOME_ITSELF, BECOME_READER, BECOME_VISITOR},
};

/// After which time a connection is made anew, so that none keeps for ever what it has gathered.
const LIFETIME: Duration = Duration::from_secs(30 * 60);
/// How long to wait before asking a server again that has no place at the moment.
const MOMENT: Duration = Duration::from_millis(20);
/// After how many reads, one after another, the gateway is taken to do nothing itself; and the other way round.
const ALONE: usize = 100;
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

impl Part {
    /// Whether it reads for somebody who asks.
    fn reads(self) -> bool {
        self != Self::Itself
    }
}

/// What the pools of all parts have in common.
pub(super) struct Shared {
    options: PgConnectOptions,
    /// How many connections there may be.
    most: usize,
    /// How many of them are for reading: the larger half.
    for_reading: usize,
    pub(super) wait: Duration,
    availability: Arc<Availability>,
    stand: Mutex<Stand>,
}

/// How the connections stand, by their part, and who waits for one.
#[derive(Default)]
struct Stand {
    itself: Standing,
    reader: Standing,
    visitor: Standing,
    /// How many reads have begun since the gateway last did something itself, and how often it has since somebody last read.
    reads_alone: usize,
    acts_alone: usize,
    /// Whose operation began first is first.
    waiting: VecDeque<Waiting>,
}

/// Somebody who waits for a leave.
struct Waiting {
    part: Part,
    /// When the operation began that needs it.
    since: Instant,
    sender: oneshot::Sender<Leave>,
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
}

impl Shared {
    /// No connection yet, of so many at the most.
    pub(super) fn new(options: PgConnectOptions, most: usize, wait: Duration, availability: Arc<Availability>) -> Self {
        Self {
            options,
            most,
            for_reading: most.div_ceil(2),
            wait,
            availability,
            stand: Mutex::new(Stand {
                // Nobody has ever read.
                acts_alone: ALONE,
                ..Stand::default()
            }),
        }
    }

    /// How many connections there are in this part, and how many of them nobody uses.
    pub(super) fn size_and_idle(&self, part: Part) -> (usize, usize) {
        let mut stand = self.stand();
        let standing = stand.of(part);
        (standing.open(), standing.idle.len())
    }

    /// Gives leaves to those who wait, as far as there may be more of them.
    fn serve(self: &Arc<Self>) {
        loop {
            let next = self.stand().next(self.most, self.for_reading);
            let Some(Waiting { part, sender, .. }) = next else {
                return;
            };
            let shared = Arc::clone(self);
            // If nobody waits any more, the leave ends at once.
            drop(sender.send(Leave { shared, part }));
        }
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

    /// Who gets the next leave, which now is one of those in use.
    ///
    /// Changes wait for the server's disk, and reads for its processors: of both, the more wait at a time, the more are done.
    /// Each half may have the other's connections, too, but only while nobody wants them there: one that goes over to another part,
    /// and soon back again, costs a statement each time. Since the gateway finds out itself who asks, between the reads of those who
    /// have signed in, a moment in which it does nothing says little, and so does one in which nobody reads; and one connection,
    /// unless there is no other, stays for it, or nobody could sign in while others read for long.
    fn next(&mut self, most: usize, for_reading: usize) -> Option<Waiting> {
        let reading = self.reader.in_use + self.visitor.in_use;
        if self.itself.in_use + reading >= most {
            return None;
        }
        let for_itself = (most - for_reading).max(1);
        let waits = |reads| self.waiting.iter().any(|waiting| waiting.part.reads() == reads);
        let nobody_reads = reading == 0 && !waits(true) && self.acts_alone >= ALONE;
        let nobody_acts = self.itself.in_use == 0 && !waits(false) && self.reads_alone >= ALONE;
        let may_read = reading < for_reading || (nobody_acts && reading + 1 < most);
        let may_act = self.itself.in_use < for_itself || nobody_reads;
        let may = |waiting: &Waiting| if waiting.part.reads() { may_read } else { may_act };
        loop {
            let place = self.waiting.iter().position(may)?;
            let waiting = self.waiting.remove(place)?;
            // Somebody who waited for too long is gone.
            if !waiting.sender.is_closed() {
                self.of(waiting.part).in_use += 1;
                (self.reads_alone, self.acts_alone) = if waiting.part.reads() {
                    (self.reads_alone.saturating_add(1), 0)
                } else {
                    (0, self.acts_alone.saturating_add(1))
                };
                return Some(waiting);
            }
        }
    }

    /// Has somebody wait, behind all whose operations began before.
    fn wait(&mut self, waiting: Waiting) {
        let place = self.waiting.partition_point(|other| other.since <= waiting.since);
        self.waiting.insert(place, waiting);
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
    /// Waits for one, for an operation that began then.
    ///
    /// # Errors
    /// If that takes too long.
    pub(super) async fn wait(shared: &Arc<Shared>, part: Part, since: Instant) -> Result<Self, DbErr> {
        let (sender, receiver) = oneshot::channel();
        shared.stand().wait(Waiting { part, since, sender });
        shared.serve();
        let leave = timeout(shared.wait, receiver).await;
        let leave = leave.map_err(|_| DbErr::ConnectionAcquire(ConnAcquireErr::Timeout))?;
        leave.map_err(|_| DbErr::ConnectionAcquire(ConnAcquireErr::ConnectionClosed))
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
        self.shared.serve();
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
