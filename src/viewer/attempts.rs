//! How often somebody may try to sign in. Attempts are counted in the database, for all gateways together, before the password
//! is looked at: so many at once are no way around the limit.

use std::net::{IpAddr, Ipv6Addr};

use chrono::{DateTime, TimeDelta, Utc};
use entity::sign_in_attempt::{ActiveModel, Column, Entity};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, ExprTrait, LockBehavior, LockType, OnConflict},
};

/// The most attempts for one account within [`WINDOW`], whoever makes them, whether there is such an account or not.
pub const MOST_PER_ACCOUNT: i32 = 10;
/// The most attempts from one address within [`WINDOW`], for whatever accounts.
pub const MOST_PER_ADDRESS: i32 = 100;
/// How long attempts count, from the first of them.
pub const WINDOW: TimeDelta = TimeDelta::minutes(15);
/// How many counters that have ended are cleared away with an attempt, which makes two at the most.
const CLEARED: u64 = 10;

/// Counts an attempt, and tells whether it may be made. What is counted stays so, whatever becomes of the attempt: this must
/// not be part of a transaction that may be rolled back.
///
/// # Errors
/// If the database fails.
pub async fn count(db: &impl ConnectionTrait, email: &str, address: IpAddr, now: DateTime<Utc>) -> Result<bool, DbErr> {
    let limits = [(account(email), MOST_PER_ACCOUNT), (network(address), MOST_PER_ADDRESS)];
    count_all(db, &limits, now).await
}

/// The same for an attempt that is at no account: to make one.
///
/// # Errors
/// If the database fails.
pub async fn count_address(db: &impl ConnectionTrait, address: IpAddr, now: DateTime<Utc>) -> Result<bool, DbErr> {
    count_all(db, &[(network(address), MOST_PER_ADDRESS)], now).await
}

/// Counts an attempt at each of these, and tells whether it is within the limits of all.
async fn count_all(db: &impl ConnectionTrait, limits: &[(String, i32)], now: DateTime<Utc>) -> Result<bool, DbErr> {
    clear_ended(db, now).await?;
    let first = |(subject, _): &(String, i32)| ActiveModel {
        subject: Set(subject.clone()),
        attempts: Set(1),
        expires_at: Set(now + WINDOW),
        created_at: Set(now),
        updated_at: Set(now),
    };
    let column = |column: Column| Expr::col((Entity, column));
    let ended = || column(Column::ExpiresAt).lte(now);
    let one_more = OnConflict::column(Column::Subject)
        .value(
            Column::Attempts,
            Expr::case(ended(), 1).finally(column(Column::Attempts).add(1)),
        )
        .value(
            Column::ExpiresAt,
            Expr::case(ended(), now + WINDOW).finally(column(Column::ExpiresAt)),
        )
        .value(Column::UpdatedAt, now)
        .to_owned();
    // One statement, in which everybody takes the two rows in the same order.
    let counted = Entity::insert_many(limits.iter().map(first))
        .on_conflict(one_more)
        .exec_with_returning(db)
        .await?;
    let too_many = |(subject, most): &(String, i32)| {
        let mut counted = counted.iter();
        counted.any(|row| row.subject == *subject && row.attempts > *most)
    };
    Ok(!limits.iter().any(too_many))
}

/// Forgets the attempts for this account, because one was right. Those from the address go on counting, or whoever has an
/// account could try as many others as they like.
///
/// # Errors
/// If the database fails.
pub async fn forgive(db: &impl ConnectionTrait, email: &str) -> Result<(), DbErr> {
    Entity::delete_by_id(account(email)).exec(db).await?;
    Ok(())
}

/// Clears a few counters away that have ended, and that nobody is at, so that there are never many more of them than of
/// recent attempts.
async fn clear_ended(db: &impl ConnectionTrait, now: DateTime<Utc>) -> Result<(), DbErr> {
    let ended = Entity::find()
        .select_only()
        .column(Column::Subject)
        .filter(Column::ExpiresAt.lte(now))
        .order_by_asc(Column::ExpiresAt)
        .limit(CLEARED)
        .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked);
    let subjects = sea_orm::QueryTrait::into_query(ended);
    Entity::delete_many()
        .filter(Column::Subject.in_subquery(subjects))
        .exec(db)
        .await?;
    Ok(())
}

fn account(email: &str) -> String {
    format!("account:{email}")
}

/// Of an address of version 6, the network: whoever has one address there has all of them.
fn network(address: IpAddr) -> String {
    match address {
        IpAddr::V4(address) => format!("address:{address}"),
        IpAddr::V6(address) => {
            let network = Ipv6Addr::from_bits(address.to_bits() >> 64 << 64);
            format!("address:{network}/64")
        }
    }
}
