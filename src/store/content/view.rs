//! Counting how often content is viewed.

use entity::{
    content::{self, Status},
    content_view,
};
use sea_orm::{ColumnTrait, Condition, prelude::Uuid};

use super::Content;
use crate::{
    policy,
    store::change::{Change, Refusal, Transaction, UserError, UserErrorCode},
};

/// Records one view of published content: a row of its own, which is added to the content's count within seconds. So those who
/// view the same content do not wait for each other, nor for whoever is changing it. It is counted and not changed: the audit log
/// does not tell of it, and nobody's copy becomes stale.
#[derive(Clone, Debug)]
pub struct RecordView {
    /// Which content.
    pub content_id: Uuid,
}

impl Change for RecordView {
    const ACTION: &'static str = "content.view";
    const RULE: &'static str = policy::content::VIEW_RULE;
    type Outcome = Uuid;

    async fn run(&self, transaction: &mut Transaction) -> Result<Uuid, Refusal> {
        let viewer = transaction.viewer();
        let this = || Condition::all().add(content::Column::Id.eq(self.content_id));
        let open = || this().add(policy::content::body(&viewer));
        let published = open().add(content::Column::Status.eq(Status::Published));
        if !transaction.sees::<Content>(published).await? {
            if !transaction.sees::<Content>(this()).await? {
                return Err(Refusal::NotFound);
            }
            transaction.allow(transaction.sees::<Content>(open()).await?)?;
            let message = "Only views of what is published are counted.";
            return Err(UserError::whole(UserErrorCode::WrongState, message).into());
        }
        let view = content_view::Model {
            id: Uuid::now_v7(),
            content_id: self.content_id,
            created_at: transaction.at(),
            updated_at: transaction.at(),
        };
        transaction.append::<content_view::Entity>(view).await?;
        Ok(self.content_id)
    }
}
