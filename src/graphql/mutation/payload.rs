//! From an input to a change, and from what came of it to a payload.

use std::sync::Arc;

use async_graphql::{Context, MaybeUndefined};

use crate::{
    graphql::{
        connection::{Listed, scope},
        error::{ClientError, Code, Result},
        look_ahead::LookAhead,
        node::find,
        user_error::UserError,
    },
    store::{
        Key, Noun,
        change::{Change, Patch, Refusal},
    },
    viewer::{Client, Handed, Handover},
};

/// What came of a change.
pub enum Done<T> {
    /// It was made: the keys of what changed.
    Made(T),
    /// It was not, and the person can mend that.
    ToMend(Vec<UserError>),
}

impl<T> Done<T> {
    /// The keys of what changed, if anything did.
    pub fn made(&self) -> Option<&T> {
        match self {
            Self::Made(made) => Some(made),
            Self::ToMend(_) => None,
        }
    }

    /// What has to be mended.
    pub fn user_errors(&self) -> &[UserError] {
        match self {
            Self::Made(_) => &[],
            Self::ToMend(errors) => errors,
        }
    }
}

/// Makes the change that the input asks for. (A field that may be null: an error stays its own, and takes none of the other
/// changes' payloads away.)
pub async fn change<C: Change, P: From<Done<C::Outcome>>>(
    context: &Context<'_>,
    input: Result<C>,
) -> Option<Result<P>> {
    // In a box: a change is large, and there are as many of these futures as there are fields.
    let done = Box::pin(async { done(scope(context)?.change(place(context), &input?).await) });
    Some(done.await.map(P::from))
}

/// The name that the change's field has in the answer.
pub fn place<'a>(context: &Context<'a>) -> &'a str {
    context.item.node.response_key().node.as_str()
}

/// What came of a change, unless it was refused as a whole.
///
/// # Errors
/// If it was.
pub fn done<T>(made: std::result::Result<T, Refusal>) -> Result<Done<T>> {
    match made {
        Ok(made) => Ok(Done::Made(made)),
        Err(Refusal::Invalid(errors)) => Ok(Done::ToMend(errors.into_iter().map(UserError::from).collect())),
        Err(Refusal::Unauthenticated) => Err(ClientError::new(Code::Unauthenticated, "Sign in first.")),
        Err(Refusal::NotFound) => Err(ClientError::new(Code::NotFound, "There is no such thing to change.")),
        Err(Refusal::Forbidden) => Err(ClientError::new(Code::Forbidden, "You may not change this.")),
        Err(Refusal::KeyReused) => Err(ClientError::key_reused()),
        Err(Refusal::Failed(error)) => Err(error.into()),
    }
}

/// Where the request came from.
///
/// # Errors
/// If nobody has said so: a defect of the edge.
pub fn client<'a>(context: &Context<'a>) -> Result<&'a Client> {
    context
        .data_opt()
        .ok_or_else(|| ClientError::internal("a request without a client"))
}

/// Leaves what the client is to be handed with the answer.
///
/// # Errors
/// If there is no place for it: a defect of the edge.
pub fn hand_over(context: &Context<'_>, handed: Handed) -> Result<()> {
    let Some(handover) = context.data_opt::<Arc<Handover>>() else {
        return Err(ClientError::internal("a request without a handover"));
    };
    handover.put(handed);
    Ok(())
}

