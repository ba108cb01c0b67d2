//! Changes to media items.

use async_graphql::{Context, ID, InputObject, MaybeUndefined, Object};

use super::payload::{change, patch};
use crate::{
    graphql::{
        error::Result,
        id::Kind,
        input,
        media_item::{MediaItem, MediaType},
        scalar::{BigInt, Time},
    },
    store::{self, media_item::Measures},
};

/// What to create.
#[derive(InputObject)]
pub struct CreateMediaItemInput {
    /// What it is called: 1 to 255 characters.
    title: String,
    /// What it is about: at most 5,000 characters.
    description: Option<String>,
    /// What kind of media it is. It stays that.
    media_type: MediaType,
    /// The storage key that the file is uploaded to: letters, digits, `/`, `_` and `-`, with an ending such as `.mp4` or none;
    /// at most 500 characters.
    r2_key: String,
    /// What kind of file it is, of the same kind of media: `video/mp4`, `video/quicktime`, `video/x-msvideo`, `video/webm`; `audio/mpeg`,
    /// `audio/mp4`, `audio/wav`, `audio/webm`, `audio/ogg`.
    mime_type: Option<String>,
    /// How large the file is, in bytes: 1 to 5,368,709,120 (5 GiB).
    file_size_bytes: Option<BigInt>,
}

impl CreateMediaItemInput {
    fn into_change(self) -> Result<store::media_item::Create> {
        Ok(store::media_item::Create {
            title: self.title,
            description: self.description,
            media_type: self.media_type.into(),
            r2_key: self.r2_key,
            mime_type: self.mime_type,
            file_size_bytes: self.file_size_bytes.map(|size| size.0),
        })
    }
}

row_payload! {
    /// What came of `createMediaItem`.
    CreateMediaItemPayload {
        /// The media item as it is now; null if there is none.
        media_item: MediaItem of uuid::Uuid
    }
}

/// What to change of a media item. What is left out stays as it is; null clears.
#[derive(InputObject)]
pub struct UpdateMediaItemInput {
    /// The media item's id.
    id: ID,
    /// The `updatedAt` that the client saw. If it is no longer that, nothing is changed (`STALE`).
    if_unchanged_since: Option<Time>,
    /// What it is called: 1 to 255 characters.
    title: MaybeUndefined<String>,
    /// What it is about: at most 5,000 characters.
    description: MaybeUndefined<String>,
}

impl UpdateMediaItemInput {
    fn into_change(self) -> Result<store::media_item::Update> {
        Ok(store::media_item::Update {
            id: input::uuid_key("input.id", &self.id, Kind::MediaItem)?,
            seen: self.if_unchanged_since.map(|time| time.0),
            title: patch(self.title),
            description: patch(self.description),
        })
    }
}

row_payload! {
    /// What came of `updateMediaItem`.
    UpdateMediaItemPayload {
        /// The media item as it is now; null if nothing has changed.
        media_item: MediaItem of uuid::Uuid
    }
}

/// What has been uploaded. What nothing is said of stays as it is.
#[derive(InputObject)]
pub struct MarkMediaItemUploadedInput {
    /// The media item's id.
    id: ID,
    /// The `updatedAt` that the client saw. If it is no longer that, nothing is changed (`STALE`).
    if_unchanged_since: Option<Time>,
    /// How large the file is, in bytes: 1 to 5,368,709,120 (5 GiB).
    file_size_bytes: Option<BigInt>,
    /// What kind of file it is, of the same kind of media: one of those that `createMediaItem` takes.
    mime_type: Option<String>,
    /// How long it plays, in seconds: up to 86,400.
    duration_seconds: Option<i32>,
    /// The width of a video's picture, in pixels: 1 to 7680.
    width: Option<i32>,
    /// The height of a video's picture, in pixels: 1 to 4320.
    height: Option<i32>,
}

impl MarkMediaItemUploadedInput {
    fn into_change(self) -> Result<store::media_item::MarkUploaded> {
        Ok(store::media_item::MarkUploaded {
            id: input::uuid_key("input.id", &self.id, Kind::MediaItem)?,
            seen: self.if_unchanged_since.map(|time| time.0),
            file_size_bytes: self.file_size_bytes.map(|size| size.0),
            mime_type: self.mime_type,
            measures: Measures {
                duration_seconds: self.duration_seconds,
                width: self.width,
                height: self.height,
            },
        })
    }
}

row_payload! {
    /// What came of `markMediaItemUploaded`.
    MarkMediaItemUploadedPayload {
        /// The media item as it is now; null if nothing has changed.
        media_item: MediaItem of uuid::Uuid
    }
}

row_input! {
    /// What to upload once more.
    RestartMediaItemUploadInput => store::media_item::RestartUpload {
        /// The media item's id.
        id: MediaItem
    }
}

row_payload! {
    /// What came of `restartMediaItemUpload`.
    RestartMediaItemUploadPayload {
        /// The media item as it is now; null if nothing has changed.
        media_item: MediaItem of uuid::Uuid
    }
}

row_input! {
    /// What is being transcoded.
    StartMediaItemTranscodingInput => store::media_item::StartTranscoding {
        /// The media item's id.
        id: MediaItem
    }
}

row_payload! {
    /// What came of `startMediaItemTranscoding`.
    StartMediaItemTranscodingPayload {
        /// The media item as it is now; null if nothing has changed.
        media_item: MediaItem of uuid::Uuid
    }
}

