//! Handing an organization over.

use chrono::{DateTime, Utc};
use entity::{
    membership::{self, Role, Status},
    organization,
};
use sea_orm::{ColumnTrait, Condition, prelude::Uuid};

use super::Organization;
use crate::{
    policy,
    store::{
        change::{Change, Hold, Refusal, Transaction, UserError, UserErrorCode},
        membership::{Membership, own_role},
    },
};

/// Hands an organization over to one of its members. Who owned it stays as an admin.
#[derive(Clone, Debug)]
pub struct Transfer {
    /// Which organization.
    pub id: Uuid,
    /// To whom.
    pub user_id: String,
    /// When the client saw the organization changed last.
    pub seen: Option<DateTime<Utc>>,
}

impl Change for Transfer {
    const ACTION: &'static str = "organization.transfer";
    const RULE: &'static str = policy::organization::DISPOSE_RULE;
    type Outcome = Uuid;

    async fn run(&self, transaction: &mut Transaction) -> Result<Uuid, Refusal> {
        let organization = transaction.find::<Organization>(self.id, Hold::ToChange).await?;
        let own = own_role(transaction, self.id).await?;
        transaction.allow(policy::organization::may_dispose(&transaction.viewer(), own))?;
        transaction.unchanged_since::<organization::Entity>(&organization, self.seen)?;

        let owner_and_heir = Condition::all()
            .add(membership::Column::OrganizationId.eq(self.id))
            .add(
                Condition::any()
                    .add(membership::Column::Role.eq(Role::Owner))
                    .add(membership::Column::UserId.eq(&self.user_id)),
            );
        let found = transaction.all::<Membership>(owner_and_heir, Hold::ToChange).await?;
        let heir = self.heir(&found)?;
        // At most one at any moment, says the database: so the one before goes first.
        for before in found.iter().filter(|member| member.role == Role::Owner) {
            if before.id == heir.id {
                return Ok(self.id);
            }
            give_role(transaction, before, Role::Admin).await?;
        }
        give_role(transaction, heir, Role::Owner).await?;
        transaction.viewer_changed();
        Ok(self.id)
    }
}

impl Transfer {
    fn heir<'a>(&self, found: &'a [membership::Model]) -> Result<&'a membership::Model, UserError> {
        const FIELD: &str = "userId";
        match found.iter().find(|member| member.user_id == self.user_id) {
            Some(heir) if heir.status == Status::Active => Ok(heir),
            Some(_) => {
                let message = "must be of an active member, and not of one who is suspended or only invited";
                Err(UserError::field(UserErrorCode::WrongState, FIELD, message))
            }
            None => {
                let message = "names nobody who belongs to the organization";
                Err(UserError::field(UserErrorCode::NotFound, FIELD, message))
            }
        }
    }
}

async fn give_role(transaction: &mut Transaction, before: &membership::Model, role: Role) -> Result<(), Refusal> {
    let mut after = before.clone();
    after.role = role;
    transaction.update::<membership::Entity>(before, &after, None).await
}
