//! Headers that tell a browser what not to do with an answer.

use axum::{
    http::{HeaderName, HeaderValue, header},
    response::Response,
};

/// For whatever has no policy of its own: an answer is data, and no page.
const DATA: &str = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";
/// Once reached by https, always by https.
const HTTPS: HeaderValue = HeaderValue::from_static("max-age=31536000");

/// Adds the headers to an answer; `https`: also the one that is for that alone.
pub(super) fn secured(mut response: Response, https: bool) -> Response {
    let headers = response.headers_mut();
    let mut unless_said = |name: HeaderName, value| {
        headers.entry(name).or_insert(value);
    };
    unless_said(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(DATA));
    unless_said(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    // What older browsers know in place of `frame-ancestors`.
    unless_said(header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    unless_said(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    unless_said(CROSS_ORIGIN_RESOURCE_POLICY, HeaderValue::from_static("same-origin"));
    if https {
        unless_said(header::STRICT_TRANSPORT_SECURITY, HTTPS);
    }
    response
}

/// Keeps an answer from being put into another site's page. It does not concern what `cors` lets a page read.
const CROSS_ORIGIN_RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");
