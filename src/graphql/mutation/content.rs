//! Changes to content.

use async_graphql::{Context, ID, InputObject, MaybeUndefined, Object};

use super::payload::{change, patch, try_patch};
use crate::{
    graphql::{
        content::{Content, ContentType, ContentVisibility},
        error::Result,
        id::Kind,
        input,
        scalar::Time,
    },
    store,
};

/// What to create.
#[derive(InputObject)]
pub struct CreateContentInput {
    /// The id of the organization that it belongs to; null: personal content.
    organization_id: Option<ID>,
    /// What kind of content it is. It stays that.
    content_type: ContentType,
    /// What it is called: 1 to 500 characters.
    title: String,
    /// Its name in addresses: `a-z`, `0-9` and single hyphens between them, at most 500 characters. Unique within the organization,
    /// or within the creator's personal content.
    slug: String,
    /// What it is about: at most 10,000 characters.
    description: Option<String>,
    /// The address of its picture: http or https.
    thumbnail_url: Option<String>,
    /// The text: at most 100,000 characters.
    content_body: Option<String>,
    /// The heading that it is listed under: at most 100 characters.
    category: Option<String>,
    /// Its tags: at most 20 of 1 to 50 characters, each once.
    #[graphql(default)]
    tags: Vec<String>,
    /// Whom it is for once it is published.
    #[graphql(default_with = "ContentVisibility::PurchasedOnly")]
    visibility: ContentVisibility,
    /// What it costs, in cents: up to 10,000,000, and above 0 where it is `PURCHASED_ONLY`; null: nothing.
    price_cents: Option<i32>,
    /// The media item that it shows: one of the viewer's own, of the same type.
    media_item_id: Option<ID>,
}

impl CreateContentInput {
    fn into_change(self) -> Result<store::content::Create> {
        let organization = |id: ID| input::uuid_key("input.organizationId", &id, Kind::Organization);
        let media_item = |id: ID| input::uuid_key("input.mediaItemId", &id, Kind::MediaItem);
        Ok(store::content::Create {
            organization_id: self.organization_id.map(organization).transpose()?,
            content_type: self.content_type.into(),
            title: self.title,
            slug: self.slug,
            description: self.description,
            thumbnail_url: self.thumbnail_url,
            content_body: self.content_body,
            category: self.category,
            tags: self.tags,
            visibility: self.visibility.into(),
            price_cents: self.price_cents,
            media_item_id: self.media_item_id.map(media_item).transpose()?,
        })
    }
}

row_payload! {
    /// What came of `createContent`.
    CreateContentPayload {
        /// The content as it is now; null if there is none.
        content: Content of uuid::Uuid
    }
}

/// What to change of content. What is left out stays as it is; null clears.
#[derive(InputObject)]
pub struct UpdateContentInput {
    /// The content's id.
    id: ID,
    /// The `updatedAt` that the client saw. If it is no longer that, nothing is changed (`STALE`).
    if_unchanged_since: Option<Time>,
    /// What it is called: 1 to 500 characters.
    title: MaybeUndefined<String>,
    /// Its name in addresses: `a-z`, `0-9` and single hyphens between them, at most 500 characters.
    slug: MaybeUndefined<String>,
    /// What it is about: at most 10,000 characters.
    description: MaybeUndefined<String>,
    /// The address of its picture: http or https.
    thumbnail_url: MaybeUndefined<String>,
    /// The text: at most 100,000 characters.
    content_body: MaybeUndefined<String>,
    /// The heading that it is listed under: at most 100 characters.
    category: MaybeUndefined<String>,
    /// Its tags: at most 20 of 1 to 50 characters, each once.
    tags: MaybeUndefined<Vec<String>>,
    /// Whom it is for once it is published.
    visibility: MaybeUndefined<ContentVisibility>,
    /// What it costs, in cents: up to 10,000,000, and above 0 where it is `PURCHASED_ONLY`; null: nothing.
    price_cents: MaybeUndefined<i32>,
    /// The media item that it shows: one of the content's own creator, of the same type.
    media_item_id: MaybeUndefined<ID>,
}

impl UpdateContentInput {
    fn into_change(self) -> Result<store::content::Update> {
        Ok(store::content::Update {
            id: input::uuid_key("input.id", &self.id, Kind::Content)?,
            seen: self.if_unchanged_since.map(|time| time.0),
            title: patch(self.title),
            slug: patch(self.slug),
            description: patch(self.description),
            thumbnail_url: patch(self.thumbnail_url),
            content_body: patch(self.content_body),
            category: patch(self.category),
            tags: patch(self.tags),
            visibility: patch(self.visibility),
            price_cents: patch(self.price_cents),
            media_item_id: try_patch(self.media_item_id, |id| {
                input::uuid_key("input.mediaItemId", &id, Kind::MediaItem)
            })?,
        })
    }
}

