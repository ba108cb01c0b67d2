//! Why a statement failed, where neither the statement nor its row is at fault.

use sea_orm::{ConnAcquireErr, DbErr, RuntimeErr, sqlx};

/// What may well pass by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// No connection was free in time.
    Busy,
    /// The database does not answer, or has ended the connection.
    Unreachable,
    /// The statement took longer than it was given.
    TimedOut,
}

impl Trouble {
    /// What this error comes from, if that may pass.
    pub fn of(error: &DbErr) -> Option<Self> {
        match error {
            DbErr::ConnectionAcquire(ConnAcquireErr::Timeout) => Some(Self::Busy),
            DbErr::ConnectionAcquire(ConnAcquireErr::ConnectionClosed) => Some(Self::Unreachable),
            DbErr::Conn(RuntimeErr::SqlxError(error))
            | DbErr::Exec(RuntimeErr::SqlxError(error))
            | DbErr::Query(RuntimeErr::SqlxError(error)) => Self::of_driver(error),
            _ => None,
        }
    }

    fn of_driver(error: &sqlx::Error) -> Option<Self> {
        match error {
            sqlx::Error::PoolTimedOut => Some(Self::Busy),
            // What is read off a connection that ends in the middle of a message is no message.
            sqlx::Error::Io(_) | sqlx::Error::PoolClosed | sqlx::Error::WorkerCrashed | sqlx::Error::Protocol(_) => {
                Some(Self::Unreachable)
            }
            sqlx::Error::Database(error) => Self::of_code(&error.code()?),
            _ => None,
        }
    }

    /// PostgreSQL's codes (<https://www.postgresql.org/docs/current/errcodes-appendix.html>) have five characters, and SQLite's
    /// (<https://www.sqlite.org/rescode.html>), of which the lowest byte is the kind, never that many.
    fn of_code(code: &str) -> Option<Self> {
        match code {
            "57014" => Some(Self::TimedOut),
            // The server is stopping or starting, or has ended this session; it has no place for one more.
            "57P01" | "57P02" | "57P03" | "57P05" | "25P03" | "53300" => Some(Self::Unreachable),
            _ if code.len() == 5 => code.starts_with("08").then_some(Self::Unreachable),
            _ => match code.parse::<u32>().ok()? & 0xff {
                5 | 6 => Some(Self::Busy),
                9 => Some(Self::TimedOut),
                _ => None,
            },
        }
    }
}
