//! Finding rows within the viewer's scope, and holding them.

use sea_orm::{
    Condition, DbBackend, EntityTrait, QueryFilter, QuerySelect, QueryTrait, Select,
    sea_query::{Expr, ExprTrait, LockType},
};

use super::Transaction;
use crate::store::{Key, Noun, change::Refusal, noun::column};

/// How a row is held until the transaction ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hold {
    /// It is going to be changed: nobody else may hold it. New rows may still name it.
    ToChange,
    /// It must stay as it is: others may hold it so, too.
    AsItIs,
}

impl Transaction {
    /// The row with this key, if the viewer may see it; it is held until the end.
    ///
    /// # Errors
    /// [`Refusal::NotFound`], if there is none to see.
    pub async fn find<N: Noun>(
        &self,
        key: impl Into<Key>,
        hold: Hold,
    ) -> Result<<N::Entity as EntityTrait>::Model, Refusal> {
        let own = Expr::col(column::<N::Entity>(N::KEY.name)).eq(key.into().value());
        self.one::<N>(own.into(), hold).await?.ok_or(Refusal::NotFound)
    }

    /// The first row of which this holds, if the viewer may see it; it is held until the end.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn one<N: Noun>(
        &self,
        which: Condition,
        hold: Hold,
    ) -> Result<Option<<N::Entity as EntityTrait>::Model>, Refusal> {
        let found = N::Entity::find().filter(which).filter(N::visible(&self.viewer));
        Ok(self.held(found, hold).one(&self.database).await?)
    }

    /// All rows of which this holds and that the viewer may see; they are held until the end.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn all<N: Noun>(
        &self,
        which: Condition,
        hold: Hold,
    ) -> Result<Vec<<N::Entity as EntityTrait>::Model>, Refusal> {
        let found = N::Entity::find().filter(which).filter(N::visible(&self.viewer));
        Ok(self.held(found, hold).all(&self.database).await?)
    }

    pub(super) fn held<E: EntityTrait>(&self, select: Select<E>, hold: Hold) -> Select<E> {
        // SQLite has no such locks, and needs none: there is one change at a time.
        match (self.backend(), hold) {
            // As strong as an update's own lock, and no stronger: or every row written meanwhile that names this one, such as
            // the audit log's of its organization, would wait, and two such transactions for each other.
            (DbBackend::Postgres, Hold::ToChange) => select.lock(LockType::NoKeyUpdate),
            (DbBackend::Postgres, Hold::AsItIs) => select.lock_shared(),
            _ => select,
        }
    }

    /// Whether the viewer sees a row of which this holds. None is read, and none is held.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn sees<N: Noun>(&self, which: Condition) -> Result<bool, Refusal> {
        let found = N::Entity::find().select_only().expr(Expr::val(1));
        let found = found.filter(which).filter(N::visible(&self.viewer));
        self.any(found.into_query()).await
    }
}
