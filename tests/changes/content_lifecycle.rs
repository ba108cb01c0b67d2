//! Creating content, and its way from a draft to the archive and back, and from one place to another.

use entity::{
    content::{self, ContentType, Status, Visibility},
    media_item,
    membership::Role,
};
use futures_util::future::join_all;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use serde_json::{Value, json};

use super::content::row;
use crate::support::{App, Person, content, global_id, media};

/// How many pieces of content have this slug.
async fn with_slug(app: &App, slug: &str) -> u64 {
    content::Entity::find()
        .filter(content::Column::Slug.eq(slug))
        .count(&app.db)
        .await
        .unwrap()
}

async fn tried(app: &App, person: &Person, change: &str, id: uuid::Uuid) -> Option<String> {
    let payload = app
        .as_(person)
        .change(change, json!({ "id": global_id("Content", id) }), "__typename")
        .await;
    payload["userErrors"][0]["code"].as_str().map(str::to_owned)
}

on_both! {
    async fn what_is_created_is_a_draft(app) {
        let ann = app.person("ann").await;
        let house = app.organization("house").await;
        app.member(&house, &ann, Role::Creator).await;
        let video = media(&ann, "video").save(&app).await;
        let input = json!({
            "organizationId": house.global_id(), "contentType": "VIDEO", "title": " A title ", "slug": "piece",
            "description": "About", "thumbnailUrl": "https://example.com/a.png", "contentBody": " ", "category": "food",
            "tags": ["a"], "visibility": "MEMBERS_ONLY", "priceCents": 5, "mediaItemId": global_id("MediaItem", video),
        });
        let fields = "content { id status title description thumbnailUrl contentBody category tags visibility priceCents publishedAt
            creator { name } organization { slug } mediaItem { title } viewCount }";
        let payload = app.as_(&ann).changed("createContent", input, fields).await;
        let id = payload["content"]["id"].clone();
        assert_eq!(payload["content"], json!({
            "id": id, "status": "DRAFT", "title": "A title", "description": "About", "thumbnailUrl": "https://example.com/a.png",
            "contentBody": null, "category": "food", "tags": ["a"], "visibility": "MEMBERS_ONLY", "priceCents": 5, "publishedAt": null,
            "creator": { "name": "ann" }, "organization": { "slug": "house" }, "mediaItem": { "title": "video" }, "viewCount": 0,
        }));
        // What nobody says.
        let least = json!({ "contentType": "WRITTEN", "title": "Least", "slug": "least" });
        let payload = app.as_(&ann).changed("createContent", least, "content { visibility priceCents tags organization { slug } }").await;
        assert_eq!(payload["content"], json!({ "visibility": "PURCHASED_ONLY", "priceCents": null, "tags": [], "organization": null }));
    }

    async fn a_slug_is_one_s_own(app) {
        let [ann, bob] = [app.person("ann").await, app.person("bob").await];
        let house = app.organization("house").await;
        app.member(&house, &ann, Role::Creator).await;
        let create = |place: Value| json!({ "organizationId": place, "contentType": "WRITTEN", "title": "A", "slug": "piece" });
        content(&ann, "piece").deleted().save(&app).await;
        // Beside deleted content, in another place, of another creator.
        app.as_(&ann).changed("createContent", create(Value::Null), "__typename").await;
        app.as_(&ann).changed("createContent", create(house.global_id().into()), "__typename").await;
        app.as_(&bob).changed("createContent", create(Value::Null), "__typename").await;
        for place in [Value::Null, house.global_id().into()] {
            assert_eq!(app.as_(&ann).to_mend("createContent", create(place)).await, [("TAKEN".to_owned(), "slug".to_owned())]);
        }
    }

    async fn of_a_hundred_who_ask_for_a_slug_one_gets_it(app) {
        let ann = app.person("ann").await;
        let client = app.as_(&ann);
        let create = || client.change("createContent", json!({ "contentType": "WRITTEN", "title": "A", "slug": "piece" }), "content { id }");
        let payloads = join_all((0..100).map(|_| create())).await;
        let (made, taken): (Vec<_>, Vec<_>) = payloads.iter().partition(|payload| payload["userErrors"] == json!([]));
        assert_eq!((made.len(), with_slug(&app, "piece").await), (1, 1));
        assert!(taken.iter().all(|payload| payload["userErrors"][0]["code"] == "TAKEN"), "{payloads:?}");
    }

    async fn a_media_item_is_one_of_the_creator_s_own_and_of_the_same_type(app) {
        let [ann, bob] = [app.person("ann").await, app.person("bob").await];
        let audio = media(&ann, "audio").with(|row| row.media_type = Set(media_item::MediaType::Audio)).save(&app).await;
        let hidden = media(&bob, "hidden").save(&app).await;
        let shown = media(&bob, "shown").save(&app).await;
        content(&bob, "shown").showing(shown).save(&app).await;
        let gone = media(&ann, "gone").with(|row| row.deleted_at = Set(Some(codex_gateway::database::now()))).save(&app).await;
        let own = media(&ann, "own").save(&app).await;
        for (id, kind, code) in [
            (audio, "VIDEO", "MISMATCH"), (hidden, "VIDEO", "NOT_FOUND"), (shown, "VIDEO", "MISMATCH"), (gone, "VIDEO", "NOT_FOUND"),
            (own, "WRITTEN", "MISMATCH"), (own, "AUDIO", "MISMATCH"),
        ] {
            let input = json!({ "contentType": kind, "title": "A", "slug": "piece", "mediaItemId": global_id("MediaItem", id) });
            let errors = app.as_(&ann).to_mend("createContent", input).await;
            assert_eq!(errors, [(code.to_owned(), "mediaItemId".to_owned())]);
        }
        assert_eq!(with_slug(&app, "piece").await, 0);
    }

    async fn every_step_is_one_of_the_lifecycle(app) {
        let ann = app.person("ann").await;
        let [draft, published, archived] = [Status::Draft, Status::Published, Status::Archived];
        // From, by what, to: nothing is a refusal.
        let steps = [
            (draft, "publishContent", Some(published)), (draft, "unpublishContent", Some(draft)), (draft, "archiveContent", None),
            (draft, "restoreContent", Some(draft)),
            (published, "publishContent", Some(published)), (published, "unpublishContent", Some(draft)),
            (published, "archiveContent", Some(archived)), (published, "restoreContent", None),
            (archived, "publishContent", None), (archived, "unpublishContent", None), (archived, "archiveContent", Some(archived)),
            (archived, "restoreContent", Some(draft)),
        ];
        for (number, (from, change, to)) in steps.into_iter().enumerate() {
            let id = content(&ann, &format!("piece-{number}")).status(from).save(&app).await;
            let before = row(&app, id).await;
            let refused = tried(&app, &ann, change, id).await;
            let after = row(&app, id).await;
            match to {
                None => {
                    assert_eq!(refused.as_deref(), Some("WRONG_STATE"), "{change} of {from:?}");
                    assert_eq!(after, before, "{change} of {from:?}");
                }
                Some(to) => {
                    assert_eq!((refused, after.status), (None, to), "{change} of {from:?}");
                    if to == from {
                        assert_eq!(after, before, "{change} of {from:?} changes nothing");
                    }
                    assert_eq!(after.published_at.is_some(), to != draft, "{change} of {from:?}");
                }
            }
        }
    }

    async fn two_publish_at_once_and_it_is_published_once(app) {
        let ann = app.person("ann").await;
        let id = content(&ann, "piece").status(Status::Draft).save(&app).await;
        let refusals = join_all((0..20).map(|_| tried(&app, &ann, "publishContent", id))).await;
        assert!(refusals.iter().all(Option::is_none), "{refusals:?}");
        let entries = entity::audit_entry::Entity::find().count(&app.db).await.unwrap();
        assert_eq!(entries, 1, "the others found it published");
    }

    async fn what_is_published_keeps_what_it_needs(app) {
        let ann = app.person("ann").await;
        let video = media(&ann, "video").save(&app).await;
        let unready = media(&ann, "unready").with(|row| row.status = Set(media_item::Status::Uploaded)).save(&app).await;
        let shows = content(&ann, "shows").showing(video).save(&app).await;
        let written = content(&ann, "written").save(&app).await;
        for (id, change, code) in [
            (shows, json!({ "mediaItemId": null }), "REQUIRED"),
            (shows, json!({ "mediaItemId": global_id("MediaItem", unready) }), "WRONG_STATE"),
            (written, json!({ "contentBody": " " }), "REQUIRED"),
        ] {
            let mut input = change;
            input["id"] = global_id("Content", id).into();
            let before = row(&app, id).await;
            assert_eq!(app.as_(&ann).to_mend("updateContent", input).await[0].0, code);
            assert_eq!(row(&app, id).await, before);
        }
    }

    async fn content_moves_to_where_its_creator_writes(app) {
        let ann = app.person("ann").await;
        let [house, other] = [app.organization("house").await, app.organization("other").await];
        app.member(&house, &ann, Role::Creator).await;
        app.member(&other, &ann, Role::Creator).await;
        let id = content(&ann, "piece").visibility(Visibility::MembersOnly).save(&app).await;
        let go = |place: Value| json!({ "id": global_id("Content", id), "organizationId": place });
        let client = app.as_(&ann);

        let payload = client.changed("moveContent", go(house.global_id().into()), "content { organization { slug } status }").await;
        assert_eq!(payload["content"], json!({ "organization": { "slug": "house" }, "status": "PUBLISHED" }));
        let errors = client.to_mend("moveContent", go(other.global_id().into())).await;
        assert_eq!(errors, [("WRONG_STATE".to_owned(), "organizationId".to_owned())], "not from one to another");
        // The slug is taken where it would go.
        content(&ann, "piece").save(&app).await;
        assert_eq!(client.to_mend("moveContent", go(Value::Null)).await, [("TAKEN".to_owned(), "slug".to_owned())]);
        assert_eq!(row(&app, id).await.organization_id, Some(house.id));
        client.changed("updateContent", json!({ "id": global_id("Content", id), "slug": "another" }), "__typename").await;
        client.changed("moveContent", go(Value::Null), "__typename").await;
        assert_eq!(row(&app, id).await.organization_id, None);

        // Both places' managers read that it came, and that it left.
        let entries = entity::audit_entry::Entity::find().filter(entity::audit_entry::Column::Action.eq("content.move"));
        let tenants: Vec<_> = entries.all(&app.db).await.unwrap().into_iter().map(|entry| entry.organization_id).collect();
        assert_eq!(tenants, [Some(house.id), Some(house.id)]);
    }

    async fn nothing_is_published_in_an_organization_that_is_gone(app) {
        let ann = app.person("ann").await;
        let house = app.organization("house").await;
        app.member(&house, &ann, Role::Creator).await;
        let kind = |row: &mut content::ActiveModel| row.content_type = Set(ContentType::Written);
        let id = content(&ann, "piece").in_(&house).status(Status::Draft).with(kind).save(&app).await;
        app.delete_organization(&house).await;
        // Whose author nobody is any more.
        assert_eq!(app.as_(&ann).refused("publishContent", json!({ "id": global_id("Content", id) })).await, "FORBIDDEN");
        let platform = app.platform_owner("platform").await;
        assert_eq!(tried(&app, &platform, "publishContent", id).await.as_deref(), Some("WRONG_STATE"));
        assert_eq!(row(&app, id).await.status, Status::Draft);
    }
}
