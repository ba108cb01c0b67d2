//! Creating content.

use entity::content::{self, ContentType, Status, Visibility};
use sea_orm::prelude::Uuid;
use serde_json::json;

use super::update::{check_media_item, check_price, check_slug, slug_taken};
use crate::{
    policy,
    store::{
        change::{Change, Checks, Hold, Refusal, Transaction, limits},
        organization::Organization,
    },
};

/// Creates a draft.
#[derive(Clone, Debug)]
pub struct Create {
    /// In which organization; none: personally.
    pub organization_id: Option<Uuid>,
    /// What kind of content it is.
    pub content_type: ContentType,
    /// What it is called.
    pub title: String,
    /// Its name in addresses.
    pub slug: String,
    /// What it is about.
    pub description: Option<String>,
    /// The address of its picture.
    pub thumbnail_url: Option<String>,
    /// The text.
    pub content_body: Option<String>,
    /// The heading that it is listed under.
    pub category: Option<String>,
    /// Its tags.
    pub tags: Vec<String>,
    /// Whom it is for.
    pub visibility: Visibility,
    /// What it costs.
    pub price_cents: Option<i32>,
    /// What it shows.
    pub media_item_id: Option<Uuid>,
}

impl Change for Create {
    const ACTION: &'static str = "content.create";
    const RULE: &'static str = policy::content::CREATE_RULE;
    type Outcome = Uuid;

    async fn run(&self, transaction: &mut Transaction) -> Result<Uuid, Refusal> {
        let creator_id = transaction.user_id()?;
        if let Some(id) = self.organization_id {
            transaction.find::<Organization>(id, Hold::AsItIs).await?;
        }
        let may = policy::content::may_create(&transaction.viewer(), self.organization_id);
        transaction.allow(may)?;

        let mut checks = Checks::new();
        let content = self.row(creator_id, transaction, &mut checks);
        check_price(&content, &mut checks);
        check_slug(transaction, &content, &mut checks).await?;
        check_media_item(transaction, &content, &mut checks).await?;
        checks.finish()?;
        let id = content.id;
        transaction
            .insert::<content::Entity>(content, Some(slug_taken()))
            .await?;
        Ok(id)
    }
}

impl Create {
    fn row(&self, creator_id: String, transaction: &Transaction, checks: &mut Checks) -> content::Model {
        content::Model {
            id: Uuid::now_v7(),
            creator_id,
            organization_id: self.organization_id,
            media_item_id: self.media_item_id,
            title: checks.text("title", &self.title, limits::CONTENT_TITLE),
            slug: checks.slug("slug", &self.slug, limits::CONTENT_SLUG),
            description: self
                .description
                .as_ref()
                .and_then(|text| checks.optional("description", text, limits::CONTENT_DESCRIPTION)),
            content_type: self.content_type,
            thumbnail_url: self
                .thumbnail_url
                .as_ref()
                .and_then(|url| checks.url("thumbnailUrl", url)),
            content_body: self
                .content_body
                .as_ref()
                .and_then(|text| checks.optional("contentBody", text, limits::CONTENT_BODY)),
            category: self
                .category
                .as_ref()
                .and_then(|text| checks.optional("category", text, limits::CATEGORY)),
            tags: json!(checks.tags("tags", &self.tags)),
            visibility: self.visibility,
            price_cents: self
                .price_cents
                .map(|price| checks.number("priceCents", price, limits::PRICE_CENTS)),
            status: Status::Draft,
            published_at: None,
            view_count: 0,
            purchase_count: 0,
            deleted_at: None,
            created_at: transaction.at(),
            updated_at: transaction.at(),
        }
    }
}
