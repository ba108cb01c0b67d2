//! Rows in bulk, to measure with.

mod people;
#[rustfmt::skip] // Lists to read across, not down.
mod words;
mod works;

use chrono::{DateTime, TimeDelta, Utc};
use entity::{content, grant, media_item, membership, organization, purchase, session, user};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseConnection, DbBackend, DbErr, EntityTrait, QueryFilter, QuerySelect,
    TransactionTrait,
};
use uuid::Uuid;

use super::{insert, key};
use crate::database;

/// How many rows of each kind were added.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Users.
    pub users: u64,
    /// Their sessions.
    pub sessions: u64,
    /// Organizations.
    pub organizations: u64,
    /// Memberships in them.
    pub memberships: u64,
    /// Media items.
    pub media_items: u64,
    /// Content.
    pub contents: u64,
    /// Purchases.
    pub purchases: u64,
    /// Grants.
    pub grants: u64,
}

impl Summary {
    /// All rows together.
    pub fn total(&self) -> u64 {
        let Self {
            users,
            sessions,
            organizations,
            memberships,
            media_items,
            contents,
            purchases,
            grants,
        } = self;
        users + sessions + organizations + memberships + media_items + contents + purchases + grants
    }
}

/// Adds this much content, and users, organizations, media and whatever belongs to them in proportion: all of it, or
/// nothing if it fails. The same amount in an empty database gives the same rows, but for the times, which end now, and
/// the session tokens. `progress` is told how many of all rows are there. Afterwards the database's statistics are
/// fresh.
///
/// # Errors
/// If the database fails, or somebody else does the same at the same time.
pub async fn scale(db: &DatabaseConnection, contents: u64, progress: impl Fn(u64, u64)) -> Result<Summary, DbErr> {
    let transaction = db.begin().await?;
    let first_user = next_number::<user::Entity>(&transaction, user::Column::Id).await?;
    let first_organization = next_number::<organization::Entity>(&transaction, organization::Column::Slug).await?;
    let bulk = Bulk::new(contents, first_user, first_organization, database::now());

    let summary = bulk.summary();
    let (mut done, total) = (0, summary.total());
    let mut inserted = |count| {
        done += count;
        progress(done, total);
    };
    insert::<user::Entity>(&transaction, bulk.users(), &mut inserted).await?;
    insert::<session::Entity>(&transaction, bulk.sessions(), &mut inserted).await?;
    insert::<organization::Entity>(&transaction, bulk.organizations(), &mut inserted).await?;
    insert::<membership::Entity>(&transaction, bulk.memberships(), &mut inserted).await?;
    insert::<media_item::Entity>(&transaction, bulk.media_items(), &mut inserted).await?;
    insert::<content::Entity>(&transaction, bulk.contents(), &mut inserted).await?;
    insert::<purchase::Entity>(&transaction, bulk.purchases(), &mut inserted).await?;
    insert::<grant::Entity>(&transaction, bulk.grants(), &mut inserted).await?;
    transaction.commit().await?;

    db.execute_unprepared(match db.get_database_backend() {
        // Without statistics the planner guesses; without the visibility map, which a vacuum makes, it cannot answer
        // from an index alone. No transaction may surround it.
        DbBackend::Postgres => {
            "VACUUM (ANALYZE) users, sessions, organizations, organization_memberships, media_items, content, \
             purchases, content_access"
        }
        _ => "ANALYZE",
    })
    .await?;
    Ok(summary)
}

/// What the keys of the users, and the slugs of the organizations, begin with.
const PREFIX: &str = "scale-";

/// The key of a user, or the slug of an organization. All are of one length, so that the greatest text has the greatest
/// number.
fn numbered(number: u64) -> String {
    format!("{PREFIX}{number:010}")
}

