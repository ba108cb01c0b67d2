//! Changes of one row that meet: nothing of one is lost on another, and each is judged by what it changes.

use std::{collections::HashMap, time::Duration};

use entity::{
    content::{self, ContentType, Status},
    membership::Role,
};
use futures_util::future::{join, join_all};
use sea_orm::{ActiveValue::Set, ConnectionTrait, DbBackend, TransactionTrait};
use serde_json::{Value, json};

use super::{code, content::row, rows};
use crate::support::{App, Database, Person, content, global_id, media, texts};

on_both! {
    async fn each_changes_what_another_has_left(app) {
        let ann = app.person("ann").await;
        let piece = content(&ann, "piece").save(&app).await;
        let before = row(&app, piece).await;
        let client = app.as_(&ann);
        let edit = |number: usize| {
            let input = json!({ "id": global_id("Content", piece), "title": format!("Title {number}") });
            client.changed("updateContent", input, "content { title }")
        };
        let payloads = join_all((0..40).map(edit)).await;
        assert!(payloads.iter().all(|payload| payload["content"]["title"].is_string()), "{payloads:?}");

        let title = |said: Option<Value>| said.unwrap()["title"].as_str().unwrap().to_owned();
        let mut steps: HashMap<_, _> =
            rows::log(&app).await.into_iter().map(|entry| (title(entry.before), title(entry.after))).collect();
        assert_eq!(steps.len(), 40, "no two have changed the same");
        let mut reached = before.title;
        while let Some(next) = steps.remove(&reached) {
            reached = next;
        }
        assert!(steps.is_empty(), "{steps:?}");
        assert_eq!(row(&app, piece).await.title, reached);
    }

    async fn one_row_takes_few_statements(app) {
        let ann = app.person("ann").await;
        let video = media(&ann, "video").save(&app).await;
        let piece = content(&ann, "piece").showing(video).save(&app).await;
        assert_eq!(row(&app, piece).await.status, Status::Published);
        let client = app.as_(&ann);
        for change in [json!({ "title": "New" }), json!({ "tags": ["new"], "category": "new" })] {
            let mut input = change;
            input["id"] = global_id("Content", piece).into();
            let before = app.statements();
            client.changed("updateContent", input, "content { title }").await;
            // The viewer with the row, and its change with the entry about it; on SQLite these are two each, and the row is read anew.
            // No media item.
            let expected = if app.db.get_database_backend() == DbBackend::Postgres { 2 } else { 5 };
            assert_eq!(app.statements() - before, expected);
        }
    }

    async fn what_is_told_of_the_row_is_what_a_further_look_finds(app) {
        const OWN: &str = "id title slug description contentType thumbnailUrl contentBody category tags visibility priceCents status
            publishedAt viewCount purchaseCount createdAt updatedAt viewerCanEdit viewerHasAccess";
        let ann = app.person("ann").await;
        let video = media(&ann, "video").save(&app).await;
        let piece = content(&ann, "piece").showing(video).save(&app).await;
        let id = global_id("Content", piece);
        let client = app.as_(&ann);
        let input = json!({ "id": id, "title": "New", "tags": ["a", "b"], "category": "c", "priceCents": 5 });
        for (change, input, selected) in [
            ("updateContent", input, OWN.to_owned()),
            ("archiveContent", json!({ "id": id }), OWN.to_owned()),
            ("restoreContent", json!({ "id": id }), format!("{OWN} creator {{ id }} mediaItem {{ id }}")),
        ] {
            let told = client.changed(change, input, &format!("content {{ {selected} }}")).await;
            let found = client.data(&format!("{{ node(id: \"{id}\") {{ ... on Content {{ {selected} }} }} }}")).await;
            assert_eq!(told["content"], found["node"], "{change}");
        }
    }

    async fn what_looks_further_is_made_all_the_same(app) {
        let ann = app.person("ann").await;
        let video = media(&ann, "video").save(&app).await;
        let kind = |row: &mut content::ActiveModel| row.content_type = Set(ContentType::Video);
        let piece = content(&ann, "piece").with(kind).showing(video).save(&app).await;
        // Published video: with another text, its media item is looked at.
        let input = json!({ "id": global_id("Content", piece), "title": "New", "contentBody": "Text" });
        app.as_(&ann).changed("updateContent", input, "__typename").await;
        let after = row(&app, piece).await;
        assert_eq!((after.title.as_str(), after.content_body.as_deref()), ("New", Some("Text")));
        assert_eq!(rows::log(&app).await.len(), 1);
    }
}

