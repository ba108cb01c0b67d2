//! Media items.

mod create;
mod delete;
mod lifecycle;
mod update;

use std::sync::Arc;

pub use create::Create;
pub use delete::Delete;
pub use entity::media_item::{MediaType, Status};
use entity::{is_one_of, media_item};
pub use lifecycle::{CompleteTranscoding, FailTranscoding, MarkUploaded, Measures, RestartUpload, StartTranscoding};
use sea_orm::{
    ColumnTrait, Condition, DbBackend, DbErr,
    prelude::{DateTimeUtc, Uuid},
};

use super::{
    Error, Key, Noun, Relation, TimeRange,
    change::{Checks, Hold, Refusal, Transaction, UserErrorCode, limits},
    columns::ColumnSet,
    cursor::Mark,
    fields::Fields,
    noun::{Named, width},
    relation::{Along, Door},
    scope::{Loads, NounLoads},
    user::{self, User},
};

pub use update::Update;

use crate::{
    database::{Slots, contains_text},
    policy,
    viewer::Viewer,
};

columns! {
    media_item::Entity {
        ID id: Uuid = Id;
        CREATOR_ID creator_id: String = CreatorId;
        TITLE title: String = Title;
        DESCRIPTION description: Option<String> = Description;
        MEDIA_TYPE media_type: MediaType = MediaType;
        STATUS status: Status = Status;
        R2_KEY r2_key: String = R2Key;
        FILE_SIZE_BYTES file_size_bytes: Option<i64> = FileSizeBytes;
        MIME_TYPE mime_type: Option<String> = MimeType;
        DURATION_SECONDS duration_seconds: Option<i32> = DurationSeconds;
        WIDTH width: Option<i32> = Width;
        HEIGHT height: Option<i32> = Height;
        HLS_MASTER_PLAYLIST_KEY hls_master_playlist_key: Option<String> = HlsMasterPlaylistKey;
        THUMBNAIL_KEY thumbnail_key: Option<String> = ThumbnailKey;
        UPLOADED_AT uploaded_at: Option<DateTimeUtc> = UploadedAt;
        CREATED_AT created_at: DateTimeUtc = CreatedAt;
        UPDATED_AT updated_at: DateTimeUtc = UpdatedAt;
    }
}

/// What is wanted of a media item.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Selection {
    /// Columns of its own.
    pub columns: Columns,
    /// Who made it.
    pub creator: Option<user::Selection>,
}

/// Which media items are wanted. Everything that is said must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Filter {
    /// In one of these states.
    pub status: Option<Vec<Status>>,
    /// Of one of these kinds.
    pub media_type: Option<Vec<MediaType>>,
    /// Created then.
    pub created: TimeRange,
    /// Made by one of these users.
    pub creator: Option<Vec<String>>,
    /// With these words in the title or the description.
    pub search: Option<String>,
}

/// Whose media items a page is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Via {
    /// A creator's.
    Creator,
}

/// One media item that the viewer may see.
#[derive(Clone, Debug)]
pub struct MediaItem {
    /// What was read of it.
    pub row: Row,
    /// Who made it.
    pub creator: Relation<User>,
}

impl MediaItem {
    /// Whether the viewer may know where it is stored.
    ///
    /// # Errors
    /// If the selection had not asked for that.
    pub fn may_have_storage_key(&self, viewer: &Viewer) -> Result<bool, Error> {
        Ok(policy::media_item::may_have_storage_key(viewer, self.row.creator_id()?))
    }
}

/// The media item, to be changed by a viewer who may, unless somebody has changed it since they saw it.
async fn to_change(
    transaction: &Transaction,
    id: Uuid,
    seen: Option<DateTimeUtc>,
    may: fn(&Viewer, &str) -> bool,
) -> Result<media_item::Model, Refusal> {
    let found = transaction.find::<MediaItem>(id, Hold::ToChange).await?;
    transaction.allow(may(&transaction.viewer(), &found.creator_id))?;
    transaction.unchanged_since::<media_item::Entity>(&found, seen)?;
    Ok(found)
}

