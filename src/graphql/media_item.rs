//! Media items.

use std::sync::Arc;

use async_graphql::{Context, Enum, ID, InputObject, Object, SelectionField};

use super::{
    connection::{Connection, Listed, Which, shown},
    content::{Content, ContentFilter, ContentOrder, contents_by},
    error::{Result, nullable},
    guard::STORAGE_KEY,
    id::{GlobalId, Kind},
    input::{self, DateTimeRange},
    list::{Arguments, PageArguments, newest_first},
    look_ahead::LookAhead,
    scalar::{BigInt, Time},
    user::User,
    written::{Shown, ready},
};
use crate::store::{
    self, Noun, Parent, content,
    media_item::{Columns, Filter, Selection},
};

/// What kind of media it is.
#[derive(Clone, Copy, Enum, PartialEq, Eq)]
#[graphql(remote = "entity::media_item::MediaType")]
pub enum MediaType {
    /// Moving pictures.
    Video,
    /// Sound.
    Audio,
}

/// How far along a media item is.
#[derive(Clone, Copy, Enum, PartialEq, Eq)]
#[graphql(remote = "entity::media_item::Status")]
pub enum MediaStatus {
    /// The creator is uploading the file.
    Uploading,
    /// The file is there.
    Uploaded,
    /// It is being made ready for playing.
    Transcoding,
    /// It can be played.
    Ready,
    /// It could not be made ready.
    Failed,
}

/// Which media items a list has. Everything that is said must hold.
#[derive(Clone, Default, InputObject)]
pub struct MediaItemFilter {
    /// In one of these states.
    status: Option<Vec<MediaStatus>>,
    /// Of one of these kinds.
    media_type: Option<Vec<MediaType>>,
    /// Created in this stretch of time.
    created_at: Option<DateTimeRange>,
    /// Made by one of these users (their ids).
    creator: Option<Vec<ID>>,
    /// With these words, in this order, in the title or the description; upper and lower case are the same.
    search: Option<String>,
}

impl MediaItemFilter {
    /// The store's filter.
    ///
    /// # Errors
    /// For a value that cannot be one, naming it.
    pub fn into_filter(self) -> Result<Filter> {
        Ok(Filter {
            status: input::plain("filter.status", self.status)?,
            media_type: input::plain("filter.mediaType", self.media_type)?,
            created: input::time_range(self.created_at),
            creator: input::user_ids("filter.creator", self.creator)?,
            search: input::search("filter.search", self.search)?,
        })
    }
}

/// A video or audio recording that content can show.
pub struct MediaItem(Arc<store::media_item::MediaItem>);

impl From<Arc<store::media_item::MediaItem>> for MediaItem {
    fn from(media_item: Arc<store::media_item::MediaItem>) -> Self {
        Self(media_item)
    }
}

/// Which media items a list has with this argument, the newest first.
///
/// # Errors
/// For a value that cannot be one, naming it.
pub fn media_items_by(filter: Option<MediaItemFilter>) -> Result<Which<MediaItem>> {
    Ok((filter.unwrap_or_default().into_filter()?, newest_first()))
}

impl Listed for MediaItem {
    type Noun = store::media_item::MediaItem;
    const NAME: &'static str = "MediaItem";

    ready! {
        "title" => title,
        "description" => description,
        "mediaType" => media_type,
        "status" => status,
        "r2Key" => r2_key,
        "fileSizeBytes" => file_size_bytes,
        "mimeType" => mime_type,
        "durationSeconds" => duration_seconds,
        "width" => width,
        "height" => height,
        "hlsMasterPlaylistKey" => hls_master_playlist_key,
        "thumbnailKey" => thumbnail_key,
        "uploadedAt" => uploaded_at,
        "createdAt" => created_at,
        "updatedAt" => updated_at,
        ;
        "creator" => creator,
        ;
        "contents" => Content by content::Via::MediaItem,
    }

    fn which(arguments: &mut Arguments) -> Option<Which<Self>> {
        media_items_by(arguments.take("filter")?).ok()
    }
}

