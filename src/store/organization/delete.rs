//! Deleting an organization.

use chrono::{DateTime, Utc};
use entity::{
    content::{self, Status},
    organization,
};
use sea_orm::{
    ColumnTrait, Condition,
    prelude::{DateTimeUtc, Uuid},
};

use super::Organization;
use crate::{
    policy,
    store::{
        change::{Change, Hold, Refusal, Transaction},
        membership::own_role,
    },
};

/// Deletes an organization: the row stays, with its slug, and nobody sees it. All that it has published becomes drafts.
#[derive(Clone, Debug)]
pub struct Delete {
    /// Which organization.
    pub id: Uuid,
    /// When the client saw it changed last.
    pub seen: Option<DateTime<Utc>>,
}

impl Change for Delete {
    const ACTION: &'static str = "organization.delete";
    const RULE: &'static str = policy::organization::DISPOSE_RULE;
    type Outcome = Uuid;

    async fn run(&self, transaction: &mut Transaction) -> Result<Uuid, Refusal> {
        // Whoever publishes holds it as it is. So whatever is published by now is found below, and nothing comes after it.
        let before = transaction.find::<Organization>(self.id, Hold::ToChange).await?;
        let own = own_role(transaction, self.id).await?;
        transaction.allow(policy::organization::may_dispose(&transaction.viewer(), own))?;
        transaction.unchanged_since::<organization::Entity>(&before, self.seen)?;

        let mut after = before.clone();
        after.deleted_at = Some(transaction.at());
        transaction
            .update::<organization::Entity>(&before, &after, None)
            .await?;
        let published = Condition::all()
            .add(content::Column::OrganizationId.eq(self.id))
            .add(content::Column::Status.eq(Status::Published));
        let draft = [
            (content::Column::Status, Status::Draft.into()),
            (content::Column::PublishedAt, None::<DateTimeUtc>.into()),
        ];
        transaction.update_all::<content::Entity>(published, &draft).await?;
        transaction.viewer_changed();
        Ok(self.id)
    }
}
