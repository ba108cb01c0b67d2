//! Content.

mod create;
mod delete;
mod filter;
mod lifecycle;
mod moving;
mod publish;
mod update;
mod view;

use std::sync::Arc;

pub use create::Create;
pub use delete::Delete;
use entity::content;
pub use entity::content::{ContentType, Status, Visibility};
pub use filter::Filter;
pub use lifecycle::{Archive, Restore, Unpublish};
pub use moving::Move;
pub use publish::Publish;
use sea_orm::{
    ColumnTrait, Condition, DbBackend, DbErr,
    prelude::{DateTimeUtc, Uuid},
    sea_query::{DynIden, SelectExpr},
};

pub use update::Update;
pub use view::RecordView;

use super::{
    Error, Key, Noun, Relation,
    change::{Hold, Refusal, Transaction},
    columns::ColumnSet,
    cursor::Mark,
    fields::{Fields, Texts},
    media_item::{self, MediaItem},
    noun::{Named, plain, width},
    organization::{self, Organization},
    relation::{Along, Door},
    scope::{Loads, NounLoads},
    user::{self, User},
};
use crate::{database::Slots, policy, viewer::Viewer};

columns! {
    content::Entity {
        ID id: Uuid = Id;
        CREATOR_ID creator_id: String = CreatorId;
        ORGANIZATION_ID organization_id: Option<Uuid> = OrganizationId;
        MEDIA_ITEM_ID media_item_id: Option<Uuid> = MediaItemId;
        TITLE title: String = Title;
        SLUG slug: String = Slug;
        DESCRIPTION description: Option<String> = Description;
        CONTENT_TYPE content_type: ContentType = ContentType;
        THUMBNAIL_URL thumbnail_url: Option<String> = ThumbnailUrl;
        CONTENT_BODY content_body: Option<String> = ContentBody;
        CATEGORY category: Option<String> = Category;
        TAGS tags: Texts = Tags;
        VISIBILITY visibility: Visibility = Visibility;
        PRICE_CENTS price_cents: Option<i32> = PriceCents;
        STATUS status: Status = Status;
        PUBLISHED_AT published_at: Option<DateTimeUtc> = PublishedAt;
        VIEW_COUNT view_count: i32 = ViewCount;
        PURCHASE_COUNT purchase_count: i32 = PurchaseCount;
        CREATED_AT created_at: DateTimeUtc = CreatedAt;
        UPDATED_AT updated_at: DateTimeUtc = UpdatedAt;
    }
}

/// What is wanted of content.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Selection {
    /// Columns of its own.
    pub columns: Columns,
    /// Whether the viewer may have the body.
    pub access: bool,
    /// Whether the viewer may edit it.
    pub edit: bool,
    /// Who made it.
    pub creator: Option<user::Selection>,
    /// To which organization it belongs.
    pub organization: Option<organization::Selection>,
    /// The media item that it shows.
    pub media_item: Option<media_item::Selection>,
}

impl Selection {
    /// The rules about the body must be answered: for the body itself, and for the question.
    fn asks_for_access(&self) -> bool {
        self.access || self.columns.has(Columns::CONTENT_BODY)
    }

    /// Some rule must be answered that looks at whose it is.
    fn asks_whose(&self) -> bool {
        let counts = self.columns.has(Columns::VIEW_COUNT) || self.columns.has(Columns::PURCHASE_COUNT);
        self.edit || counts || self.asks_for_access()
    }
}

/// By what content can be ordered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum OrderField {
    /// When it was made.
    #[default]
    CreatedAt,
    /// When it was last changed.
    UpdatedAt,
    /// When it was first published. What never was counts as the oldest.
    PublishedAt,
}

/// Whose content a page is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Via {
    /// An organization's.
    Organization,
    /// A creator's.
    Creator,
    /// What uses a media item.
    MediaItem,
}

/// One content row that the viewer may see.
#[derive(Clone, Debug)]
pub struct Content {
    /// What was read of it.
    pub row: Row,
    granted: bool,
    /// Who made it.
    pub creator: Relation<User>,
    /// To which organization it belongs, if that is not deleted.
    pub organization: Relation<Organization>,
    /// The media item that it shows, if the viewer may see that.
    pub media_item: Relation<MediaItem>,
}