impl LookAhead for Selection {
    fn see(&mut self, field: SelectionField<'_>) {
        match field.name() {
            "title" => self.columns |= Columns::TITLE,
            "description" => self.columns |= Columns::DESCRIPTION,
            "mediaType" => self.columns |= Columns::MEDIA_TYPE,
            "status" => self.columns |= Columns::STATUS,
            "r2Key" => self.columns |= Columns::R2_KEY,
            "fileSizeBytes" => self.columns |= Columns::FILE_SIZE_BYTES,
            "mimeType" => self.columns |= Columns::MIME_TYPE,
            "durationSeconds" => self.columns |= Columns::DURATION_SECONDS,
            "width" => self.columns |= Columns::WIDTH,
            "height" => self.columns |= Columns::HEIGHT,
            "hlsMasterPlaylistKey" => self.columns |= Columns::HLS_MASTER_PLAYLIST_KEY,
            "thumbnailKey" => self.columns |= Columns::THUMBNAIL_KEY,
            "uploadedAt" => self.columns |= Columns::UPLOADED_AT,
            "createdAt" => self.columns |= Columns::CREATED_AT,
            "updatedAt" => self.columns |= Columns::UPDATED_AT,
            "creator" => self.creator.get_or_insert_default().see_under(field),
            _ => (),
        }
    }
}

/// A video or audio recording that content can show.
#[Object]
impl MediaItem {
    /// The global id.
    pub async fn id(&self) -> Result<GlobalId<'_>> {
        Ok(Kind::MediaItem.global(self.0.row.id()?))
    }

    /// What it is called.
    fn title(&self) -> Result<&str> {
        Ok(self.0.row.title()?)
    }

    /// What it is about.
    fn description(&self) -> Option<Result<&str>> {
        nullable(self.0.row.description())
    }

    /// What kind of media it is.
    fn media_type(&self) -> Result<MediaType> {
        Ok(self.0.row.media_type()?.into())
    }

    /// How far along it is.
    fn status(&self) -> Result<MediaStatus> {
        Ok(self.0.row.status()?.into())
    }

    /// Where the original file is stored.
    fn r2_key(&self, context: &Context<'_>) -> Option<Result<&str>> {
        let key = || Ok(Some(self.0.row.r2_key()?));
        STORAGE_KEY.open(context, |viewer| self.0.may_have_storage_key(viewer), key)
    }

    /// The size of the file, in bytes.
    fn file_size_bytes(&self) -> Option<Result<BigInt>> {
        nullable(self.0.row.file_size_bytes().map(|size| size.map(BigInt)))
    }

    /// The file's MIME type.
    fn mime_type(&self) -> Option<Result<&str>> {
        nullable(self.0.row.mime_type())
    }

    /// How long it plays, in seconds.
    fn duration_seconds(&self) -> Option<Result<i32>> {
        nullable(self.0.row.duration_seconds())
    }

    /// The width of the picture, in pixels.
    fn width(&self) -> Option<Result<i32>> {
        nullable(self.0.row.width())
    }

    /// The height of the picture, in pixels.
    fn height(&self) -> Option<Result<i32>> {
        nullable(self.0.row.height())
    }

    /// What a player asks the delivery network for: the key of the HLS master playlist.
    fn hls_master_playlist_key(&self) -> Option<Result<&str>> {
        nullable(self.0.row.hls_master_playlist_key())
    }

    /// The key of its still picture on the delivery network.
    fn thumbnail_key(&self) -> Option<Result<&str>> {
        nullable(self.0.row.thumbnail_key())
    }

    /// When the file had been uploaded.
    fn uploaded_at(&self) -> Option<Result<Time>> {
        nullable(self.0.row.uploaded_at().map(|time| time.map(Time)))
    }

    /// When it was created.
    fn created_at(&self) -> Result<Time> {
        Ok(self.0.row.created_at()?.into())
    }

    /// When it was last changed.
    fn updated_at(&self) -> Result<Time> {
        Ok(self.0.row.updated_at()?.into())
    }

    /// Who made it; null if the account is gone.
    fn creator(&self) -> Option<Result<Shown<User>>> {
        shown(self.0.creator.get("creator"))
    }

    /// The content that uses it.
    async fn contents(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "How many from the start, at most 100 (20 if nothing is said).")] first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor; goes with `first`.")] after: Option<String>,
        #[graphql(desc = "How many from the end, at most 100.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor; goes with `last`.")] before: Option<String>,
        #[graphql(desc = "Which ones to list.")] filter: Option<ContentFilter>,
        #[graphql(desc = "In which order; if nothing is said, the newest created first.")] order_by: Option<
            ContentOrder,
        >,
    ) -> Result<Shown<Connection<Content>>> {
        let parent = Parent::row(content::Via::MediaItem, self.0.key()?);
        let page = PageArguments {
            first,
            after,
            last,
            before,
        };
        Connection::load(context, parent, page, contents_by(filter, order_by)?).await
    }
}
