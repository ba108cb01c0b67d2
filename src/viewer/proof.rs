//! Whether somebody is whose account it is: they know its password.

use std::net::IpAddr;

use entity::{account, user};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, JoinType, QueryFilter, QuerySelect, QueryTrait, RelationTrait,
    sea_query::{Expr, LockType, SelectStatement},
};
use thiserror::Error;

use super::{SecretsError, attempts, password};
use crate::database;

/// What `accounts.provider_id` says of an account with a password.
pub const CREDENTIAL: &str = "credential";

/// Whose account somebody says is theirs.
#[derive(Clone, Copy)]
pub enum Claimed<'a> {
    /// That of the user with this email address.
    Email(&'a str),
    /// That of the user with this key.
    User(&'a str),
}

/// What came of a proof.
pub enum Proof {
    /// The password is right: this is the account, as it was then.
    Right(Box<account::Model>),
    /// There is no such account, or it has no password, or another.
    Wrong,
    /// There were too many attempts of late, and so nobody has looked.
    TooMany,
}

/// A proof that failed for no fault of the person's. For the log alone.
#[derive(Debug, Error)]
pub enum ProofError {
    /// The database said no.
    #[error(transparent)]
    Database(#[from] DbErr),
    /// The password could not be hashed.
    #[error(transparent)]
    Secrets(#[from] SecretsError),
}

/// Finds out whether this is the password. The attempt counts before anybody looks; what is looked at, and how long that
/// takes, is the same whether there is such an account or not.
///
/// # Errors
/// [`ProofError`]
pub async fn prove(
    db: &impl ConnectionTrait,
    claimed: Claimed<'_>,
    password: &str,
    address: IpAddr,
) -> Result<Proof, ProofError> {
    let (Claimed::Email(name) | Claimed::User(name)) = claimed;
    if !attempts::count(db, name, address, database::now()).await? {
        return Ok(Proof::TooMany);
    }
    let account = find(claimed).one(db).await?;
    let stored = account.as_ref().and_then(|account| account.password.as_deref());
    let right = password::verify(password, stored).await?;
    match account.filter(|_| right) {
        Some(account) => {
            attempts::forgive(db, name).await?;
            Ok(Proof::Right(Box::new(account)))
        }
        None => Ok(Proof::Wrong),
    }
}

fn find(claimed: Claimed<'_>) -> sea_orm::Select<account::Entity> {
    let accounts = account::Entity::find().filter(account::Column::ProviderId.eq(CREDENTIAL));
    match claimed {
        Claimed::User(id) => accounts.filter(account::Column::AccountId.eq(id)),
        Claimed::Email(email) => accounts
            .join(JoinType::InnerJoin, account::Relation::User.def())
            .filter(user::Column::Email.eq(email)),
    }
}

/// Finds the account, if its password is still what it was when it was proven. It stays so until the transaction ends: for
/// whoever begins a session (`LockType::Share`) or changes the password (`LockType::Update`).
pub fn still(account: &account::Model, lock: LockType) -> SelectStatement {
    let mut account = account::Entity::find_by_id(&account.id)
        .filter(account::Column::Password.eq(account.password.as_deref()))
        .select_only()
        .expr(Expr::cust("1"))
        .into_query();
    account.lock(lock).take()
}

/// Whether somebody has this email address.
///
/// # Errors
/// If the database fails.
pub async fn is_taken(db: &impl ConnectionTrait, email: &str) -> Result<bool, DbErr> {
    let id: Option<String> = user::Entity::find()
        .filter(user::Column::Email.eq(email))
        .select_only()
        .column(user::Column::Id)
        .into_tuple()
        .one(db)
        .await?;
    Ok(id.is_some())
}