impl Content {
    /// Whether the viewer may have the body.
    ///
    /// # Errors
    /// If the selection had not asked for access.
    pub fn may_have_body(&self, viewer: &Viewer) -> Result<bool, Error> {
        let facts = policy::content::Facts {
            creator_id: self.row.creator_id()?,
            organization_id: self.row.organization_id()?,
            status: self.row.status()?,
            visibility: self.row.visibility()?,
            price_cents: self.row.price_cents()?,
            granted: self.granted,
        };
        Ok(policy::content::may_have_body(viewer, &facts))
    }

    /// Whether the viewer may have the counts.
    ///
    /// # Errors
    /// If the selection had none of them.
    pub fn may_have_counts(&self, viewer: &Viewer) -> Result<bool, Error> {
        Ok(policy::content::may_have_counts(
            viewer,
            self.row.creator_id()?,
            self.row.organization_id()?,
        ))
    }

    /// Whether the viewer may edit it.
    ///
    /// # Errors
    /// If the selection had not asked for that.
    pub fn may_edit(&self, viewer: &Viewer) -> Result<bool, Error> {
        Ok(policy::content::may_edit(
            viewer,
            self.row.creator_id()?,
            self.row.organization_id()?,
        ))
    }
}

/// The content, to be edited by the viewer, unless somebody has changed it since they saw it.
async fn to_edit(transaction: &Transaction, id: Uuid, seen: Option<DateTimeUtc>) -> Result<content::Model, Refusal> {
    let found = transaction.find::<Content>(id, Hold::ToChange).await?;
    let may = policy::content::may_edit(&transaction.viewer(), &found.creator_id, found.organization_id);
    transaction.allow(may)?;
    transaction.unchanged_since::<content::Entity>(&found, seen)?;
    Ok(found)
}

/// Whether content of this type shows media of that.
fn shows(content_type: ContentType, media_type: entity::media_item::MediaType) -> bool {
    use entity::media_item::MediaType;
    match content_type {
        ContentType::Video => media_type == MediaType::Video,
        ContentType::Audio => media_type == MediaType::Audio,
        ContentType::Written => false,
    }
}

impl Noun for Content {
    type Entity = content::Entity;
    const KEY: Named = Named::uuid("id");
    const RULE: &'static str = policy::content::RULE;
    const OWN_VIEW: Option<&'static str> = Some("own_content");
    type Columns = Columns;
    type Selection = Selection;
    type Filter = Filter;
    type OrderField = OrderField;
    type Via = Via;

    fn visible(viewer: &Viewer) -> Condition {
        policy::content::visible(viewer)
    }

    fn visible_one(viewer: &Viewer) -> Condition {
        policy::content::visible_one(viewer)
    }

    fn own(by: Option<Via>) -> Option<Condition> {
        (by == Some(Via::Creator)).then(policy::content::own)
    }

    fn alive() -> Condition {
        Condition::all().add(content::Column::DeletedAt.is_null())
    }

    fn matching(filter: &Filter, backend: DbBackend) -> Condition {
        filter.condition(backend)
    }

    fn is_open(filter: &Filter) -> bool {
        matches!((&filter.status, &filter.visibility), (Some(statuses), Some(visibilities))
            if policy::content::is_open(statuses, visibilities))
    }

    fn slots(filter: &mut Filter, slots: &mut dyn Slots) {
        filter.slots(slots);
    }

    fn order_column(field: OrderField) -> Named {
        match field {
            OrderField::CreatedAt => Named::time("created_at"),
            OrderField::UpdatedAt => Named::time("updated_at"),
            OrderField::PublishedAt => Named::time("published_at").nullable(),
        }
    }

    fn may_lack(field: OrderField, filter: &Filter, viewer: &Viewer) -> bool {
        // What is published has a time of publication, and the anonymous see nothing else.
        let published = filter.status.as_deref() == Some(&[Status::Published]) || viewer.user_id().is_none();
        field == OrderField::PublishedAt && !published
    }

