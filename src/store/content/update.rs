//! Changing what content says.

use chrono::{DateTime, Utc};
use entity::content::{self, ContentType, Status, Visibility};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect, QueryTrait, prelude::Uuid};
use serde_json::json;

use super::{publish::lacks, to_edit};
use crate::{
    policy,
    store::{
        change::{Change, Checks, Hold, Patch, Refusal, Transaction, UserError, UserErrorCode, limits},
        media_item::MediaItem,
    },
};

/// Changes what content says.
#[derive(Clone, Debug)]
pub struct Update {
    /// Which content.
    pub id: Uuid,
    /// When the client saw it changed last.
    pub seen: Option<DateTime<Utc>>,
    /// What it is called.
    pub title: Patch<String>,
    /// Its name in addresses.
    pub slug: Patch<String>,
    /// What it is about.
    pub description: Patch<String>,
    /// The address of its picture.
    pub thumbnail_url: Patch<String>,
    /// The text.
    pub content_body: Patch<String>,
    /// The heading that it is listed under.
    pub category: Patch<String>,
    /// Its tags.
    pub tags: Patch<Vec<String>>,
    /// Whom it is for.
    pub visibility: Patch<Visibility>,
    /// What it costs.
    pub price_cents: Patch<i32>,
    /// What it shows.
    pub media_item_id: Patch<Uuid>,
}

impl Change for Update {
    const ACTION: &'static str = "content.update";
    const RULE: &'static str = policy::content::EDIT_RULE;
    type Outcome = Uuid;

    fn is_single(&self) -> bool {
        // Another slug has to be a free one, what is shown has to be there to be shown, and the others may hide it.
        matches!(
            (&self.slug, &self.media_item_id, &self.content_body),
            (Patch::Keep, Patch::Keep, Patch::Keep)
        ) && matches!((&self.visibility, &self.price_cents), (Patch::Keep, Patch::Keep))
    }

    async fn run(&self, transaction: &mut Transaction) -> Result<Uuid, Refusal> {
        let before = to_edit(transaction, self.id, self.seen).await?;

        let mut after = before.clone();
        let mut checks = Checks::new();
        self.apply(&mut after, &mut checks);
        check_price(&after, &mut checks);
        if after.slug != before.slug {
            check_slug(transaction, &after, &mut checks).await?;
        }
        if after.media_item_id != before.media_item_id {
            check_media_item(transaction, &after, &mut checks).await?;
        }
        // Whatever is published lacks nothing, and goes on so where none of this changes: a media item that is ready stays so, of
        // its type and its creator's, and is not deleted while published content shows it.
        let shows_another = (after.media_item_id, &after.content_body) != (before.media_item_id, &before.content_body);
        if after.status == Status::Published && shows_another {
            lacks(transaction, &after, &mut checks).await?;
        }
        checks.finish()?;
        transaction
            .update::<content::Entity>(&before, &after, Some(slug_taken()))
            .await?;
        Ok(self.id)
    }
}

impl Update {
    fn apply(&self, after: &mut content::Model, checks: &mut Checks) {
        checks.patch_text("title", &mut after.title, &self.title, |checks, title| {
            checks.text("title", title, limits::CONTENT_TITLE)
        });
        checks.patch_text("slug", &mut after.slug, &self.slug, |checks, slug| {
            checks.slug("slug", slug, limits::CONTENT_SLUG)
        });
        self.description.apply(&mut after.description, |text| {
            checks.optional("description", text, limits::CONTENT_DESCRIPTION)
        });
        self.thumbnail_url
            .apply(&mut after.thumbnail_url, |url| checks.url("thumbnailUrl", url));
        self.content_body.apply(&mut after.content_body, |text| {
            checks.optional("contentBody", text, limits::CONTENT_BODY)
        });
        self.category.apply(&mut after.category, |text| {
            checks.optional("category", text, limits::CATEGORY)
        });
        match &self.tags {
            Patch::Keep => (),
            Patch::Clear => after.tags = json!([]),
            Patch::Set(tags) => after.tags = json!(checks.tags("tags", tags)),
        }
        checks.patch("visibility", &mut after.visibility, &self.visibility);
        self.price_cents.apply(&mut after.price_cents, |price| {
            Some(checks.number("priceCents", *price, limits::PRICE_CENTS))
        });
        self.media_item_id.apply(&mut after.media_item_id, |id| Some(*id));
    }
}

/// What is to be bought costs something, unless it has no price at all.
pub(super) fn check_price(content: &content::Model, checks: &mut Checks) {
    if content.visibility == Visibility::PurchasedOnly && content.price_cents == Some(0) {
        let message = "must be above 0 where the visibility is PURCHASED_ONLY, or null for nothing";
        checks.field(UserErrorCode::OutOfRange, "priceCents", message);
    }
}

/// The slug is unique within the organization, or within the creator's personal content, among what is not deleted. Two that
/// ask at once are told apart by the unique index: [`slug_taken`].
pub(super) async fn check_slug(
    transaction: &Transaction,
    content: &content::Model,
    checks: &mut Checks,
) -> Result<(), Refusal> {
    if checks.found("slug") {
        return Ok(());
    }
    let mut others = content::Entity::find()
        .select_only()
        .column(content::Column::Id)
        .filter(content::Column::Slug.eq(&content.slug))
        .filter(content::Column::DeletedAt.is_null())
        .filter(content::Column::Id.ne(content.id));
    others = match content.organization_id {
        Some(id) => others.filter(content::Column::OrganizationId.eq(id)),
        None => others
            .filter(content::Column::OrganizationId.is_null())
            .filter(content::Column::CreatorId.eq(&content.creator_id)),
    };
    if transaction.any(others.into_query()).await? {
        checks.add(slug_taken());
    }
    Ok(())
}

/// Somebody else has the slug.
pub(super) fn slug_taken() -> UserError {
    UserError::field(
        UserErrorCode::Taken,
        "slug",
        "is taken by other content of the same owner",
    )
}

/// The media item is one that the viewer sees, of the content's own creator and of the same type.
pub(super) async fn check_media_item(
    transaction: &Transaction,
    content: &content::Model,
    checks: &mut Checks,
) -> Result<(), Refusal> {
    const FIELD: &str = "mediaItemId";
    let Some(id) = content.media_item_id else {
        return Ok(());
    };
    let found = match transaction.find::<MediaItem>(id, Hold::AsItIs).await {
        Ok(found) => found,
        Err(Refusal::NotFound) => {
            checks.field(UserErrorCode::NotFound, FIELD, "names no media item that you see");
            return Ok(());
        }
        Err(refusal) => return Err(refusal),
    };
    if found.creator_id != content.creator_id {
        checks.field(UserErrorCode::Mismatch, FIELD, "must be of the content's own creator");
    }
    if content.content_type == ContentType::Written {
        checks.field(UserErrorCode::Mismatch, FIELD, "does not go with a written piece");
    } else if !super::shows(content.content_type, found.media_type) {
        checks.field(UserErrorCode::Mismatch, FIELD, "must be of the content's own type");
    }
    Ok(())
}
