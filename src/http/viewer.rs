//! Who asks, and for which organization: out of a request's headers.

use axum::http::{HeaderMap, HeaderName, HeaderValue};

use super::{Settings, refusal::Refusal};
use crate::{
    database::Reader,
    store,
    viewer::{Beside, Credential, Found, Handed, Secret, SignInError, Viewer, cookie, extend, identify},
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

    /// Finds out who that is, in one statement at most; and this row beside them, in the same one.
    ///
    /// # Errors
    /// If the database does not know them.
    pub(super) async fn viewer(
        &self,
        reader: &Reader,
        beside: Option<&Beside>,
    ) -> Result<(Viewer, Option<Found>), Refusal> {
        identify(reader, &self.credential, self.tenant, beside)
            .await
            .map_err(|error| match error {
                SignInError::Unauthenticated => {
                    Refusal::unauthenticated("The session token is unknown or has expired.")
                }
                SignInError::UnknownTenant => unknown_tenant(),
                SignInError::Database(error) => Refusal::failed(store::Error::from(error).into()),
            })
    }

    /// The slug of the organization that the request is pinned to.
    pub(super) fn tenant(&self) -> Option<&'a str> {
        self.tenant
    }

    /// Extends the session if it is due, and tells whether it has. A session that cannot be extended just now is still a session.
    pub(super) async fn extend(&self, viewer: &Viewer, reader: &Reader) -> bool {
        if self.passing || !viewer.session_is_due() {
            return false;
        }
        let extended = Box::pin(extend(reader.connection(), viewer)).await;
        if let Err(error) = &extended {
            tracing::warn!("a session could not be extended: {error}");
        }
        extended.is_ok()
    }

    /// The cookies that go with the answer, each a `Set-Cookie` header: of the session that has begun or ended, or of the
    /// request's own, if that was `extended`.
    pub(super) fn cookies(&self, handed: Handed, extended: bool, settings: &Settings) -> Vec<HeaderValue> {
        let Some(secret) = &settings.secret else {
            return Vec::new();
        };
        let cookies = match (handed, &self.credential) {
            (Handed::Token(token), _) => cookie::begin(secret, &token, settings.https),
            // What else the client holds is not this session's.
            (Handed::Farewell, Credential::Cookie(_)) => Ok(cookie::end(settings.https)),
            (Handed::Nothing, Credential::Cookie(token)) if extended => cookie::renew(secret, token, settings.https),
            _ => Ok(Vec::new()),
        };
        let cookies = cookies.unwrap_or_default().into_iter();
        cookies
            .filter_map(|cookie| HeaderValue::try_from(cookie).ok())
            .collect()
    }
}

fn unknown_tenant() -> Refusal {
    Refusal::bad_request("The `X-Organization` header must be the slug of one organization.")
}
