//! Taking content back, and putting it away.

use entity::content::{self, Status};
use sea_orm::prelude::{DateTimeUtc, Uuid};

use super::to_edit;
use crate::{
    policy,
    store::change::{Change, Refusal, Transaction, UserError, UserErrorCode},
};

/// Makes a draft of published content.
#[derive(Clone, Debug)]
pub struct Unpublish {
    /// Which content.
    pub id: Uuid,
    /// When the client saw it changed last.
    pub seen: Option<DateTimeUtc>,
}

/// Archives published content: only holders of a grant still see it.
#[derive(Clone, Debug)]
pub struct Archive {
    /// Which content.
    pub id: Uuid,
    /// When the client saw it changed last.
    pub seen: Option<DateTimeUtc>,
}

/// Makes a draft of archived content.
#[derive(Clone, Debug)]
pub struct Restore {
    /// Which content.
    pub id: Uuid,
    /// When the client saw it changed last.
    pub seen: Option<DateTimeUtc>,
}

impl Change for Unpublish {
    const ACTION: &'static str = "content.unpublish";
    const RULE: &'static str = policy::content::EDIT_RULE;
    type Outcome = Uuid;

    async fn run(&self, transaction: &mut Transaction) -> Result<Uuid, Refusal> {
        let before = to_edit(transaction, self.id, self.seen).await?;
        let message = "What is archived is not published; it can be restored to a draft.";
        step(transaction, before, Status::Published, Status::Draft, message).await
    }
}

impl Change for Archive {
    const ACTION: &'static str = "content.archive";
    const RULE: &'static str = policy::content::EDIT_RULE;
    type Outcome = Uuid;

    async fn run(&self, transaction: &mut Transaction) -> Result<Uuid, Refusal> {
        let before = to_edit(transaction, self.id, self.seen).await?;
        let message = "Only what is published can be archived.";
        step(transaction, before, Status::Published, Status::Archived, message).await
    }
}

impl Change for Restore {
    const ACTION: &'static str = "content.restore";
    const RULE: &'static str = policy::content::EDIT_RULE;
    type Outcome = Uuid;

    fn is_single(&self) -> bool {
        true
    }

    async fn run(&self, transaction: &mut Transaction) -> Result<Uuid, Refusal> {
        let before = to_edit(transaction, self.id, self.seen).await?;
        let message = "What is published is not archived; it can be unpublished.";
        step(transaction, before, Status::Archived, Status::Draft, message).await
    }
}

/// Takes content from one status to another; what is there already stays as it is.
async fn step(
    transaction: &mut Transaction,
    before: content::Model,
    from: Status,
    to: Status,
    otherwise: &str,
) -> Result<Uuid, Refusal> {
    if before.status != from && before.status != to {
        return Err(UserError::whole(UserErrorCode::WrongState, otherwise).into());
    }
    let mut after = before.clone();
    after.status = to;
    if to == Status::Draft {
        after.published_at = None;
    }
    transaction.update::<content::Entity>(&before, &after, None).await?;
    Ok(before.id)
}
