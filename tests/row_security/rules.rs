//! The policies against the gateway's own conditions.

use std::collections::{BTreeMap, BTreeSet};

use chrono::Duration;
use codex_gateway::{
    database::{Asker, begin_change, now},
    policy,
    viewer::{Credential, Viewer, identify},
};
use entity::{
    content::{Column, Status, Visibility},
    membership::{self, Role},
};
use sea_orm::{
    ActiveValue::Set,
    Condition, ConnectionTrait, TransactionTrait,
    sea_query::{Expr, ExprTrait},
};
use serde_json::json;

use super::{TABLES, VIEW_OF_OWN, all_keys, app, keys, only_connections, reader, text};
use crate::support::{App, Organization, Person, content, media};

/// Everybody who can ask: the anonymous, and one person of each kind.
async fn everybody(app: &App, house: &Organization, other: &Organization, closed: &Organization) -> Vec<Person> {
    use membership::Status::{Active, Inactive, Invited};
    let mut people = Vec::new();
    for (name, role, status) in [
        ("owner", Role::Owner, Active),
        ("admin", Role::Admin, Active),
        ("creator", Role::Creator, Active),
        ("colleague", Role::Creator, Active),
        ("subscriber", Role::Subscriber, Active),
        ("member", Role::Member, Active),
        ("invited", Role::Admin, Invited),
        ("inactive", Role::Creator, Inactive),
    ] {
        let person = app.person(name).await;
        app.membership(house, &person, role, status).await;
        // What somebody is in an organization that was deleted counts no more.
        app.membership(closed, &person, role, status).await;
        people.push(person);
    }
    for (name, role) in [("otherOwner", Role::Owner), ("otherCreator", Role::Creator)] {
        let person = app.person(name).await;
        app.member(other, &person, role).await;
        people.push(person);
    }
    // In one organization this, in the other that.
    let both = app.person("both").await;
    app.member(house, &both, Role::Subscriber).await;
    app.member(other, &both, Role::Admin).await;
    people.push(both);
    for name in [
        "left",
        "stranger",
        "holder",
        "lateHolder",
        "customer",
        "silent",
        "clerk",
        "loner",
    ] {
        people.push(app.person(name).await);
    }
    people.push(app.platform_owner("platformOwner").await);
    people
}

/// Content of every kind in every place, and all that can hang on it.
async fn fill(app: &App) -> Vec<Person> {
    let [house, other, closed] = [
        app.organization("house").await,
        app.organization("other").await,
        app.organization("closed").await,
    ];
    let people = everybody(app, &house, &other, &closed).await;
    let person = |name: &str| {
        people
            .iter()
            .find(|person| person.id == format!("user-{name}"))
            .unwrap()
    };
    let (creator, left) = (person("creator"), person("left"));
    let mut number = 0;
    for place in [None, Some(&house), Some(&other), Some(&closed)] {
        for status in [Status::Draft, Status::Published, Status::Archived] {
            for visibility in [
                Visibility::Public,
                Visibility::MembersOnly,
                Visibility::PurchasedOnly,
                Visibility::Private,
            ] {
                for (price, deleted) in [(None, false), (Some(500), false), (Some(0), true)] {
                    number += 1;
                    let slug = format!("piece-{number}");
                    let maker = if number % 2 == 0 { creator } else { left };
                    let video = media(maker, &slug).save(app).await;
                    let mut piece = content(maker, &slug)
                        .status(status)
                        .visibility(visibility)
                        .showing(video);
                    if let Some(place) = place {
                        piece = piece.in_(place);
                    }
                    if let Some(price) = price {
                        piece = piece.price(price);
                    }
                    if deleted {
                        piece = piece.deleted();
                    }
                    let id = piece.save(app).await;
                    app.grant(
                        person("holder"),
                        id,
                        (number % 3 == 0).then(|| now() + Duration::hours(1)),
                    )
                    .await;
                    app.grant(person("lateHolder"), id, Some(now() - Duration::hours(1)))
                        .await;
                    app.purchase(person("customer"), id).await;
                    if number % 5 == 0 {
                        // Nothing but this names them.
                        app.grant(person("silent"), id, None).await;
                    }
                }
            }
        }
    }
    let gone = media(creator, "gone")
        .with(|row| row.deleted_at = Set(Some(now())))
        .save(app)
        .await;
    content(creator, "shows-nothing")
        .in_(&house)
        .showing(gone)
        .save(app)
        .await;
    media(left, "unused").save(app).await;
    content(person("otherCreator"), "elsewhere").in_(&other).save(app).await;
    // Nothing but entries names these two; the one is named by those of every house, the other by one that is nobody's.
    for place in [Some(&house), Some(&other), Some(&closed)] {
        app.entry(Some(person("clerk")), place).await;
        app.entry(None, place).await;
    }
    app.entry(Some(person("loner")), None).await;
    app.entry(Some(creator), Some(&house)).await;
    app.delete_organization(&closed).await;
    people
}

