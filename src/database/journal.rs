//! What one operation asks of the database, written down as it happens: the one source of what the log, the metrics and the
//! traces tell of statements. It has their texts, in which placeholders stand for all that a request or a row has brought; it
//! never has the values.

use std::{
    borrow::Cow,
    sync::{Mutex, PoisonError},
    time::{Duration, SystemTime},
};

/// How many statements are written down in full. Of the others it is known how many they are.
const MOST: usize = 200;

/// Something that was sent to the database.
#[derive(Clone, Debug)]
pub struct Sent {
    /// Its text, with placeholders for values.
    pub text: Cow<'static, str>,
    /// When it was sent.
    pub at: SystemTime,
    /// How long its answer took; for what begins a transaction or stands alone: with the wait for a connection.
    pub took: Duration,
    /// How many rows it gave, or changed; nothing if it failed, or nobody waited for it any more.
    pub rows: Option<u64>,
}

/// One operation's.
#[derive(Debug, Default)]
pub struct Journal(Mutex<Written>);

/// What stands in a journal.
#[derive(Clone, Debug, Default)]
pub struct Written {
    /// What was sent, the bounds of transactions among it.
    pub sent: Vec<Sent>,
    /// How many statements it was, without the bounds of transactions.
    pub statements: u32,
    /// How many keys each loader was given at once.
    pub batches: Vec<usize>,
}

impl Journal {
    /// A batch of this many keys was read at once.
    pub fn batch(&self, keys: usize) {
        self.write(|written| {
            if written.batches.len() < MOST {
                written.batches.push(keys);
            }
        });
    }

    /// What has been written down so far; from here on there is nothing.
    pub fn take(&self) -> Written {
        let mut taken = Written::default();
        self.write(|written| std::mem::swap(written, &mut taken));
        taken
    }

    pub(super) fn sent(&self, sent: Sent, is_statement: bool) {
        self.write(|written| {
            written.statements = written.statements.saturating_add(u32::from(is_statement));
            if written.sent.len() < MOST {
                written.sent.push(sent);
            }
        });
    }

    fn write(&self, what: impl FnOnce(&mut Written)) {
        what(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner));
    }
}
