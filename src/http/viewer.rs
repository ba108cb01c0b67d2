//! Who asks, and for which organization: out of a request's headers.

use axum::http::{HeaderMap, HeaderName};

use super::refusal::Refusal;
use crate::{
    database::Reader,
    viewer::{Credential, Secret, SignInError, Viewer, identify},
};

/// The header that pins a request to an organization: its slug.
const TENANT: HeaderName = HeaderName::from_static("x-organization");

/// Who a request's headers say asks. Nothing has asked the database yet whether it knows them.
pub(super) struct Claim<'a> {
    credential: Credential,
    tenant: Option<&'a str>,
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
        Ok(Self { credential, tenant })
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
}

fn unknown_tenant() -> Refusal {
    Refusal::bad_request("The `X-Organization` header must be the slug of one organization.")
}
