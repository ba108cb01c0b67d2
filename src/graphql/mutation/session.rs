//! Changes to sessions: signing in and out.

use async_graphql::{Context, ID, InputObject, Object};

use super::payload::{Done, change, client, done, hand_over, place};
use crate::{
    graphql::{connection::scope, error::Result, id::Kind, input, user_error::UserError},
    store::{
        self,
        change::Refusal,
        session::{SignedIn, SignsIn},
    },
    viewer::Handed,
};

/// A session that has begun, and its token.
pub(super) type Begun = Done<(SignedIn, String)>;

/// Begins a session, if it could be prepared, and hands its token to the client.
pub(super) async fn begin<C: SignsIn>(
    context: &Context<'_>,
    prepared: std::result::Result<C, Refusal>,
) -> Result<Begun> {
    let made = match prepared {
        Ok(change) => {
            let begun = scope(context)?.change(place(context), &change).await;
            begun.map(|begun| (begun, change.token().to_owned()))
        }
        Err(refusal) => Err(refusal),
    };
    let begun = done(made)?;
    if let Some((_, token)) = begun.made() {
        hand_over(context, Handed::Token(token.clone()))?;
    }
    Ok(begun)
}

/// Whether the request's session is still there; if not, the client has no more use for what it holds.
fn end(context: &Context<'_>) -> Result<()> {
    if scope(context)?.viewer().session_id().is_none() {
        hand_over(context, Handed::Farewell)?;
    }
    Ok(())
}

/// Who signs in.
#[derive(InputObject)]
pub struct SignInInput {
    /// The email address, in whatever case.
    email: String,
    /// The password.
    password: String,
}

signed_in_payload! {
    /// What came of `signIn`.
    SignInPayload
}

gone_payload! {
    /// What came of `signOut`.
    SignOutPayload {
        /// The id of the session that has ended.
        revoked_session_id: Session of String
    }
}

/// Which session to end.
#[derive(InputObject)]
pub struct RevokeSessionInput {
    /// The session's id.
    id: ID,
}

gone_payload! {
    /// What came of `revokeSession`.
    RevokeSessionPayload {
        /// The id of the session that has ended; null if nothing has changed.
        revoked_session_id: Session of String
    }
}

/// What came of `revokeOtherSessions`.
pub struct RevokeOtherSessionsPayload(Done<Vec<String>>);

impl From<Done<Vec<String>>> for RevokeOtherSessionsPayload {
    fn from(done: Done<Vec<String>>) -> Self {
        Self(done)
    }
}

/// What came of `revokeOtherSessions`.
#[Object]
impl RevokeOtherSessionsPayload {
    /// The ids of the sessions that have ended.
    async fn revoked_session_ids(&self) -> Vec<ID> {
        let ids = self.0.made().into_iter().flatten();
        ids.map(|id| Kind::Session.id(&id.as_str().into())).collect()
    }

    /// What has to be mended first, all of it. If there is anything, nothing has changed.
    async fn user_errors(&self) -> &[UserError] {
        self.0.user_errors()
    }
}

/// Changes to sessions.
#[derive(Default)]
pub struct SessionMutation;

/// Changes to sessions.
#[Object]
impl SessionMutation {
    /// Begins a session, for who knows the password: what follows in the request is done as that user. With a browser the session
    /// cookie comes along, where the gateway has the key for it. A wrong password and an unknown email address get the same
    /// answer; too many attempts in a short time, for one account or from one address, are refused.
    async fn sign_in(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Who signs in.")] input: SignInInput,
    ) -> Option<Result<SignInPayload>> {
        // In a box, as in `change`.
        let begun = Box::pin(async {
            let client = client(context)?.clone();
            let prepared =
                store::session::SignIn::prepare(scope(context)?, &input.email, &input.password, client).await;
            begin(context, prepared).await
        });
        Some(begun.await.map(SignInPayload))
    }

    /// Ends the session that the request came with: what follows in the request is done as nobody.
    async fn sign_out(&self, context: &Context<'_>) -> Option<Result<SignOutPayload>> {
        let payload = change(context, Ok(store::session::SignOut)).await;
        Some(payload?.and_then(|payload| end(context).map(|()| payload)))
    }

    /// Ends a session. If it is the one that the request came with, this is `signOut`.
    async fn revoke_session(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which.")] input: RevokeSessionInput,
    ) -> Option<Result<RevokeSessionPayload>> {
        let id = input::text_key("input.id", &input.id, Kind::Session);
        let payload = change(context, id.map(|id| store::session::Revoke { id })).await;
        Some(payload?.and_then(|payload| end(context).map(|()| payload)))
    }

    /// Ends all sessions of the viewer but the one that the request came with.
    async fn revoke_other_sessions(&self, context: &Context<'_>) -> Option<Result<RevokeOtherSessionsPayload>> {
        change(context, Ok(store::session::RevokeOthers)).await
    }
}
