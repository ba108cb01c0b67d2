//! Small random worlds: plain rows that point at each other by their place in a list, and how they get into a database.

use std::fmt;

use chrono::{DateTime, Duration, SecondsFormat, TimeZone, Utc};
use entity::{
    audit_entry,
    content::{self, ContentType, Visibility},
    grant::{self, AccessType},
    media_item::{self, MediaType},
    membership::{self, Role},
    organization, purchase, session, user,
};
use proptest::{collection::vec, option, prelude::*, sample::select};
use sea_orm::{ActiveValue::Set, EntityTrait, TransactionTrait, prelude::Uuid};
use serde_json::json;

use super::rules::{Kind, Row};
use crate::support::App;

/// A time, as microseconds since the beginning of 2026.
pub type Moment = i64;

/// Long over by the time that a test runs.
pub const PAST: Moment = -1_000_000 * 86_400 * 365;
/// Far off when a test runs.
pub const FUTURE: Moment = 1_000_000 * 86_400 * 365 * 50;

/// All that a database holds. Users refer to each other by their place here, and so does everything else.
#[derive(Clone, Debug)]
pub struct World {
    /// The first is a platform owner, so that there always is one.
    pub users: Vec<User>,
    pub organizations: Vec<Organization>,
    pub memberships: Vec<Membership>,
    pub media_items: Vec<MediaItem>,
    pub contents: Vec<Content>,
    pub grants: Vec<Grant>,
    pub purchases: Vec<Purchase>,
    /// First one for each user, with which they ask, then others.
    pub sessions: Vec<Session>,
    pub audit_entries: Vec<AuditEntry>,
}

#[derive(Clone, Debug)]
pub struct User {
    pub platform_owner: bool,
    pub email_verified: bool,
    pub created: Moment,
}

#[derive(Clone, Debug)]
pub struct Organization {
    pub name: &'static str,
    pub deleted: bool,
    pub created: Moment,
    pub updated: Moment,
}

#[derive(Clone, Debug)]
pub struct Membership {
    pub organization: usize,
    pub user: usize,
    pub role: Role,
    pub status: membership::Status,
    pub joined: Option<Moment>,
    pub created: Moment,
}

#[derive(Clone, Debug)]
pub struct MediaItem {
    pub creator: usize,
    pub title: &'static str,
    pub description: Option<&'static str>,
    pub media_type: MediaType,
    pub status: media_item::Status,
    pub deleted: bool,
    pub created: Moment,
    pub updated: Moment,
}

#[derive(Clone, Debug)]
pub struct Content {
    pub creator: usize,
    pub organization: Option<usize>,
    pub media_item: Option<usize>,
    pub title: &'static str,
    pub slug: String,
    pub description: Option<&'static str>,
    pub content_type: ContentType,
    pub has_body: bool,
    pub category: Option<&'static str>,
    pub tags: Vec<&'static str>,
    pub visibility: Visibility,
    pub price: Option<i32>,
    pub status: content::Status,
    pub published: Option<Moment>,
    pub deleted: bool,
    pub created: Moment,
    pub updated: Moment,
}

#[derive(Clone, Debug)]
pub struct Grant {
    pub user: usize,
    pub content: usize,
    pub access_type: AccessType,
    pub expires: Option<Moment>,
    pub granted: Moment,
    pub created: Moment,
}

#[derive(Clone, Debug)]
pub struct Purchase {
    pub customer: usize,
    pub content: usize,
    pub amount: i32,
    pub status: purchase::Status,
    pub purchased: Option<Moment>,
    pub created: Moment,
}

#[derive(Clone, Debug)]
pub struct Session {
    pub user: usize,
    pub expired: bool,
    pub created: Moment,
}

#[derive(Clone, Debug)]
pub struct AuditEntry {
    pub actor: Option<usize>,
    pub organization: Option<usize>,
    pub action: &'static str,
    /// The row that was changed, which may never have been there; none: an account, which the schema does not show.
    pub subject: Option<Row>,
    /// As JSON.
    pub before: Option<&'static str>,
    pub after: Option<&'static str>,
    pub created: Moment,
}

impl AuditEntry {
    /// What the log calls the kind of row that was changed.
    pub fn subject_type(&self) -> &'static str {
        self.subject.map_or("account", |row| row.kind.subject_type())
    }
}

