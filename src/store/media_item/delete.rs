//! Deleting media items.

use entity::{
    content::{self, Status},
    media_item,
};
use sea_orm::{
    ColumnTrait, EntityTrait, QueryFilter, QuerySelect, QueryTrait,
    prelude::{DateTimeUtc, Uuid},
};

use super::to_change;
use crate::{
    policy,
    store::change::{Change, Refusal, Transaction, UserError, UserErrorCode},
};

/// Deletes a media item that no published content shows: the row stays, and nobody sees it.
#[derive(Clone, Debug)]
pub struct Delete {
    /// Which media item.
    pub id: Uuid,
    /// When the client saw it changed last.
    pub seen: Option<DateTimeUtc>,
}

impl Change for Delete {
    const ACTION: &'static str = "media_item.delete";
    const RULE: &'static str = policy::media_item::EDIT_RULE;
    type Outcome = Uuid;

    async fn run(&self, transaction: &mut Transaction) -> Result<Uuid, Refusal> {
        // Whoever is publishing content with it holds it as it is until that is out: so this finds it out, or they find the
        // media item gone.
        let before = to_change(transaction, self.id, self.seen, policy::media_item::may_edit).await?;
        let showing = content::Entity::find()
            .select_only()
            .column(content::Column::Id)
            .filter(content::Column::MediaItemId.eq(self.id))
            .filter(content::Column::Status.eq(Status::Published))
            .filter(content::Column::DeletedAt.is_null());
        if transaction.any(showing.into_query()).await? {
            let message = "Published content shows it, and would have nothing to show.";
            return Err(UserError::whole(UserErrorCode::InUse, message).into());
        }
        let mut after = before.clone();
        after.deleted_at = Some(transaction.at());
        transaction.update::<media_item::Entity>(&before, &after, None).await?;
        Ok(self.id)
    }
}