/// The number after the greatest that an earlier call gave away.
async fn next_number<E: EntityTrait>(db: &impl ConnectionTrait, column: E::Column) -> Result<u64, DbErr> {
    let greatest: Option<Option<String>> = E::find()
        .select_only()
        .column_as(column.max(), "greatest")
        .filter(column.starts_with(PREFIX))
        .into_tuple()
        .one(db)
        .await?;
    let number: Option<u64> = greatest
        .flatten()
        .and_then(|text| text.strip_prefix(PREFIX)?.parse().ok());
    Ok(number.map_or(0, |number| number + 1))
}

/// Over how many days content is spread. The last was begun [`SETTLED_DAYS`] ago, so that nothing that happened to it
/// lies in the future.
const SPREAD_DAYS: i64 = 730;
const SETTLED_DAYS: i64 = 10;

/// What is drawn for a row: each has its own dice.
#[derive(Clone, Copy)]
enum Draw {
    Approach,
    Category,
    ContentKey,
    Counterpart,
    Creator,
    FirstName,
    GrantKey,
    Lag,
    LastName,
    Length,
    MediaItemKey,
    MediaStatus,
    MediaType,
    MembershipKey,
    Minute,
    Organization,
    OrganizationKey,
    OtherOrganization,
    Personal,
    Place,
    Position,
    Price,
    PurchaseKey,
    Shown,
    Status,
    Subject,
    Tag,
    Views,
    Visibility,
}

/// Scrambles a number, as SplitMix64 does.
fn scrambled(number: u64) -> u64 {
    let mixed = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

/// How many rows there are, and where their numbers begin.
struct Bulk {
    users: u64,
    organizations: u64,
    media_items: u64,
    contents: u64,
    first_user: u64,
    first_organization: u64,
    now: DateTime<Utc>,
}

impl Bulk {
    fn new(contents: u64, first_user: u64, first_organization: u64, now: DateTime<Utc>) -> Self {
        Self {
            users: (contents / 50).max(10),
            organizations: (contents / 1_000).max(2),
            media_items: (contents / 5).max(10),
            contents,
            first_user,
            first_organization,
            now,
        }
    }

    fn summary(&self) -> Summary {
        Summary {
            users: self.users,
            sessions: self.users,
            organizations: self.organizations,
            memberships: self.memberships().count() as u64,
            media_items: self.media_items,
            contents: self.contents,
            purchases: self.purchases().count() as u64,
            grants: self.grants().count() as u64,
        }
    }

    /// A number below `below`. Another call rolls others, or its keys might be those of the first.
    fn draw(&self, what: Draw, n: u64, below: u64) -> u64 {
        scrambled(scrambled(scrambled(self.first_user) ^ what as u64) ^ n) % below
    }

    fn pick<'a, T>(&self, what: Draw, n: u64, choices: &'a [T]) -> &'a T {
        &choices[self.draw(what, n, choices.len() as u64) as usize]
    }

    fn key(&self, what: Draw, n: u64, at: DateTime<Utc>) -> Uuid {
        let mut random = [0; 10];
        random[2..].copy_from_slice(&self.draw(what, n, u64::MAX).to_be_bytes());
        key(at, random)
    }

    fn user_id(&self, n: u64) -> String {
        numbered(self.first_user + n)
    }

    fn organization_id(&self, n: u64) -> Uuid {
        self.key(Draw::OrganizationKey, n, self.began())
    }

    /// When all began.
    fn began(&self) -> DateTime<Utc> {
        self.now - TimeDelta::days(SETTLED_DAYS + SPREAD_DAYS + 2)
    }

    /// When this content was begun.
    fn begun_at(&self, n: u64) -> DateTime<Utc> {
        let apart = TimeDelta::days(SPREAD_DAYS).as_seconds_f64() / self.contents.max(1) as f64;
        self.now - TimeDelta::days(SETTLED_DAYS + SPREAD_DAYS)
            + TimeDelta::microseconds((apart * 1e6 * n as f64) as i64)
    }
}
