//! Changing what is said about media items.

use entity::media_item;
use sea_orm::prelude::{DateTimeUtc, Uuid};

use super::to_change;
use crate::{
    policy,
    store::change::{Change, Checks, Patch, Refusal, Transaction, limits},
};

/// Changes what is said about a media item.
#[derive(Clone, Debug)]
pub struct Update {
    /// Which media item.
    pub id: Uuid,
    /// When the client saw it changed last.
    pub seen: Option<DateTimeUtc>,
    /// What it is called.
    pub title: Patch<String>,
    /// What it is about.
    pub description: Patch<String>,
}

impl Change for Update {
    const ACTION: &'static str = "media_item.update";
    const RULE: &'static str = policy::media_item::EDIT_RULE;
    type Outcome = Uuid;

    fn is_single(&self) -> bool {
        true
    }

    async fn run(&self, transaction: &mut Transaction) -> Result<Uuid, Refusal> {
        let before = to_change(transaction, self.id, self.seen, policy::media_item::may_edit).await?;
        let mut after = before.clone();
        let mut checks = Checks::new();
        checks.patch_text("title", &mut after.title, &self.title, |checks, title| {
            checks.text("title", title, limits::MEDIA_TITLE)
        });
        self.description.apply(&mut after.description, |text| {
            checks.optional("description", text, limits::DESCRIPTION)
        });
        checks.finish()?;
        transaction.update::<media_item::Entity>(&before, &after, None).await?;
        Ok(self.id)
    }
}
