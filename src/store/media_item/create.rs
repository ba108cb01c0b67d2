//! Creating media items.

use entity::media_item::{self, MediaType, Status};
use sea_orm::prelude::Uuid;

use crate::{
    policy,
    store::change::{Change, Checks, Refusal, Transaction, limits},
};

/// Creates a media item whose file is on its way.
#[derive(Clone, Debug)]
pub struct Create {
    /// What it is called.
    pub title: String,
    /// What it is about.
    pub description: Option<String>,
    /// What kind of media it is.
    pub media_type: MediaType,
    /// Where the file goes.
    pub r2_key: String,
    /// What kind of file it is.
    pub mime_type: Option<String>,
    /// How large it is.
    pub file_size_bytes: Option<i64>,
}

impl Change for Create {
    const ACTION: &'static str = "media_item.create";
    const RULE: &'static str = policy::media_item::CREATE_RULE;
    type Outcome = Uuid;

    async fn run(&self, transaction: &mut Transaction) -> Result<Uuid, Refusal> {
        let creator_id = transaction.user_id()?;
        let mut checks = Checks::new();
        let media_item = self.row(creator_id, transaction, &mut checks);
        checks.finish()?;
        let id = media_item.id;
        transaction.insert::<media_item::Entity>(media_item, None).await?;
        Ok(id)
    }
}

impl Create {
    fn row(&self, creator_id: String, transaction: &Transaction, checks: &mut Checks) -> media_item::Model {
        media_item::Model {
            id: Uuid::now_v7(),
            creator_id,
            title: checks.text("title", &self.title, limits::MEDIA_TITLE),
            description: self
                .description
                .as_ref()
                .and_then(|text| checks.optional("description", text, limits::DESCRIPTION)),
            media_type: self.media_type,
            status: Status::Uploading,
            r2_key: checks.storage_key("r2Key", &self.r2_key),
            mime_type: self
                .mime_type
                .as_ref()
                .map(|mime_type| super::mime_type(checks, mime_type, self.media_type)),
            file_size_bytes: self
                .file_size_bytes
                .map(|size| checks.number("fileSizeBytes", size, limits::FILE_SIZE_BYTES)),
            duration_seconds: None,
            width: None,
            height: None,
            hls_master_playlist_key: None,
            thumbnail_key: None,
            uploaded_at: None,
            deleted_at: None,
            created_at: transaction.at(),
            updated_at: transaction.at(),
        }
    }
}
