//! Requests that a client may send again: the same key of the same viewer gives the first answer again. What a change comes to is
//! written in the change's own transaction, so it is made once, whatever happens to the gateway or the client after that; and
//! of two requests with one key that come at once, the second waits for the first one's transaction.

use chrono::{DateTime, TimeDelta, Utc};
use entity::idempotency_key::{ActiveModel, Column, Entity, Model};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
    prelude::Uuid,
    sea_query::{Expr, ExprTrait, LockBehavior, LockType, OnConflict},
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, json};

use super::{Refusal, UserError};
use crate::database;

/// How long a key is remembered, from the first request on.
const REMEMBERED: TimeDelta = TimeDelta::hours(24);
/// How many keys that have ended are cleared away with a request that brings one.
const CLEARED: u64 = 10;

/// The key of a request, and what tells the request from another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdempotencyKey {
    /// The key, as the client made it.
    pub key: String,
    /// A digest of the request.
    pub request: String,
}

/// What became of one change.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Recorded {
    /// It was made: its outcome.
    #[serde(rename = "made")]
    Made(serde_json::Value),
    /// It was not, for the person to mend.
    #[serde(rename = "toMend")]
    ToMend(Vec<UserError>),
}

/// A key that a transaction holds: nobody else gets at it until that has ended.
pub(super) struct Held {
    id: Uuid,
    outcomes: Map<String, serde_json::Value>,
}

impl IdempotencyKey {
    /// The first answer, if the request has been answered already.
    ///
    /// # Errors
    /// [`Refusal::KeyReused`], if the key came with another request.
    pub(in crate::store) async fn answer(
        &self,
        db: &impl ConnectionTrait,
        user_id: &str,
    ) -> Result<Option<String>, Refusal> {
        let own = self.own(user_id).add(Column::ExpiresAt.gt(database::now()));
        match Entity::find().filter(own).one(db).await? {
            Some(row) => Ok(self.belongs(row)?.answer),
            None => Ok(None),
        }
    }

    /// Keeps the whole answer, if none is kept yet.
    ///
    /// # Errors
    /// If the database fails.
    pub(in crate::store) async fn keep(
        &self,
        db: &impl ConnectionTrait,
        user_id: &str,
        answer: String,
    ) -> Result<(), DbErr> {
        let now = database::now();
        let mut row = self.row(user_id, now);
        row.answer = Set(Some(answer.clone()));
        let unless_kept = Condition::all()
            .add(Expr::col((Entity, Column::Answer)).is_null())
            .add(Expr::col((Entity, Column::Request)).eq(self.request.as_str()));
        let once = OnConflict::columns([Column::UserId, Column::Key])
            .value(Column::Answer, answer)
            .value(Column::UpdatedAt, now)
            .action_cond_where(unless_kept)
            .to_owned();
        let kept = Entity::insert(row).on_conflict(once).exec_without_returning(db).await;
        match kept {
            Ok(_) | Err(DbErr::RecordNotInserted) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Takes hold of the key, for as long as the transaction lasts.
    ///
    /// # Errors
    /// [`Refusal::KeyReused`], if it came with another request.
    pub(super) async fn hold(&self, transaction: &impl ConnectionTrait, user_id: &str) -> Result<Held, Refusal> {
        let now = database::now();
        let ended = self.own(user_id).add(Column::ExpiresAt.lte(now));
        Entity::delete_many().filter(ended).exec(transaction).await?;
        clear_ended(transaction, now).await?;
        // Writing takes the row's lock, also where the row is there already; and where another transaction is just making it,
        // this waits for that one's end.
        let taken = OnConflict::columns([Column::UserId, Column::Key])
            .value(Column::UpdatedAt, now)
            .to_owned();
        let row = Entity::insert(self.row(user_id, now))
            .on_conflict(taken)
            .exec_with_returning(transaction)
            .await?;
        let row = self.belongs(row)?;
        Ok(Held {
            id: row.id,
            outcomes: match row.outcomes {
                serde_json::Value::Object(outcomes) => outcomes,
                _ => Map::new(),
            },
        })
    }

    fn own(&self, user_id: &str) -> Condition {
        Condition::all()
            .add(Column::UserId.eq(user_id))
            .add(Column::Key.eq(self.key.as_str()))
    }

    fn belongs(&self, row: Model) -> Result<Model, Refusal> {
        if row.request == self.request {
            Ok(row)
        } else {
            Err(Refusal::KeyReused)
        }
    }

    fn row(&self, user_id: &str, now: DateTime<Utc>) -> ActiveModel {
        ActiveModel {
            id: Set(Uuid::now_v7()),
            user_id: Set(user_id.to_owned()),
            key: Set(self.key.clone()),
            request: Set(self.request.clone()),
            outcomes: Set(json!({})),
            answer: Set(None),
            expires_at: Set(now + REMEMBERED),
            created_at: Set(now),
            updated_at: Set(now),
        }
    }
}

impl Held {
    /// What became of the change in this place of the answer, if it was made before.
    pub(super) fn recorded(&self, place: &str) -> Option<Recorded> {
        serde_json::from_value(self.outcomes.get(place)?.clone()).ok()
    }

    /// Writes down what became of the change.
    ///
    /// # Errors
    /// If the database fails.
    pub(super) async fn record(
        mut self,
        transaction: &impl ConnectionTrait,
        place: &str,
        became: &Recorded,
    ) -> Result<(), DbErr> {
        let became = serde_json::to_value(became).map_err(|error| DbErr::Json(error.to_string()))?;
        self.outcomes.insert(place.to_owned(), became);
        Entity::update_many()
            .col_expr(Column::Outcomes, Expr::val(serde_json::Value::Object(self.outcomes)))
            .filter(Column::Id.eq(self.id))
            .exec(transaction)
            .await?;
        Ok(())
    }
}

/// Clears a few keys away that have ended, and that nobody is at, so that there are never many more of them than of recent
/// requests.
async fn clear_ended(db: &impl ConnectionTrait, now: DateTime<Utc>) -> Result<(), DbErr> {
    let ended = Entity::find()
        .select_only()
        .column(Column::Id)
        .filter(Column::ExpiresAt.lte(now))
        .order_by_asc(Column::ExpiresAt)
        .limit(CLEARED)
        .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked);
    Entity::delete_many()
        .filter(Column::Id.in_subquery(ended.into_query()))
        .exec(db)
        .await?;
    Ok(())
}
