//! Giving access to content.

use entity::grant::{self, AccessType};
use sea_orm::{
    ColumnTrait, Condition,
    prelude::{DateTimeUtc, Uuid},
};

use super::Grant;
use crate::{
    policy,
    store::{
        change::{Change, Checks, Hold, Refusal, Transaction, UserError, UserErrorCode},
        content::Content,
    },
};

/// Gives somebody access to content for nothing. If they have been given it before, it ends then.
#[derive(Clone, Debug)]
pub struct Give {
    /// To which content.
    pub content_id: Uuid,
    /// To whom.
    pub user_id: String,
    /// Until when; none: for good.
    pub expires_at: Option<DateTimeUtc>,
}

impl Change for Give {
    const ACTION: &'static str = "grant.give";
    const RULE: &'static str = policy::grant::GIVE_RULE;
    type Outcome = Uuid;

    async fn run(&self, transaction: &mut Transaction) -> Result<Uuid, Refusal> {
        // Whoever holds the content decides who has access to it: one at a time.
        let content = transaction.find::<Content>(self.content_id, Hold::ToChange).await?;
        transaction.allow(policy::grant::may_give(
            &transaction.viewer(),
            &content.creator_id,
            content.organization_id,
        ))?;

        let mut checks = Checks::new();
        if self.expires_at.is_some_and(|end| end <= transaction.at()) {
            checks.field(UserErrorCode::OutOfRange, "expiresAt", "must be in the future");
        }
        if !transaction.is_user(&self.user_id).await? {
            checks.field(UserErrorCode::NotFound, "userId", "names nobody");
        }
        let held = held(transaction, &self.user_id, self.content_id).await?;
        let earned = |held: &grant::Model| matches!(held.access_type, AccessType::Purchased | AccessType::Subscription);
        if held
            .as_ref()
            .is_some_and(|held| earned(held) && lives(held, transaction))
        {
            let message = "has access already, by a purchase or a subscription";
            checks.field(UserErrorCode::Taken, "userId", message);
        }
        checks.finish()?;
        let given = Given {
            user_id: &self.user_id,
            content_id: self.content_id,
            access_type: AccessType::Complimentary,
            expires_at: self.expires_at,
        };
        given.instead_of(held, content.organization_id, transaction).await
    }
}

/// What somebody holds on content.
pub(in crate::store) async fn held(
    transaction: &Transaction,
    user_id: &str,
    content_id: Uuid,
) -> Result<Option<grant::Model>, Refusal> {
    let theirs = Condition::all()
        .add(grant::Column::UserId.eq(user_id))
        .add(grant::Column::ContentId.eq(content_id));
    transaction.one::<Grant>(theirs, Hold::ToChange).await
}

fn lives(held: &grant::Model, transaction: &Transaction) -> bool {
    held.expires_at.is_none_or(|end| end > transaction.at())
}

/// What somebody is to hold on content.
pub(in crate::store) struct Given<'a> {
    pub(in crate::store) user_id: &'a str,
    pub(in crate::store) content_id: Uuid,
    pub(in crate::store) access_type: AccessType,
    pub(in crate::store) expires_at: Option<DateTimeUtc>,
}

impl Given<'_> {
    /// Gives it to them, in the place of what they hold. The content is this organization's.
    pub(in crate::store) async fn instead_of(
        &self,
        held: Option<grant::Model>,
        organization_id: Option<Uuid>,
        transaction: &mut Transaction,
    ) -> Result<Uuid, Refusal> {
        // Managers read the audit log of their organization, and never who bought.
        let bought = |access_type| access_type == AccessType::Purchased;
        let secret = bought(self.access_type) || held.as_ref().is_some_and(|held| bought(held.access_type));
        let tenant = organization_id.filter(|_| !secret);
        // Only somebody who does not ask the gateway can have come between.
        let taken = || {
            UserError::field(
                UserErrorCode::Taken,
                "userId",
                "has just been given access by another program",
            )
        };
        let Some(before) = held else {
            let grant = grant::Model {
                id: Uuid::now_v7(),
                user_id: self.user_id.to_owned(),
                content_id: self.content_id,
                access_type: self.access_type,
                granted_at: transaction.at(),
                expires_at: self.expires_at,
                created_at: transaction.at(),
                updated_at: transaction.at(),
            };
            let id = grant.id;
            transaction
                .insert_in::<grant::Entity>(tenant, grant, Some(taken()))
                .await?;
            return Ok(id);
        };
        let mut after = before.clone();
        after.access_type = self.access_type;
        after.expires_at = self.expires_at;
        if before.access_type != self.access_type || !lives(&before, transaction) {
            after.granted_at = transaction.at();
        }
        transaction
            .update_in::<grant::Entity>(tenant, &before, &after, None)
            .await?;
        Ok(before.id)
    }
}
