//! Content.

use std::{borrow::Cow, sync::Arc};

use async_graphql::{Context, Enum, ID, InputObject, Object, SelectionField};

use super::{
    connection::{Connection, Listed, Which, all, scope, shown},
    error::{Result, nullable},
    grant::Grant,
    guard::{CONTENT_BODY, PURCHASE_COUNT, VIEW_COUNT},
    id::{GlobalId, Kind},
    input::{self, DateTimeRange},
    list::{Arguments, OrderDirection, PageArguments, newest_first},
    look_ahead::LookAhead,
    media_item::MediaItem,
    organization::Organization,
    scalar::Time,
    user::User,
    written::{Shown, ready},
};
use crate::store::{
    Noun, Order, Parent,
    content::{Columns, Filter, OrderField, Selection},
    grant,
};

/// What kind of content it is.
#[derive(Clone, Copy, Enum, PartialEq, Eq)]
#[graphql(remote = "entity::content::ContentType")]
pub enum ContentType {
    /// Shows a media item that is a video.
    Video,
    /// Plays a media item that is audio.
    Audio,
    /// Has a text of its own.
    Written,
}

/// Whom published content is for.
#[derive(Clone, Copy, Enum, PartialEq, Eq)]
#[graphql(remote = "entity::content::Visibility")]
pub enum ContentVisibility {
    /// Everyone.
    Public,
    /// Nobody but its creator, the managers of its organization, and holders of a grant.
    Private,
    /// Members of its organization.
    MembersOnly,
    /// Everyone sees that it is there; its body is for those who bought it, or for everyone if it has no price.
    PurchasedOnly,
}

/// How far along content is.
#[derive(Clone, Copy, Enum, PartialEq, Eq)]
#[graphql(remote = "entity::content::Status")]
pub enum ContentStatus {
    /// Being worked on.
    Draft,
    /// Out.
    Published,
    /// Out no longer, except for holders of a grant.
    Archived,
}

/// Which content a list has. Everything that is said must hold; a list of values holds for content that has any of them.
#[derive(Clone, Default, InputObject)]
pub struct ContentFilter {
    /// In one of these states.
    status: Option<Vec<ContentStatus>>,
    /// Of one of these kinds.
    content_type: Option<Vec<ContentType>>,
    /// For one of these audiences.
    visibility: Option<Vec<ContentVisibility>>,
    /// In one of these categories.
    category: Option<Vec<String>>,
    /// With at least one of these tags.
    any_tag: Option<Vec<String>>,
    /// With all of these tags.
    all_tags: Option<Vec<String>>,
    /// First published in this stretch of time.
    published_at: Option<DateTimeRange>,
    /// Created in this stretch of time.
    created_at: Option<DateTimeRange>,
    /// At a price in this range. What has no price is in no range.
    price: Option<PriceRange>,
    /// Whether it costs nothing.
    free: Option<bool>,
    /// Made by one of these users (their ids).
    creator: Option<Vec<ID>>,
    /// Of one of these organizations (their ids).
    organization: Option<Vec<ID>>,
    /// Whether it is personal: of no organization.
    personal: Option<bool>,
    /// With these words, in this order, in the title or the description; upper and lower case are the same.
    search: Option<String>,
}

/// A range of prices.
#[derive(Clone, InputObject)]
pub struct PriceRange {
    /// At this price or more, in cents.
    from_cents: Option<i32>,
    /// At this price or less, in cents.
    to_cents: Option<i32>,
}

impl ContentFilter {
    /// The store's filter.
    ///
    /// # Errors
    /// For a value that cannot be one, naming it.
    pub fn into_filter(self) -> Result<Filter> {
        let (price_from, price_to) = self
            .price
            .map(|range| (range.from_cents, range.to_cents))
            .unwrap_or_default();
        Ok(Filter {
            slug: None,
            status: input::plain("filter.status", self.status)?,
            content_type: input::plain("filter.contentType", self.content_type)?,
            visibility: input::plain("filter.visibility", self.visibility)?,
            category: input::texts("filter.category", self.category)?,
            any_tag: input::texts("filter.anyTag", self.any_tag)?,
            all_tags: input::texts("filter.allTags", self.all_tags)?,
            published: input::time_range(self.published_at),
            created: input::time_range(self.created_at),
            price_from,
            price_to,
            free: self.free,
            creator: input::user_ids("filter.creator", self.creator)?,
            organization: input::organization_ids("filter.organization", self.organization)?,
            organization_slug: None,
            personal: self.personal,
            search: input::search("filter.search", self.search)?,
        })
    }
}

