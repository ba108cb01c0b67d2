//! Taking a member out, and leaving.

use entity::membership::{self, Status};
use sea_orm::prelude::Uuid;

use super::{
    Removed,
    held::{self, own_role},
    role::not_the_owner,
};
use crate::{
    policy,
    store::{
        change::{Change, Hold, Refusal, Transaction, UserError, UserErrorCode},
        organization::Organization,
    },
};

/// Takes a member out of an organization, or an invitation back.
#[derive(Clone, Debug)]
pub struct Remove {
    /// Which membership.
    pub id: Uuid,
}

impl Change for Remove {
    const ACTION: &'static str = "membership.remove";
    const RULE: &'static str = policy::membership::MANAGE_RULE;
    type Outcome = Removed;

    async fn run(&self, transaction: &mut Transaction) -> Result<Removed, Refusal> {
        let member = held::find(transaction, self.id).await?;
        let own = own_role(transaction, member.organization_id).await?;
        transaction.allow(policy::membership::may_manage(&transaction.viewer(), own, member.role))?;
        not_the_owner(&member)?;
        take_out(transaction, &member).await
    }
}

/// Takes the viewer out of an organization.
#[derive(Clone, Debug)]
pub struct Leave {
    /// Which organization.
    pub organization_id: Uuid,
}

impl Change for Leave {
    const ACTION: &'static str = "membership.leave";
    const RULE: &'static str = policy::membership::LEAVE_RULE;
    type Outcome = Removed;

    async fn run(&self, transaction: &mut Transaction) -> Result<Removed, Refusal> {
        transaction
            .find::<Organization>(self.organization_id, Hold::ToChange)
            .await?;
        let own = held::own(transaction, self.organization_id).await?;
        let own = own.ok_or(Refusal::Forbidden)?;
        not_the_owner(&own)?;
        if own.status == Status::Invited {
            let message = "An invitation is not left, but declined.";
            return Err(UserError::whole(UserErrorCode::WrongState, message).into());
        }
        take_out(transaction, &own).await
    }
}

async fn take_out(transaction: &mut Transaction, member: &membership::Model) -> Result<Removed, Refusal> {
    transaction.delete::<membership::Entity>(member).await?;
    if transaction.viewer().is(&member.user_id) {
        transaction.viewer_changed();
    }
    Ok(Removed::from(member))
}
