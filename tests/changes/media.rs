//! Media items: from the upload to the player, and away.

use chrono::{DateTime, Utc};
use codex_gateway::database::now;
use entity::{
    audit_entry,
    content::{self, Status as ContentStatus},
    media_item::{self, Status},
    membership::Role,
};
use futures_util::future::{join, join_all};
use sea_orm::{ActiveValue::Set, EntityTrait, PaginatorTrait, QueryOrder, prelude::Uuid};
use serde_json::{Value, json};

use crate::support::{App, Person, content, global_id, media};

/// A row as it is.
async fn row(app: &App, id: Uuid) -> media_item::Model {
    media_item::Entity::find_by_id(id).one(&app.db).await.unwrap().unwrap()
}

/// A media item in this state.
pub async fn in_state(app: &App, creator: &Person, status: Status) -> Uuid {
    let item = media(creator, "item").with(|row| {
        row.status = Set(status);
        row.uploaded_at = Set((status != Status::Uploading).then(now));
        row.hls_master_playlist_key = Set((status == Status::Ready).then(|| "hls/item.m3u8".to_owned()));
    });
    item.save(app).await
}

/// What has to be mended, by its code, before this change is made to this media item.
async fn tried(app: &App, person: &Person, change: &str, id: Uuid) -> Option<String> {
    let mut input = json!({ "id": global_id("MediaItem", id) });
    if change == "completeMediaItemTranscoding" {
        input["hlsMasterPlaylistKey"] = "hls/item.m3u8".into();
    }
    let payload = app.as_(person).change(change, input, "__typename").await;
    payload["userErrors"][0]["code"].as_str().map(str::to_owned)
}