/// The gateway's own rule over a table.
fn rule(table: &str, viewer: &Viewer) -> Condition {
    match table {
        "audit_entries" => policy::audit_entry::visible(viewer),
        "content" => policy::content::visible(viewer),
        "content_access" => policy::grant::visible(viewer),
        "media_items" => policy::media_item::visible(viewer),
        "organization_memberships" => policy::membership::visible(viewer),
        "organizations" => policy::organization::visible(viewer),
        "purchases" => policy::purchase::visible(viewer),
        "sessions" => policy::session::visible(viewer),
        "users" => policy::user::visible(viewer),
        _ => unreachable!("{table}"),
    }
}

#[tokio::test]
async fn without_any_condition_each_viewer_gets_the_rows_of_their_scope() {
    let Some(app) = app().await else { return };
    let people = fill(&app).await;
    let pools = only_connections(&app).await;
    let askers = std::iter::once(("anonymous", Credential::Anonymous)).chain(
        people
            .iter()
            .map(|person| (person.id.as_str(), Credential::Bearer(person.token.clone()))),
    );
    let mut answers: BTreeMap<&str, BTreeSet<Vec<String>>> = BTreeMap::new();
    for (name, credential) in askers {
        for tenant in [None, Some("house"), Some("other")] {
            // One reads as the gateway itself, by its own rule; the other as the viewer, without any.
            let own = reader(&pools);
            let (viewer, _) = identify(&own, &credential, tenant, None).await.unwrap();
            let bound = reader(&pools);
            bound.act_for(Some(Asker::new(viewer.user_id(), viewer.tenant())));
            for table in TABLES {
                let mut scoped = all_keys(table);
                let expected = keys(&own, scoped.cond_where(rule(table, &viewer))).await.unwrap();
                let given = keys(&bound, &all_keys(table)).await.unwrap();
                assert_eq!(given, expected, "{table}, as {name}, pinned to {tenant:?}");
                answers.entry(table).or_default().insert(given);
            }
        }
    }
    // The world has something to tell apart in every table.
    for (table, answers) in answers {
        assert!(answers.len() >= 3, "{table}: {answers:?}");
    }
}

#[tokio::test]
async fn the_view_of_own_content_has_all_that_is_the_viewers_and_nothing_else() {
    let Some(app) = app().await else { return };
    let people = fill(&app).await;
    let pools = only_connections(&app).await;
    let view = all_keys(VIEW_OF_OWN);
    let mut makers = 0;
    for person in &people {
        for tenant in [None, Some("house"), Some("other")] {
            let own = reader(&pools);
            let credential = Credential::Bearer(person.token.clone());
            let (viewer, _) = identify(&own, &credential, tenant, None).await.unwrap();
            let bound = reader(&pools);
            bound.act_for(Some(Asker::new(viewer.user_id(), viewer.tenant())));
            let mut made = all_keys("content");
            made.cond_where(rule("content", &viewer))
                .and_where(Expr::col(Column::CreatorId).eq(person.id.as_str()));
            let expected = match tenant {
                None => keys(&own, &made).await.unwrap(),
                Some(_) => Vec::new(),
            };
            assert_eq!(
                keys(&bound, &view).await.unwrap(),
                expected,
                "{}, {tenant:?}",
                person.id
            );
            makers += usize::from(!expected.is_empty());
        }
    }
    assert!(makers >= 3, "{makers}");
    // Somebody anonymous has made nothing; and visitors' statements have no business there.
    let bound = reader(&pools);
    let house = text(&app.db, "SELECT id::text FROM organizations WHERE slug = 'house'");
    let house = house.await.unwrap().parse().unwrap();
    bound.act_for(Some(Asker::new(None, Some(house))));
    assert_eq!(keys(&bound, &view).await.unwrap(), [""; 0]);
    bound.act_for(Some(Asker::new(None, None)));
    let error = keys(&bound, &view).await.unwrap_err().to_string();
    assert!(error.contains("permission denied"), "{error}");
}

#[tokio::test]
async fn lists_of_own_content_are_read_from_its_view() {
    let Some(app) = app().await else { return };
    let house = app.organization("house").await;
    let [creator, other] = [app.person("creator").await, app.person("other").await];
    for maker in [&creator, &other] {
        app.member(&house, maker, Role::Creator).await;
        let slug = format!("by-{}", maker.id);
        content(maker, &slug).in_(&house).save(&app).await;
    }
    let query = "{ viewer { contents(first: 5) { totalCount nodes { slug } } } }";
    let expected = json!({ "viewer": { "contents": { "totalCount": 1, "nodes": [{ "slug": "by-user-creator" }] } } });
    for (client, is_read) in [
        (app.as_(&creator), true),
        // Of somebody who is pinned, not all that they have made is to be seen.
        (app.as_(&creator).pinned("house"), false),
    ] {
        app.take_statements();
        assert_eq!(client.data(query).await, expected);
        let statements = app.take_statements();
        let sql = &statements.last().unwrap().sql;
        assert_eq!(sql.matches(VIEW_OF_OWN).count(), if is_read { 2 } else { 0 }, "{sql}");
    }
}

