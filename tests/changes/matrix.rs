//! Who may make which change: every kind of viewer tries every change on every kind of row. What becomes of it is in a file that
//! a person can read beside the access rules; where it is refused, nothing has changed.

use std::{collections::BTreeSet, fmt::Write, pin::Pin};

use chrono::Duration;
use codex_gateway::database::now;
use entity::{
    account,
    content::{Status, Visibility},
    membership::{self, Role},
};
use sea_orm::{ConnectionTrait, EntityTrait, Statement};
use serde_json::{Value, json};
use similar::TextDiff;

use crate::support::{App, Client, Organization, PASSWORD, Person, content, global, global_id};

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/snapshots/change_matrix.txt");

const LEGEND: &str = "\
Who may make which change.

anonymous nobody is signed in          admin     an admin of the house
stranger  signed in, and no more       owner     the owner of the house
invited   invited to the house         other     the owner of another house
inactive  suspended in the house       platform  the platform owner
subscr.   a subscriber of the house    creator   a creator in the house, who made the row
member    a member of the house        colleague another creator in the house

ok   it is made                        -    NOT_FOUND
no   FORBIDDEN                         ?    UNAUTHENTICATED
Anything else is what has to be mended first.
";

/// Who tries, as the columns name them.
const VIEWERS: [&str; 12] = [
    "anonymous",
    "stranger",
    "invited",
    "inactive",
    "subscr.",
    "member",
    "creator",
    "colleague",
    "admin",
    "owner",
    "other",
    "platform",
];

/// The house and everybody around it.
pub struct World<'a> {
    pub app: &'a App,
    pub house: Organization,
    people: Vec<(&'static str, Person)>,
}

/// Who belongs to the house, and as what.
const MEMBERS: [(&str, Role, membership::Status); 8] = {
    use membership::Status::{Active, Inactive, Invited};
    [
        ("invited", Role::Admin, Invited),
        ("inactive", Role::Admin, Inactive),
        ("subscr.", Role::Subscriber, Active),
        ("member", Role::Member, Active),
        ("creator", Role::Creator, Active),
        ("colleague", Role::Creator, Active),
        ("admin", Role::Admin, Active),
        ("owner", Role::Owner, Active),
    ]
};

impl<'a> World<'a> {
    async fn new(app: &'a App) -> Self {
        let house = app.organization("house").await;
        let elsewhere = app.organization("elsewhere").await;
        let mut people = Vec::new();
        for (name, role, status) in MEMBERS {
            let person = app.person(name.trim_end_matches('.')).await;
            app.membership(&house, &person, role, status).await;
            people.push((name, person));
        }
        people.push(("stranger", app.person("stranger").await));
        let other = app.person("other").await;
        app.member(&elsewhere, &other, Role::Owner).await;
        people.push(("other", other));
        people.push(("platform", app.platform_owner("platform").await));
        Self { app, house, people }
    }

    /// The person in this column.
    pub fn person(&self, name: &str) -> &Person {
        &self.people.iter().find(|(column, _)| *column == name).unwrap().1
    }

    fn client(&self, viewer: &str) -> Client {
        match viewer {
            "anonymous" => self.app.anonymous(),
            name => self.app.as_(self.person(name)),
        }
    }
}

/// An input in the making.
type Made<'a> = Pin<Box<dyn Future<Output = Value> + 'a>>;

/// A row of the matrix: a change, on what, with what the payload shows. `input` makes what is to be changed, anew for each who
/// tries; the number is another each time.
struct Case {
    change: &'static str,
    on: &'static str,
    fields: &'static str,
    input: for<'a> fn(&'a World<'a>, usize) -> Made<'a>,
}

macro_rules! case {
    ($change:literal, $on:literal, $fields:expr, |$world:ident, $number:ident| $input:expr) => {
        Case {
            change: $change,
            on: $on,
            fields: $fields,
            input: |$world, $number| Box::pin(async move { $input }),
        }
    };
}

mod access;
mod media;
mod organizations;

/// A title and a slug that nobody else has.
fn slug(number: usize) -> String {
    format!("piece-{number}")
}

