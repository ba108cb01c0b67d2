//! The one transaction of a change, or the two statements that do without: rows are found within the viewer's scope, held, and
//! changed, and every changed row leaves an entry in the audit log.

mod beyond;
mod entries;
mod found;
mod way;

pub use beyond::Owners;
pub use found::{Hold, beside};

use std::sync::Arc;

use chrono::{DateTime, Duration, Utc};
use entity::audit_entry;
use sea_orm::{
    ActiveModelTrait,
    ActiveValue::Set,
    ColumnTrait, Condition, DbBackend, DbErr, EntityTrait, IdenStatic, IntoActiveModel, Iterable, ModelTrait,
    QueryFilter, QuerySelect, SqlErr, UpdateMany, Value,
    prelude::Uuid,
    sea_query::{Expr, ExprTrait},
};

use super::{
    Next, Refusal, Subject, UserError, UserErrorCode,
    subject::{changed, last_changed, spoken, updated_at},
};
use crate::{
    database::{self, Observed, Pool, PoolTransaction},
    store::Known,
    viewer::{Found, Viewer},
};
use entries::together;
use found::held;
use way::Way;

/// One change's transaction.
pub struct Transaction {
    viewer: Arc<Viewer>,
    way: Way,
    action: &'static str,
    at: DateTime<Utc>,
    entries: Vec<audit_entry::ActiveModel>,
    actor: Option<String>,
    next: Next,
    /// A row that was found before.
    found: Option<Found>,
}

impl Transaction {
    /// In this transaction.
    pub(super) fn new(viewer: &Arc<Viewer>, database: Observed<PoolTransaction>, action: &'static str) -> Self {
        Self::on(viewer, Way::Held(database), action)
    }

    /// Of a change that finds one row and changes it, and does nothing else: without a transaction, which it may turn out to need
    /// ([`Error::NeedsTransaction`](crate::store::Error::NeedsTransaction)) before anything has changed. `found` may be the row already.
    pub(super) fn single(
        viewer: &Arc<Viewer>,
        pool: Observed<Pool>,
        found: Option<Found>,
        action: &'static str,
    ) -> Self {
        let transaction = Self::on(viewer, Way::Single(pool, None), action);
        Self { found, ..transaction }
    }

    fn on(viewer: &Arc<Viewer>, way: Way, action: &'static str) -> Self {
        Self {
            viewer: Arc::clone(viewer),
            way,
            action,
            at: database::now(),
            entries: Vec::new(),
            actor: viewer.user_id().map(str::to_owned),
            next: Next::Same,
            found: None,
        }
    }

    /// Who changes. (A handle, so that it can be asked while the transaction is at work.)
    pub fn viewer(&self) -> Arc<Viewer> {
        Arc::clone(&self.viewer)
    }

    /// The user who changes.
    ///
    /// # Errors
    /// [`Refusal::Unauthenticated`], if nobody is signed in.
    pub fn user_id(&self) -> Result<String, Refusal> {
        self.viewer.user_id().map(str::to_owned).ok_or(Refusal::Unauthenticated)
    }

    /// The time of the change.
    pub fn at(&self) -> DateTime<Utc> {
        self.at
    }

    /// Which of the two databases it is.
    pub fn backend(&self) -> DbBackend {
        self.way.backend()
    }

    /// Goes on only if the viewer may.
    ///
    /// # Errors
    /// [`Refusal::Forbidden`]
    pub fn allow(&self, may: bool) -> Result<(), Refusal> {
        if may { Ok(()) } else { Err(Refusal::Forbidden) }
    }

    /// Goes on only if nobody has changed the row since the client saw it. Without a time nobody asks.
    ///
    /// # Errors
    /// A [`UserErrorCode::Stale`].
    pub fn unchanged_since<S: Subject>(&self, row: &S::Model, seen: Option<DateTime<Utc>>) -> Result<(), Refusal> {
        match seen {
            Some(seen) if last_changed::<S>(row)? != seen => Err(UserError::field(
                UserErrorCode::Stale,
                "ifUnchangedSince",
                "is not when it was last changed: somebody has changed it since. Read it again",
            )
            .into()),
            _ => Ok(()),
        }
    }

    /// Writes a new row. `taken` is what to say if its unique columns are somebody else's already.
    ///
    /// # Errors
    /// `taken`, or whatever the database says.
    pub async fn insert<S: Subject>(&mut self, row: S::Model, taken: Option<UserError>) -> Result<(), Refusal> {
        self.insert_in::<S>(S::tenant(&row), row, taken).await
    }

