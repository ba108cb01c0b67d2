//! Views: everybody's, none of them twice, and nobody waits.

use std::time::Duration;

use codex_gateway::{cli::housekeeping::fold_views, database::now};
use entity::{
    audit_entry,
    content::{self, Status, Visibility},
    content_view,
    membership::Role,
};
use futures_util::future::{join, join_all};
use sea_orm::{
    ActiveValue::Set, ConnectionTrait, DbBackend, EntityTrait, PaginatorTrait, QuerySelect, TransactionTrait,
    prelude::Uuid, sea_query::LockType,
};
use serde_json::{Value, json};

use super::content::row;
use crate::support::{App, Database, content, global_id, media, open};

/// How often content was viewed, as far as that is counted.
async fn counted(app: &App, id: Uuid) -> i32 {
    row(app, id).await.view_count
}

/// How many views are not counted yet.
async fn waiting(app: &App) -> u64 {
    content_view::Entity::find().count(&app.db).await.unwrap()
}

fn input(id: Uuid) -> Value {
    json!({ "contentId": global_id("Content", id) })
}

/// Views of content, past the gateway.
async fn viewed(app: &App, id: Uuid, times: usize) {
    let view = || content_view::ActiveModel {
        id: Set(Uuid::now_v7()),
        content_id: Set(id),
        created_at: Set(now()),
        updated_at: Set(now()),
    };
    let views = content_view::Entity::insert_many((0..times).map(|_| view()));
    views.exec_without_returning(&app.db).await.unwrap();
}