/// Every row of the matrix.
fn cases() -> impl Iterator<Item = &'static Case> {
    [CASES, organizations::CASES, media::CASES, access::CASES]
        .into_iter()
        .flatten()
}

/// Everybody can sign in, with the same password.
async fn know_passwords(world: &World<'_>) {
    account::Entity::delete_many().exec(&world.app.db).await.unwrap();
    for (_, person) in &world.people {
        world.app.password(person).await;
    }
}

const CASES: &[Case] = &[
    case!("createContent", "in the house", "content { id }", |world, n| {
        json!({ "organizationId": world.house.global_id(), "contentType": "WRITTEN", "title": "New", "slug": slug(n) })
    }),
    case!("createContent", "personal", "content { id }", |_world, n| {
        json!({ "contentType": "WRITTEN", "title": "New", "slug": slug(n) })
    }),
    case!(
        "createContent",
        "in a deleted organization",
        "content { id }",
        |world, n| {
            let gone = world.app.organization(&slug(n)).await;
            world.app.delete_organization(&gone).await;
            json!({ "organizationId": gone.global_id(), "contentType": "WRITTEN", "title": "New", "slug": slug(n) })
        }
    ),
    case!(
        "updateContent",
        "published in the house, for everyone",
        "content { id title }",
        |world, n| {
            let id = content(world.person("creator"), &slug(n))
                .in_(&world.house)
                .save(world.app)
                .await;
            json!({ "id": global_id("Content", id), "title": "Changed" })
        }
    ),
    case!(
        "updateContent",
        "published in the house, for members",
        "content { id title }",
        |world, n| {
            let piece = content(world.person("creator"), &slug(n))
                .in_(&world.house)
                .visibility(Visibility::MembersOnly);
            json!({ "id": global_id("Content", piece.save(world.app).await), "title": "Changed" })
        }
    ),
    case!(
        "updateContent",
        "a draft in the house",
        "content { id title }",
        |world, n| {
            let piece = content(world.person("creator"), &slug(n))
                .in_(&world.house)
                .status(Status::Draft);
            json!({ "id": global_id("Content", piece.save(world.app).await), "title": "Changed" })
        }
    ),
    case!(
        "updateContent",
        "published in the house by a former member",
        "content { id title }",
        |world, n| {
            let id = content(world.person("stranger"), &slug(n))
                .in_(&world.house)
                .save(world.app)
                .await;
            json!({ "id": global_id("Content", id), "title": "Changed" })
        }
    ),
    case!(
        "updateContent",
        "personal, published",
        "content { id title }",
        |world, n| {
            let id = content(world.person("creator"), &slug(n)).save(world.app).await;
            json!({ "id": global_id("Content", id), "title": "Changed" })
        }
    ),
    case!(
        "updateContent",
        "personal, a draft",
        "content { id title }",
        |world, n| {
            let id = content(world.person("creator"), &slug(n))
                .status(Status::Draft)
                .save(world.app)
                .await;
            json!({ "id": global_id("Content", id), "title": "Changed" })
        }
    ),
    case!(
        "updateContent",
        "deleted, in the house",
        "content { id title }",
        |world, n| {
            let id = content(world.person("creator"), &slug(n))
                .in_(&world.house)
                .deleted()
                .save(world.app)
                .await;
            json!({ "id": global_id("Content", id), "title": "Changed" })
        }
    ),
    case!(
        "publishContent",
        "a draft in the house",
        "content { id }",
        |world, n| {
            let piece = content(world.person("creator"), &slug(n))
                .in_(&world.house)
                .status(Status::Draft);
            json!({ "id": global_id("Content", piece.save(world.app).await) })
        }
    ),
    case!("publishContent", "personal, a draft", "content { id }", |world, n| {
        let id = content(world.person("creator"), &slug(n))
            .status(Status::Draft)
            .save(world.app)
            .await;
        json!({ "id": global_id("Content", id) })
    }),
    case!(
        "deleteContent",
        "published in the house, for everyone",
        "deletedContentId",
        |world, n| {
            let id = content(world.person("creator"), &slug(n))
                .in_(&world.house)
                .save(world.app)
                .await;
            json!({ "id": global_id("Content", id) })
        }
    ),
    case!(
        "deleteContent",
        "personal, published",
        "deletedContentId",
        |world, n| {
            let id = content(world.person("creator"), &slug(n)).save(world.app).await;
            json!({ "id": global_id("Content", id) })
        }
    ),
    case!(
        "unpublishContent",
        "published in the house, for everyone",
        "content { id }",
        |world, n| {
            let piece = content(world.person("creator"), &slug(n)).in_(&world.house);
            json!({ "id": global_id("Content", piece.save(world.app).await) })
        }
    ),
    case!(
        "unpublishContent",
        "personal, published",
        "content { id }",
        |world, n| {
            let piece = content(world.person("creator"), &slug(n));
            json!({ "id": global_id("Content", piece.save(world.app).await) })
        }
    ),
    case!(
        "archiveContent",
        "published in the house, for everyone",
        "content { id }",
        |world, n| {
            let piece = content(world.person("creator"), &slug(n)).in_(&world.house);
            json!({ "id": global_id("Content", piece.save(world.app).await) })
        }
    ),
    case!("archiveContent", "personal, a draft", "content { id }", |world, n| {
        let piece = content(world.person("creator"), &slug(n)).status(Status::Draft);
        json!({ "id": global_id("Content", piece.save(world.app).await) })
    }),
    case!(
        "restoreContent",
        "archived in the house",
        "content { id }",
        |world, n| {
            let piece = content(world.person("creator"), &slug(n))
                .in_(&world.house)
                .status(Status::Archived);
            json!({ "id": global_id("Content", piece.save(world.app).await) })
        }
    ),
    case!("restoreContent", "personal, archived", "content { id }", |world, n| {
        let piece = content(world.person("creator"), &slug(n)).status(Status::Archived);
        json!({ "id": global_id("Content", piece.save(world.app).await) })
    }),
    case!(
        "moveContent",
        "personal, published, to the house",
        "content { id }",
        |world, n| {
            let id = content(world.person("creator"), &slug(n)).save(world.app).await;
            json!({ "id": global_id("Content", id), "organizationId": world.house.global_id() })
        }
    ),
    case!(
        "moveContent",
        "published in the house, to its creator",
        "content { id }",
        |world, n| {
            let id = content(world.person("creator"), &slug(n))
                .in_(&world.house)
                .save(world.app)
                .await;
            json!({ "id": global_id("Content", id) })
        }
    ),
    case!(
        "moveContent",
        "published in the house by a former member, to them",
        "content { id }",
        |world, n| {
            let id = content(world.person("stranger"), &slug(n))
                .in_(&world.house)
                .save(world.app)
                .await;
            json!({ "id": global_id("Content", id) })
        }
    ),
    case!(
        "moveContent",
        "personal, of somebody who is no author there, to the house",
        "content { id }",
        |world, n| {
            let id = content(world.person("member"), &slug(n)).save(world.app).await;
            json!({ "id": global_id("Content", id), "organizationId": world.house.global_id() })
        }
    ),
    case!(
        "signUp",
        "with an address that nobody has",
        "user { id } session { id }",
        |_world, n| json!({ "name": "New", "email": format!("new{n}@example.com"), "password": PASSWORD })
    ),
    case!("signUp", "with somebody's address", "user { id }", |_world, _n| {
        json!({ "name": "New", "email": "creator@example.com", "password": PASSWORD })
    }),
    case!("signIn", "as the creator", "user { id } session { id }", |world, _n| {
        know_passwords(world).await;
        json!({ "email": "creator@example.com", "password": PASSWORD })
    }),
    case!(
        "changePassword",
        "knowing the current one",
        "user { id }",
        |world, _n| {
            know_passwords(world).await;
            json!({ "currentPassword": PASSWORD, "newPassword": PASSWORD })
        }
    ),
    case!("updateProfile", "their own", "user { id name }", |_world, _n| {
        json!({ "image": "https://example.com/picture.png" })
    }),
    case!(
        "revokeSession",
        "the creator's, elsewhere",
        "revokedSessionId",
        |world, n| {
            let token = format!("tokenElsewhere{n}");
            let until = now() + Duration::days(7);
            world.app.session(&world.person("creator").id, &token, until).await;
            json!({ "id": global("Session", &format!("session-user-Elsewhere{n}")) })
        }
    ),
    case!("revokeOtherSessions", "their own", "revokedSessionIds", |_world, _n| {
        Value::Null
    }),
];

