//! Changing what an organization says of itself.

use chrono::{DateTime, Utc};
use entity::organization;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect, QueryTrait, prelude::Uuid};

use super::Organization;
use crate::{
    policy,
    store::change::{Change, Checks, Hold, Patch, Refusal, Transaction, UserError, UserErrorCode, limits},
};

/// Changes what an organization says of itself.
#[derive(Clone, Debug)]
pub struct Update {
    /// Which organization.
    pub id: Uuid,
    /// When the client saw it changed last.
    pub seen: Option<DateTime<Utc>>,
    /// What it is called.
    pub name: Patch<String>,
    /// Its name in addresses.
    pub slug: Patch<String>,
    /// What it is about.
    pub description: Patch<String>,
    /// The address of its logo.
    pub logo_url: Patch<String>,
    /// The address of its web site.
    pub website_url: Patch<String>,
}

impl Change for Update {
    const ACTION: &'static str = "organization.update";
    const RULE: &'static str = policy::organization::EDIT_RULE;
    type Outcome = Uuid;

    fn is_single(&self) -> bool {
        // Another slug has to be a free one.
        matches!(self.slug, Patch::Keep)
    }

    async fn run(&self, transaction: &mut Transaction) -> Result<Uuid, Refusal> {
        let before = transaction.find::<Organization>(self.id, Hold::ToChange).await?;
        transaction.allow(policy::organization::may_edit(&transaction.viewer(), self.id))?;
        transaction.unchanged_since::<organization::Entity>(&before, self.seen)?;

        let mut after = before.clone();
        let mut checks = Checks::new();
        self.apply(&mut after, &mut checks);
        if after.slug != before.slug {
            check_slug(transaction, &after, &mut checks).await?;
        }
        checks.finish()?;
        transaction
            .update::<organization::Entity>(&before, &after, Some(slug_taken()))
            .await?;
        Ok(self.id)
    }
}

impl Update {
    fn apply(&self, after: &mut organization::Model, checks: &mut Checks) {
        checks.patch_text("name", &mut after.name, &self.name, |checks, name| {
            checks.text("name", name, limits::NAME)
        });
        checks.patch_text("slug", &mut after.slug, &self.slug, |checks, slug| {
            checks.slug("slug", slug, limits::ORGANIZATION_SLUG)
        });
        self.description.apply(&mut after.description, |text| {
            checks.optional("description", text, limits::DESCRIPTION)
        });
        self.logo_url
            .apply(&mut after.logo_url, |url| checks.url("logoUrl", url));
        self.website_url
            .apply(&mut after.website_url, |url| checks.url("websiteUrl", url));
    }
}

/// The slug is unique on the platform, among the deleted too: they keep theirs. Two that ask at once are told apart by the unique
/// index: [`slug_taken`].
pub(super) async fn check_slug(
    transaction: &Transaction,
    organization: &organization::Model,
    checks: &mut Checks,
) -> Result<(), Refusal> {
    if checks.found("slug") {
        return Ok(());
    }
    let others = organization::Entity::find()
        .select_only()
        .column(organization::Column::Id)
        .filter(organization::Column::Slug.eq(&organization.slug))
        .filter(organization::Column::Id.ne(organization.id));
    if transaction.any(others.into_query()).await? {
        checks.add(slug_taken());
    }
    Ok(())
}

/// Another organization has the slug.
pub(super) fn slug_taken() -> UserError {
    UserError::field(UserErrorCode::Taken, "slug", "is taken by another organization")
}
