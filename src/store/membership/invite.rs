//! Inviting a person.

use entity::membership::{self, Role, Status};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect, QueryTrait, prelude::Uuid};

use super::{held::own_role, role::check_role};
use crate::{
    policy,
    store::{
        change::{Change, Checks, Hold, Refusal, Transaction, UserError, UserErrorCode, limits},
        organization::Organization,
        user,
    },
};

const FIELD: &str = "email";

/// Invites a person to an organization.
#[derive(Clone, Debug)]
pub struct Invite {
    /// To which organization.
    pub organization_id: Uuid,
    /// The email address of the person's account.
    pub email: String,
    /// What they are to be there.
    pub role: Role,
}

impl Change for Invite {
    const ACTION: &'static str = "membership.invite";
    const RULE: &'static str = policy::membership::MANAGE_RULE;
    type Outcome = Uuid;

    async fn run(&self, transaction: &mut Transaction) -> Result<Uuid, Refusal> {
        transaction
            .find::<Organization>(self.organization_id, Hold::ToChange)
            .await?;
        let own = own_role(transaction, self.organization_id).await?;
        transaction.allow(policy::membership::may_manage(&transaction.viewer(), own, self.role))?;

        let mut checks = Checks::new();
        let user_id = self.person(transaction, &mut checks).await?;
        check_role(self.role, &mut checks);
        checks.finish()?;

        let (id, at) = (Uuid::now_v7(), transaction.at());
        let invitation = membership::Model {
            id,
            organization_id: self.organization_id,
            user_id,
            role: self.role,
            status: Status::Invited,
            invited_by: Some(transaction.user_id()?),
            invited_at: Some(at),
            joined_at: None,
            created_at: at,
            updated_at: at,
        };
        transaction
            .insert::<membership::Entity>(invitation, Some(taken()))
            .await?;
        Ok(id)
    }
}

impl Invite {
    /// Who it is. Nobody, where there is something to mend.
    async fn person(&self, transaction: &Transaction, checks: &mut Checks) -> Result<String, Refusal> {
        let email = checks.text(FIELD, &self.email, limits::EMAIL);
        if checks.found(FIELD) {
            return Ok(String::new());
        }
        let Some(user_id) = user::by_email(transaction, &email).await? else {
            let message = "is nobody's address here: the person has to sign up first";
            checks.field(UserErrorCode::NotFound, FIELD, message);
            return Ok(String::new());
        };
        let belongs = membership::Entity::find()
            .select_only()
            .column(membership::Column::Id)
            .filter(membership::Column::OrganizationId.eq(self.organization_id))
            .filter(membership::Column::UserId.eq(&user_id));
        if transaction.any(belongs.into_query()).await? {
            checks.add(taken());
        }
        Ok(user_id)
    }
}

/// The person is there already.
fn taken() -> UserError {
    let message = "is the address of somebody who is invited already, or belongs to the organization";
    UserError::field(UserErrorCode::Taken, FIELD, message)
}
