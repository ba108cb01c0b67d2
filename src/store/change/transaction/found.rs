//! Finding rows within the viewer's scope, and holding them.

use std::{any::TypeId, marker::PhantomData, sync::Arc};

use derive_where::derive_where;
use sea_orm::{
    Condition, DbBackend, EntityTrait, FromQueryResult, IdenStatic, Iterable, QueryFilter, QuerySelect, QueryTrait,
    Select,
    prelude::Uuid,
    sea_query::{Expr, LockType, SelectStatement},
};

use super::Transaction;
use crate::{
    database::{Slots, any_of},
    store::{
        Error, Key, Noun,
        change::Refusal,
        noun::column,
        question::{self, Asked, Question, statement},
    },
    viewer::{Beside, Viewer},
};

/// How a row is held until the transaction ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
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
        let key = key.into();
        if let Some(row) = self.found_before::<N>(&key) {
            return Ok(row);
        }
        let held = Arc::new(Held::<N> {
            key: vec![key],
            hold: match (self.way.is_single(), hold) {
                // It is held by the statement that changes it.
                (true, Hold::ToChange) => None,
                (true, Hold::AsItIs) => return Err(Error::NeedsTransaction.into()),
                (false, hold) => Some(hold),
            },
            noun: PhantomData,
        });
        let statement = statement(&self.viewer, None, &[Asked::new(&held)]);
        let found = self.way.find(statement).await?;
        let row = found.ok_or(Refusal::NotFound)?;
        Ok(FromQueryResult::from_query_result(&row, "")?)
    }

    /// The row with this key, if it was found before, when the viewer was. It is not held, and so is of use only where the statement that
    /// changes it makes sure that it is still the same.
    fn found_before<N: Noun>(&self, key: &Key) -> Option<<N::Entity as EntityTrait>::Model> {
        let (found, Key::Uuid(key)) = (self.found.as_ref()?, key) else {
            return None;
        };
        let row = found.row(TypeId::of::<N>(), *key).filter(|_| self.way.is_single())?;
        FromQueryResult::from_query_result_optional(row, "").ok()?
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
        Ok(visible::<N>(&self.viewer, which, Some(hold))
            .one(self.way.held()?)
            .await?)
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
        Ok(visible::<N>(&self.viewer, which, Some(hold))
            .all(self.way.held()?)
            .await?)
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

/// The row with this key, to be found beside a viewer for the change that is to find it.
pub fn beside<N: Noun>(key: Uuid) -> Beside {
    Beside {
        of: TypeId::of::<N>(),
        key,
        finds: |key, viewer| {
            let held = Held::<N> {
                key: vec![key.into()],
                hold: None,
                noun: PhantomData,
            };
            held.statement(viewer)
        },
        columns: || {
            <N::Entity as EntityTrait>::Column::iter()
                .map(|column| column.as_str())
                .collect()
        },
    }
}

/// The row with this key, held so, if at all.
#[derive_where(Clone, Hash)]
struct Held<N> {
    /// There is one.
    key: Vec<Key>,
    hold: Option<Hold>,
    noun: PhantomData<fn() -> N>,
}

impl<N: Noun> Question for Held<N> {
    fn slots(&mut self, slots: &mut dyn Slots) {
        question::keys(&mut self.key, slots);
    }

    fn statement(&self, viewer: &Viewer) -> SelectStatement {
        let keys = self.key.iter().map(Key::value).collect();
        let this = any_of(viewer.backend(), column::<N::Entity>(N::KEY.name), keys);
        visible::<N>(viewer, this.into(), self.hold).into_query()
    }
}

/// The rows of which this holds and that the viewer may see, held so, if at all.
fn visible<N: Noun>(viewer: &Viewer, which: Condition, hold: Option<Hold>) -> Select<N::Entity> {
    let found = N::Entity::find().filter(which).filter(N::visible(viewer));
    held(found, hold, viewer.backend())
}

/// The rows that a statement gives, held so, if at all.
pub(super) fn held<E: EntityTrait>(select: Select<E>, hold: Option<Hold>, backend: DbBackend) -> Select<E> {
    // SQLite has no such locks, and needs none: there is one change at a time.
    match (backend, hold) {
        // As strong as an update's own lock, and no stronger: or every row written meanwhile that names this one, such as
        // the audit log's of its organization, would wait, and two such transactions for each other.
        (DbBackend::Postgres, Some(Hold::ToChange)) => select.lock(LockType::NoKeyUpdate),
        (DbBackend::Postgres, Some(Hold::AsItIs)) => select.lock_shared(),
        _ => select,
    }
}
