//! A media item's way from the upload to the player: uploading → uploaded → transcoding → ready or failed; failed → uploading
//! or transcoding. Nothing else. A step that has been taken already, with the same words, changes nothing and succeeds, so that
//! it can be tried again when its answer was lost.

use entity::media_item::{self, MediaType, Status};
use sea_orm::prelude::{DateTimeUtc, Uuid};

use super::{mime_type, to_change};
use crate::{
    policy,
    store::change::{Change, Checks, Refusal, Transaction, UserError, UserErrorCode, limits},
    viewer::Viewer,
};

/// How long media play and how large their picture is. What is not told stays as it is.
#[derive(Clone, Copy, Debug, Default)]
pub struct Measures {
    /// How long they play, in seconds.
    pub duration_seconds: Option<i32>,
    /// The width of the picture, in pixels.
    pub width: Option<i32>,
    /// The height of the picture, in pixels.
    pub height: Option<i32>,
}

/// Says that the file is there.
#[derive(Clone, Debug)]
pub struct MarkUploaded {
    /// Which media item.
    pub id: Uuid,
    /// When the client saw it changed last.
    pub seen: Option<DateTimeUtc>,
    /// How large the file is, if that is told.
    pub file_size_bytes: Option<i64>,
    /// What kind of file it is, if that is told.
    pub mime_type: Option<String>,
    /// What is told of the media in it.
    pub measures: Measures,
}

/// Has a file that could not be made ready uploaded once more.
#[derive(Clone, Debug)]
pub struct RestartUpload {
    /// Which media item.
    pub id: Uuid,
    /// When the client saw it changed last.
    pub seen: Option<DateTimeUtc>,
}

/// Says that the file is being made ready.
#[derive(Clone, Debug)]
pub struct StartTranscoding {
    /// Which media item.
    pub id: Uuid,
    /// When the client saw it changed last.
    pub seen: Option<DateTimeUtc>,
}

/// Says that it can be played.
#[derive(Clone, Debug)]
pub struct CompleteTranscoding {
    /// Which media item.
    pub id: Uuid,
    /// When the client saw it changed last.
    pub seen: Option<DateTimeUtc>,
    /// What is told of the media.
    pub measures: Measures,
    /// Where the player's playlist is stored.
    pub hls_master_playlist_key: String,
    /// Where the still picture is stored, if there is one.
    pub thumbnail_key: Option<String>,
}

/// Says that it could not be made ready.
#[derive(Clone, Debug)]
pub struct FailTranscoding {
    /// Which media item.
    pub id: Uuid,
    /// When the client saw it changed last.
    pub seen: Option<DateTimeUtc>,
}

impl Change for MarkUploaded {
    const ACTION: &'static str = "media_item.mark_uploaded";
    const RULE: &'static str = policy::media_item::EDIT_RULE;
    type Outcome = Uuid;

    async fn run(&self, transaction: &mut Transaction) -> Result<Uuid, Refusal> {
        let before = to_change(transaction, self.id, self.seen, policy::media_item::may_edit).await?;
        let mut after = before.clone();
        let mut checks = Checks::new();
        if let Some(size) = self.file_size_bytes {
            after.file_size_bytes = Some(checks.number("fileSizeBytes", size, limits::FILE_SIZE_BYTES));
        }
        if let Some(value) = &self.mime_type {
            after.mime_type = Some(mime_type(&mut checks, value, before.media_type));
        }
        self.measures.apply(&mut after, &mut checks);
        let step = Step {
            from: &[Status::Uploading],
            to: Status::Uploaded,
            otherwise: "Only what is being uploaded can have been uploaded.",
        };
        step.take(transaction, &before, after, checks).await
    }
}

impl Change for RestartUpload {
    const ACTION: &'static str = "media_item.restart_upload";
    const RULE: &'static str = policy::media_item::EDIT_RULE;
    type Outcome = Uuid;

    async fn run(&self, transaction: &mut Transaction) -> Result<Uuid, Refusal> {
        let before = to_change(transaction, self.id, self.seen, policy::media_item::may_edit).await?;
        let step = Step {
            from: &[Status::Failed],
            to: Status::Uploading,
            otherwise: "Only what could not be made ready can be uploaded once more.",
        };
        step.take(transaction, &before, before.clone(), Checks::new()).await
    }
}

impl Change for StartTranscoding {
    const ACTION: &'static str = "media_item.start_transcoding";
    const RULE: &'static str = policy::media_item::TRANSCODE_RULE;
    type Outcome = Uuid;

