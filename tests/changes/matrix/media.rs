//! Changes to media items.

use entity::media_item::Status;
use sea_orm::{ActiveValue::Set, prelude::Uuid};
use serde_json::{Value, json};

use super::{Case, World, slug};
use crate::support::{content, global_id, media};

/// A media item by the creator in this state, and the input that names it.
async fn named(world: &World<'_>, status: Status) -> (Uuid, Value) {
    let item = media(world.person("creator"), "take").with(|row| row.status = Set(status));
    let id = item.save(world.app).await;
    (id, json!({ "id": global_id("MediaItem", id) }))
}

pub const CASES: &[Case] = &[
    case!("createMediaItem", "any", "mediaItem { id }", |_world, _n| {
        json!({ "title": "Take", "mediaType": "VIDEO", "r2Key": "originals/take.mp4" })
    }),
    case!(
        "updateMediaItem",
        "the creator's, shown by nothing",
        "mediaItem { id title }",
        |world, _n| {
            let (_, mut input) = named(world, Status::Uploaded).await;
            input["title"] = "Changed".into();
            input
        }
    ),
    case!(
        "updateMediaItem",
        "the creator's, shown to everyone",
        "mediaItem { id title }",
        |world, n| {
            let (id, mut input) = named(world, Status::Ready).await;
            let piece = content(world.person("creator"), &slug(n)).in_(&world.house).showing(id);
            piece.save(world.app).await;
            input["title"] = "Changed".into();
            input
        }
    ),
    case!(
        "markMediaItemUploaded",
        "the creator's, uploading",
        "mediaItem { id }",
        |world, _n| named(world, Status::Uploading).await.1
    ),
    case!(
        "restartMediaItemUpload",
        "the creator's, failed",
        "mediaItem { id }",
        |world, _n| named(world, Status::Failed).await.1
    ),
    case!(
        "startMediaItemTranscoding",
        "the creator's, uploaded",
        "mediaItem { id }",
        |world, _n| named(world, Status::Uploaded).await.1
    ),
    case!(
        "startMediaItemTranscoding",
        "the creator's, shown to everyone",
        "mediaItem { id }",
        |world, n| {
            let (id, input) = named(world, Status::Uploaded).await;
            let piece = content(world.person("creator"), &slug(n)).in_(&world.house).showing(id);
            piece.save(world.app).await;
            input
        }
    ),
    case!(
        "completeMediaItemTranscoding",
        "the creator's, transcoding",
        "mediaItem { id }",
        |world, _n| {
            let (_, mut input) = named(world, Status::Transcoding).await;
            input["hlsMasterPlaylistKey"] = "hls/take.m3u8".into();
            input
        }
    ),
    case!(
        "failMediaItemTranscoding",
        "the creator's, transcoding",
        "mediaItem { id }",
        |world, _n| named(world, Status::Transcoding).await.1
    ),
    case!(
        "deleteMediaItem",
        "the creator's, shown by nothing",
        "deletedMediaItemId",
        |world, _n| named(world, Status::Ready).await.1
    ),
    case!(
        "deleteMediaItem",
        "the creator's, shown to everyone",
        "deletedMediaItemId",
        |world, n| {
            let (id, input) = named(world, Status::Ready).await;
            let piece = content(world.person("creator"), &slug(n)).in_(&world.house).showing(id);
            piece.save(world.app).await;
            input
        }
    ),
];
