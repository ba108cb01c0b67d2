//! What a change has to know of rows that the viewer may not see. Only this room may ask: whoever else writes a change gets
//! rows within the viewer's scope alone.

use entity::{content, user};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryResult, QuerySelect, QueryTrait,
    prelude::Uuid,
    sea_query::{LockType, SelectStatement},
};

use super::Transaction;
use crate::store::change::Refusal;

/// Whose content is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owners {
    /// Who made it.
    pub creator_id: String,
    /// To which organization it belongs; none: it is personal.
    pub organization_id: Option<Uuid>,
}

impl Transaction {
    /// Whether the statement gives any row at all.
    ///
    /// # Errors
    /// If the database fails.
    pub(in crate::store) async fn any(&self, rows: SelectStatement) -> Result<bool, Refusal> {
        Ok(self.first(rows).await?.is_some())
    }

    /// The first row that the statement gives.
    ///
    /// # Errors
    /// If the database fails.
    pub(in crate::store) async fn first(&self, mut rows: SelectStatement) -> Result<Option<QueryResult>, Refusal> {
        Ok(self.way.held()?.query_one(rows.limit(1)).await?)
    }

    /// Whether there is a user with this id. There will be until the transaction ends, so that a row may name them.
    ///
    /// # Errors
    /// If the database fails.
    pub(in crate::store) async fn is_user(&self, id: &str) -> Result<bool, Refusal> {
        let found = user::Entity::find_by_id(id).select_only().column(user::Column::Id);
        self.any(found.lock(LockType::KeyShare).into_query()).await
    }

    /// Whose content is, deleted or not: what grants on it need to know.
    ///
    /// # Errors
    /// If the database fails, or there is no such content.
    pub(in crate::store) async fn owners(&self, content_id: Uuid) -> Result<Owners, Refusal> {
        let found = content::Entity::find()
            .select_only()
            .columns([content::Column::CreatorId, content::Column::OrganizationId])
            .filter(content::Column::Id.eq(content_id));
        let found: Option<(String, Option<Uuid>)> = found.into_tuple().one(self.way.held()?).await?;
        let (creator_id, organization_id) = found.ok_or(Refusal::NotFound)?;
        Ok(Owners {
            creator_id,
            organization_id,
        })
    }
}
