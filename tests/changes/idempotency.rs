//! A change that a client sends again.

use codex_gateway::database::now;
use entity::{content, idempotency_key};
use futures_util::future::join_all;
use sea_orm::{ActiveModelTrait, ActiveValue::Set, EntityTrait, IntoActiveModel, PaginatorTrait, prelude::DateTimeUtc};
use serde_json::{Value, json};

use crate::support::{Answer, App, Client};

const CREATE: &str = "mutation ($input: CreateContentInput!) {
    createContent(input: $input) { content { id title slug } userErrors { code field } }
}";

fn piece(slug: &str) -> Value {
    json!({ "input": { "contentType": "WRITTEN", "title": "A piece", "slug": slug } })
}

async fn send(client: &Client, key: &str, slug: &str) -> Answer {
    client
        .clone()
        .header("idempotency-key", key)
        .send(CREATE, piece(slug))
        .await
}

async fn pieces(app: &App) -> u64 {
    content::Entity::find().count(&app.db).await.unwrap()
}

async fn the_key(app: &App) -> idempotency_key::Model {
    idempotency_key::Entity::find().one(&app.db).await.unwrap().unwrap()
}

on_both! {
    async fn the_same_key_gives_the_first_answer_again(app) {
        let ann = app.person("ann").await;
        let client = app.as_(&ann);
        let first = send(&client, "one", "piece").await;
        assert_eq!(first.body["data"]["createContent"]["userErrors"], json!([]), "{}", first.body);
        assert!(first.headers.get("idempotency-replayed").is_none());
        let id = &first.body["data"]["createContent"]["content"]["id"];
        // Whatever happens in between.
        client.changed("updateContent", json!({ "id": id, "title": "Another" }), "__typename").await;
        let again = send(&client, "one", "piece").await;
        assert_eq!((again.status, &again.body), (first.status, &first.body));
        assert_eq!(again.headers["idempotency-replayed"], "true");
        assert_eq!(pieces(&app).await, 1);
        // Without a key, it is asked for again.
        assert_eq!(client.to_mend("createContent", piece("piece")["input"].clone()).await[0].0, "TAKEN");
    }

    async fn many_at_once_are_one(app) {
        let ann = app.person("ann").await;
        let client = app.as_(&ann);
        let answers = join_all((0..20).map(|_| send(&client, "one", "piece"))).await;
        for answer in &answers {
            assert_eq!(answer.body, answers[0].body);
            assert_eq!(answer.body["data"]["createContent"]["userErrors"], json!([]), "{}", answer.body);
        }
        assert_eq!(pieces(&app).await, 1);
    }

    async fn another_request_under_the_same_key_is_an_error(app) {
        let ann = app.person("ann").await;
        let house = app.organization("house").await;
        let client = app.as_(&ann);
        send(&client, "one", "piece").await;
        for answer in [
            send(&client, "one", "other").await,
            client.clone().header("idempotency-key", "one").send(&CREATE.replace("slug", ""), piece("piece")).await,
            send(&client.clone().pinned(&house.slug), "one", "piece").await,
        ] {
            assert_eq!(answer.status, 422, "{}", answer.body);
            assert_eq!(answer.body["errors"][0]["extensions"]["code"], "IDEMPOTENCY_KEY_REUSED", "{}", answer.body);
            assert!(answer.body.get("data").is_none());
        }
        // At once: of two that differ one is made, and the other is told, before or while it is executed.
        let (a, b) = tokio::join!(send(&client, "two", "a"), send(&client, "two", "b"));
        let reused = |answer: &Answer| answer.body["errors"][0]["extensions"]["code"] == "IDEMPOTENCY_KEY_REUSED";
        assert_eq!([&a, &b].into_iter().filter(|answer| reused(answer)).count(), 1, "{}\n{}", a.body, b.body);
        assert_eq!(pieces(&app).await, 2);
    }

    async fn a_key_is_its_viewer_s_own(app) {
        let [ann, bob] = [app.person("ann").await, app.person("bob").await];
        let (first, second) = (send(&app.as_(&ann), "one", "piece").await, send(&app.as_(&bob), "one", "piece").await);
        assert_ne!(first.body["data"]["createContent"]["content"]["id"], second.body["data"]["createContent"]["content"]["id"]);
        assert_eq!(pieces(&app).await, 2);
    }

    async fn what_was_to_mend_is_told_again(app) {
        let ann = app.person("ann").await;
        let client = app.as_(&ann);
        let first = send(&client, "one", "Not a slug").await;
        assert_eq!(first.body["data"]["createContent"]["userErrors"], json!([{ "code": "MALFORMED", "field": "slug" }]));
        assert_eq!(send(&client, "one", "Not a slug").await.body, first.body);
        // Also where the answer got lost: what the change came to is kept with it.
        let taken = send(&client, "two", "taken").await;
        let id = taken.body["data"]["createContent"]["content"]["id"].clone();
        let refused = send(&client, "three", "taken").await;
        client.changed("deleteContent", json!({ "id": id }), "__typename").await;
        for row in idempotency_key::Entity::find().all(&app.db).await.unwrap() {
            let mut row = row.into_active_model();
            row.answer = Set(None);
            row.update(&app.db).await.unwrap();
        }
        assert_eq!(send(&client, "three", "taken").await.body, refused.body);
    }

    async fn a_change_whose_answer_got_lost_is_not_made_again(app) {
        let ann = app.person("ann").await;
        let client = app.as_(&ann).header("idempotency-key", "one");
        let two = "mutation {
            a: createContent(input: { contentType: WRITTEN, title: \"A\", slug: \"a\" }) { content { id } }
            b: createContent(input: { contentType: WRITTEN, title: \"B\", slug: \"b\" }) { content { id } }
        }";
        let first = client.send(two, json!({})).await;
        assert_eq!(pieces(&app).await, 2, "{}", first.body);
        let mut key = the_key(&app).await.into_active_model();
        // The gateway died between the two.
        let mut outcomes = key.outcomes.clone().unwrap();
        outcomes.as_object_mut().unwrap().remove("b");
        (key.answer, key.outcomes) = (Set(None), Set(outcomes));
        key.update(&app.db).await.unwrap();
        let b = content::Entity::find().all(&app.db).await.unwrap().into_iter().find(|row| row.slug == "b").unwrap();
        b.into_active_model().delete(&app.db).await.unwrap();
        let again = client.send(two, json!({})).await;
        assert_eq!(again.body["data"]["a"], first.body["data"]["a"]);
        assert_ne!(again.body["data"]["b"], first.body["data"]["b"]);
        assert_eq!(pieces(&app).await, 2);
    }

    async fn a_key_is_forgotten_after_a_day(app) {
        let ann = app.person("ann").await;
        let client = app.as_(&ann);
        send(&client, "one", "piece").await;
        let key = the_key(&app).await;
        let lasts: DateTimeUtc = key.expires_at;
        assert!((chrono::Duration::hours(23)..=chrono::Duration::hours(24)).contains(&(lasts - now())));
        let mut key = key.into_active_model();
        key.expires_at = Set(now());
        key.update(&app.db).await.unwrap();
        let later = send(&client, "one", "another").await;
        assert_eq!(later.body["data"]["createContent"]["content"]["slug"], "another", "{}", later.body);
        // The keys that have ended are cleared away.
        send(&client, "two", "third").await;
        assert_eq!(idempotency_key::Entity::find().count(&app.db).await.unwrap(), 2);
    }

    async fn what_is_no_key_is_refused(app) {
        let ann = app.person("ann").await;
        let client = app.as_(&ann);
        for key in ["", " ", &"x".repeat(256)] {
            assert_eq!(send(&client, key, "piece").await.status, 400, "{key}");
        }
        let twice = client.clone().header("idempotency-key", "one").header("idempotency-key", "two");
        assert_eq!(twice.send(CREATE, piece("piece")).await.status, 400);
        assert_eq!(pieces(&app).await, 0);
        assert_eq!(send(&client, &"x".repeat(255), "piece").await.status, 200);
        // Reading needs none, and keeps none.
        app.as_(&ann).header("idempotency-key", "read").data("{ viewer { name } }").await;
        // The anonymous cannot be told apart.
        app.anonymous().header("idempotency-key", "one").send(CREATE, piece("other")).await;
        assert_eq!(idempotency_key::Entity::find().count(&app.db).await.unwrap(), 1);
    }
}