/// What kind of file it is: one that holds such media.
fn mime_type(checks: &mut Checks, value: &str, media_type: MediaType) -> String {
    const FIELD: &str = "mimeType";
    let mime_type = checks.mime_type(FIELD, value);
    let family = match media_type {
        MediaType::Video => "video/",
        MediaType::Audio => "audio/",
    };
    if limits::MIME_TYPES.contains(&mime_type.as_str()) && !mime_type.starts_with(family) {
        let message = format!("must begin with {family}, as the media item does not hold anything else");
        checks.field(UserErrorCode::Mismatch, FIELD, message);
    }
    mime_type
}

impl Noun for MediaItem {
    type Entity = media_item::Entity;
    const KEY: Named = Named::uuid("id");
    const RULE: &'static str = policy::media_item::RULE;
    type Columns = Columns;
    type Selection = Selection;
    type Filter = Filter;
    type OrderField = ();
    type Via = Via;

    fn visible(viewer: &Viewer) -> Condition {
        policy::media_item::visible(viewer)
    }

    fn visible_one(viewer: &Viewer) -> Condition {
        policy::media_item::visible_one(viewer)
    }

    fn own(by: Option<Via>) -> Option<Condition> {
        (by == Some(Via::Creator)).then(policy::media_item::own)
    }

    fn alive() -> Condition {
        Condition::all().add(media_item::Column::DeletedAt.is_null())
    }

    fn matching(filter: &Filter, backend: DbBackend) -> Condition {
        let words = |words: &String| {
            Condition::any()
                .add(contains_text(backend, media_item::Column::Title.as_column_ref(), words))
                .add(contains_text(
                    backend,
                    media_item::Column::Description.as_column_ref(),
                    words,
                ))
        };
        Condition::all()
            .add_option(
                filter
                    .status
                    .clone()
                    .map(|one_of| is_one_of(media_item::Column::Status, one_of)),
            )
            .add_option(
                filter
                    .media_type
                    .clone()
                    .map(|one_of| is_one_of(media_item::Column::MediaType, one_of)),
            )
            .add(filter.created.holds(media_item::Column::CreatedAt))
            .add_option(
                filter
                    .creator
                    .clone()
                    .map(|one_of| media_item::Column::CreatorId.is_in(one_of)),
            )
            .add_option(filter.search.as_ref().map(words))
    }

    fn slots(filter: &mut Filter, slots: &mut dyn Slots) {
        filter.created.slots(slots);
        filter.creator.iter_mut().flatten().for_each(|key| slots.text(key));
    }

    fn order_column(_field: ()) -> Named {
        Named::time("created_at")
    }

    fn via_column(_via: Via) -> Named {
        Named::text("creator_id")
    }

    fn columns(selection: &Selection, order: Option<()>, via: Option<Via>) -> Columns {
        let mut columns = selection.columns | Columns::ID;
        if selection.columns.has(Columns::R2_KEY) || via == Some(Via::Creator) {
            columns |= Columns::CREATOR_ID;
        }
        if order.is_some() {
            columns | Columns::CREATED_AT
        } else {
            columns
        }
    }

    fn relations(selection: &Selection, mut along: Along<'_>) {
        along.one::<User>(selection.creator.as_ref(), "creator_id", "id", Door::Open);
    }

    fn width(selection: &Selection) -> usize {
        Self::columns(selection, None, None).count() + width::<User>(selection.creator.as_ref())
    }

    fn decode(fields: &mut Fields<'_>, columns: Columns, selection: &Selection) -> Result<Self, DbErr> {
        let row = Row::take(fields, columns);
        Ok(Self {
            row,
            creator: fields.relation(selection.creator.as_ref())?,
        })
    }

    fn alone(row: Arc<media_item::Model>, selection: &Selection) -> Option<Self> {
        selection.creator.is_none().then(|| Self {
            row: Row::of(row),
            creator: Relation::NotRead,
        })
    }

    fn key(&self) -> Result<Key, Error> {
        Ok(Key::Uuid(self.row.id()?))
    }

    fn mark(&self, _field: ()) -> Result<Mark, Error> {
        Ok(Mark::Time(Some(self.row.created_at()?)))
    }

    fn parent(&self, _via: Via) -> Result<Option<Key>, Error> {
        Ok(Some(Key::Text(self.row.creator_id()?.to_owned())))
    }

    fn loads(loads: &Loads) -> &NounLoads<Self> {
        &loads.media_item
    }
}
