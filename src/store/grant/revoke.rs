//! Taking access away again.

use entity::grant::{self, AccessType};
use sea_orm::prelude::Uuid;

use super::Grant;
use crate::{
    policy,
    store::change::{Change, Hold, Refusal, Transaction, UserError, UserErrorCode},
};

/// Takes access away that was given for nothing.
#[derive(Clone, Debug)]
pub struct Revoke {
    /// Which grant.
    pub id: Uuid,
}

impl Change for Revoke {
    const ACTION: &'static str = "grant.revoke";
    const RULE: &'static str = policy::grant::GIVE_RULE;
    type Outcome = Uuid;

    async fn run(&self, transaction: &mut Transaction) -> Result<Uuid, Refusal> {
        let grant = transaction.find::<Grant>(self.id, Hold::ToChange).await?;
        // The content may be deleted, and so seen by nobody. Whose it is decides all the same.
        let owners = transaction.owners(grant.content_id).await?;
        transaction.allow(policy::grant::may_give(
            &transaction.viewer(),
            &owners.creator_id,
            owners.organization_id,
        ))?;
        if matches!(grant.access_type, AccessType::Purchased | AccessType::Subscription) {
            let message = "Only access that was given for nothing can be taken away.";
            return Err(UserError::whole(UserErrorCode::WrongState, message).into());
        }
        transaction
            .delete_in::<grant::Entity>(owners.organization_id, &grant)
            .await?;
        Ok(self.id)
    }
}