/// The changed row, as it is now, if the viewer sees it.
pub async fn row<T: Listed>(context: &Context<'_>, key: Option<Key>) -> Option<Result<T>>
where
    <T::Noun as Noun>::Selection: LookAhead,
{
    find(context, key?, context.field()).await.transpose()
}

/// What an input says of something that can be left alone, cleared, or set.
pub fn patch<T, U: From<T>>(value: MaybeUndefined<T>) -> Patch<U> {
    match value {
        MaybeUndefined::Undefined => Patch::Keep,
        MaybeUndefined::Null => Patch::Clear,
        MaybeUndefined::Value(value) => Patch::Set(value.into()),
    }
}

/// The same for a value that has to be looked at first.
///
/// # Errors
/// What `read` finds.
pub fn try_patch<T, U>(value: MaybeUndefined<T>, read: impl FnOnce(T) -> Result<U>) -> Result<Patch<U>> {
    Ok(match value {
        MaybeUndefined::Undefined => Patch::Keep,
        MaybeUndefined::Null => Patch::Clear,
        MaybeUndefined::Value(value) => Patch::Set(read(value)?),
    })
}

/// Makes the input of a change that needs no more than the row itself: its name, the change, and the row's kind.
macro_rules! row_input {
    ($(#[$doc:meta])* $name:ident => $($change:ident)::+ { $(#[$id_doc:meta])* id: $kind:ident }) => {
        $(#[$doc])*
        #[derive(async_graphql::InputObject)]
        pub struct $name {
            $(#[$id_doc])*
            id: async_graphql::ID,
            /// The `updatedAt` that the client saw. If it is no longer that, nothing is changed (`STALE`).
            if_unchanged_since: Option<$crate::graphql::scalar::Time>,
        }

        impl $name {
            fn into_change(self) -> $crate::graphql::error::Result<$($change)::+> {
                Ok($($change)::+ {
                    id: $crate::graphql::input::uuid_key("input.id", &self.id, $crate::graphql::id::Kind::$kind)?,
                    seen: self.if_unchanged_since.map(|time| time.0),
                })
            }
        }
    };
}

/// Makes the payload of a change that leaves a row behind: its name, the field that shows the row, and the row's type. The
/// change's outcome is the row's key.
macro_rules! row_payload {
    ($(#[$doc:meta])* $name:ident { $(#[$field_doc:meta])* $field:ident: $type:ident of $key:ty }) => {
        $(#[$doc])*
        pub struct $name($crate::graphql::mutation::payload::Done<$key>);

        impl From<$crate::graphql::mutation::payload::Done<$key>> for $name {
            fn from(done: $crate::graphql::mutation::payload::Done<$key>) -> Self {
                Self(done)
            }
        }

        $(#[$doc])*
        #[async_graphql::Object]
        impl $name {
            $(#[$field_doc])*
            async fn $field(
                &self,
                context: &async_graphql::Context<'_>,
            ) -> Option<$crate::graphql::error::Result<$type>> {
                let key = self.0.made().cloned().map($crate::store::Key::from);
                $crate::graphql::mutation::payload::row(context, key).await
            }

            /// What has to be mended first, all of it. If there is anything, nothing has changed.
            async fn user_errors(&self) -> &[$crate::graphql::user_error::UserError] {
                self.0.user_errors()
            }
        }
    };
}

/// Makes the payload of a change after which a row is gone: its name, the field with the row's id, and the row's kind.
macro_rules! gone_payload {
    ($(#[$doc:meta])* $name:ident { $(#[$field_doc:meta])* $field:ident: $kind:ident of $key:ty }) => {
        $(#[$doc])*
        pub struct $name($crate::graphql::mutation::payload::Done<$key>);

        impl From<$crate::graphql::mutation::payload::Done<$key>> for $name {
            fn from(done: $crate::graphql::mutation::payload::Done<$key>) -> Self {
                Self(done)
            }
        }

        $(#[$doc])*
        #[async_graphql::Object]
        impl $name {
            $(#[$field_doc])*
            async fn $field(&self) -> Option<async_graphql::ID> {
                let key = self.0.made().cloned().map($crate::store::Key::from);
                key.map(|key| $crate::graphql::id::Kind::$kind.id(&key))
            }

            /// What has to be mended first, all of it. If there is anything, nothing has changed.
            async fn user_errors(&self) -> &[$crate::graphql::user_error::UserError] {
                self.0.user_errors()
            }
        }
    };
}

/// Makes the payload of a change that begins a session.
macro_rules! signed_in_payload {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        pub struct $name($crate::graphql::mutation::session::Begun);

        $(#[$doc])*
        #[async_graphql::Object]
        impl $name {
            /// Who is signed in now; null if it failed.
            async fn user(
                &self,
                context: &async_graphql::Context<'_>,
            ) -> Option<$crate::graphql::error::Result<$crate::graphql::user::User>> {
                let key = self.0.made().map(|(begun, _)| begun.user_id.as_str().into());
                $crate::graphql::mutation::payload::row(context, key).await
            }

            /// The session that has begun; null if it failed.
            async fn session(
                &self,
                context: &async_graphql::Context<'_>,
            ) -> Option<$crate::graphql::error::Result<$crate::graphql::session::Session>> {
                let key = self.0.made().map(|(begun, _)| begun.session_id.as_str().into());
                $crate::graphql::mutation::payload::row(context, key).await
            }

            /// The session's token, for the header `Authorization: Bearer <token>`; null if it failed. Nothing gives it out again.
            async fn token(&self) -> Option<&str> {
                self.0.made().map(|(_, token)| token.as_str())
            }

            /// What has to be mended first, all of it. If there is anything, nothing has changed.
            async fn user_errors(&self) -> &[$crate::graphql::user_error::UserError] {
                self.0.user_errors()
            }
        }
    };
}
