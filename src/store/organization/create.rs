//! Making an organization.

use entity::{
    membership::{self, Role, Status},
    organization,
};
use sea_orm::prelude::Uuid;

use super::update::{check_slug, slug_taken};
use crate::{
    policy,
    store::change::{Change, Checks, Refusal, Transaction, limits},
};

/// Makes an organization, which is the viewer's.
#[derive(Clone, Debug)]
pub struct Create {
    /// What it is called.
    pub name: String,
    /// Its name in addresses.
    pub slug: String,
    /// What it is about.
    pub description: Option<String>,
    /// The address of its logo.
    pub logo_url: Option<String>,
    /// The address of its web site.
    pub website_url: Option<String>,
}

impl Change for Create {
    const ACTION: &'static str = "organization.create";
    const RULE: &'static str = policy::organization::CREATE_RULE;
    type Outcome = Uuid;

    async fn run(&self, transaction: &mut Transaction) -> Result<Uuid, Refusal> {
        let mut checks = Checks::new();
        let organization = self.row(transaction, &mut checks);
        check_slug(transaction, &organization, &mut checks).await?;
        checks.finish()?;

        let (id, at) = (organization.id, transaction.at());
        let owner = membership::Model {
            id: Uuid::now_v7(),
            organization_id: id,
            user_id: transaction.user_id()?,
            role: Role::Owner,
            status: Status::Active,
            invited_by: None,
            invited_at: None,
            joined_at: Some(at),
            created_at: at,
            updated_at: at,
        };
        transaction
            .insert::<organization::Entity>(organization, Some(slug_taken()))
            .await?;
        transaction.insert::<membership::Entity>(owner, None).await?;
        transaction.viewer_changed();
        Ok(id)
    }
}

impl Create {
    fn row(&self, transaction: &Transaction, checks: &mut Checks) -> organization::Model {
        organization::Model {
            id: Uuid::now_v7(),
            name: checks.text("name", &self.name, limits::NAME),
            slug: checks.slug("slug", &self.slug, limits::ORGANIZATION_SLUG),
            description: self
                .description
                .as_ref()
                .and_then(|text| checks.optional("description", text, limits::DESCRIPTION)),
            logo_url: self.logo_url.as_ref().and_then(|url| checks.url("logoUrl", url)),
            website_url: self.website_url.as_ref().and_then(|url| checks.url("websiteUrl", url)),
            deleted_at: None,
            created_at: transaction.at(),
            updated_at: transaction.at(),
        }
    }
}
