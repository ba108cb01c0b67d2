//! What media items may say: at each edge, exactly at it and one over.

use std::cell::RefCell;

use entity::media_item::{MediaType, Status};
use sea_orm::ActiveValue::Set;
use serde_json::{Value, json};

use super::{
    limits::{edges, long, text},
    media::in_state,
};
use crate::support::{App, Person, global_id, media};

on_both! {
    async fn what_a_media_item_may_say(app) {
        let ann = app.person("ann").await;
        let full = json!({ "title": "Take", "mediaType": "VIDEO", "r2Key": "take" });
        let create = |field: &'static str| {
            let full = full.clone();
            move |value: Value| {
                let mut input = full.clone();
                input[field] = value;
                input
            }
        };
        let id = global_id("MediaItem", in_state(&app, &ann, Status::Uploading).await);
        let update = |field: &'static str| {
            let id = id.clone();
            move |value: Value| json!({ "id": id, field: value })
        };
        let (fine, mut wrong) = text(255, "title");
        wrong.extend([(json!(""), "REQUIRED", "title"), (json!("  "), "REQUIRED", "title")]);
        edges(&app, &ann, "createMediaItem", create("title"), "title", &fine, &wrong).await;
        wrong.push((Value::Null, "REQUIRED", "title"));
        edges(&app, &ann, "updateMediaItem", update("title"), "title", &fine, &wrong).await;
        let (mut fine, wrong) = text(5_000, "description");
        fine.extend([json!(""), json!("  "), Value::Null]);
        edges(&app, &ann, "createMediaItem", create("description"), "description", &fine, &wrong).await;
        edges(&app, &ann, "updateMediaItem", update("description"), "description", &fine, &wrong).await;

        let (fine, wrong) = storage_keys("r2Key");
        edges(&app, &ann, "createMediaItem", create("r2Key"), "r2Key", &fine, &wrong).await;
        let (fine, wrong) = sizes("fileSizeBytes");
        edges(&app, &ann, "createMediaItem", create("fileSizeBytes"), "fileSizeBytes", &fine, &wrong).await;
        let (fine, wrong) = mime_types(MediaType::Video);
        edges(&app, &ann, "createMediaItem", create("mimeType"), "mimeType", &fine, &wrong).await;
        let audio = |value: Value| json!({ "title": "Take", "mediaType": "AUDIO", "r2Key": "take", "mimeType": value });
        let (fine, wrong) = mime_types(MediaType::Audio);
        edges(&app, &ann, "createMediaItem", audio, "mimeType", &fine, &wrong).await;
    }

    async fn what_may_be_told_of_an_upload(app) {
        let ann = app.person("ann").await;
        for (kind, field, (fine, wrong)) in [
            (MediaType::Video, "fileSizeBytes", sizes("fileSizeBytes")),
            (MediaType::Video, "mimeType", mime_types(MediaType::Video)),
            (MediaType::Audio, "mimeType", mime_types(MediaType::Audio)),
            (MediaType::Video, "durationSeconds", numbers("durationSeconds", 0, 86_400)),
            (MediaType::Audio, "durationSeconds", numbers("durationSeconds", 0, 86_400)),
            (MediaType::Video, "width", numbers("width", 1, 7680)),
            (MediaType::Video, "height", numbers("height", 1, 4320)),
            (MediaType::Audio, "width", (vec![Value::Null], vec![(json!(1920), "MISMATCH", "width")])),
            (MediaType::Audio, "height", (vec![Value::Null], vec![(json!(1080), "MISMATCH", "height")])),
        ] {
            let input = each_anew(&app, &ann, kind, Status::Uploading, fine.len() + wrong.len(), field, json!({})).await;
            edges(&app, &ann, "markMediaItemUploaded", input, field, &fine, &wrong).await;
        }
    }

    async fn what_may_be_told_of_what_is_ready(app) {
        let platform = app.platform_owner("platform").await;
        let (mut thumbnails, wrong_thumbnails) = storage_keys("thumbnailKey");
        thumbnails.push(Value::Null);
        for (kind, field, (fine, wrong)) in [
            (MediaType::Video, "durationSeconds", numbers("durationSeconds", 0, 86_400)),
            (MediaType::Video, "width", numbers("width", 1, 7680)),
            (MediaType::Video, "height", numbers("height", 1, 4320)),
            (MediaType::Audio, "width", (vec![Value::Null], vec![(json!(1920), "MISMATCH", "width")])),
            (MediaType::Audio, "height", (vec![Value::Null], vec![(json!(1080), "MISMATCH", "height")])),
            (MediaType::Video, "hlsMasterPlaylistKey", storage_keys("hlsMasterPlaylistKey")),
            (MediaType::Video, "thumbnailKey", (thumbnails, wrong_thumbnails)),
        ] {
            let count = fine.len() + wrong.len();
            let full = json!({ "hlsMasterPlaylistKey": "hls/item.m3u8" });
            let input = each_anew(&app, &platform, kind, Status::Transcoding, count, field, full).await;
            edges(&app, &platform, "completeMediaItemTranscoding", input, field, &fine, &wrong).await;
        }
    }
}

