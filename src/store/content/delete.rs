//! Deleting content.

use chrono::{DateTime, Utc};
use entity::content;
use sea_orm::prelude::Uuid;

use super::Content;
use crate::{
    policy,
    store::change::{Change, Hold, Refusal, Transaction},
};

/// Deletes content: the row stays, for those who count, and nobody sees it.
#[derive(Clone, Debug)]
pub struct Delete {
    /// Which content.
    pub id: Uuid,
    /// When the client saw it changed last.
    pub seen: Option<DateTime<Utc>>,
}

impl Change for Delete {
    const ACTION: &'static str = "content.delete";
    const RULE: &'static str = policy::content::EDIT_RULE;
    type Outcome = Uuid;

    async fn run(&self, transaction: &mut Transaction) -> Result<Uuid, Refusal> {
        let before = transaction.find::<Content>(self.id, Hold::ToChange).await?;
        transaction.allow(policy::content::may_edit(
            &transaction.viewer(),
            &before.creator_id,
            before.organization_id,
        ))?;
        transaction.unchanged_since::<content::Entity>(&before, self.seen)?;
        let mut after = before.clone();
        after.deleted_at = Some(transaction.at());
        transaction.update::<content::Entity>(&before, &after, None).await?;
        Ok(self.id)
    }
}