impl Kind {
    /// What the log calls such a row.
    pub fn subject_type(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Organization => "organization",
            Self::Membership => "membership",
            Self::MediaItem => "media_item",
            Self::Content => "content",
            Self::Grant => "grant",
            Self::Purchase => "purchase",
            Self::Session => "session",
            Self::AuditEntry => unreachable!("entries are not changed"),
        }
    }
}

/// Rows of the kinds that are changed.
pub fn changing() -> impl Strategy<Value = Row> + Clone {
    let kinds: Vec<Kind> = Kind::ALL.into_iter().filter(|kind| *kind != Kind::AuditEntry).collect();
    (select(kinds), place()).prop_map(|(kind, place)| kind.at(place))
}

/// Some changes' names.
pub const ACTIONS: [&str; 3] = ["content.publish", "organization.update", "membership.remove"];

impl Grant {
    /// Whether its time is over.
    pub fn expired(&self) -> bool {
        self.expires == Some(PAST)
    }
}

/// The key of a table's row. Rows of different tables share theirs, so that one taken for another shows; and the keys do not
/// rise with the places, so that an order by key shows.
pub fn key(place: usize) -> Uuid {
    Uuid::from_u128((place as u128 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835))
}

/// The key of a session: texts whose order is the same in every collation.
pub fn session_key(place: usize) -> String {
    format!("session{:03}", place * 37 % 101)
}

pub fn user_key(place: usize) -> String {
    format!("user{place}")
}

pub fn token(user: usize) -> String {
    format!("token{user}")
}

/// The slug of an organization; of one that is not there too.
pub fn organization_slug(place: usize) -> String {
    // Again not in the order of the places.
    format!("house{}", place * 7 % 10)
}

pub fn time(moment: Moment) -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 1, 1, 0, 0, 0).unwrap() + Duration::microseconds(moment)
}

/// A time as the schema writes it.
pub fn written(moment: Moment) -> String {
    time(moment).to_rfc3339_opts(SecondsFormat::AutoSi, true)
}

/// Few times, so that many are the same, and of every precision.
pub fn moments() -> impl Strategy<Value = Moment> + Clone {
    select(vec![0, 1, 500_000, 1_000_000, 1_000_001, 86_400_000_000])
}

/// Few texts: with both cases, with what is special to LIKE.
pub fn titles() -> impl Strategy<Value = &'static str> + Clone {
    select(vec!["Bread", "sour bread", "100%_rye", "a\\b"])
}

fn headings() -> impl Strategy<Value = Option<&'static str>> + Clone {
    option::of(select(vec!["baking", "Cooking"]))
}

fn deleted() -> impl Strategy<Value = bool> + Clone {
    prop::bool::weighted(0.15)
}

/// A row's place in its list, before it is known how long that is.
fn place() -> impl Strategy<Value = usize> + Clone {
    0..60_usize
}

fn users() -> impl Strategy<Value = Vec<User>> {
    let user = (prop::bool::weighted(0.05), any::<bool>(), moments());
    let user = user.prop_map(|(platform_owner, email_verified, created)| User {
        platform_owner,
        email_verified,
        created,
    });
    vec(user, 2..=6)
}

fn organizations() -> impl Strategy<Value = Vec<Organization>> {
    // Of the same order in every collation.
    let names = select(vec!["Mill", "Old mill", "Oven"]);
    let organization = (names, prop::bool::weighted(0.2), moments(), moments());
    let organization = organization.prop_map(|(name, deleted, created, updated)| Organization {
        name,
        deleted,
        created,
        updated,
    });
    prop_oneof![1 => vec(organization.clone(), 0..=3), 4 => vec(organization, 2..=3)]
}

fn memberships() -> impl Strategy<Value = Vec<Membership>> {
    use membership::Status::{Active, Inactive, Invited};
    let roles = prop_oneof![
        1 => Just(Role::Member),
        1 => Just(Role::Subscriber),
        3 => Just(Role::Creator),
        1 => Just(Role::Admin),
        1 => Just(Role::Owner)
    ];
    let statuses = prop_oneof![3 => Just(Active), 1 => Just(Inactive), 1 => Just(Invited)];
    let membership = (place(), place(), roles, statuses, option::of(moments()), moments());
    let membership = membership.prop_map(|(organization, user, role, status, joined, created)| Membership {
        organization,
        user,
        role,
        status,
        joined,
        created,
    });
    // Many, because most rules are about what two of them are to each other.
    vec(membership, 0..=18)
}