/// Values of a field that pass, and those that do not, each with the code that says why.
type Edges = (Vec<Value>, Vec<(Value, &'static str, &'static str)>);

fn storage_keys(field: &'static str) -> Edges {
    let fine = [
        "a",
        "0",
        "a/b_c-D.mp4",
        "/a",
        "a/",
        " padded ",
        &"x".repeat(500),
        &format!("{}.mp4", "x".repeat(496)),
    ];
    let malformed = [
        "a.b.c", "..", "../a", "a/..", "a..mp4", ".mp4", "a.", "a b", "ü", "a.m-4", "a\\b", "a?b", "a\u{0}",
    ];
    let mut wrong: Vec<_> = malformed.iter().map(|key| (json!(key), "MALFORMED", field)).collect();
    wrong.extend([
        ("x".repeat(501).into(), "TOO_LONG", field),
        (json!(" "), "REQUIRED", field),
    ]);
    (fine.iter().map(|key| json!(key)).collect(), wrong)
}

fn sizes(field: &'static str) -> Edges {
    const MOST: i64 = 5 * 1024 * 1024 * 1024;
    let wrong = [0, -1, MOST + 1, i64::MAX];
    (
        vec![json!(1), json!(MOST), Value::Null],
        wrong.map(|size| (json!(size), "OUT_OF_RANGE", field)).to_vec(),
    )
}

fn numbers(field: &'static str, least: i32, most: i32) -> Edges {
    (
        vec![json!(least), json!(most), Value::Null],
        vec![
            (json!(least - 1), "OUT_OF_RANGE", field),
            (json!(most + 1), "OUT_OF_RANGE", field),
        ],
    )
}

fn mime_types(kind: MediaType) -> Edges {
    let video = ["video/mp4", "video/quicktime", "video/x-msvideo", "video/webm"].as_slice();
    let audio = ["audio/mpeg", "audio/mp4", "audio/wav", "audio/webm", "audio/ogg"].as_slice();
    let (fits, others) = match kind {
        MediaType::Video => (video, audio),
        MediaType::Audio => (audio, video),
    };
    let mut fine: Vec<Value> = fits.iter().map(|mime_type| json!(mime_type)).collect();
    fine.extend([json!(format!(" {} ", fits[0].to_uppercase())), Value::Null]);
    let mut wrong: Vec<_> = others
        .iter()
        .map(|mime_type| (json!(mime_type), "MISMATCH", "mimeType"))
        .collect();
    wrong.extend([
        (json!("image/png"), "MALFORMED", "mimeType"),
        (json!("video/"), "MALFORMED", "mimeType"),
        (json!(format!("{}x", fits[0])), "MALFORMED", "mimeType"),
        (long(101), "MALFORMED", "mimeType"),
        (json!(" "), "REQUIRED", "mimeType"),
    ]);
    (fine, wrong)
}

/// Inputs in which one field has a value, each about another media item in this state.
async fn each_anew(
    app: &App,
    creator: &Person,
    kind: MediaType,
    status: Status,
    count: usize,
    field: &'static str,
    full: Value,
) -> impl Fn(Value) -> Value {
    let mut ids = Vec::new();
    for _ in 0..count {
        let item = media(creator, "item").with(|row| {
            row.media_type = Set(kind);
            row.status = Set(status);
        });
        ids.push(item.save(app).await);
    }
    let ids = RefCell::new(ids);
    move |value| {
        let mut input = full.clone();
        input["id"] = global_id("MediaItem", ids.borrow_mut().pop().unwrap()).into();
        input[field] = value;
        input
    }
}
