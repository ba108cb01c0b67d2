//! Changes to organizations.

use async_graphql::{Context, ID, InputObject, MaybeUndefined, Object};

use super::payload::{change, patch};
use crate::{
    graphql::{error::Result, id::Kind, input, organization::Organization, scalar::Time},
    store,
};

/// What to make an organization of.
#[derive(InputObject)]
pub struct CreateOrganizationInput {
    /// What it is called: 1 to 255 characters.
    name: String,
    /// Its name in addresses, unique on the platform: `a-z`, `0-9` and single hyphens between them, at most 255 characters.
    slug: String,
    /// What it is about: at most 5,000 characters.
    description: Option<String>,
    /// The address of its logo: http or https.
    logo_url: Option<String>,
    /// The address of its web site: http or https.
    website_url: Option<String>,
}

impl From<CreateOrganizationInput> for store::organization::Create {
    fn from(input: CreateOrganizationInput) -> Self {
        Self {
            name: input.name,
            slug: input.slug,
            description: input.description,
            logo_url: input.logo_url,
            website_url: input.website_url,
        }
    }
}

row_payload! {
    /// What came of `createOrganization`.
    CreateOrganizationPayload {
        /// The new organization; null if none was made, and where the request is pinned to another one.
        organization: Organization of uuid::Uuid
    }
}

/// What to change of an organization. What is left out stays as it is; null clears.
#[derive(InputObject)]
pub struct UpdateOrganizationInput {
    /// The organization's id.
    id: ID,
    /// The `updatedAt` that the client saw. If it is no longer that, nothing is changed (`STALE`).
    if_unchanged_since: Option<Time>,
    /// What it is called: 1 to 255 characters.
    name: MaybeUndefined<String>,
    /// Its name in addresses, unique on the platform: `a-z`, `0-9` and single hyphens between them, at most 255 characters.
    slug: MaybeUndefined<String>,
    /// What it is about: at most 5,000 characters.
    description: MaybeUndefined<String>,
    /// The address of its logo: http or https.
    logo_url: MaybeUndefined<String>,
    /// The address of its web site: http or https.
    website_url: MaybeUndefined<String>,
}

impl UpdateOrganizationInput {
    fn into_change(self) -> Result<store::organization::Update> {
        Ok(store::organization::Update {
            id: input::uuid_key("input.id", &self.id, Kind::Organization)?,
            seen: self.if_unchanged_since.map(|time| time.0),
            name: patch(self.name),
            slug: patch(self.slug),
            description: patch(self.description),
            logo_url: patch(self.logo_url),
            website_url: patch(self.website_url),
        })
    }
}

row_payload! {
    /// What came of `updateOrganization`.
    UpdateOrganizationPayload {
        /// The organization as it is now; null if nothing has changed.
        organization: Organization of uuid::Uuid
    }
}

/// What to delete.
#[derive(InputObject)]
pub struct DeleteOrganizationInput {
    /// The organization's id.
    id: ID,
    /// The `updatedAt` that the client saw. If it is no longer that, nothing is changed (`STALE`).
    if_unchanged_since: Option<Time>,
}

impl DeleteOrganizationInput {
    fn into_change(self) -> Result<store::organization::Delete> {
        Ok(store::organization::Delete {
            id: input::uuid_key("input.id", &self.id, Kind::Organization)?,
            seen: self.if_unchanged_since.map(|time| time.0),
        })
    }
}

gone_payload! {
    /// What came of `deleteOrganization`.
    DeleteOrganizationPayload {
        /// The id of the organization that is gone; null if nothing has changed.
        deleted_organization_id: Organization of uuid::Uuid
    }
}

/// What to hand over, and to whom.
#[derive(InputObject)]
pub struct TransferOwnershipInput {
    /// The organization's id.
    organization_id: ID,
    /// The id of the user who is to own it: an active member.
    user_id: ID,
    /// The organization's `updatedAt` that the client saw. If it is no longer that, nothing is changed (`STALE`).
    if_unchanged_since: Option<Time>,
}

impl TransferOwnershipInput {
    fn into_change(self) -> Result<store::organization::Transfer> {
        Ok(store::organization::Transfer {
            id: input::uuid_key("input.organizationId", &self.organization_id, Kind::Organization)?,
            user_id: input::text_key("input.userId", &self.user_id, Kind::User)?,
            seen: self.if_unchanged_since.map(|time| time.0),
        })
    }
}

row_payload! {
    /// What came of `transferOwnership`.
    TransferOwnershipPayload {
        /// The organization as it is now; null if nothing has changed.
        organization: Organization of uuid::Uuid
    }
}

/// Changes to organizations.
#[derive(Default)]
pub struct OrganizationMutation;

/// Changes to organizations.
#[Object]
impl OrganizationMutation {
    /// Makes an organization, whose owner the viewer is from then on. A deleted organization keeps its slug, so nobody else can
    /// have it (`TAKEN`).
    async fn create_organization(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "What to make.")] input: CreateOrganizationInput,
    ) -> Option<Result<CreateOrganizationPayload>> {
        change(context, Ok(store::organization::Create::from(input))).await
    }

    /// Changes what an organization says of itself.
    async fn update_organization(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "What to change.")] input: UpdateOrganizationInput,
    ) -> Option<Result<UpdateOrganizationPayload>> {
        change(context, input.into_change()).await
    }

    /// Deletes an organization. All that it has published becomes drafts, which their creators keep.
    async fn delete_organization(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "What to delete.")] input: DeleteOrganizationInput,
    ) -> Option<Result<DeleteOrganizationPayload>> {
        change(context, input.into_change()).await
    }

    /// Hands an organization over to another of its members. Who owned it is an admin from then on. Where the member owns it
    /// already, nothing changes.
    async fn transfer_ownership(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "What to hand over, and to whom.")] input: TransferOwnershipInput,
    ) -> Option<Result<TransferOwnershipPayload>> {
        change(context, input.into_change()).await
    }
}
