//! Who asks, and for which organization: out of a request's headers.

use axum::http::{HeaderMap, HeaderName, HeaderValue};

use super::{Gateway, refusal::Refusal};
use crate::{
    database::Reader,
    viewer::{Credential, LASTS, Secret, SignInError, Viewer, cookie, extend, identify},
};

/// The header that pins a request to an organization: its slug.
const TENANT: HeaderName = HeaderName::from_static("x-organization");

/// Who a request's headers say asks. Nothing has asked the database yet whether it knows them.
pub(super) struct Claim<'a> {
    credential: Credential,
    tenant: Option<&'a str>,
    /// The client has asked for a session that ends with its window, which is not to be extended.
    passing: bool,
}

impl<'a> Claim<'a> {
    /// Reads the headers.
    ///
    /// # Errors
    /// If one of them is not what it must be.
    pub(super) fn from_headers(headers: &'a HeaderMap, secret: Option<&Secret>) -> Result<Self, Refusal> {
        let credential =
            Credential::from_headers(headers, secret).map_err(|error| Refusal::unauthenticated(error.to_string()))?;
        let mut tenants = headers.get_all(TENANT).iter();
        let tenant = tenants
            .next()
            .map(|value| value.to_str().map(str::trim))
            .transpose()
            .map_err(|_| unknown_tenant())?;
        if tenants.next().is_some() {
            return Err(unknown_tenant());
        }
        Ok(Self {
            credential,
            tenant,
            passing: cookie::is_passing(headers),
        })
    }

    /// Finds out who that is, in one statement at most.
    ///
    /// # Errors
    /// If the database does not know them.
    pub(super) async fn viewer(&self, reader: &Reader) -> Result<Viewer, Refusal> {
        identify(reader, &self.credential, self.tenant)
            .await
            .map_err(|error| match error {
                SignInError::Unauthenticated => {
                    Refusal::unauthenticated("The session token is unknown or has expired.")
                }
                SignInError::UnknownTenant => unknown_tenant(),
                SignInError::Database(error) => Refusal::internal(error),
            })
    }

    /// The slug of the organization that the request is pinned to.
    pub(super) fn tenant(&self) -> Option<&'a str> {
        self.tenant
    }

    /// Extends the session if that is due, and gives the cookie that goes on as long, if the request came with one. A session
    /// that cannot be extended just now is still a session.
    pub(super) async fn extended(&self, gateway: &Gateway, viewer: &Viewer, reader: &Reader) -> Option<HeaderValue> {
        if !viewer.session_is_due() || self.passing {
            return None;
        }
        // A request holds one connection at a time.
        reader.end().await;
        if let Err(error) = extend(&gateway.connection, viewer).await {
            tracing::warn!("a session could not be extended: {error}");
            return None;
        }
        let (Credential::Cookie(token), Some(secret)) = (&self.credential, &gateway.settings.secret) else {
            return None;
        };
        let cookie = cookie::set(secret, token, LASTS, gateway.settings.https).ok()?;
        HeaderValue::try_from(cookie).ok()
    }
}

fn unknown_tenant() -> Refusal {
    Refusal::bad_request("The `X-Organization` header must be the slug of one organization.")
}