on_both! {
    async fn a_file_becomes_something_to_play(app) {
        let [ann, transcoder] = [app.person("ann").await, app.platform_owner("transcoder").await];
        let input = json!({
            "title": " Take ", "description": "The first", "mediaType": "VIDEO", "r2Key": "originals/take.mp4", "mimeType": "video/mp4",
        });
        let payload = app.as_(&ann).changed("createMediaItem", input, "mediaItem { id title status r2Key creator { name } }").await;
        let id = payload["mediaItem"]["id"].clone();
        assert_eq!(payload["mediaItem"], json!({
            "id": id, "title": "Take", "status": "UPLOADING", "r2Key": "originals/take.mp4", "creator": { "name": "ann" },
        }));

        let before = now();
        let input = json!({ "id": id, "fileSizeBytes": 5_000_000_000_u64 });
        let fields = "mediaItem { status uploadedAt fileSizeBytes mimeType }";
        let payload = app.as_(&ann).changed("markMediaItemUploaded", input, fields).await;
        let uploaded = &payload["mediaItem"];
        assert_eq!((&uploaded["status"], &uploaded["fileSizeBytes"]), (&json!("UPLOADED"), &json!(5_000_000_000_u64)));
        assert_eq!(uploaded["mimeType"], "video/mp4", "what is not told stays");
        let at: DateTime<Utc> = uploaded["uploadedAt"].as_str().unwrap().parse().unwrap();
        assert!(before <= at && at <= now());

        app.as_(&transcoder).changed("startMediaItemTranscoding", json!({ "id": id }), "mediaItem { status }").await;
        let input = json!({
            "id": id, "durationSeconds": 60, "width": 1920, "height": 1080, "hlsMasterPlaylistKey": "hls/take.m3u8",
            "thumbnailKey": "stills/take.jpg",
        });
        let fields = "mediaItem { status durationSeconds width height hlsMasterPlaylistKey thumbnailKey }";
        let payload = app.as_(&transcoder).changed("completeMediaItemTranscoding", input, fields).await;
        assert_eq!(payload["mediaItem"], json!({
            "status": "READY", "durationSeconds": 60, "width": 1920, "height": 1080, "hlsMasterPlaylistKey": "hls/take.m3u8",
            "thumbnailKey": "stills/take.jpg",
        }));

        // Nobody's managers read where it is stored.
        let entries = audit_entry::Entity::find().order_by_asc(audit_entry::Column::Id).all(&app.db).await.unwrap();
        let actions: Vec<_> = entries.iter().map(|entry| (entry.action.as_str(), entry.actor_id.as_deref(), entry.organization_id)).collect();
        let [ann, transcoder] = [Some(ann.id.as_str()), Some(transcoder.id.as_str())];
        assert_eq!(actions, [
            ("media_item.create", ann, None), ("media_item.mark_uploaded", ann, None), ("media_item.start_transcoding", transcoder, None),
            ("media_item.complete_transcoding", transcoder, None),
        ]);
        assert_eq!(entries[0].after.as_ref().unwrap()["r2_key"], "originals/take.mp4");
        assert_eq!(entries[2].before, Some(json!({ "status": "uploaded" })));
    }

    async fn what_is_said_of_it_can_be_changed(app) {
        let ann = app.person("ann").await;
        let id = media(&ann, "take").with(|row| row.description = Set(Some("Old".to_owned()))).save(&app).await;
        let update = |mut input: Value| {
            input["id"] = global_id("MediaItem", id).into();
            input
        };
        let payload = app.as_(&ann).changed("updateMediaItem", update(json!({ "title": " New " })), "mediaItem { title description }").await;
        assert_eq!(payload["mediaItem"], json!({ "title": "New", "description": "Old" }));
        let payload = app.as_(&ann).changed("updateMediaItem", update(json!({ "description": null })), "mediaItem { title description }").await;
        assert_eq!(payload["mediaItem"], json!({ "title": "New", "description": null }));
        assert_eq!(row(&app, id).await.status, Status::Ready);
    }

    async fn every_step_is_one_of_the_lifecycle(app) {
        let platform = app.platform_owner("platform").await;
        use Status::{Failed, Ready, Transcoding, Uploaded, Uploading};
        let states = [Uploading, Uploaded, Transcoding, Ready, Failed];
        // By what, and where it leads from each state: nothing is a refusal.
        let steps = [
            ("markMediaItemUploaded", [Some(Uploaded), Some(Uploaded), None, None, None]),
            ("restartMediaItemUpload", [Some(Uploading), None, None, None, Some(Uploading)]),
            ("startMediaItemTranscoding", [None, Some(Transcoding), Some(Transcoding), None, Some(Transcoding)]),
            ("completeMediaItemTranscoding", [None, None, Some(Ready), Some(Ready), None]),
            ("failMediaItemTranscoding", [None, None, Some(Failed), None, Some(Failed)]),
            ("updateMediaItem", states.map(Some)),
        ];
        for (change, ends) in steps {
            for (from, to) in states.into_iter().zip(ends) {
                let id = in_state(&app, &platform, from).await;
                let before = row(&app, id).await;
                let refused = tried(&app, &platform, change, id).await;
                let after = row(&app, id).await;
                match to {
                    None => assert_eq!(refused.as_deref(), Some("WRONG_STATE"), "{change} of {from:?}"),
                    Some(to) => assert_eq!((refused, after.status), (None, to), "{change} of {from:?}"),
                }
                if to.is_none_or(|to| to == from) {
                    assert_eq!(after, before, "{change} of {from:?} changes nothing");
                } else {
                    assert_eq!(after.uploaded_at.is_some(), to != Some(Uploading), "{change} of {from:?}");
                }
            }
        }
        for from in states {
            let id = in_state(&app, &platform, from).await;
            assert_eq!(tried(&app, &platform, "deleteMediaItem", id).await, None, "{from:?} can be deleted");
            assert!(row(&app, id).await.deleted_at.is_some());
        }
    }

    async fn a_step_is_repeated_with_the_same_words_alone(app) {
        let platform = app.platform_owner("platform").await;
        let id = in_state(&app, &platform, Status::Uploading).await;
        let client = app.as_(&platform);
        let mark = |size: u64| client.change("markMediaItemUploaded", json!({ "id": global_id("MediaItem", id), "fileSizeBytes": size }), "mediaItem { id }");
        assert_eq!(mark(10).await["userErrors"], json!([]));
        let uploaded = row(&app, id).await;
        assert_eq!(mark(10).await["userErrors"], json!([]));
        let payload = mark(11).await;
        assert_eq!((&payload["userErrors"][0]["code"], &payload["mediaItem"]), (&json!("WRONG_STATE"), &Value::Null));
        assert_eq!(row(&app, id).await, uploaded);

        let id = in_state(&app, &platform, Status::Ready).await;
        let ready = row(&app, id).await;
        let input = |key: &str| json!({ "id": global_id("MediaItem", id), "hlsMasterPlaylistKey": key });
        assert_eq!(client.change("completeMediaItemTranscoding", input("hls/item.m3u8"), "__typename").await["userErrors"], json!([]));
        let errors = client.to_mend("completeMediaItemTranscoding", input("hls/another.m3u8")).await;
        assert_eq!(errors, [("WRONG_STATE".to_owned(), String::new())]);
        assert_eq!(row(&app, id).await, ready);
    }

    async fn of_many_who_start_transcoding_one_does(app) {
        let platform = app.platform_owner("platform").await;
        let id = in_state(&app, &platform, Status::Uploaded).await;
        let seen = row(&app, id).await.updated_at;
        let input = json!({ "id": global_id("MediaItem", id), "ifUnchangedSince": seen });
        let client = app.as_(&platform);
        let payloads = join_all((0..20).map(|_| client.change("startMediaItemTranscoding", input.clone(), "__typename"))).await;
        let (started, stale): (Vec<_>, Vec<_>) = payloads.iter().partition(|payload| payload["userErrors"] == json!([]));
        assert_eq!(started.len(), 1, "{payloads:?}");
        assert!(stale.iter().all(|payload| payload["userErrors"][0]["code"] == "STALE"), "{payloads:?}");
    }

    async fn how_it_goes_is_for_the_transcoder_to_say(app) {
        let [ann, bob] = [app.person("ann").await, app.person("bob").await];
        let stranger = app.person("stranger").await;
        let id = in_state(&app, &ann, Status::Ready).await;
        // Whoever may open the content sees what it shows.
        let piece = content(&ann, "piece").visibility(content::Visibility::Private).showing(id).save(&app).await;
        app.grant(&bob, piece, None).await;
        for change in ["startMediaItemTranscoding", "completeMediaItemTranscoding", "failMediaItemTranscoding", "updateMediaItem", "deleteMediaItem"] {
            let before = row(&app, id).await;
            let mut input = json!({ "id": global_id("MediaItem", id) });
            if change == "completeMediaItemTranscoding" {
                input["hlsMasterPlaylistKey"] = "hls/mine.m3u8".into();
            }
            let refused = |person| {
                let (client, input) = (app.as_(person), input.clone());
                async move { client.refused(change, input).await }
            };
            assert_eq!(refused(&stranger).await, "NOT_FOUND", "{change}");
            assert_eq!(refused(&bob).await, "FORBIDDEN", "{change}");
            if change.ends_with("Transcoding") {
                assert_eq!(refused(&ann).await, "FORBIDDEN", "{change}");
            }
            assert_eq!(row(&app, id).await, before, "{change}");
        }
        assert_eq!(audit_entry::Entity::find().count(&app.db).await.unwrap(), 0);
    }

    async fn what_published_content_shows_stays(app) {
        let ann = app.person("ann").await;
        let [house, elsewhere] = [app.organization("house").await, app.organization("elsewhere").await];
        app.member(&house, &ann, Role::Creator).await;
        let id = in_state(&app, &ann, Status::Ready).await;
        let input = || json!({ "id": global_id("MediaItem", id) });
        content(&ann, "draft").status(ContentStatus::Draft).showing(id).save(&app).await;
        content(&ann, "archived").status(ContentStatus::Archived).showing(id).save(&app).await;
        content(&ann, "deleted").deleted().showing(id).save(&app).await;
        let published = content(&ann, "published").in_(&house).showing(id).save(&app).await;
        // Also where the request does not see that content.
        for client in [app.as_(&ann), app.as_(&ann).pinned(&elsewhere.slug)] {
            assert_eq!(client.to_mend("deleteMediaItem", input()).await, [("IN_USE".to_owned(), String::new())]);
        }
        assert_eq!(row(&app, id).await.deleted_at, None);

        app.as_(&ann).changed("unpublishContent", json!({ "id": global_id("Content", published) }), "__typename").await;
        let payload = app.as_(&ann).changed("deleteMediaItem", input(), "deletedMediaItemId").await;
        assert_eq!(payload["deletedMediaItemId"], global_id("MediaItem", id));
        assert_eq!(app.as_(&ann).refused("deleteMediaItem", input()).await, "NOT_FOUND", "it is gone");
        let query = "query ($id: ID!) { content(by: { id: $id }) { title mediaItem { id } } }";
        let data = app.as_(&ann).data_with(query, json!({ "id": global_id("Content", published) })).await;
        assert_eq!(data["content"], json!({ "title": "About published", "mediaItem": null }));
        let errors = app.as_(&ann).to_mend("publishContent", json!({ "id": global_id("Content", published) })).await;
        assert_eq!(errors, [("REQUIRED".to_owned(), "mediaItemId".to_owned())]);
    }

    async fn deleting_and_publishing_at_once_leaves_nothing_without_its_media(app) {
        let ann = app.person("ann").await;
        let client = app.as_(&ann);
        for round in 0..25 {
            let shown = in_state(&app, &ann, Status::Ready).await;
            let pieces = join_all((0..3).map(|n| content(&ann, &format!("piece-{round}-{n}")).status(ContentStatus::Draft).showing(shown).save(&app))).await;
            let publish = join_all(pieces.iter().map(|id| client.change("publishContent", json!({ "id": global_id("Content", *id) }), "__typename")));
            let delete = client.change("deleteMediaItem", json!({ "id": global_id("MediaItem", shown) }), "__typename");
            let (published, deleted) = join(publish, delete).await;

            let gone = row(&app, shown).await.deleted_at.is_some();
            assert_eq!(gone, deleted["userErrors"] == json!([]), "{deleted}");
            let mut out = 0;
            for (id, payload) in pieces.iter().zip(&published) {
                let piece = crate::changes::content::row(&app, *id).await;
                assert_eq!(piece.status == ContentStatus::Published, payload["userErrors"] == json!([]), "{payload}");
                out += usize::from(piece.status == ContentStatus::Published);
            }
            assert!(gone != (out > 0), "gone: {gone}, published: {out}");
        }
    }

    async fn what_is_wrong_is_told_all_at_once(app) {
        let platform = app.platform_owner("platform").await;
        let id = in_state(&app, &platform, Status::Ready).await;
        let before = row(&app, id).await;
        let input = json!({
            "id": global_id("MediaItem", id), "durationSeconds": -1, "width": 0, "height": 0, "hlsMasterPlaylistKey": "", "thumbnailKey": "..",
        });
        let errors = app.as_(&platform).to_mend("completeMediaItemTranscoding", input).await;
        let expected = [
            ("OUT_OF_RANGE", "durationSeconds"), ("OUT_OF_RANGE", "width"), ("OUT_OF_RANGE", "height"),
            ("REQUIRED", "hlsMasterPlaylistKey"), ("MALFORMED", "thumbnailKey"), ("WRONG_STATE", ""),
        ];
        assert_eq!(errors, expected.map(|(code, field)| (code.to_owned(), field.to_owned())));
        assert_eq!(row(&app, id).await, before);

        let errors = app.as_(&platform).to_mend("createMediaItem", json!({ "title": "", "mediaType": "AUDIO", "r2Key": "", "mimeType": "video/mp4", "fileSizeBytes": 0 })).await;
        let expected = [("REQUIRED", "title"), ("REQUIRED", "r2Key"), ("MISMATCH", "mimeType"), ("OUT_OF_RANGE", "fileSizeBytes")];
        assert_eq!(errors, expected.map(|(code, field)| (code.to_owned(), field.to_owned())));
        assert_eq!(media_item::Entity::find().count(&app.db).await.unwrap(), 1);
    }

    async fn sizes_do_not_show_in_the_number_of_statements(app) {
        let ann = app.person("ann").await;
        let id = in_state(&app, &ann, Status::Ready).await;
        let fields = "mediaItem { title creator { name } contents(first: 100) { totalCount nodes { title creator { name } organization { name } } } }";
        let mut counts = Vec::new();
        for size in [1, 10, 90] {
            for n in 0..size {
                let house = app.organization(&format!("house-{size}-{n}")).await;
                content(&ann, &format!("piece-{size}-{n}")).in_(&house).showing(id).save(&app).await;
            }
            let before = app.statements();
            app.as_(&ann).changed("updateMediaItem", json!({ "id": global_id("MediaItem", id), "title": format!("{size}") }), fields).await;
            counts.push(app.statements() - before);
        }
        assert!(counts.windows(2).all(|pair| pair[0] == pair[1]), "{counts:?}");
    }
}
