//! Changing a password.

use entity::account;
use sea_orm::sea_query::LockType;

use crate::{
    policy,
    store::{
        Scope,
        change::{Change, Checks, Refusal, Transaction, UserError, UserErrorCode},
        session::{end_others, too_many},
    },
    viewer::{
        Client, password,
        proof::{Claimed, Proof, prove, still},
    },
};

/// Changes the viewer's password.
pub struct ChangePassword {
    before: account::Model,
    /// As it is kept.
    password: String,
    revoke_others: bool,
}

impl ChangePassword {
    /// Looks at the current password, and hashes the new one, before anything is changed. `revoke_others`: whether all other
    /// sessions end.
    ///
    /// # Errors
    /// What the person has to mend; [`Refusal::Unauthenticated`], if nobody is signed in.
    pub async fn prepare(
        scope: &Scope,
        current: &str,
        new: &str,
        revoke_others: bool,
        client: &Client,
    ) -> Result<Self, Refusal> {
        let viewer = scope.viewer();
        let user_id = viewer.user_id().ok_or(Refusal::Unauthenticated)?;
        let mut checks = Checks::new();
        checks.secret("currentPassword", current);
        checks.password("newPassword", new);
        checks.finish()?;
        match prove(scope.aside(), Claimed::User(user_id), current, client.address).await? {
            Proof::Right(before) => Ok(Self {
                before: *before,
                password: password::hash(new).await?,
                revoke_others,
            }),
            Proof::Wrong => Err(wrong()),
            Proof::TooMany => Err(too_many()),
        }
    }
}

impl Change for ChangePassword {
    const ACTION: &'static str = "user.change_password";
    const RULE: &'static str = policy::user::OWN_RULE;
    type Outcome = String;

    async fn run(&self, transaction: &mut Transaction) -> Result<String, Refusal> {
        let user_id = transaction.user_id()?;
        if !transaction.any(still(&self.before, LockType::Update)).await? {
            return Err(wrong());
        }
        let mut after = self.before.clone();
        after.password = Some(self.password.clone());
        transaction
            .update::<account::Entity>(&self.before, &after, None)
            .await?;
        if self.revoke_others {
            end_others(transaction).await?;
        }
        Ok(user_id)
    }
}

fn wrong() -> Refusal {
    UserError::field(
        UserErrorCode::WrongCredentials,
        "currentPassword",
        "is not your password",
    )
    .into()
}
