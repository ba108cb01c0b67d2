//! One request's way to change the database.

use sea_orm::{DbErr, RuntimeErr};

use super::{Observed, Pool, PoolTransaction};

/// Begins a transaction that changes rows. On PostgreSQL every statement sees what is committed by then, and rows are held by
/// locks that statements ask for; on SQLite one such transaction runs at a time, from its beginning on, so that none that
/// has read is refused when it comes to write.
///
/// # Errors
/// If there is no connection to be had.
pub async fn begin_change(pool: &Observed<Pool>) -> Result<Observed<PoolTransaction>, DbErr> {
    pool.begin_change().await
}

/// Whether a transaction failed for no fault of its own, and may well succeed when it is run again: others were in its way.
pub fn may_be_retried(error: &DbErr) -> bool {
    // PostgreSQL: a serialization failure, a deadlock.
    const POSTGRES: [&str; 2] = ["40001", "40P01"];
    // SQLite: somebody has the file (5), or a table of it (6); the upper bytes say more.
    const SQLITE: [u32; 2] = [5, 6];
    let (DbErr::Conn(RuntimeErr::SqlxError(error))
    | DbErr::Exec(RuntimeErr::SqlxError(error))
    | DbErr::Query(RuntimeErr::SqlxError(error))) = error
    else {
        return false;
    };
    let Some(code) = error.as_database_error().and_then(|error| error.code()) else {
        return false;
    };
    // PostgreSQL's codes have five characters, and SQLite's never that many.
    POSTGRES.contains(&&*code)
        || code.len() < 5 && code.parse::<u32>().is_ok_and(|code| SQLITE.contains(&(code & 0xff)))
}
