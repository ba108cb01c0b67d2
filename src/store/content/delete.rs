//! Deleting content.

use chrono::{DateTime, Utc};
use entity::content;
use sea_orm::prelude::Uuid;

use super::to_edit;
use crate::{
    policy,
    store::change::{Change, Refusal, Transaction},
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
        let before = to_edit(transaction, self.id, self.seen).await?;
        let mut after = before.clone();
        after.deleted_at = Some(transaction.at());
        transaction.update::<content::Entity>(&before, &after, None).await?;
        Ok(self.id)
    }
}
