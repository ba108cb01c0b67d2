//! Answering an invitation.

use entity::membership::{self, Status};
use sea_orm::prelude::Uuid;

use super::{Removed, held};
use crate::{
    policy,
    store::change::{Change, Refusal, Transaction, UserError, UserErrorCode},
};

/// Accepts an invitation: from now on the viewer is a member.
#[derive(Clone, Debug)]
pub struct Accept {
    /// Which membership.
    pub id: Uuid,
}

impl Change for Accept {
    const ACTION: &'static str = "membership.accept";
    const RULE: &'static str = policy::membership::ANSWER_RULE;
    type Outcome = Uuid;

    async fn run(&self, transaction: &mut Transaction) -> Result<Uuid, Refusal> {
        let before = invitation(transaction, self.id).await?;
        let mut after = before.clone();
        after.status = Status::Active;
        after.joined_at = Some(transaction.at());
        transaction.update::<membership::Entity>(&before, &after, None).await?;
        transaction.viewer_changed();
        Ok(self.id)
    }
}

/// Declines an invitation: the row goes, so that the person can be invited again.
#[derive(Clone, Debug)]
pub struct Decline {
    /// Which membership.
    pub id: Uuid,
}

impl Change for Decline {
    const ACTION: &'static str = "membership.decline";
    const RULE: &'static str = policy::membership::ANSWER_RULE;
    type Outcome = Removed;

    async fn run(&self, transaction: &mut Transaction) -> Result<Removed, Refusal> {
        let invitation = invitation(transaction, self.id).await?;
        transaction.delete::<membership::Entity>(&invitation).await?;
        Ok(Removed::from(&invitation))
    }
}

/// The invitation, for the viewer to answer.
async fn invitation(transaction: &Transaction, id: Uuid) -> Result<membership::Model, Refusal> {
    let found = held::find(transaction, id).await?;
    transaction.allow(policy::membership::may_answer(&transaction.viewer(), &found.user_id))?;
    if found.status != Status::Invited {
        let message = "The invitation has been accepted before.";
        return Err(UserError::whole(UserErrorCode::WrongState, message).into());
    }
    Ok(found)
}