fn media_items() -> impl Strategy<Value = Vec<MediaItem>> {
    use media_item::Status::{Failed, Ready, Uploading};
    let item = (
        place(),
        titles(),
        headings(),
        select(vec![MediaType::Video, MediaType::Audio]),
        select(vec![Ready, Uploading, Failed]),
        deleted(),
        moments(),
        moments(),
    );
    let item = item.prop_map(
        |(creator, title, description, media_type, status, deleted, created, updated)| MediaItem {
            creator,
            title,
            description,
            media_type,
            status,
            deleted,
            created,
            updated,
        },
    );
    vec(item, 0..=5)
}

fn contents() -> impl Strategy<Value = Vec<Content>> {
    use Visibility::{MembersOnly, Private, Public, PurchasedOnly};
    use content::Status::{Archived, Draft, Published};
    let what = (
        titles(),
        (0..3).prop_map(|number| format!("piece{number}")),
        headings(),
        select(vec![ContentType::Written, ContentType::Video, ContentType::Audio]),
        prop::bool::weighted(0.8),
        headings(),
        prop::sample::subsequence(vec!["rye", "oat", "it's"], 0..=3),
    );
    let who = (place(), option::weighted(0.7, place()), option::weighted(0.6, place()));
    let access = (
        select(vec![Public, MembersOnly, PurchasedOnly, Private]),
        option::of(select(vec![0, 500, 900])),
        prop_oneof![3 => Just(Published), 1 => Just(Archived), 1 => Just(Draft)],
        deleted(),
    );
    let times = (option::of(moments()), moments(), moments());
    let content = (what, who, access, times).prop_map(|(what, who, access, times)| {
        let (title, slug, description, content_type, has_body, category, tags) = what;
        let (creator, organization, media_item) = who;
        let (visibility, price, status, deleted) = access;
        let (published, created, updated) = times;
        Content {
            creator,
            organization,
            media_item,
            title,
            slug,
            description,
            content_type,
            has_body,
            category,
            tags,
            visibility,
            price,
            status,
            published,
            deleted,
            created,
            updated,
        }
    });
    // Now and then more than a page has if nothing is said.
    prop_oneof![9 => vec(content.clone(), 0..=9), 1 => vec(content, 0..=26)]
}

fn grants() -> impl Strategy<Value = Vec<Grant>> {
    let types = select(vec![
        AccessType::Complimentary,
        AccessType::Purchased,
        AccessType::Preview,
    ]);
    let ends = prop_oneof![2 => Just(None), 1 => Just(Some(FUTURE)), 2 => Just(Some(PAST))];
    let grant = (place(), place(), types, ends, moments(), moments());
    let grant = grant.prop_map(|(user, content, access_type, expires, granted, created)| Grant {
        user,
        content,
        access_type,
        expires,
        granted,
        created,
    });
    vec(grant, 0..=8)
}

fn purchases() -> impl Strategy<Value = Vec<Purchase>> {
    use purchase::Status::{Completed, Failed, Pending, Refunded};
    let statuses = select(vec![Completed, Pending, Refunded, Failed]);
    let purchase = (place(), place(), 0..1000, statuses, option::of(moments()), moments());
    let purchase = purchase.prop_map(|(customer, content, amount, status, purchased, created)| Purchase {
        customer,
        content,
        amount,
        status,
        purchased,
        created,
    });
    vec(purchase, 0..=6)
}

fn sessions() -> impl Strategy<Value = Vec<Session>> {
    let session = (place(), any::<bool>(), moments());
    let session = session.prop_map(|(user, expired, created)| Session { user, expired, created });
    vec(session, 0..=4)
}