on_both! {
    async fn a_view_is_counted_within_moments(app) {
        let [ann, bob] = [app.person("ann").await, app.person("bob").await];
        let piece = content(&ann, "piece").save(&app).await;
        let other = content(&ann, "other").save(&app).await;
        let before = row(&app, piece).await;
        for viewer in [&ann, &bob, &bob] {
            let payload = app.as_(viewer).changed("recordView", input(piece), "content { title creator { name } }").await;
            assert_eq!(payload["content"], json!({ "title": "About piece", "creator": { "name": "ann" } }));
        }
        assert_eq!((counted(&app, piece).await, waiting(&app).await), (7, 3));
        fold_views(&app.db.clone().into()).await.unwrap();
        fold_views(&app.db.clone().into()).await.unwrap();
        assert_eq!((counted(&app, piece).await, waiting(&app).await), (10, 0), "once each");
        let query = "query ($id: ID!) { content(by: { id: $id }) { viewCount } }";
        let data = app.as_(&ann).data_with(query, json!({ "id": global_id("Content", piece) })).await;
        assert_eq!(data["content"]["viewCount"], 10);

        assert_eq!(row(&app, piece).await, content::Model { view_count: 10, ..before }, "it is no edit");
        assert_eq!(counted(&app, other).await, 7);
        assert_eq!(audit_entry::Entity::find().count(&app.db).await.unwrap(), 0, "and nothing that somebody changed");
    }

    async fn a_view_is_somebody_s_who_may_have_the_body(app) {
        let house = app.organization("house").await;
        let elsewhere = app.organization("elsewhere").await;
        let [ann, member, customer, stranger] =
            [app.person("ann").await, app.person("member").await, app.person("customer").await, app.person("stranger").await];
        app.member(&house, &member, Role::Member).await;
        let piece = |slug: &str| content(&ann, slug).in_(&house);
        let public = piece("public").save(&app).await;
        let free = piece("free").visibility(Visibility::PurchasedOnly).save(&app).await;
        let sold = piece("sold").visibility(Visibility::PurchasedOnly).price(5).save(&app).await;
        let members = piece("members").visibility(Visibility::MembersOnly).save(&app).await;
        let hidden = piece("hidden").visibility(Visibility::Private).save(&app).await;
        let draft = piece("draft").status(Status::Draft).save(&app).await;
        let archived = piece("archived").status(Status::Archived).save(&app).await;
        let deleted = piece("deleted").deleted().save(&app).await;
        for id in [sold, hidden, draft, archived, deleted] {
            app.grant(&customer, id, None).await;
        }
        let late = piece("late").visibility(Visibility::PurchasedOnly).price(5).save(&app).await;
        app.grant(&customer, late, Some(now() - chrono::Duration::seconds(1))).await;
        let refusals = [
            (public, [None, None, None, None]),
            (free, [None, None, None, None]),
            (sold, [None, Some("FORBIDDEN"), None, Some("FORBIDDEN")]),
            (late, [None, Some("FORBIDDEN"), Some("FORBIDDEN"), Some("FORBIDDEN")]),
            (members, [None, None, Some("NOT_FOUND"), Some("NOT_FOUND")]),
            (hidden, [None, Some("NOT_FOUND"), None, Some("NOT_FOUND")]),
            (draft, [Some("WRONG_STATE"), Some("NOT_FOUND"), Some("NOT_FOUND"), Some("NOT_FOUND")]),
            (archived, [Some("WRONG_STATE"), Some("NOT_FOUND"), Some("WRONG_STATE"), Some("NOT_FOUND")]),
            (deleted, [Some("NOT_FOUND"); 4]),
        ];
        for (id, refusals) in refusals {
            assert_eq!(app.anonymous().refused("recordView", input(id)).await, "UNAUTHENTICATED");
            for (viewer, refusal) in [&ann, &member, &customer, &stranger].into_iter().zip(refusals) {
                let before = waiting(&app).await;
                let answer = app.as_(viewer).try_change("recordView", input(id), "__typename").await;
                let code = answer["errors"][0]["extensions"]["code"].as_str();
                let code = code.or(answer["data"]["recordView"]["userErrors"][0]["code"].as_str());
                assert_eq!(code, refusal, "{} views {}: {answer}", viewer.id, row(&app, id).await.slug);
                assert_eq!(waiting(&app).await - before, u64::from(refusal.is_none()));
            }
        }
        let pinned = app.as_(&stranger).pinned(&elsewhere.slug);
        assert_eq!(pinned.refused("recordView", input(public)).await, "NOT_FOUND");
    }

    async fn two_hundred_at_once_by_two_gateways_are_two_hundred(app) {
        let ann = app.person("ann").await;
        let piece = content(&ann, "piece").save(&app).await;
        let seen = row(&app, piece).await.updated_at;
        let gateways = [app.as_(&ann), app.beside(open()).await.bearer(&ann.token)];
        let views = join_all((0..200).map(|n| gateways[n % 2].changed("recordView", input(piece), "__typename")));
        // Counted by two at once, all the while.
        let folds = join_all((0..20).map(|_| async { fold_views(&app.db.clone().into()).await.unwrap() }));
        join(views, folds).await;
        assert_eq!(counted(&app, piece).await + i32::try_from(waiting(&app).await).unwrap(), 207);
        fold_views(&app.db.clone().into()).await.unwrap();
        assert_eq!((counted(&app, piece).await, waiting(&app).await), (207, 0));
        // Nobody's copy has become stale by that.
        let update = json!({ "id": global_id("Content", piece), "title": "New", "ifUnchangedSince": seen });
        app.as_(&ann).changed("updateContent", update, "__typename").await;
    }

    async fn many_who_count_at_once_count_each_view_once(app) {
        let ann = app.person("ann").await;
        let pieces = join_all((0..5).map(|n| content(&ann, &format!("piece-{n}")).save(&app))).await;
        for id in &pieces {
            viewed(&app, *id, 1_000).await;
        }
        let client = app.as_(&ann);
        let edits = join_all(pieces.iter().map(|id| client.changed("updateContent", json!({ "id": global_id("Content", *id), "title": "New" }), "__typename")));
        let folds = join_all((0..8).map(|_| async { fold_views(&app.db.clone().into()).await.unwrap() }));
        join(edits, folds).await;
        // What somebody held in the meantime.
        fold_views(&app.db.clone().into()).await.unwrap();
        for id in &pieces {
            assert_eq!(counted(&app, *id).await, 1_007);
        }
        assert_eq!(waiting(&app).await, 0);
    }

    async fn what_is_interrupted_leaves_the_views_there(app) {
        let ann = app.person("ann").await;
        let piece = content(&ann, "piece").save(&app).await;
        viewed(&app, piece, 3).await;
        let (fails, works) = match app.db.get_database_backend() {
            DbBackend::Postgres => (
                "CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''fails''; END';
                 CREATE TRIGGER fails BEFORE DELETE OR UPDATE ON %table FOR EACH STATEMENT EXECUTE FUNCTION fail();",
                "DROP TRIGGER fails ON %table; DROP FUNCTION fail();",
            ),
            _ => (
                "CREATE TRIGGER fails BEFORE UPDATE ON %table BEGIN SELECT RAISE(ABORT, 'fails'); END;
                 CREATE TRIGGER fails_too BEFORE DELETE ON %table BEGIN SELECT RAISE(ABORT, 'fails'); END;",
                "DROP TRIGGER fails; DROP TRIGGER fails_too;",
            ),
        };
        for table in ["content", "content_views"] {
            app.db.execute_unprepared(&fails.replace("%table", table)).await.unwrap();
            fold_views(&app.db.clone().into()).await.unwrap_err();
            app.db.execute_unprepared(&works.replace("%table", table)).await.unwrap();
            assert_eq!((counted(&app, piece).await, waiting(&app).await), (7, 3), "{table}");
        }
        fold_views(&app.db.clone().into()).await.unwrap();
        assert_eq!((counted(&app, piece).await, waiting(&app).await), (10, 0));
    }

    async fn nothing_keeps_the_others_from_being_counted(app) {
        let ann = app.person("ann").await;
        let full = content(&ann, "full").with(|row| row.view_count = Set(i32::MAX - 1)).save(&app).await;
        let piece = content(&ann, "piece").save(&app).await;
        let gone = Uuid::now_v7();
        for id in [full, gone, piece, full] {
            viewed(&app, id, 1).await;
        }
        fold_views(&app.db.clone().into()).await.unwrap();
        assert_eq!((counted(&app, full).await, counted(&app, piece).await, waiting(&app).await), (i32::MAX, 8, 0));
    }

    async fn sizes_do_not_show_in_the_number_of_statements(app) {
        let ann = app.person("ann").await;
        let video = media(&ann, "video").save(&app).await;
        let piece = content(&ann, "piece").showing(video).save(&app).await;
        let fields = "content { title creator { name } mediaItem { contents(first: 100) { totalCount nodes { title creator { name } } } } grants(first: 100) { nodes { user { name } } } }";
        let mut counts = Vec::new();
        for size in [1, 10, 80] {
            for n in 0..size {
                let fan = app.person(&format!("fan{size}x{n}")).await;
                app.grant(&fan, piece, None).await;
                content(&ann, &format!("piece-{size}-{n}")).showing(video).save(&app).await;
            }
            viewed(&app, piece, size).await;
            let before = app.statements();
            app.as_(&ann).changed("recordView", input(piece), fields).await;
            counts.push(app.statements() - before);
        }
        assert!(counts.windows(2).all(|pair| pair[0] == pair[1]), "{counts:?}");
    }
}

