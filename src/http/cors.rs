//! Which other sites' pages may read answers: those of a list, and no others.

use axum::http::{HeaderName, HeaderValue, Method, header};
use std::time::Duration;
use tower_http::cors::{AllowHeaders, CorsLayer};
use url::Url;

use super::{rate, request_id::REQUEST_ID};

/// How long a browser need not ask again.
const ASKED: Duration = Duration::from_secs(3600);
/// What a page may read of an answer, besides what any page may.
const READABLE: [HeaderName; 4] = [header::RETRY_AFTER, rate::POLICY, rate::STATE, REQUEST_ID];

/// Somebody else's site: `https://example.com`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin(HeaderValue);

impl Origin {
    /// Reads one.
    ///
    /// # Errors
    /// In words for the person who typed it, if this is none.
    pub fn parse(text: &str) -> Result<Self, String> {
        let wrong = || format!("`{text}` is no origin, such as `https://example.com`");
        let url = Url::parse(text).map_err(|_| wrong())?;
        let origin = url.origin().ascii_serialization();
        let web = matches!(url.scheme(), "http" | "https");
        // Whoever writes a path means less than the whole site, which there is no way to say.
        if !web || !text.trim_end_matches('/').eq_ignore_ascii_case(&origin) {
            return Err(wrong());
        }
        HeaderValue::try_from(origin).map(Self).map_err(|_| wrong())
    }
}

/// What answers the browsers of those who look at these sites.
pub(super) fn layer(origins: &[Origin]) -> CorsLayer {
    CorsLayer::new()
        .allow_origin(origins.iter().map(|origin| origin.0.clone()).collect::<Vec<_>>())
        .allow_methods([Method::GET, Method::POST])
        // Whom we let read may also send what they like.
        .allow_headers(AllowHeaders::mirror_request())
        .allow_credentials(true)
        .expose_headers(READABLE)
        .max_age(ASKED)
}