    fn via_column(via: Via) -> Named {
        match via {
            Via::Organization => Named::uuid("organization_id"),
            Via::Creator => Named::text("creator_id"),
            Via::MediaItem => Named::uuid("media_item_id"),
        }
    }

    fn columns(selection: &Selection, order: Option<OrderField>, via: Option<Via>) -> Columns {
        let mut columns = selection.columns | Columns::ID;
        if selection.asks_whose() {
            columns |= Columns::CREATOR_ID | Columns::ORGANIZATION_ID;
        }
        if selection.asks_for_access() {
            columns |= Columns::STATUS | Columns::VISIBILITY | Columns::PRICE_CENTS;
        }
        columns |= match via {
            Some(Via::Organization) => Columns::ORGANIZATION_ID,
            Some(Via::Creator) => Columns::CREATOR_ID,
            Some(Via::MediaItem) => Columns::MEDIA_ITEM_ID,
            None => Columns::default(),
        };
        match order {
            Some(OrderField::CreatedAt) => columns | Columns::CREATED_AT,
            Some(OrderField::UpdatedAt) => columns | Columns::UPDATED_AT,
            Some(OrderField::PublishedAt) => columns | Columns::PUBLISHED_AT,
            None => columns,
        }
    }

    fn expressions(columns: Columns, selection: &Selection, viewer: &Viewer, name: &DynIden) -> Vec<SelectExpr> {
        let mut expressions = plain(columns, name);
        if selection.asks_for_access() {
            expressions.push(policy::content::granted(viewer).into());
        }
        expressions
    }

    fn relations(selection: &Selection, mut along: Along<'_>) {
        along.one::<User>(selection.creator.as_ref(), "creator_id", "id", Door::Open);
        along.one::<Organization>(selection.organization.as_ref(), "organization_id", "id", Door::Closed);
        let door = match along.is_open() {
            true => Door::Open,
            false => Door::OpenIf(policy::content::body(along.viewer())),
        };
        along.one::<MediaItem>(selection.media_item.as_ref(), "media_item_id", "id", door);
    }

    fn width(selection: &Selection) -> usize {
        Self::columns(selection, None, None).count()
            + usize::from(selection.asks_for_access())
            + width::<User>(selection.creator.as_ref())
            + width::<Organization>(selection.organization.as_ref())
            + width::<MediaItem>(selection.media_item.as_ref())
    }

    fn decode(fields: &mut Fields<'_>, columns: Columns, selection: &Selection) -> Result<Self, DbErr> {
        Ok(Self {
            row: Row::take(fields, columns),
            granted: selection.asks_for_access() && fields.next::<bool>()?,
            creator: fields.relation(selection.creator.as_ref())?,
            organization: fields.relation(selection.organization.as_ref())?,
            media_item: fields.relation(selection.media_item.as_ref())?,
        })
    }

    fn alone(row: Arc<content::Model>, selection: &Selection) -> Option<Self> {
        let is_alone =
            selection.creator.is_none() && selection.organization.is_none() && selection.media_item.is_none();
        is_alone.then(|| Self {
            row: Row::of(row),
            // Whoever may edit it needs no grant.
            granted: false,
            creator: Relation::NotRead,
            organization: Relation::NotRead,
            media_item: Relation::NotRead,
        })
    }

    fn key(&self) -> Result<Key, Error> {
        Ok(Key::Uuid(self.row.id()?))
    }

    fn mark(&self, field: OrderField) -> Result<Mark, Error> {
        Ok(Mark::Time(match field {
            OrderField::CreatedAt => Some(self.row.created_at()?),
            OrderField::UpdatedAt => Some(self.row.updated_at()?),
            OrderField::PublishedAt => self.row.published_at()?,
        }))
    }

    fn parent(&self, via: Via) -> Result<Option<Key>, Error> {
        Ok(match via {
            Via::Organization => self.row.organization_id()?.map(Key::Uuid),
            Via::Creator => Some(Key::Text(self.row.creator_id()?.to_owned())),
            Via::MediaItem => self.row.media_item_id()?.map(Key::Uuid),
        })
    }

    fn loads(loads: &Loads) -> &NounLoads<Self> {
        &loads.content
    }
}