/// In which order a list of content comes.
#[derive(Clone, Copy, InputObject)]
pub struct ContentOrder {
    /// By what. Between equals the id decides.
    field: ContentOrderField,
    /// Which way.
    #[graphql(default)]
    direction: OrderDirection,
}

/// By what content can be ordered.
#[expect(clippy::enum_variant_names, reason = "each is the name of a field")]
#[derive(Clone, Copy, Enum, PartialEq, Eq)]
#[graphql(remote = "OrderField")]
pub enum ContentOrderField {
    /// When it was created.
    CreatedAt,
    /// When it was last changed.
    UpdatedAt,
    /// When it was first published. What has not been published counts as the oldest.
    PublishedAt,
}

/// Which content a list has with these arguments; if nothing is said of the order, the newest first.
///
/// # Errors
/// For a value that cannot be one, naming it.
pub fn contents_by(filter: Option<ContentFilter>, order: Option<ContentOrder>) -> Result<Which<Content>> {
    let order = order.map(|order| Order {
        field: order.field.into(),
        descending: order.direction == OrderDirection::Desc,
    });
    let filter = filter.unwrap_or_default().into_filter()?;
    Ok((filter, order.unwrap_or_else(newest_first)))
}

/// A piece of content: a video, audio or a text, personal or an organization's.
pub struct Content(Arc<crate::store::content::Content>);

impl From<Arc<crate::store::content::Content>> for Content {
    fn from(content: Arc<crate::store::content::Content>) -> Self {
        Self(content)
    }
}

impl Listed for Content {
    type Noun = crate::store::content::Content;
    const NAME: &'static str = "Content";

    ready! {
        "title" => title,
        "slug" => slug,
        "description" => description,
        "contentType" => content_type,
        "thumbnailUrl" => thumbnail_url,
        "contentBody" => content_body,
        "category" => category,
        "tags" => tags,
        "visibility" => visibility,
        "priceCents" => price_cents,
        "status" => status,
        "publishedAt" => published_at,
        "viewCount" => view_count,
        "purchaseCount" => purchase_count,
        "createdAt" => created_at,
        "updatedAt" => updated_at,
        "viewerCanEdit" => viewer_can_edit,
        "viewerHasAccess" => viewer_has_access,
        ;
        "creator" => creator,
        "organization" => organization,
        "mediaItem" => media_item,
        ;
        "grants" => Grant by grant::Via::Content,
    }

    fn which(arguments: &mut Arguments) -> Option<Which<Self>> {
        contents_by(arguments.take("filter")?, arguments.take("orderBy")?).ok()
    }
}

impl LookAhead for Selection {
    fn see(&mut self, field: SelectionField<'_>) {
        match field.name() {
            "title" => self.columns |= Columns::TITLE,
            "slug" => self.columns |= Columns::SLUG,
            "description" => self.columns |= Columns::DESCRIPTION,
            "contentType" => self.columns |= Columns::CONTENT_TYPE,
            "thumbnailUrl" => self.columns |= Columns::THUMBNAIL_URL,
            "contentBody" => self.columns |= Columns::CONTENT_BODY,
            "category" => self.columns |= Columns::CATEGORY,
            "tags" => self.columns |= Columns::TAGS,
            "visibility" => self.columns |= Columns::VISIBILITY,
            "priceCents" => self.columns |= Columns::PRICE_CENTS,
            "status" => self.columns |= Columns::STATUS,
            "publishedAt" => self.columns |= Columns::PUBLISHED_AT,
            "viewCount" => self.columns |= Columns::VIEW_COUNT,
            "purchaseCount" => self.columns |= Columns::PURCHASE_COUNT,
            "createdAt" => self.columns |= Columns::CREATED_AT,
            "updatedAt" => self.columns |= Columns::UPDATED_AT,
            "viewerHasAccess" => self.access = true,
            "viewerCanEdit" => self.edit = true,
            "creator" => self.creator.get_or_insert_default().see_under(field),
            "organization" => self.organization.get_or_insert_default().see_under(field),
            "mediaItem" => self.media_item.get_or_insert_default().see_under(field),
            _ => (),
        }
    }
}

