//! Uploaded video and audio.

use sea_orm::entity::prelude::*;

/// What kind of media it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(50))", rename_all = "snake_case")]
pub enum MediaType {
    /// Moving pictures.
    Video,
    /// Sound alone.
    Audio,
}

/// How far it is: uploading → uploaded → transcoding → ready or failed; failed → uploading or transcoding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(50))", rename_all = "snake_case")]
pub enum Status {
    /// The file is on its way.
    Uploading,
    /// The file is there.
    Uploaded,
    /// The file is being made playable.
    Transcoding,
    /// It can be played, and content with it published.
    Ready,
    /// Uploading or transcoding went wrong.
    Failed,
}

/// A media file, as uploaded and as made playable.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "media_items")]
pub struct Model {
    /// The key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Who uploaded it.
    #[sea_orm(column_type = "Text")]
    pub creator_id: String,
    /// What its creator calls it.
    #[sea_orm(column_type = "String(StringLen::N(255))")]
    pub title: String,
    /// What it is about.
    #[sea_orm(column_type = "Text", nullable)]
    pub description: Option<String>,
    /// Video or audio.
    pub media_type: MediaType,
    /// How far it is.
    pub status: Status,
    /// Where the uploaded file lies in the object store.
    #[sea_orm(column_type = "String(StringLen::N(500))")]
    pub r2_key: String,
    /// Size of the uploaded file in bytes.
    pub file_size_bytes: Option<i64>,
    /// Type of the uploaded file.
    #[sea_orm(column_type = "String(StringLen::N(100))", nullable)]
    pub mime_type: Option<String>,
    /// Length in seconds.
    pub duration_seconds: Option<i32>,
    /// Width in pixels, for video.
    pub width: Option<i32>,
    /// Height in pixels, for video.
    pub height: Option<i32>,
    /// Where the playlist of the playable version lies in the object store.
    #[sea_orm(column_type = "String(StringLen::N(500))", nullable)]
    pub hls_master_playlist_key: Option<String>,
    /// Where the still picture lies in the object store.
    #[sea_orm(column_type = "String(StringLen::N(500))", nullable)]
    pub thumbnail_key: Option<String>,
    /// When the file had arrived.
    pub uploaded_at: Option<DateTimeUtc>,
    /// When it was deleted; from then on nobody sees it. Null: it lives.
    pub deleted_at: Option<DateTimeUtc>,
    /// When the row was written.
    pub created_at: DateTimeUtc,
    /// When the row was last changed.
    pub updated_at: DateTimeUtc,
    /// Who uploaded it; they cannot be deleted while it is there.
    #[sea_orm(belongs_to, from = "creator_id", to = "id", on_delete = "Restrict")]
    pub creator: BelongsTo<super::user::Entity>,
    /// The content that shows it.
    #[sea_orm(has_many)]
    pub content: HasMany<super::content::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}