row_payload! {
    /// What came of `updateContent`.
    UpdateContentPayload {
        /// The content as it is now; null if nothing has changed.
        content: Content of uuid::Uuid
    }
}

row_input! {
    /// What to publish.
    PublishContentInput => store::content::Publish {
        /// The content's id.
        id: Content
    }
}

row_payload! {
    /// What came of `publishContent`.
    PublishContentPayload {
        /// The content as it is now; null if nothing has changed.
        content: Content of uuid::Uuid
    }
}

row_input! {
    /// What to make a draft of.
    UnpublishContentInput => store::content::Unpublish {
        /// The content's id.
        id: Content
    }
}

row_payload! {
    /// What came of `unpublishContent`.
    UnpublishContentPayload {
        /// The content as it is now; null if nothing has changed.
        content: Content of uuid::Uuid
    }
}

row_input! {
    /// What to archive.
    ArchiveContentInput => store::content::Archive {
        /// The content's id.
        id: Content
    }
}

row_payload! {
    /// What came of `archiveContent`.
    ArchiveContentPayload {
        /// The content as it is now; null if nothing has changed.
        content: Content of uuid::Uuid
    }
}

row_input! {
    /// What to restore.
    RestoreContentInput => store::content::Restore {
        /// The content's id.
        id: Content
    }
}

row_payload! {
    /// What came of `restoreContent`.
    RestoreContentPayload {
        /// The content as it is now; null if nothing has changed.
        content: Content of uuid::Uuid
    }
}

/// What to move, and where to.
#[derive(InputObject)]
pub struct MoveContentInput {
    /// The content's id.
    id: ID,
    /// The `updatedAt` that the client saw. If it is no longer that, nothing is changed (`STALE`).
    if_unchanged_since: Option<Time>,
    /// The id of the organization that it goes to; null: its creator's personal profile.
    organization_id: Option<ID>,
}

impl MoveContentInput {
    fn into_change(self) -> Result<store::content::Move> {
        let organization = |id: ID| input::uuid_key("input.organizationId", &id, Kind::Organization);
        Ok(store::content::Move {
            id: input::uuid_key("input.id", &self.id, Kind::Content)?,
            seen: self.if_unchanged_since.map(|time| time.0),
            organization_id: self.organization_id.map(organization).transpose()?,
        })
    }
}

row_payload! {
    /// What came of `moveContent`.
    MoveContentPayload {
        /// The content as it is now; null if nothing has changed.
        content: Content of uuid::Uuid
    }
}

row_input! {
    /// What to delete.
    DeleteContentInput => store::content::Delete {
        /// The content's id.
        id: Content
    }
}

gone_payload! {
    /// What came of `deleteContent`.
    DeleteContentPayload {
        /// The id of the content that is gone; null if nothing has changed.
        deleted_content_id: Content of uuid::Uuid
    }
}

/// Changes to content.
#[derive(Default)]
pub struct ContentMutation;

/// Changes to content.
#[Object]
impl ContentMutation {
    /// Creates content, as a draft.
    async fn create_content(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "What to create.")] input: CreateContentInput,
    ) -> Option<Result<CreateContentPayload>> {
        change(context, input.into_change()).await
    }

    /// Changes content. What is published stays fit to be: it keeps its media item, or its text.
    async fn update_content(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "What to change.")] input: UpdateContentInput,
    ) -> Option<Result<UpdateContentPayload>> {
        change(context, input.into_change()).await
    }

    /// Publishes a draft. Video and audio need a media item that is ready, of the same type and of the content's own creator;
    /// a written piece needs its text. What is published already stays as it is.
    async fn publish_content(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "What to publish.")] input: PublishContentInput,
    ) -> Option<Result<PublishContentPayload>> {
        change(context, input.into_change()).await
    }

    /// Makes a draft of published content: it is out no longer, and may be changed freely.
    async fn unpublish_content(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "What to make a draft of.")] input: UnpublishContentInput,
    ) -> Option<Result<UnpublishContentPayload>> {
        change(context, input.into_change()).await
    }

    /// Archives published content: it is out no longer, except for holders of a grant.
    async fn archive_content(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "What to archive.")] input: ArchiveContentInput,
    ) -> Option<Result<ArchiveContentPayload>> {
        change(context, input.into_change()).await
    }

    /// Makes a draft of archived content.
    async fn restore_content(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "What to restore.")] input: RestoreContentInput,
    ) -> Option<Result<RestoreContentPayload>> {
        change(context, input.into_change()).await
    }

    /// Moves content between its creator's personal profile and an organization. Its slug must be free there.
    async fn move_content(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "What to move, and where to.")] input: MoveContentInput,
    ) -> Option<Result<MoveContentPayload>> {
        change(context, input.into_change()).await
    }

    /// Deletes content. Whoever bought it loses it, too.
    async fn delete_content(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "What to delete.")] input: DeleteContentInput,
    ) -> Option<Result<DeleteContentPayload>> {
        change(context, input.into_change()).await
    }
}
