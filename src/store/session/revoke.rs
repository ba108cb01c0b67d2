//! Ending sessions.

use entity::session;
use sea_orm::{ColumnTrait, Condition};

use super::Session;
use crate::{
    policy,
    store::change::{Change, Hold, Refusal, Transaction},
};

/// Ends the session that the request came with.
#[derive(Clone, Copy, Debug)]
pub struct SignOut;

impl Change for SignOut {
    const ACTION: &'static str = "session.sign_out";
    const RULE: &'static str = policy::session::OWN_RULE;
    type Outcome = String;

    async fn run(&self, transaction: &mut Transaction) -> Result<String, Refusal> {
        let viewer = transaction.viewer();
        let id = viewer.session_id().ok_or(Refusal::Unauthenticated)?;
        end(transaction, id).await
    }
}

/// Ends a session.
#[derive(Clone, Debug)]
pub struct Revoke {
    /// Which.
    pub id: String,
}

impl Change for Revoke {
    const ACTION: &'static str = "session.revoke";
    const RULE: &'static str = policy::session::RULE;
    type Outcome = String;

    async fn run(&self, transaction: &mut Transaction) -> Result<String, Refusal> {
        end(transaction, &self.id).await
    }
}

/// Whoever sees a session may end it.
async fn end(transaction: &mut Transaction, id: &str) -> Result<String, Refusal> {
    let session = transaction.find::<Session>(id, Hold::ToChange).await?;
    transaction.delete::<session::Entity>(&session).await?;
    if transaction.viewer().session_id() == Some(id) {
        transaction.signed_out();
    }
    Ok(session.id)
}

/// Ends all sessions of the user but the one that the request came with.
#[derive(Clone, Copy, Debug)]
pub struct RevokeOthers;

impl Change for RevokeOthers {
    const ACTION: &'static str = "session.revoke_others";
    const RULE: &'static str = policy::session::OWN_RULE;
    type Outcome = Vec<String>;

    async fn run(&self, transaction: &mut Transaction) -> Result<Vec<String>, Refusal> {
        end_others(transaction).await
    }
}

pub(in crate::store) async fn end_others(transaction: &mut Transaction) -> Result<Vec<String>, Refusal> {
    let (viewer, user_id) = (transaction.viewer(), transaction.user_id()?);
    let others = Condition::all()
        .add(session::Column::UserId.eq(user_id))
        .add_option(viewer.session_id().map(|id| session::Column::Id.ne(id)));
    let others = transaction.all::<Session>(others, Hold::ToChange).await?;
    for session in &others {
        transaction.delete::<session::Entity>(session).await?;
    }
    Ok(others.into_iter().map(|session| session.id).collect())
}