/// Whoever may change a row, whatever makes that so: it is found in the statement that finds out who asks.
#[tokio::test]
async fn what_is_changed_is_found_with_who_asks() {
    let Some(database) = Database::postgres().await else {
        return;
    };
    let app = App::on(database).await;
    let [ann, admin, outsider] = [
        app.person("ann").await,
        app.person("admin").await,
        app.person("outsider").await,
    ];
    let platform = app.platform_owner("platform").await;
    let [house, other] = [app.organization("house").await, app.organization("other").await];
    for number in 0..3 {
        let further = app.organization(&format!("further-{number}")).await;
        app.member(&further, &admin, Role::Member).await;
    }
    app.member(&house, &admin, Role::Admin).await;
    app.member(&house, &ann, Role::Creator).await;
    app.member(&other, &ann, Role::Creator).await;
    let draft = content(&ann, "draft")
        .in_(&house)
        .status(Status::Draft)
        .save(&app)
        .await;
    let personal = content(&ann, "personal").status(Status::Draft).save(&app).await;
    let film = media(&ann, "film").save(&app).await;
    let [draft, personal] = [draft, personal].map(|id| global_id("Content", id));
    let film = global_id("MediaItem", film);
    let house = global_id("Organization", house.id);

    let pinned = |person: &Person, slug: &str| app.as_(person).pinned(slug);
    let mut number = 0;
    for (client, change, id, named, expected, statements) in [
        (app.as_(&ann), "updateContent", &draft, "title", "ok", 2),
        (app.as_(&ann), "updateContent", &personal, "title", "ok", 2),
        (pinned(&ann, "house"), "updateContent", &draft, "title", "ok", 2),
        (app.as_(&admin), "updateContent", &draft, "title", "ok", 2),
        (pinned(&admin, "house"), "updateContent", &draft, "title", "ok", 2),
        (app.as_(&ann), "updateMediaItem", &film, "title", "ok", 2),
        (app.as_(&admin), "updateOrganization", &house, "name", "ok", 2),
        // Who sees all rows, sees them by another rule, and looks once more.
        (app.as_(&platform), "updateContent", &draft, "title", "ok", 3),
        // So does who sees none; who sees it, and may not, need not.
        (app.as_(&outsider), "updateContent", &draft, "title", "NOT_FOUND", 2),
        (app.as_(&admin), "updateContent", &personal, "title", "NOT_FOUND", 2),
        (pinned(&ann, "other"), "updateContent", &draft, "title", "NOT_FOUND", 2),
        // What is no such row is not looked for.
        (app.as_(&ann), "updateContent", &film, "title", "BAD_USER_INPUT", 1),
        (app.as_(&ann), "updateOrganization", &house, "name", "FORBIDDEN", 1),
    ] {
        for inline in [false, true] {
            number += 1;
            let said = format!("Number {number}");
            let before = app.statements();
            let answer = match inline {
                false => {
                    client
                        .try_change(change, json!({ "id": id, named: said }), "__typename")
                        .await
                }
                true => {
                    let query = format!(
                        "mutation ($id: ID!) {{ {change}(input: {{ id: $id, {named}: \"{said}\" }}) {{ userErrors {{ code }} }} }}"
                    );
                    client.send(&query, json!({ "id": id })).await.body
                }
            };
            assert_eq!(code(&answer, change), expected, "{change} {id}: {answer}");
            assert_eq!(app.statements() - before, statements, "{change} {id}");
        }
    }
    assert_eq!(rows::log(&app).await.len(), 2 * 8);
}

/// Somebody else is at the row, and changes it before the change gets there.
#[tokio::test]
async fn who_is_overtaken_is_judged_by_what_is_there_then() {
    for (meanwhile, expected) in [
        ("deleted_at = now()", "NOT_FOUND"),
        ("status = 'draft', creator_id = 'bob'", "NOT_FOUND"),
        ("creator_id = 'bob'", "FORBIDDEN"),
        ("updated_at = updated_at + interval '1 second'", "STALE"),
        // Which nobody calls a change.
        ("view_count = view_count + 1", "ok"),
    ] {
        let Some(database) = Database::postgres().await else {
            return;
        };
        let app = App::on(database).await;
        let [ann, bob] = [app.person("ann").await, app.person("bob").await];
        let piece = content(&ann, "piece").save(&app).await;
        let seen = row(&app, piece).await.updated_at;
        let meanwhile = meanwhile.replace("'bob'", &format!("'{}'", bob.id));

        let held = app.db.begin().await.unwrap();
        held.execute_unprepared(&format!("UPDATE content SET {meanwhile}"))
            .await
            .unwrap();
        let client = app.as_(&ann);
        let input = json!({ "id": global_id("Content", piece), "title": "New", "ifUnchangedSince": seen });
        let changing = client.try_change("updateContent", input, "__typename");
        let overtaking = async {
            let waiting = "SELECT pid::text FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
            while texts(&app.db, waiting).await.is_empty() {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
            held.commit().await.unwrap();
        };
        let (answer, ()) = join(changing, overtaking).await;
        assert_eq!(code(&answer, "updateContent"), expected, "{meanwhile}: {answer}");
        let made = expected == "ok";
        assert_eq!(row(&app, piece).await.title == "New", made, "{meanwhile}");
        assert_eq!(rows::log(&app).await.len(), usize::from(made), "{meanwhile}");
    }
}
