//! Requests that some page has a browser send in its visitor's name, behind their back.
//!
//! A browser sends some requests to any address without asking that address first: those without a header of the page's own
//! making, and with no content type but a form's. Their answer is not the page's to read, but they would be executed, with
//! the visitor's cookies, from inside of their network. A body has to be JSON in any case, of which a browser asks first; so
//! this is about what comes without one. What is no browser's has nobody's cookies but its own, and is let pass.

use axum::http::{HeaderMap, HeaderName, StatusCode, header};

use super::{refusal::Refusal, request::is_json};
use crate::graphql::Code;

/// Headers with which a browser asks first. The first two are those that GraphQL clients send for this.
const ASKED: [&str; 6] = [
    "apollo-require-preflight",
    "x-apollo-operation-name",
    "graphql-require-preflight",
    "x-requested-with",
    "x-organization",
    "authorization",
];
/// In which a browser says from where it asks, if the gateway's address is one that it trusts.
const SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Makes sure that a request without a body is none that a browser sends for whoever wants it.
///
/// # Errors
/// If it is.
pub(super) fn check(headers: &HeaderMap) -> Result<(), Refusal> {
    if is_json(headers) || ASKED.iter().any(|name| has(headers, name)) || is_own(headers) || !is_browser(headers) {
        return Ok(());
    }
    let message =
        "A browser sends this for any page. Send the `Apollo-Require-Preflight` header with it, or query by POST.";
    Err(Refusal::new(StatusCode::FORBIDDEN, Code::PreflightRequired, message))
}

fn has(headers: &HeaderMap, name: &str) -> bool {
    headers.get(name).is_some_and(|value| !value.is_empty())
}

/// Whether the browser says that it asks for a page of the gateway's own, or for the person at its address bar.
fn is_own(headers: &HeaderMap) -> bool {
    let mut sites = headers.get_all(SITE).iter();
    let own = sites.next().is_some_and(|site| site == "same-origin" || site == "none");
    own && sites.next().is_none()
}

/// Whether this may be a browser: each of them sends at least the last of these.
fn is_browser(headers: &HeaderMap) -> bool {
    let named = |agent: &[u8]| agent.starts_with(b"Mozilla/");
    [SITE, header::ORIGIN, header::REFERER, header::COOKIE]
        .iter()
        .any(|name| headers.contains_key(name))
        || headers
            .get(header::USER_AGENT)
            .is_some_and(|agent| named(agent.as_bytes()))
}
