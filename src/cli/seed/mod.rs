//! Data to begin with: a small world to look around in, and rows by the hundred thousand to measure with.

mod command;
mod demo;
mod rows;
mod scale;

use chrono::{DateTime, Utc};
use entity::user;
use rand::distr::{Alphanumeric, SampleString};
use sea_orm::{ConnectionTrait, DatabaseConnection, DbErr, EntityTrait, IntoActiveModel, Iterable, QuerySelect};
use uuid::{Builder, Uuid};

pub use command::run;
pub use demo::{Person, demo, people};
pub use scale::{Summary, scale};

/// How many values one statement may bind: SQLite's limit, which is the lower of the two.
const PARAMETERS: usize = 32_766;

/// Whether nobody has ever signed up here.
///
/// # Errors
/// If the database fails.
pub async fn is_empty(db: &DatabaseConnection) -> Result<bool, DbErr> {
    let anybody: Option<String> = user::Entity::find()
        .select_only()
        .column(user::Column::Id)
        .limit(1)
        .into_tuple()
        .one(db)
        .await?;
    Ok(anybody.is_none())
}

/// Inserts rows, as many a statement as it may bind values for, and says after each how many it were.
async fn insert<E>(
    db: &impl ConnectionTrait,
    rows: impl IntoIterator<Item = E::Model>,
    mut inserted: impl FnMut(u64),
) -> Result<(), DbErr>
where
    E: EntityTrait,
    E::Model: IntoActiveModel<E::ActiveModel>,
{
    let at_once = PARAMETERS / E::Column::iter().count();
    let mut rows = rows.into_iter().map(IntoActiveModel::into_active_model);
    loop {
        let chunk: Vec<E::ActiveModel> = rows.by_ref().take(at_once).collect();
        if chunk.is_empty() {
            return Ok(());
        }
        let count = chunk.len() as u64;
        E::insert_many(chunk).exec_without_returning(db).await?;
        inserted(count);
    }
}

/// A session token, by a cryptographic generator that the operating system seeds: one that could be worked out would be
/// a way in for anybody.
fn token() -> String {
    Alphanumeric.sample_string(&mut rand::rng(), 32)
}

/// The key of a row that was made then: a uuid of version 7, so that keys are in the order of creation.
fn key(at: DateTime<Utc>, random: [u8; 10]) -> Uuid {
    let milliseconds = u64::try_from(at.timestamp_millis()).unwrap_or_default();
    Builder::from_unix_timestamp_millis(milliseconds, &random).into_uuid()
}