    /// The same for a row that does not itself say whose it is.
    ///
    /// # Errors
    /// As [`Self::insert`].
    pub async fn insert_in<S: Subject>(
        &mut self,
        tenant: Option<Uuid>,
        row: S::Model,
        taken: Option<UserError>,
    ) -> Result<(), Refusal> {
        let said: Vec<S::Column> = S::Column::iter()
            .filter(|column| row.get(*column) != row.get(*column).as_null())
            .collect();
        let after = spoken::<S>(&row, &said);
        let key = S::key(&row);
        let written = S::insert(row.into_active_model().reset_all())
            .exec_without_returning(self.way.held()?)
            .await;
        written.map_err(|error| unless_taken(error, taken))?;
        self.log::<S>(&key, tenant, None, Some(after));
        Ok(())
    }

    /// Writes the columns in which `after` differs from `before`, and the time; if it differs in none, nothing is written.
    ///
    /// # Errors
    /// As [`Self::insert`].
    pub async fn update<S: Subject>(
        &mut self,
        before: &S::Model,
        after: &S::Model,
        taken: Option<UserError>,
    ) -> Result<(), Refusal> {
        let (was, is) = (S::tenant(before), S::tenant(after));
        match (was, is) {
            // A row that goes from one to another is the business of both.
            (Some(_), Some(_)) if was != is => self.write::<S>(&[was, is], before, after, taken).await,
            _ => self.write::<S>(&[is.or(was)], before, after, taken).await,
        }
    }

    /// The same for a row that does not itself say whose it is.
    ///
    /// # Errors
    /// As [`Self::insert`].
    pub async fn update_in<S: Subject>(
        &mut self,
        tenant: Option<Uuid>,
        before: &S::Model,
        after: &S::Model,
        taken: Option<UserError>,
    ) -> Result<(), Refusal> {
        self.write::<S>(&[tenant], before, after, taken).await
    }

    /// Writes what differs, and an entry for each of these organizations.
    async fn write<S: Subject>(
        &mut self,
        tenants: &[Option<Uuid>],
        before: &S::Model,
        after: &S::Model,
        taken: Option<UserError>,
    ) -> Result<(), Refusal> {
        let columns = changed::<S>(before, after);
        if columns.is_empty() {
            return Ok(());
        }
        // Later than any client has seen, whatever the clocks say: it is by this time that a lost update is noticed.
        let time = Ord::max(database::now(), last_changed::<S>(before)? + Duration::microseconds(1));
        let changes: Vec<(S::Column, Value)> = columns.iter().map(|column| (*column, after.get(*column))).collect();
        let (key, said, now_said) = (
            S::key(before),
            spoken::<S>(before, &columns),
            spoken::<S>(after, &columns),
        );
        let entry = |tenant: &Option<Uuid>| self.entry::<S>(&key, *tenant, Some(said.clone()), Some(now_said.clone()));
        let entries: Vec<_> = tenants.iter().map(entry).collect();
        match self.backend() {
            // One statement, and one way there and back, for both.
            DbBackend::Postgres => {
                let statement = together::<S>(before, &changes, time, &entries, self.way.is_single())?;
                self.way.change(statement, taken).await?;
                if self.way.is_single() {
                    let mut left = after.clone();
                    left.try_set(updated_at::<S>()?, time.into())?;
                    self.next = Next::Known(Known::new(key, left));
                }
                Ok(())
            }
            _ => {
                self.entries.extend(entries);
                let update = update_of::<S>(this::<S>(before)?, &changes, (updated_at::<S>()?, time));
                let written = update.exec(self.way.held()?).await;
                written.map(drop).map_err(|error| unless_taken(error, taken))
            }
        }
    }