/// The changes that are tried, and what is looked at in their payloads, as the schema names them.
pub fn walked() -> BTreeSet<String> {
    let mut walked = BTreeSet::new();
    for case in cases() {
        let (first, rest) = case.change.split_at(1);
        walked.insert(format!("Mutation.{}", case.change));
        let mut depth = 0;
        for word in case.fields.split_whitespace() {
            match word {
                "{" => depth += 1,
                "}" => depth -= 1,
                field if depth == 0 => {
                    walked.insert(format!("{}{rest}Payload.{field}", first.to_uppercase()));
                }
                _ => (),
            }
        }
        walked.insert(format!("{}{rest}Payload.userErrors", first.to_uppercase()));
    }
    walked
}

/// How many rows each table has, and when the last of them was changed.
async fn state(app: &App) -> Vec<(String, i64, Option<String>)> {
    let mut state = Vec::new();
    for table in [
        "users",
        "accounts",
        "sessions",
        "organizations",
        "organization_memberships",
        "media_items",
        "content",
        "purchases",
        "content_access",
        "audit_entries",
        "content_views",
    ] {
        let sql = format!("SELECT COUNT(*), CAST(MAX(updated_at) AS text) FROM {table}");
        let row = app
            .db
            .query_one_raw(Statement::from_string(app.db.get_database_backend(), sql))
            .await
            .unwrap()
            .unwrap();
        state.push((
            table.to_owned(),
            row.try_get_by_index(0).unwrap(),
            row.try_get_by_index(1).unwrap(),
        ));
    }
    state
}

