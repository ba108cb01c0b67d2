//! Beginning a session.

use entity::{account, session};
use sea_orm::sea_query::LockType;
use serde::{Deserialize, Serialize};

use crate::{
    policy,
    store::{
        Scope,
        change::{Change, Checks, Refusal, Transaction, UserError, UserErrorCode},
    },
    viewer::{
        Client, LASTS, SecretsError, mint,
        proof::{Claimed, Proof, prove, still},
    },
};

/// A session that is to begin. Its token leaves the gateway once, with the answer.
pub struct NewSession {
    id: String,
    token: String,
    client: Client,
}

/// A session that has begun.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SignedIn {
    /// Whose it is.
    pub user_id: String,
    /// Its key.
    pub session_id: String,
}

/// A change that begins a session.
pub trait SignsIn: Change<Outcome = SignedIn> {
    /// The session's token, for the client alone.
    fn token(&self) -> &str;
}

impl NewSession {
    pub(in crate::store) fn new(client: Client) -> Result<Self, SecretsError> {
        Ok(Self {
            id: mint()?,
            token: mint()?,
            client,
        })
    }

    pub(in crate::store) fn token(&self) -> &str {
        &self.token
    }

    /// Begins it: from now on the request is this user's.
    pub(in crate::store) async fn begin(
        &self,
        transaction: &mut Transaction,
        user_id: &str,
    ) -> Result<SignedIn, Refusal> {
        let session = session::Model {
            id: self.id.clone(),
            user_id: user_id.to_owned(),
            token: self.token.clone(),
            expires_at: transaction.at() + LASTS,
            ip_address: Some(self.client.address.to_string()),
            user_agent: self.client.user_agent.clone(),
            created_at: transaction.at(),
            updated_at: transaction.at(),
        };
        transaction.insert::<session::Entity>(session, None).await?;
        transaction.signed_in(user_id, &self.id);
        Ok(SignedIn {
            user_id: user_id.to_owned(),
            session_id: self.id.clone(),
        })
    }
}

/// Begins a session of whom the password has proven.
pub struct SignIn {
    account: account::Model,
    session: NewSession,
}

impl SignIn {
    /// Looks at the password, before anything is changed.
    ///
    /// # Errors
    /// What the person has to mend: it never says whether there is such an account.
    pub async fn prepare(scope: &Scope, email: &str, password: &str, client: Client) -> Result<Self, Refusal> {
        let mut checks = Checks::new();
        let email = checks.email("email", email);
        checks.secret("password", password);
        checks.finish()?;
        match prove(scope.aside(), Claimed::Email(&email), password, client.address).await? {
            Proof::Right(account) => Ok(Self {
                account: *account,
                session: NewSession::new(client)?,
            }),
            Proof::Wrong => Err(wrong()),
            Proof::TooMany => Err(too_many()),
        }
    }
}

impl Change for SignIn {
    const ACTION: &'static str = "session.sign_in";
    const RULE: &'static str = policy::session::BEGIN_RULE;
    const FOR_ANONYMOUS: bool = true;
    type Outcome = SignedIn;

    async fn run(&self, transaction: &mut Transaction) -> Result<SignedIn, Refusal> {
        // Whoever has changed the password since has also ended the sessions that were there by then.
        if !transaction.any(still(&self.account, LockType::Share)).await? {
            return Err(wrong());
        }
        self.session.begin(transaction, &self.account.user_id).await
    }
}

impl SignsIn for SignIn {
    fn token(&self) -> &str {
        self.session.token()
    }
}

fn wrong() -> Refusal {
    let message = "The email address and the password do not go together.";
    UserError::whole(UserErrorCode::WrongCredentials, message).into()
}

/// There were too many attempts of late.
pub(in crate::store) fn too_many() -> Refusal {
    let message = "There were too many attempts. Try again in a quarter of an hour.";
    UserError::whole(UserErrorCode::TooManyAttempts, message).into()
}
