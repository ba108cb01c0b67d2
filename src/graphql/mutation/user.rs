//! Changes to people: their account, and what they say of themselves.

use async_graphql::{Context, InputObject, MaybeUndefined, Object};

use super::{
    payload::{change, client, done, patch, place},
    session::begin,
};
use crate::{
    graphql::{connection::scope, error::Result, scalar::Time, user::User},
    store,
};

/// Who signs up.
#[derive(InputObject)]
pub struct SignUpInput {
    /// The name that everyone sees: 1 to 255 characters.
    name: String,
    /// The email address, at most 254 characters. It is kept in lower case; there is one account to an address.
    email: String,
    /// The password: 8 to 128 characters.
    password: String,
    /// The address of their picture: http or https.
    image: Option<String>,
}

impl From<SignUpInput> for store::user::Profile {
    fn from(input: SignUpInput) -> Self {
        Self {
            name: input.name,
            email: input.email,
            password: input.password,
            image: input.image,
        }
    }
}

signed_in_payload! {
    /// What came of `signUp`.
    SignUpPayload
}

/// What to change of what the viewer says of themselves. What is left out stays as it is; null clears.
#[derive(InputObject)]
pub struct UpdateProfileInput {
    /// The `updatedAt` that the client saw. If it is no longer that, nothing is changed (`STALE`).
    if_unchanged_since: Option<Time>,
    /// The name that everyone sees: 1 to 255 characters.
    name: MaybeUndefined<String>,
    /// The address of their picture: http or https.
    image: MaybeUndefined<String>,
}

row_payload! {
    /// What came of `updateProfile`.
    UpdateProfilePayload {
        /// The viewer as they are now; null if nothing has changed.
        user: User of String
    }
}

/// What to change the password to.
#[derive(InputObject)]
pub struct ChangePasswordInput {
    /// The password until now.
    current_password: String,
    /// The password from now on: 8 to 128 characters.
    new_password: String,
    /// Whether all other sessions of the viewer end, which somebody else may have begun.
    #[graphql(default = true)]
    revoke_other_sessions: bool,
}

row_payload! {
    /// What came of `changePassword`.
    ChangePasswordPayload {
        /// The viewer; null if nothing has changed.
        user: User of String
    }
}

/// Changes to people.
#[derive(Default)]
pub struct UserMutation;

/// Changes to people.
#[Object]
impl UserMutation {
    /// Makes an account, and signs in to it: what follows in the request is done as that user. With a browser the session cookie
    /// comes along, where the gateway has the key for it.
    async fn sign_up(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Who signs up.")] input: SignUpInput,
    ) -> Option<Result<SignUpPayload>> {
        // In a box, as in `change`.
        let begun = Box::pin(async {
            let prepared = store::user::SignUp::prepare(scope(context)?, input.into(), client(context)?.clone()).await;
            begin(context, prepared).await
        });
        Some(begun.await.map(SignUpPayload))
    }

    /// Changes what the viewer says of themselves.
    async fn update_profile(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "What to change.")] input: UpdateProfileInput,
    ) -> Option<Result<UpdateProfilePayload>> {
        let input = store::user::Update {
            seen: input.if_unchanged_since.map(|time| time.0),
            name: patch(input.name),
            image: patch(input.image),
        };
        change(context, Ok(input)).await
    }

    /// Changes the viewer's password, for who knows the current one. Too many attempts in a short time are refused.
    async fn change_password(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "What to change it to.")] input: ChangePasswordInput,
    ) -> Option<Result<ChangePasswordPayload>> {
        // In a box, as in `change`.
        let changed = Box::pin(async {
            let scope = scope(context)?;
            let (current, new) = (&input.current_password, &input.new_password);
            let others = input.revoke_other_sessions;
            let made = match store::user::ChangePassword::prepare(scope, current, new, others, client(context)?).await {
                Ok(change) => scope.change(place(context), &change).await,
                Err(refusal) => Err(refusal),
            };
            done(made)
        });
        Some(changed.await.map(ChangePasswordPayload::from))
    }
}
