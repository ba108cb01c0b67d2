//! Giving a member another role.

use entity::membership::{self, Role};
use sea_orm::prelude::Uuid;

use super::held::{self, own_role};
use crate::{
    policy,
    store::change::{Change, Checks, Refusal, Transaction, UserError, UserErrorCode},
};

/// Gives a member another role, short of ownership.
#[derive(Clone, Debug)]
pub struct ChangeRole {
    /// Which membership.
    pub id: Uuid,
    /// What the member is from now on.
    pub role: Role,
}

impl Change for ChangeRole {
    const ACTION: &'static str = "membership.change_role";
    const RULE: &'static str = policy::membership::MANAGE_RULE;
    type Outcome = Uuid;

    async fn run(&self, transaction: &mut Transaction) -> Result<Uuid, Refusal> {
        let before = held::find(transaction, self.id).await?;
        let own = own_role(transaction, before.organization_id).await?;
        for role in [before.role, self.role] {
            transaction.allow(policy::membership::may_manage(&transaction.viewer(), own, role))?;
        }
        not_the_owner(&before)?;
        let mut checks = Checks::new();
        check_role(self.role, &mut checks);
        checks.finish()?;

        let mut after = before.clone();
        after.role = self.role;
        transaction.update::<membership::Entity>(&before, &after, None).await?;
        if transaction.viewer().is(&before.user_id) {
            transaction.viewer_changed();
        }
        Ok(self.id)
    }
}

/// A role can be given, but for one: ownership is handed over.
pub(super) fn check_role(role: Role, checks: &mut Checks) {
    if role == Role::Owner {
        let message = "must be below OWNER: ownership is handed over";
        checks.field(UserErrorCode::OutOfRange, "role", message);
    }
}

/// An organization is never left without its owner.
pub(super) fn not_the_owner(member: &membership::Model) -> Result<(), UserError> {
    if member.role == Role::Owner {
        let message = "The owner has to hand the organization over first.";
        return Err(UserError::whole(UserErrorCode::WrongState, message));
    }
    Ok(())
}