#[tokio::test]
async fn whoever_does_not_say_who_asks_gets_nothing() {
    let Some(app) = app().await else { return };
    fill(&app).await;
    let connection = only_connections(&app).await.main;
    let tenant = text(&app.db, "SELECT id::text FROM organizations WHERE slug = 'house'")
        .await
        .unwrap();
    for settings in [
        &[][..],
        &[("app.viewer", "")],
        &[("app.viewer", "anonymous")],
        &[("app.viewer", "user:user-platformOwner")],
        &[("app.viewer", "user:user-platformOwner"), ("app.tenant", "")],
        &[("app.viewer", ""), ("app.tenant", "none")],
        &[("app.tenant", "none")],
        &[("app.tenant", &tenant)],
        &[("app.viewer", "user:"), ("app.tenant", "none")],
        &[("app.viewer", "nonsense"), ("app.tenant", "none")],
    ] {
        for table in TABLES.into_iter().chain([VIEW_OF_OWN]) {
            let transaction = begin_change(&connection.clone().into()).await.unwrap();
            for (name, value) in settings {
                text(&transaction, &format!("SELECT set_config('{name}', '{value}', true)"))
                    .await
                    .unwrap();
            }
            transaction
                .execute_unprepared("SET LOCAL ROLE codex_reader")
                .await
                .unwrap();
            // Where the rows' owners alone decide, there are none of nobody's. Elsewhere the statement fails at the first row.
            match text(&transaction, &format!("SELECT count(*)::text FROM {table}")).await {
                Ok(found) => assert_eq!(found, "0", "{table}, with {settings:?}"),
                Err(error) => assert!(error.to_string().contains("does not say who asks"), "{table}: {error}"),
            }
            transaction.rollback().await.unwrap();
        }
    }
}

#[tokio::test]
async fn readers_can_neither_write_nor_read_what_is_secret() {
    let Some(app) = app().await else { return };
    fill(&app).await;
    let owner =
        "SET LOCAL ROLE codex_reader; SET LOCAL app.viewer = 'user:user-platformOwner'; SET LOCAL app.tenant = 'none'";
    let visitor = "SET LOCAL ROLE codex_visitor";
    let mut forbidden: Vec<String> = TABLES
        .iter()
        .flat_map(|table| {
            [
                format!("INSERT INTO {table} DEFAULT VALUES"),
                format!("UPDATE {table} SET id = id"),
                format!("DELETE FROM {table}"),
                format!("TRUNCATE {table} CASCADE"),
                format!("DROP TABLE {table} CASCADE"),
                format!("ALTER TABLE {table} DISABLE ROW LEVEL SECURITY"),
            ]
        })
        .collect();
    forbidden.extend(
        [
            "SELECT token FROM sessions",
            "SELECT * FROM sessions",
            "SELECT role FROM users",
            "SELECT * FROM accounts",
            "SELECT * FROM verification_tokens",
            "SELECT * FROM sign_in_attempts",
            "SELECT * FROM idempotency_keys",
            "SELECT * FROM content_views",
            "SELECT * FROM seaql_migrations",
            "CREATE TABLE public.mine ()",
            "CALL codex_secure_rows()",
            "CALL codex_secure_rows_for_viewers()",
            "CALL codex_secure_rows_for_visitors()",
            "CALL codex_ask_what_is_remembered()",
            "INSERT INTO own_content DEFAULT VALUES",
            "UPDATE own_content SET title = ''",
            "DELETE FROM own_content",
        ]
        .map(str::to_owned),
    );
    let who = [owner, visitor];
    for (statement, who) in forbidden.iter().flat_map(|statement| who.map(|who| (statement, who))) {
        let transaction = app.db.begin().await.unwrap();
        transaction.execute_unprepared(who).await.unwrap();
        let error = transaction.execute_unprepared(statement).await.unwrap_err().to_string();
        assert!(
            error.contains("permission denied") || error.contains("must be owner"),
            "{who}: {statement}: {error}"
        );
        transaction.rollback().await.unwrap();
    }
}

#[tokio::test]
async fn for_other_roles_nothing_changes() {
    let Some(app) = app().await else { return };
    fill(&app).await;
    let all = text(&app.db, "SELECT count(*)::text FROM content").await.unwrap();
    // A role that is gone again before anybody sees it.
    let transaction = app.db.begin().await.unwrap();
    transaction
        .execute_unprepared(
            "CREATE ROLE codex_test_other; GRANT SELECT, UPDATE ON content TO codex_test_other; SET LOCAL ROLE codex_test_other",
        )
        .await
        .unwrap();
    assert_eq!(
        text(&transaction, "SELECT count(*)::text FROM content").await.unwrap(),
        all
    );
    let changed = transaction
        .execute_unprepared("UPDATE content SET view_count = 0")
        .await
        .unwrap();
    assert_eq!(changed.rows_affected().to_string(), all);
    transaction.rollback().await.unwrap();
}