fn audit_entries() -> impl Strategy<Value = Vec<AuditEntry>> {
    let said = || {
        select(vec![
            None,
            Some(r#"{ "title": "Bread" }"#),
            Some(r#"{ "tags": ["rye", null], "price_cents": 500, "about": { "it's": 1.5 } }"#),
        ])
    };
    let entry = (
        option::weighted(0.8, place()),
        option::weighted(0.8, place()),
        select(&ACTIONS[..]),
        option::weighted(0.9, changing()),
        said(),
        said(),
        moments(),
    );
    let entry = entry.prop_map(
        |(actor, organization, action, subject, before, after, created)| AuditEntry {
            actor,
            organization,
            action,
            subject,
            before,
            after,
            created,
        },
    );
    vec(entry, 0..=8)
}

/// Any world that the databases take.
pub fn worlds() -> impl Strategy<Value = World> {
    let parts = (
        users(),
        organizations(),
        memberships(),
        media_items(),
        contents(),
        grants(),
        purchases(),
        sessions(),
        audit_entries(),
    );
    parts.prop_map(
        |(users, organizations, memberships, media_items, contents, grants, purchases, sessions, audit_entries)| {
            let mut world = World {
                users,
                organizations,
                memberships,
                media_items,
                contents,
                grants,
                purchases,
                sessions,
                audit_entries,
            };
            world.settle();
            world
        },
    )
}

impl World {
    /// Points every reference at something, and drops or mends what the database would refuse.
    fn settle(&mut self) {
        self.users[0].platform_owner = true;
        let users = self.users.len();

        let mut logins: Vec<Session> = (0..users)
            .map(|user| Session {
                user,
                expired: false,
                created: self.users[user].created,
            })
            .collect();
        for session in &mut self.sessions {
            session.user %= users;
        }
        logins.append(&mut self.sessions);
        self.sessions = logins;

        let organizations = self.organizations.len();
        let mut kept: Vec<Membership> = Vec::new();
        for mut membership in std::mem::take(&mut self.memberships) {
            if organizations == 0 {
                continue;
            }
            membership.organization %= organizations;
            membership.user %= users;
            let (house, user) = (membership.organization, membership.user);
            // One membership for a user in an organization, and one owner for an organization.
            if kept
                .iter()
                .any(|other| other.organization == house && other.user == user)
            {
                continue;
            }
            let owned = kept
                .iter()
                .any(|other| other.organization == house && other.role == Role::Owner);
            if owned && membership.role == Role::Owner {
                membership.role = Role::Admin;
            }
            kept.push(membership);
        }
        self.memberships = kept;

        for item in &mut self.media_items {
            item.creator %= users;
        }

        let media_items = self.media_items.len();
        for place in 0..self.contents.len() {
            let mut content = self.contents[place].clone();
            content.creator %= users;
            content.organization = content.organization.filter(|_| organizations > 0);
            content.organization = content.organization.map(|house| house % organizations);
            content.media_item = content.media_item.filter(|_| media_items > 0);
            content.media_item = content.media_item.map(|item| item % media_items);
            // What is published has been published at some time; a draft has not.
            match content.status {
                content::Status::Published => content.published = Some(content.published.unwrap_or(content.created)),
                content::Status::Draft => content.published = None,
                content::Status::Archived => (),
            }
            // Among the living, a slug is unique in an organization and in a creator's personal content.
            let taken = self.contents[..place].iter().any(|other| {
                let same_home = match content.organization {
                    Some(house) => other.organization == Some(house),
                    None => other.organization.is_none() && other.creator == content.creator,
                };
                same_home && other.slug == content.slug && !other.deleted
            });
            if taken && !content.deleted {
                content.slug = format!("other{place}");
            }
            self.contents[place] = content;
        }

        let contents = self.contents.len();
        let mut kept: Vec<Grant> = Vec::new();
        for mut grant in std::mem::take(&mut self.grants) {
            if contents == 0 {
                continue;
            }
            grant.user %= users;
            grant.content %= contents;
            if !kept
                .iter()
                .any(|other| other.user == grant.user && other.content == grant.content)
            {
                kept.push(grant);
            }
        }
        self.grants = kept;

        if contents == 0 {
            self.purchases.clear();
        }
        for place in 0..self.purchases.len() {
            let mut purchase = self.purchases[place].clone();
            purchase.customer %= users;
            purchase.content %= contents;
            // Nobody buys the same twice.
            let bought = self.purchases[..place].iter().any(|other| {
                other.customer == purchase.customer
                    && other.content == purchase.content
                    && other.status == purchase::Status::Completed
            });
            if bought && purchase.status == purchase::Status::Completed {
                purchase.status = purchase::Status::Pending;
            }
            self.purchases[place] = purchase;
        }

        let mut entries = std::mem::take(&mut self.audit_entries);
        for entry in &mut entries {
            entry.actor = entry.actor.map(|user| user % users);
            entry.organization = entry.organization.filter(|_| organizations > 0);
            entry.organization = entry.organization.map(|house| house % organizations);
            entry.subject = entry.subject.map(|row| row.among(self));
        }
        self.audit_entries = entries;
    }

    /// Makes the database hold this world and nothing else.
    pub async fn move_in(&self, app: &App) {
        let transaction = app.db.begin().await.unwrap();
        let db = &transaction;
        audit_entry::Entity::delete_many().exec(db).await.unwrap();
        purchase::Entity::delete_many().exec(db).await.unwrap();
        grant::Entity::delete_many().exec(db).await.unwrap();
        content::Entity::delete_many().exec(db).await.unwrap();
        media_item::Entity::delete_many().exec(db).await.unwrap();
        membership::Entity::delete_many().exec(db).await.unwrap();
        organization::Entity::delete_many().exec(db).await.unwrap();
        session::Entity::delete_many().exec(db).await.unwrap();
        user::Entity::delete_many().exec(db).await.unwrap();

        // One statement a table; and none for an empty one, which `insert_many` would refuse.
        macro_rules! insert {
            ($noun:ident, $rows:expr, $one:expr) => {
                if !$rows.is_empty() {
                    let rows = $rows.iter().enumerate().map($one);
                    $noun::Entity::insert_many(rows)
                        .exec_without_returning(db)
                        .await
                        .unwrap();
                }
            };
        }
        let at = |moment: Option<Moment>| Set(moment.map(time));
        let gone = |deleted: bool| Set(deleted.then(|| time(PAST)));

        insert!(user, self.users, |(place, row): (usize, &User)| user::ActiveModel {
            id: Set(user_key(place)),
            name: Set(format!("Person {place}")),
            email: Set(format!("person{place}@example.com")),
            email_verified: Set(row.email_verified),
            image: Set(Some(format!("https://images.example/{place}"))),
            role: Set(match row.platform_owner {
                true => user::Role::PlatformOwner,
                false => user::Role::User,
            }),
            created_at: Set(time(row.created)),
            updated_at: Set(time(row.created)),
        });
        insert!(session, self.sessions, |(place, row): (usize, &Session)| {
            session::ActiveModel {
                id: Set(session_key(place)),
                user_id: Set(user_key(row.user)),
                token: Set(token(place)),
                expires_at: Set(time(row.expires())),
                ip_address: Set(Some(format!("192.0.2.{place}"))),
                user_agent: Set(Some(format!("browser {place}"))),
                created_at: Set(time(row.created)),
                updated_at: Set(time(row.created)),
            }
        });
        insert!(organization, self.organizations, |(place, row): (
            usize,
            &Organization
        )| organization::ActiveModel {
            id: Set(key(place)),
            name: Set(row.name.to_owned()),
            slug: Set(organization_slug(place)),
            description: Set(Some(format!("About organization {place}"))),
            logo_url: Set(Some(format!("https://logos.example/{place}"))),
            website_url: Set(None),
            deleted_at: gone(row.deleted),
            created_at: Set(time(row.created)),
            updated_at: Set(time(row.updated)),
        });
        insert!(membership, self.memberships, |(place, row): (usize, &Membership)| {
            membership::ActiveModel {
                id: Set(key(place)),
                organization_id: Set(key(row.organization)),
                user_id: Set(user_key(row.user)),
                role: Set(row.role),
                status: Set(row.status),
                // Somebody else than the member, which a wrong join would show.
                invited_by: Set(Some(user_key(0))),
                invited_at: Set(None),
                joined_at: at(row.joined),
                created_at: Set(time(row.created)),
                updated_at: Set(time(row.created)),
            }
        });
        insert!(media_item, self.media_items, |(place, row): (usize, &MediaItem)| {
            media_item::ActiveModel {
                id: Set(key(place)),
                creator_id: Set(user_key(row.creator)),
                title: Set(row.title.to_owned()),
                description: Set(row.description.map(str::to_owned)),
                media_type: Set(row.media_type),
                status: Set(row.status),
                r2_key: Set(format!("originals/{place}")),
                file_size_bytes: Set(Some(5_000_000_000 + place as i64)),
                mime_type: Set(None),
                duration_seconds: Set(Some(place as i32)),
                width: Set(None),
                height: Set(None),
                hls_master_playlist_key: Set(Some(format!("hls/{place}"))),
                thumbnail_key: Set(Some(format!("stills/{place}"))),
                uploaded_at: Set(None),
                deleted_at: gone(row.deleted),
                created_at: Set(time(row.created)),
                updated_at: Set(time(row.updated)),
            }
        });
        insert!(content, self.contents, |(place, row): (usize, &Content)| {
            content::ActiveModel {
                id: Set(key(place)),
                creator_id: Set(user_key(row.creator)),
                organization_id: Set(row.organization.map(key)),
                media_item_id: Set(row.media_item.map(key)),
                title: Set(row.title.to_owned()),
                slug: Set(row.slug.clone()),
                description: Set(row.description.map(str::to_owned)),
                content_type: Set(row.content_type),
                thumbnail_url: Set(Some(format!("https://pictures.example/{place}"))),
                content_body: Set(row.has_body.then(|| format!("Body {place}"))),
                category: Set(row.category.map(str::to_owned)),
                tags: Set(json!(row.tags)),
                visibility: Set(row.visibility),
                price_cents: Set(row.price),
                status: Set(row.status),
                published_at: at(row.published),
                view_count: Set(100 + place as i32),
                purchase_count: Set(200 + place as i32),
                deleted_at: gone(row.deleted),
                created_at: Set(time(row.created)),
                updated_at: Set(time(row.updated)),
            }
        });
        insert!(grant, self.grants, |(place, row): (usize, &Grant)| {
            grant::ActiveModel {
                id: Set(key(place)),
                user_id: Set(user_key(row.user)),
                content_id: Set(key(row.content)),
                access_type: Set(row.access_type),
                granted_at: Set(time(row.granted)),
                expires_at: at(row.expires),
                created_at: Set(time(row.created)),
                updated_at: Set(time(row.created)),
            }
        });
        insert!(purchase, self.purchases, |(place, row): (usize, &Purchase)| {
            purchase::ActiveModel {
                id: Set(key(place)),
                customer_id: Set(user_key(row.customer)),
                content_id: Set(key(row.content)),
                amount_paid_cents: Set(row.amount),
                platform_fee_cents: Set(0),
                organization_fee_cents: Set(0),
                creator_payout_cents: Set(row.amount),
                currency: Set("usd".to_owned()),
                payment_reference: Set(format!("payment {place}")),
                status: Set(row.status),
                purchased_at: at(row.purchased),
                refunded_at: Set(None),
                created_at: Set(time(row.created)),
                updated_at: Set(time(row.created)),
            }
        });
        let said = |json: Option<&str>| Set(json.map(|json| serde_json::from_str(json).unwrap()));
        insert!(audit_entry, self.audit_entries, |(place, row): (usize, &AuditEntry)| {
            audit_entry::ActiveModel {
                id: Set(key(place)),
                actor_id: Set(row.actor.map(user_key)),
                organization_id: Set(row.organization.map(key)),
                action: Set(row.action.to_owned()),
                subject_type: Set(row.subject_type().to_owned()),
                subject_id: Set(match row.subject {
                    None => "account".to_owned(),
                    Some(row) if row.kind == Kind::User => user_key(row.place),
                    Some(row) if row.kind == Kind::Session => session_key(row.place),
                    Some(row) => key(row.place).to_string(),
                }),
                before: said(row.before),
                after: said(row.after),
                created_at: Set(time(row.created)),
                updated_at: Set(time(row.created)),
            }
        });
        transaction.commit().await.unwrap();
    }
}

impl Session {
    /// When it ends.
    pub fn expires(&self) -> Moment {
        if self.expired { PAST } else { FUTURE }
    }
}

/// One row a line, with its place; but for the sessions that everybody has.
impl fmt::Display for World {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fn rows<T: fmt::Debug>(f: &mut fmt::Formatter<'_>, rows: &[T], first: usize) -> fmt::Result {
            let mut rows = rows.iter().enumerate().skip(first);
            rows.try_for_each(|(place, row)| writeln!(f, "{place}: {row:?}"))
        }
        rows(f, &self.users, 0)?;
        rows(f, &self.organizations, 0)?;
        rows(f, &self.memberships, 0)?;
        rows(f, &self.media_items, 0)?;
        rows(f, &self.contents, 0)?;
        rows(f, &self.grants, 0)?;
        rows(f, &self.purchases, 0)?;
        rows(f, &self.sessions, self.users.len())?;
        rows(f, &self.audit_entries, 0)
    }
}