/// A piece of content: a video, audio or a text, personal or an organization's.
#[Object]
impl Content {
    /// The global id.
    pub async fn id(&self) -> Result<GlobalId<'_>> {
        Ok(Kind::Content.global(self.0.row.id()?))
    }

    /// What it is called.
    fn title(&self) -> Result<&str> {
        Ok(self.0.row.title()?)
    }

    /// Its name in addresses: unique within its organization, or within its creator's personal content.
    fn slug(&self) -> Result<&str> {
        Ok(self.0.row.slug()?)
    }

    /// What it is about.
    fn description(&self) -> Option<Result<&str>> {
        nullable(self.0.row.description())
    }

    /// What kind of content it is.
    fn content_type(&self) -> Result<ContentType> {
        Ok(self.0.row.content_type()?.into())
    }

    /// The address of its picture.
    fn thumbnail_url(&self) -> Option<Result<&str>> {
        nullable(self.0.row.thumbnail_url())
    }

    /// The text. Null for those who may not have it: `viewerHasAccess` tells the two apart.
    fn content_body(&self, context: &Context<'_>) -> Option<Result<&str>> {
        let body = || self.0.row.content_body();
        CONTENT_BODY.open(context, |viewer| self.0.may_have_body(viewer), body)
    }

    /// The heading that it is listed under.
    fn category(&self) -> Option<Result<&str>> {
        nullable(self.0.row.category())
    }

    /// Its tags.
    fn tags(&self) -> Result<Vec<Cow<'_, str>>> {
        Ok(self.0.row.tags()?)
    }

    /// Whom it is for once it is published.
    fn visibility(&self) -> Result<ContentVisibility> {
        Ok(self.0.row.visibility()?.into())
    }

    /// What it costs, in cents; null: nothing.
    fn price_cents(&self) -> Option<Result<i32>> {
        nullable(self.0.row.price_cents())
    }

    /// How far along it is.
    fn status(&self) -> Result<ContentStatus> {
        Ok(self.0.row.status()?.into())
    }

    /// When it was published; null for drafts.
    fn published_at(&self) -> Option<Result<Time>> {
        nullable(self.0.row.published_at().map(|time| time.map(Time)))
    }

    /// How often it was viewed. A view that was just recorded shows within seconds.
    fn view_count(&self, context: &Context<'_>) -> Option<Result<i32>> {
        VIEW_COUNT.open(
            context,
            |viewer| self.0.may_have_counts(viewer),
            || Ok(Some(self.0.row.view_count()?)),
        )
    }

    /// How often it was bought.
    fn purchase_count(&self, context: &Context<'_>) -> Option<Result<i32>> {
        PURCHASE_COUNT.open(
            context,
            |viewer| self.0.may_have_counts(viewer),
            || Ok(Some(self.0.row.purchase_count()?)),
        )
    }

    /// When it was created.
    fn created_at(&self) -> Result<Time> {
        Ok(self.0.row.created_at()?.into())
    }

    /// When it was last changed.
    fn updated_at(&self) -> Result<Time> {
        Ok(self.0.row.updated_at()?.into())
    }

    /// Whether the viewer may edit, publish, archive and delete it: its creator (in an organization: while still an author
    /// there), managers of its organization, the platform owner.
    fn viewer_can_edit(&self, context: &Context<'_>) -> Result<bool> {
        Ok(self.0.may_edit(&scope(context)?.viewer())?)
    }

    /// Whether the viewer may have the body: read the text, play the media item.
    fn viewer_has_access(&self, context: &Context<'_>) -> Result<bool> {
        Ok(self.0.may_have_body(&scope(context)?.viewer())?)
    }

    /// Who made it; null if the account is gone.
    fn creator(&self) -> Option<Result<Shown<User>>> {
        shown(self.0.creator.get("creator"))
    }

    /// The organization that it belongs to; null for personal content, and where the viewer does not see the organization.
    fn organization(&self) -> Option<Result<Shown<Organization>>> {
        shown(self.0.organization.get("organization"))
    }

    /// The media item that it shows; null if there is none, or the viewer does not see it.
    fn media_item(&self) -> Option<Result<Shown<MediaItem>>> {
        shown(self.0.media_item.get("media_item"))
    }

    /// The grants on it that the viewer sees, the newest first.
    async fn grants(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "How many from the start, at most 100 (20 if nothing is said).")] first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor; goes with `first`.")] after: Option<String>,
        #[graphql(desc = "How many from the end, at most 100.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor; goes with `last`.")] before: Option<String>,
    ) -> Result<Shown<Connection<Grant>>> {
        let parent = Parent::row(grant::Via::Content, self.0.key()?);
        let page = PageArguments {
            first,
            after,
            last,
            before,
        };
        Connection::load(context, parent, page, all::<Grant>()).await
    }
}
