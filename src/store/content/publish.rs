//! Publishing content.

use chrono::{DateTime, Utc};
use entity::{
    content::{self, ContentType, Status},
    media_item,
};
use sea_orm::prelude::Uuid;

use super::to_edit;
use crate::{
    policy,
    store::{
        change::{Change, Checks, Hold, Refusal, Transaction, UserError, UserErrorCode},
        media_item::MediaItem,
        organization::Organization,
    },
};

/// Publishes content.
#[derive(Clone, Debug)]
pub struct Publish {
    /// Which content.
    pub id: Uuid,
    /// When the client saw it changed last.
    pub seen: Option<DateTime<Utc>>,
}

impl Change for Publish {
    const ACTION: &'static str = "content.publish";
    const RULE: &'static str = policy::content::EDIT_RULE;
    type Outcome = Uuid;

    async fn run(&self, transaction: &mut Transaction) -> Result<Uuid, Refusal> {
        let before = to_edit(transaction, self.id, self.seen).await?;
        match before.status {
            Status::Published => return Ok(self.id),
            Status::Draft => (),
            Status::Archived => {
                let message = "What is archived has to be restored to a draft first.";
                return Err(UserError::whole(UserErrorCode::WrongState, message).into());
            }
        }
        let mut checks = Checks::new();
        lives(transaction, before.organization_id, &mut checks).await?;
        lacks(transaction, &before, &mut checks).await?;
        checks.finish()?;

        let mut after = before.clone();
        after.status = Status::Published;
        after.published_at = before.published_at.or(Some(transaction.at()));
        transaction.update::<content::Entity>(&before, &after, None).await?;
        Ok(self.id)
    }
}

/// The organization is there, and will be until this transaction ends: whoever deletes it finds what this one has published.
pub(super) async fn lives(
    transaction: &Transaction,
    organization_id: Option<Uuid>,
    checks: &mut Checks,
) -> Result<(), Refusal> {
    let Some(id) = organization_id else { return Ok(()) };
    match transaction.find::<Organization>(id, Hold::AsItIs).await {
        Ok(_) => Ok(()),
        Err(Refusal::NotFound) => {
            let message = "Its organization has been deleted.";
            checks.add(UserError::whole(UserErrorCode::WrongState, message));
            Ok(())
        }
        Err(refusal) => Err(refusal),
    }
}

/// What content lacks to be published: video and audio, a media item that is ready; a written piece, its text.
pub(super) async fn lacks(
    transaction: &Transaction,
    content: &content::Model,
    checks: &mut Checks,
) -> Result<(), Refusal> {
    if content.content_type == ContentType::Written {
        if content.content_body.is_none() {
            let message = "must not be empty where a written piece is published";
            checks.field(UserErrorCode::Required, "contentBody", message);
        }
        return Ok(());
    }
    const FIELD: &str = "mediaItemId";
    let media_item = match content.media_item_id {
        Some(id) => match transaction.find::<MediaItem>(id, Hold::AsItIs).await {
            Ok(found) => Some(found),
            Err(Refusal::NotFound) => None,
            Err(refusal) => return Err(refusal),
        },
        None => None,
    };
    let Some(media_item) = media_item else {
        checks.field(
            UserErrorCode::Required,
            FIELD,
            "must name a media item where video or audio is published",
        );
        return Ok(());
    };
    if media_item.status != media_item::Status::Ready {
        checks.field(UserErrorCode::WrongState, FIELD, "names a media item that is not ready");
    }
    if media_item.creator_id != content.creator_id {
        checks.field(UserErrorCode::Mismatch, FIELD, "must be of the content's own creator");
    }
    if !super::shows(content.content_type, media_item.media_type) {
        checks.field(UserErrorCode::Mismatch, FIELD, "must be of the content's own type");
    }
    Ok(())
}
