//! Moving content between a creator's personal profile and an organization.

use entity::content;
use sea_orm::prelude::{DateTimeUtc, Uuid};

use super::{
    Content,
    update::{check_slug, slug_taken},
};
use crate::{
    policy,
    store::{
        change::{Change, Checks, Hold, Refusal, Transaction, UserErrorCode},
        organization::Organization,
    },
};

/// Moves content.
#[derive(Clone, Debug)]
pub struct Move {
    /// Which content.
    pub id: Uuid,
    /// When the client saw it changed last.
    pub seen: Option<DateTimeUtc>,
    /// To which organization; none: to its creator's personal profile.
    pub organization_id: Option<Uuid>,
}

impl Change for Move {
    const ACTION: &'static str = "content.move";
    const RULE: &'static str = policy::content::MOVE_RULE;
    type Outcome = Uuid;

    async fn run(&self, transaction: &mut Transaction) -> Result<Uuid, Refusal> {
        // Where it goes stays as it is until it is there: whoever deletes the organization finds it.
        if let Some(id) = self.organization_id {
            transaction.find::<Organization>(id, Hold::AsItIs).await?;
        }
        let before = transaction.find::<Content>(self.id, Hold::ToChange).await?;
        let may = policy::content::may_move(&transaction.viewer(), &before.creator_id, self.organization_id);
        transaction.allow(may)?;
        transaction.unchanged_since::<content::Entity>(&before, self.seen)?;
        if before.organization_id == self.organization_id {
            return Ok(self.id);
        }

        let mut after = before.clone();
        after.organization_id = self.organization_id;
        let mut checks = Checks::new();
        if before.organization_id.is_some() && self.organization_id.is_some() {
            let message = "is another organization: content moves from one to another by way of the personal profile";
            checks.field(UserErrorCode::WrongState, "organizationId", message);
        }
        check_slug(transaction, &after, &mut checks).await?;
        checks.finish()?;
        transaction
            .update::<content::Entity>(&before, &after, Some(slug_taken()))
            .await?;
        Ok(self.id)
    }
}