    async fn run(&self, transaction: &mut Transaction) -> Result<Uuid, Refusal> {
        let before = to_transcode(transaction, self.id, self.seen).await?;
        let step = Step {
            from: &[Status::Uploaded, Status::Failed],
            to: Status::Transcoding,
            otherwise: "Only what has been uploaded, or could not be made ready, can be transcoded.",
        };
        step.take(transaction, &before, before.clone(), Checks::new()).await
    }
}

impl Change for CompleteTranscoding {
    const ACTION: &'static str = "media_item.complete_transcoding";
    const RULE: &'static str = policy::media_item::TRANSCODE_RULE;
    type Outcome = Uuid;

    async fn run(&self, transaction: &mut Transaction) -> Result<Uuid, Refusal> {
        let before = to_transcode(transaction, self.id, self.seen).await?;
        let mut after = before.clone();
        let mut checks = Checks::new();
        self.measures.apply(&mut after, &mut checks);
        let playlist = checks.storage_key("hlsMasterPlaylistKey", &self.hls_master_playlist_key);
        after.hls_master_playlist_key = Some(playlist);
        if let Some(key) = &self.thumbnail_key {
            after.thumbnail_key = Some(checks.storage_key("thumbnailKey", key));
        }
        let step = Step {
            from: &[Status::Transcoding],
            to: Status::Ready,
            otherwise: "Only what is being transcoded can become ready.",
        };
        step.take(transaction, &before, after, checks).await
    }
}

impl Change for FailTranscoding {
    const ACTION: &'static str = "media_item.fail_transcoding";
    const RULE: &'static str = policy::media_item::TRANSCODE_RULE;
    type Outcome = Uuid;

    async fn run(&self, transaction: &mut Transaction) -> Result<Uuid, Refusal> {
        let before = to_transcode(transaction, self.id, self.seen).await?;
        let step = Step {
            from: &[Status::Transcoding],
            to: Status::Failed,
            otherwise: "Only what is being transcoded can fail to become ready.",
        };
        step.take(transaction, &before, before.clone(), Checks::new()).await
    }
}

/// The media item, for the transcoder to say how far it is.
async fn to_transcode(
    transaction: &Transaction,
    id: Uuid,
    seen: Option<DateTimeUtc>,
) -> Result<media_item::Model, Refusal> {
    let may = |viewer: &Viewer, _creator_id: &str| policy::media_item::may_transcode(viewer);
    to_change(transaction, id, seen, may).await
}

impl Measures {
    fn apply(self, after: &mut media_item::Model, checks: &mut Checks) {
        if let Some(seconds) = self.duration_seconds {
            after.duration_seconds = Some(checks.number("durationSeconds", seconds, limits::DURATION_SECONDS));
        }
        for (column, field, pixels, range) in [
            (&mut after.width, "width", self.width, limits::WIDTH),
            (&mut after.height, "height", self.height, limits::HEIGHT),
        ] {
            let Some(pixels) = pixels else { continue };
            if after.media_type == MediaType::Audio {
                checks.field(UserErrorCode::Mismatch, field, "is a picture's, and audio has none");
            } else {
                *column = Some(checks.number(field, pixels, range));
            }
        }
    }
}

/// One step of the way.
struct Step {
    /// Where it may begin.
    from: &'static [Status],
    /// Where it leads.
    to: Status,
    /// What to say where it may not begin.
    otherwise: &'static str,
}

impl Step {
    /// Takes the step, if there is nothing to mend. `after` is the row as it was, with what is told of it.
    async fn take(
        &self,
        transaction: &mut Transaction,
        before: &media_item::Model,
        mut after: media_item::Model,
        mut checks: Checks,
    ) -> Result<Uuid, Refusal> {
        let taken_already = before.status == self.to && *before == after;
        if !taken_already && !self.from.contains(&before.status) {
            checks.add(UserError::whole(UserErrorCode::WrongState, self.otherwise));
        }
        checks.finish()?;
        if !taken_already {
            after.status = self.to;
            match self.to {
                Status::Uploading => after.uploaded_at = None,
                Status::Uploaded => after.uploaded_at = Some(transaction.at()),
                Status::Transcoding | Status::Ready | Status::Failed => (),
            }
            transaction.update::<media_item::Entity>(before, &after, None).await?;
        }
        Ok(before.id)
    }
}