/// What can be played. What nothing is said of stays as it is.
#[derive(InputObject)]
pub struct CompleteMediaItemTranscodingInput {
    /// The media item's id.
    id: ID,
    /// The `updatedAt` that the client saw. If it is no longer that, nothing is changed (`STALE`).
    if_unchanged_since: Option<Time>,
    /// How long it plays, in seconds: up to 86,400.
    duration_seconds: Option<i32>,
    /// The width of a video's picture, in pixels: 1 to 7680.
    width: Option<i32>,
    /// The height of a video's picture, in pixels: 1 to 4320.
    height: Option<i32>,
    /// The storage key of the HLS master playlist; of the same form as `r2Key`.
    hls_master_playlist_key: String,
    /// The storage key of the still picture; of the same form as `r2Key`.
    thumbnail_key: Option<String>,
}

impl CompleteMediaItemTranscodingInput {
    fn into_change(self) -> Result<store::media_item::CompleteTranscoding> {
        Ok(store::media_item::CompleteTranscoding {
            id: input::uuid_key("input.id", &self.id, Kind::MediaItem)?,
            seen: self.if_unchanged_since.map(|time| time.0),
            measures: Measures {
                duration_seconds: self.duration_seconds,
                width: self.width,
                height: self.height,
            },
            hls_master_playlist_key: self.hls_master_playlist_key,
            thumbnail_key: self.thumbnail_key,
        })
    }
}

row_payload! {
    /// What came of `completeMediaItemTranscoding`.
    CompleteMediaItemTranscodingPayload {
        /// The media item as it is now; null if nothing has changed.
        media_item: MediaItem of uuid::Uuid
    }
}

row_input! {
    /// What could not be made ready.
    FailMediaItemTranscodingInput => store::media_item::FailTranscoding {
        /// The media item's id.
        id: MediaItem
    }
}

row_payload! {
    /// What came of `failMediaItemTranscoding`.
    FailMediaItemTranscodingPayload {
        /// The media item as it is now; null if nothing has changed.
        media_item: MediaItem of uuid::Uuid
    }
}

row_input! {
    /// What to delete.
    DeleteMediaItemInput => store::media_item::Delete {
        /// The media item's id.
        id: MediaItem
    }
}

gone_payload! {
    /// What came of `deleteMediaItem`.
    DeleteMediaItemPayload {
        /// The id of the media item that is gone; null if nothing has changed.
        deleted_media_item_id: MediaItem of uuid::Uuid
    }
}

/// Changes to media items.
#[derive(Default)]
pub struct MediaItemMutation;

/// Changes to media items.
#[Object]
impl MediaItemMutation {
    /// Creates a media item, whose file is then to be uploaded.
    async fn create_media_item(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "What to create.")] input: CreateMediaItemInput,
    ) -> Option<Result<CreateMediaItemPayload>> {
        change(context, input.into_change()).await
    }

    /// Changes what is said about a media item.
    async fn update_media_item(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "What to change.")] input: UpdateMediaItemInput,
    ) -> Option<Result<UpdateMediaItemPayload>> {
        change(context, input.into_change()).await
    }

    /// Says that the file of what was `UPLOADING` is there: it becomes `UPLOADED`. Saying the same once more changes nothing.
    async fn mark_media_item_uploaded(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "What has been uploaded.")] input: MarkMediaItemUploadedInput,
    ) -> Option<Result<MarkMediaItemUploadedPayload>> {
        change(context, input.into_change()).await
    }

    /// Has the file of what `FAILED` uploaded once more: it becomes `UPLOADING`. What is so already stays as it is.
    async fn restart_media_item_upload(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "What to upload once more.")] input: RestartMediaItemUploadInput,
    ) -> Option<Result<RestartMediaItemUploadPayload>> {
        change(context, input.into_change()).await
    }

    /// Says that what is `UPLOADED`, or `FAILED`, is being transcoded: it becomes `TRANSCODING`. What is so already stays as it is;
    /// with `ifUnchangedSince`, one of several who start at once does.
    async fn start_media_item_transcoding(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "What is being transcoded.")] input: StartMediaItemTranscodingInput,
    ) -> Option<Result<StartMediaItemTranscodingPayload>> {
        change(context, input.into_change()).await
    }

    /// Says that what was `TRANSCODING` can be played: it becomes `READY`. Saying the same once more changes nothing.
    async fn complete_media_item_transcoding(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "What can be played.")] input: CompleteMediaItemTranscodingInput,
    ) -> Option<Result<CompleteMediaItemTranscodingPayload>> {
        change(context, input.into_change()).await
    }

    /// Says that what was `TRANSCODING` could not be made ready: it becomes `FAILED`. What is so already stays as it is.
    async fn fail_media_item_transcoding(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "What could not be made ready.")] input: FailMediaItemTranscodingInput,
    ) -> Option<Result<FailMediaItemTranscodingPayload>> {
        change(context, input.into_change()).await
    }

    /// Deletes a media item. Not while published content shows it (`IN_USE`); drafts and archived content lose it.
    async fn delete_media_item(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "What to delete.")] input: DeleteMediaItemInput,
    ) -> Option<Result<DeleteMediaItemPayload>> {
        change(context, input.into_change()).await
    }
}
