//! Giving access to content, and taking it away.

use async_graphql::{Context, ID, InputObject, Object};

use super::payload::change;
use crate::{
    graphql::{error::Result, grant::Grant, id::Kind, input, scalar::Time},
    store,
};

/// To what to give access, and to whom.
#[derive(InputObject)]
pub struct GrantAccessInput {
    /// The content's id.
    content_id: ID,
    /// The id of the user who gets it.
    user_id: ID,
    /// When it ends: a time in the future; null: it does not.
    expires_at: Option<Time>,
}

impl GrantAccessInput {
    fn into_change(self) -> Result<store::grant::Give> {
        Ok(store::grant::Give {
            content_id: input::uuid_key("input.contentId", &self.content_id, Kind::Content)?,
            user_id: input::text_key("input.userId", &self.user_id, Kind::User)?,
            expires_at: self.expires_at.map(|time| time.0),
        })
    }
}

row_payload! {
    /// What came of `grantAccess`.
    GrantAccessPayload {
        /// The grant as it is now; null if nothing has changed.
        grant: Grant of uuid::Uuid
    }
}

/// What access to take away.
#[derive(InputObject)]
pub struct RevokeAccessInput {
    /// The grant's id.
    grant_id: ID,
}

impl RevokeAccessInput {
    fn into_change(self) -> Result<store::grant::Revoke> {
        Ok(store::grant::Revoke {
            id: input::uuid_key("input.grantId", &self.grant_id, Kind::Grant)?,
        })
    }
}

gone_payload! {
    /// What came of `revokeAccess`.
    RevokeAccessPayload {
        /// The id of the grant that is gone; null if nothing has changed.
        revoked_grant_id: Grant of uuid::Uuid
    }
}

/// Giving access to content, and taking it away.
#[derive(Default)]
pub struct GrantMutation;

/// Giving access to content, and taking it away.
#[Object]
impl GrantMutation {
    /// Gives somebody `COMPLIMENTARY` access to content, or changes when it ends. Whoever has bought or subscribed to it needs
    /// none (`TAKEN`).
    async fn grant_access(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "To what to give access, and to whom.")] input: GrantAccessInput,
    ) -> Option<Result<GrantAccessPayload>> {
        change(context, input.into_change()).await
    }

    /// Takes access away that was given for nothing: `COMPLIMENTARY`, or a `PREVIEW`.
    async fn revoke_access(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "What access to take away.")] input: RevokeAccessInput,
    ) -> Option<Result<RevokeAccessPayload>> {
        change(context, input.into_change()).await
    }
}