    /// Adds one to a count of the row, where it stands, so that none is lost. A count is no edit: neither the time of the last
    /// change nor the audit log tells of it.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn count<S: Subject>(&self, row: &S::Model, column: S::Column) -> Result<(), Refusal> {
        let more = S::update_many().filter(this::<S>(row)?);
        let more = more.col_expr(column, Expr::col(column).add(1));
        more.exec(self.way.held()?).await?;
        Ok(())
    }

    /// Writes a new row of which the audit log does not tell, because it is only there to be counted.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn append<E>(&self, row: E::Model) -> Result<(), Refusal>
    where
        E: EntityTrait<Model: IntoActiveModel<E::ActiveModel>>,
    {
        let row = row.into_active_model().reset_all();
        E::insert(row).exec_without_returning(self.way.held()?).await?;
        Ok(())
    }

    /// Writes these values into all rows of which this holds, whether the viewer sees them or not: two statements, and the
    /// audit log's, however many rows there are. The caller holds what keeps further rows from coming meanwhile.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn update_all<S: Subject>(
        &mut self,
        which: Condition,
        values: &[(S::Column, Value)],
    ) -> Result<(), Refusal> {
        let columns: Vec<S::Column> = values.iter().map(|(column, _)| *column).collect();
        let mut rows = S::find().filter(which.clone()).select_only();
        for column in S::Column::iter() {
            let left_out =
                S::LONG.contains(&column.as_str()) && !columns.iter().any(|one| one.as_str() == column.as_str());
            rows = match left_out {
                true => rows.expr_as(Expr::cust("NULL"), column.as_str()),
                false => rows.column(column),
            };
        }
        let rows = held(rows, Some(Hold::ToChange), self.backend())
            .all(self.way.held()?)
            .await?;

        let mut time = database::now();
        for before in &rows {
            time = Ord::max(time, last_changed::<S>(before)? + Duration::microseconds(1));
            let mut after = before.clone();
            for (column, value) in values {
                after.try_set(*column, value.clone())?;
            }
            let spoken_before = spoken::<S>(before, &columns);
            let spoken_after = spoken::<S>(&after, &columns);
            self.log::<S>(
                &S::key(before),
                S::tenant(before),
                Some(spoken_before),
                Some(spoken_after),
            );
        }
        if rows.is_empty() {
            return Ok(());
        }
        let mut update = S::update_many().filter(which);
        for (column, value) in values {
            update = update.col_expr(*column, column.save_as(Expr::val(value.clone())));
        }
        update = update.col_expr(updated_at::<S>()?, Expr::val(time));
        update.exec(self.way.held()?).await?;
        Ok(())
    }

    /// Removes a row.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn delete<S: Subject>(&mut self, row: &S::Model) -> Result<(), Refusal> {
        self.delete_in::<S>(S::tenant(row), row).await
    }

    /// The same for a row that does not itself say whose it is.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn delete_in<S: Subject>(&mut self, tenant: Option<Uuid>, row: &S::Model) -> Result<(), Refusal> {
        S::delete_many().filter(this::<S>(row)?).exec(self.way.held()?).await?;
        let said: Vec<S::Column> = S::Column::iter()
            .filter(|column| row.get(*column) != row.get(*column).as_null())
            .collect();
        self.log::<S>(&S::key(row), tenant, Some(spoken::<S>(row, &said)), None);
        Ok(())
    }

    /// The change has made the viewer something else (a member, an owner): whatever comes after it in the request looks anew.
    pub fn viewer_changed(&mut self) {
        self.next = Next::Viewer(self.viewer.session_id().map(str::to_owned));
    }

    /// From now on the request is this session's, and this user the one who changes.
    pub fn signed_in(&mut self, user_id: &str, session_id: &str) {
        self.actor = Some(user_id.to_owned());
        for entry in &mut self.entries {
            entry.actor_id = Set(self.actor.clone());
        }
        self.next = Next::Viewer(Some(session_id.to_owned()));
    }

    /// From now on the request is nobody's.
    pub fn signed_out(&mut self) {
        self.next = Next::Viewer(None);
    }

    pub(super) async fn commit(self) -> Result<Next, Refusal> {
        if !self.entries.is_empty() {
            entries::write(self.way.held()?, self.entries).await?;
        }
        self.way.commit().await?;
        Ok(self.next)
    }

    pub(super) async fn rollback(self) -> Result<(), DbErr> {
        self.way.rollback().await
    }
}

/// Writes these values, and the time into its column, into this row.
fn update_of<S: Subject>(
    this: Condition,
    changes: &[(S::Column, Value)],
    (updated_at, time): (S::Column, DateTime<Utc>),
) -> UpdateMany<S> {
    let mut update = S::update_many();
    for (column, value) in changes {
        update = update.col_expr(*column, column.save_as(Expr::val(value.clone())));
    }
    update.col_expr(updated_at, Expr::val(time)).filter(this)
}

/// The row itself, by its key.
fn this<S: Subject>(row: &S::Model) -> Result<Condition, DbErr> {
    let mut this = Condition::all();
    for key in <S::PrimaryKey as Iterable>::iter() {
        let column = sea_orm::PrimaryKeyToColumn::into_column(key);
        this = this.add(column.eq(row.get(column)));
    }
    if this.is_empty() {
        // Without a condition it would be every row.
        return Err(DbErr::Custom(format!("{} has no key", S::NAME)));
    }
    Ok(this)
}

fn unless_taken(error: DbErr, taken: Option<UserError>) -> Refusal {
    match (error.sql_err(), taken) {
        (Some(SqlErr::UniqueConstraintViolation(_)), Some(taken)) => taken.into(),
        _ => error.into(),
    }
}
