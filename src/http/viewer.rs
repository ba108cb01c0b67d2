//! Who asks, and for which organization: out of a request's headers.

use axum::http::{HeaderMap, HeaderName};

use super::{Gateway, refusal::Refusal};
use crate::{
    database::Reader,
    viewer::{Credential, SignInError, Viewer, identify},
};

/// The header that pins a request to an organization: its slug.
const TENANT: HeaderName = HeaderName::from_static("x-organization");

/// Finds out who asks.
///
/// # Errors
/// If a header is not what it must be, or the database does not know what it names.
pub(super) async fn viewer(gateway: &Gateway, headers: &HeaderMap, reader: &Reader) -> Result<Viewer, Refusal> {
    let credential = Credential::from_headers(headers, gateway.secret.as_ref())
        .map_err(|error| Refusal::unauthenticated(error.to_string()))?;
    let unknown = || Refusal::bad_request("The `X-Organization` header must be the slug of one organization.");
    let mut tenants = headers.get_all(TENANT).iter();
    let tenant = tenants
        .next()
        .map(|value| value.to_str().map(str::trim))
        .transpose()
        .map_err(|_| unknown())?;
    if tenants.next().is_some() {
        return Err(unknown());
    }
    identify(reader, &credential, tenant)
        .await
        .map_err(|error| match error {
            SignInError::Unauthenticated => Refusal::unauthenticated("The session token is unknown or has expired."),
            SignInError::UnknownTenant => unknown(),
            SignInError::Database(error) => Refusal::internal(error),
        })
}
