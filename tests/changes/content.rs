//! Changing and publishing content.

use entity::{
    audit_entry,
    content::{self, Status, Visibility},
    media_item,
    membership::Role,
};
use futures_util::future::join_all;
use sea_orm::{ActiveValue::Set, EntityTrait};
use serde_json::{Value, json};

use crate::support::{App, content, global_id, media};

/// A row as it is.
pub async fn row(app: &App, id: uuid::Uuid) -> content::Model {
    content::Entity::find_by_id(id).one(&app.db).await.unwrap().unwrap()
}

on_both! {
    async fn an_update_changes_what_it_names(app) {
        let ann = app.person("ann").await;
        let piece = content(&ann, "piece").with(|row| row.description = Set(Some("Old".to_owned()))).save(&app).await;
        let id = global_id("Content", piece);
        let before = row(&app, piece).await;

        let input = json!({ "id": id, "title": "  New  ", "category": "food", "tags": ["a", " b "] });
        let fields = "content { title category description tags updatedAt creator { name } }";
        let payload = app.as_(&ann).changed("updateContent", input, fields).await;
        assert_eq!(payload["content"]["title"], "New", "trimmed");
        assert_eq!(payload["content"]["tags"], json!(["a", "b"]));
        assert_eq!(payload["content"]["description"], "Old", "what is left out stays");
        assert_eq!(payload["content"]["creator"]["name"], "ann", "the payload leads on");
        let after = row(&app, piece).await;
        assert!(after.updated_at > before.updated_at);

        let payload = app.as_(&ann).changed("updateContent", json!({ "id": id, "description": null }), "content { description }").await;
        assert_eq!(payload["content"]["description"], Value::Null, "null clears");

        let entries = audit_entry::Entity::find().all(&app.db).await.unwrap();
        let entry = entries.iter().find(|entry| entry.after.as_ref().unwrap().get("title").is_some()).unwrap();
        assert_eq!(entries.len(), 2);
        assert_eq!((entry.action.as_str(), entry.subject_id.clone()), ("content.update", piece.to_string()));
        assert_eq!(entry.actor_id.as_deref(), Some(ann.id.as_str()));
        assert_eq!(entry.before, Some(json!({ "title": "About piece", "category": null, "tags": [] })));
        assert_eq!(entry.after, Some(json!({ "title": "New", "category": "food", "tags": ["a", "b"] })));
    }

    async fn what_is_wrong_is_told_all_at_once_and_changes_nothing(app) {
        let ann = app.person("ann").await;
        content(&ann, "taken").save(&app).await;
        let piece = content(&ann, "piece").save(&app).await;
        let before = row(&app, piece).await;
        let input = json!({
            "id": global_id("Content", piece), "title": " ", "slug": "taken", "thumbnailUrl": "ftp://x", "priceCents": -1,
            "tags": ["a", "a"], "category": "x".repeat(101), "contentBody": null,
        });
        let errors = app.as_(&ann).to_mend("updateContent", input).await;
        let expected = [
            ("REQUIRED", "title"), ("MALFORMED", "thumbnailUrl"), ("TOO_LONG", "category"), ("DUPLICATE", "tags.1"),
            ("OUT_OF_RANGE", "priceCents"), ("TAKEN", "slug"), ("REQUIRED", "contentBody"),
        ];
        assert_eq!(errors, expected.map(|(code, field)| (code.to_owned(), field.to_owned())));
        // PostgreSQL would fail on a text with such a character: it is never asked for one.
        let errors = app.as_(&ann).to_mend("updateContent", json!({ "id": global_id("Content", piece), "slug": "a\0b" })).await;
        assert!(errors.iter().all(|error| *error == ("MALFORMED".to_owned(), "slug".to_owned())), "{errors:?}");
        assert_eq!(row(&app, piece).await, before);
        assert!(audit_entry::Entity::find().all(&app.db).await.unwrap().is_empty());
    }

    async fn a_lost_update_is_noticed(app) {
        let ann = app.person("ann").await;
        let id = global_id("Content", content(&ann, "piece").save(&app).await);
        let client = app.as_(&ann);
        let seen = client.data_with("query ($id: ID!) { content(by: { id: $id }) { updatedAt } }", json!({ "id": id })).await;
        let seen = &seen["content"]["updatedAt"];
        let update = |title: String| client.change("updateContent", json!({ "id": id, "title": title, "ifUnchangedSince": seen }), "content { title }");
        let payloads = join_all((0..20).map(|n| update(format!("Title {n}")))).await;
        let (made, stale): (Vec<_>, Vec<_>) = payloads.iter().partition(|payload| payload["userErrors"] == json!([]));
        assert_eq!(made.len(), 1, "{payloads:?}");
        for payload in stale {
            assert_eq!(payload["userErrors"][0]["code"], "STALE", "{payload}");
            assert_eq!(payload["content"], Value::Null);
        }
    }

    async fn publishing_needs_something_to_show(app) {
        let ann = app.person("ann").await;
        let bob = app.person("bob").await;
        let draft = |slug: &str| content(&ann, slug).status(Status::Draft);
        let client = app.as_(&ann);
        let publish = |id| client.change("publishContent", json!({ "id": global_id("Content", id) }), "content { status publishedAt }");

        let written = draft("written").save(&app).await;
        let payload = publish(written).await;
        assert_eq!(payload["content"]["status"], "PUBLISHED", "{payload}");
        let first = row(&app, written).await;
        assert!(first.published_at.is_some());
        publish(written).await;
        assert_eq!(row(&app, written).await, first, "publishing again changes nothing");

        let empty = draft("empty").with(|row| row.content_body = Set(None)).save(&app).await;
        let unready = media(&ann, "unready").with(|row| row.status = Set(media_item::Status::Transcoding)).save(&app).await;
        let audio = media(&ann, "audio").with(|row| row.media_type = Set(media_item::MediaType::Audio)).save(&app).await;
        let foreign = media(&bob, "foreign").save(&app).await;
        let ready = media(&ann, "ready").save(&app).await;
        let archived = content(&ann, "archived").status(Status::Archived).save(&app).await;
        for (id, code) in [
            (empty, "REQUIRED"),
            (draft("without").with(|row| row.content_type = Set(content::ContentType::Video)).save(&app).await, "REQUIRED"),
            (draft("unready").showing(unready).save(&app).await, "WRONG_STATE"),
            (draft("audio").showing(audio).save(&app).await, "MISMATCH"),
            (draft("foreign").showing(foreign).save(&app).await, "MISMATCH"),
            (archived, "WRONG_STATE"),
        ] {
            let before = row(&app, id).await;
            let payload = publish(id).await;
            assert_eq!(payload["userErrors"][0]["code"], code, "{payload}");
            assert_eq!(row(&app, id).await, before);
        }
        let ready = draft("ready").showing(ready).save(&app).await;
        assert_eq!(publish(ready).await["userErrors"], json!([]));
    }

    async fn who_may_not_is_told_so_or_nothing(app) {
        let house = app.organization("house").await;
        let [owner, creator, subscriber, stranger] = [app.person("owner").await, app.person("creator").await, app.person("subscriber").await, app.person("stranger").await];
        app.member(&house, &owner, Role::Owner).await;
        app.member(&house, &creator, Role::Creator).await;
        app.member(&house, &subscriber, Role::Subscriber).await;
        let piece = content(&creator, "piece").in_(&house).visibility(Visibility::MembersOnly).save(&app).await;
        let input = || json!({ "id": global_id("Content", piece), "title": "Mine" });
        let before = row(&app, piece).await;
        assert_eq!(app.anonymous().refused("updateContent", input()).await, "UNAUTHENTICATED");
        assert_eq!(app.as_(&stranger).refused("updateContent", input()).await, "NOT_FOUND");
        assert_eq!(app.as_(&subscriber).refused("updateContent", input()).await, "FORBIDDEN");
        assert_eq!(row(&app, piece).await, before);
        for person in [&owner, &creator] {
            app.as_(person).changed("updateContent", input(), "__typename").await;
        }
    }
}