/// On SQLite there is one who writes at a time, whatever they write.
#[tokio::test]
async fn nobody_waits_for_whoever_holds_the_content() {
    let Some(database) = Database::postgres().await else {
        return;
    };
    let app = App::on(database).await;
    let ann = app.person("ann").await;
    let piece = content(&ann, "piece").save(&app).await;
    let other = content(&ann, "other").save(&app).await;
    let holder = app.db.begin().await.unwrap();
    let held = content::Entity::find_by_id(piece)
        .lock(LockType::Update)
        .one(&holder)
        .await
        .unwrap();
    assert!(held.is_some());

    let client = app.as_(&ann);
    let views = join_all((0..50).map(|n| {
        client.changed(
            "recordView",
            input(if n % 2 == 0 { piece } else { other }),
            "content { title }",
        )
    }));
    let count = async {
        views.await;
        fold_views(&app.db.clone().into()).await.unwrap();
    };
    // Whoever waited for the row would wait for this test.
    tokio::time::timeout(Duration::from_secs(60), count).await.unwrap();
    assert_eq!(
        (counted(&app, other).await, waiting(&app).await),
        (32, 25),
        "the others are counted"
    );
    holder.rollback().await.unwrap();
    fold_views(&app.db.clone().into()).await.unwrap();
    assert_eq!((counted(&app, piece).await, waiting(&app).await), (32, 0));
}
