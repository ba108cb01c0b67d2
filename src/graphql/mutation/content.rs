//! Changes to content.

use async_graphql::{Context, ID, InputObject, MaybeUndefined, Object};

use super::payload::{change, patch, try_patch};
use crate::{
    graphql::{
        content::{Content, ContentVisibility},
        error::Result,
        id::Kind,
        input,
        scalar::Time,
    },
    store,
};

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

/// What to publish.
#[derive(InputObject)]
pub struct PublishContentInput {
    /// The content's id.
    id: ID,
    /// The `updatedAt` that the client saw. If it is no longer that, nothing is changed (`STALE`).
    if_unchanged_since: Option<Time>,
}

impl PublishContentInput {
    fn into_change(self) -> Result<store::content::Publish> {
        Ok(store::content::Publish {
            id: input::uuid_key("input.id", &self.id, Kind::Content)?,
            seen: self.if_unchanged_since.map(|time| time.0),
        })
    }
}

row_payload! {
    /// What came of `publishContent`.
    PublishContentPayload {
        /// The content as it is now; null if nothing has changed.
        content: Content of uuid::Uuid
    }
}

/// What to delete.
#[derive(InputObject)]
pub struct DeleteContentInput {
    /// The content's id.
    id: ID,
    /// The `updatedAt` that the client saw. If it is no longer that, nothing is changed (`STALE`).
    if_unchanged_since: Option<Time>,
}

impl DeleteContentInput {
    fn into_change(self) -> Result<store::content::Delete> {
        Ok(store::content::Delete {
            id: input::uuid_key("input.id", &self.id, Kind::Content)?,
            seen: self.if_unchanged_since.map(|time| time.0),
        })
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

    /// Deletes content. Whoever bought it loses it, too.
    async fn delete_content(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "What to delete.")] input: DeleteContentInput,
    ) -> Option<Result<DeleteContentPayload>> {
        change(context, input.into_change()).await
    }
}