/// What becomes of one try.
async fn outcome(world: &World<'_>, case: &Case, viewer: &str, number: usize) -> String {
    let input = (case.input)(world, number).await;
    let before = state(world.app).await;
    let answer = world.client(viewer).try_change(case.change, input, case.fields).await;
    let payload = &answer["data"][case.change];
    let outcome = match answer["errors"][0]["extensions"]["code"].as_str() {
        Some("UNAUTHENTICATED") => "?".to_owned(),
        Some("NOT_FOUND") => "-".to_owned(),
        Some("FORBIDDEN") => "no".to_owned(),
        Some(code) => panic!("{}, {}, {viewer}: {code}: {answer}", case.change, case.on),
        None => match payload["userErrors"][0]["code"].as_str() {
            None => "ok".to_owned(),
            Some(code) => code.to_owned(),
        },
    };
    if outcome != "ok" {
        assert_eq!(
            state(world.app).await,
            before,
            "{}, {}, {viewer}: refused, and yet",
            case.change,
            case.on
        );
    }
    outcome
}

on_both! {
    async fn who_may_change_what_is_as_it_was(app) {
        let world = World::new(&app).await;
        let mut text = LEGEND.to_owned();
        let (mut number, mut last) = (0, "");
        for case in cases() {
            if case.change != last {
                writeln!(text, "\n{}\n{}", case.change, VIEWERS.iter().map(|viewer| format!("{viewer:<13}")).collect::<String>().trim_end()).unwrap();
                last = case.change;
            }
            let mut line = String::new();
            for viewer in VIEWERS {
                number += 1;
                write!(line, "{:<13}", outcome(&world, case, viewer, number).await).unwrap();
            }
            writeln!(text, "{line}{}", case.on).unwrap();
        }
        if std::env::var_os("UPDATE_SNAPSHOTS").is_some() {
            std::fs::write(FILE, &text).unwrap();
        }
        let held = std::fs::read_to_string(FILE).unwrap_or_default();
        let difference = TextDiff::from_lines(&held, &text).unified_diff().to_string();
        assert!(held == text, "who may change what has changed\n{difference}\nIf that is meant: UPDATE_SNAPSHOTS=1 cargo test --test gateway -- changes::matrix");
    }
}
