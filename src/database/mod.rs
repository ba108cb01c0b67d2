//! Connecting, reading, changing, and the few things in which PostgreSQL and SQLite differ.

mod availability;
pub mod catalog;
mod connect;
mod connections;
mod dialect;
mod exclusive;
mod journal;
mod kept;
mod observed;
mod pool;
mod reader;
mod row;
mod row_security;
mod slots;
mod text;
mod together;
mod trouble;
mod writer;

pub use availability::{Availability, Standing};
pub use connect::{ConnectError, Pools, Settings, connect, connect_for_requests, connect_read_only, is_sqlite};
pub use dialect::{
    Finding, First, OrderColumn, any_of, by_bytes, contains_text, first, has_any_tag, how_many, is_none_of,
};
pub use exclusive::exclusively;
pub use journal::{Journal, Sent, Written};
pub use kept::{Shape, Text, kept};
pub use observed::{Demand, Observed, PoolState};
pub use pool::{Pool, PoolTransaction};
pub use reader::Reader;
pub use row::Row;
pub use row_security::{Asker, Complaint, READER, Reading, RowSecurity, VISITOR, complaints};
pub use slots::{MANY, Marks, NOTHING, Slots, Taken, any_value};
pub use text::{written, written_saying};
pub use together::{MOST_TOGETHER, apart, together};
pub use trouble::Trouble;
pub use writer::{begin_change, may_be_retried};

use chrono::{DateTime, SubsecRound, Utc};

/// The time now, at the microseconds that both databases keep. A time with more digits than the database holds would part a
/// keyset cursor from its row.
pub fn now() -> DateTime<Utc> {
    Utc::now().trunc_subsecs(6)
}
