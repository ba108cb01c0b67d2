//! The session cookie, in and out, as the platform's authentication library has it.

use axum::http::{HeaderMap, header};
use chrono::Duration;
use cookie::{Cookie, SameSite};
use url::form_urlencoded;

use super::{CredentialError, Secret};

/// The cookie's names: over https, and else.
const NAMES: [&str; 2] = ["__Secure-better-auth.session_token", "better-auth.session_token"];

/// The `Set-Cookie` header's value for a session with this token, which lasts this long.
///
/// # Errors
/// If the token cannot be signed.
pub fn set(secret: &Secret, token: &str, lasts: Duration, https: bool) -> Result<String, CredentialError> {
    let signed = secret.sign(token)?;
    // Of what can be in there, this writes the same as JavaScript's `encodeURIComponent`.
    let value: String = form_urlencoded::byte_serialize(signed.as_bytes()).collect();
    Ok(written(value, lasts, https))
}

/// The `Set-Cookie` header's value with which a client forgets its session.
pub fn clear(https: bool) -> String {
    written(String::new(), Duration::zero(), https)
}

fn written(value: String, lasts: Duration, https: bool) -> String {
    let [secure, plain] = NAMES;
    Cookie::build((if https { secure } else { plain }, value))
        .max_age(cookie::time::Duration::seconds(lasts.num_seconds()))
        .path("/")
        .http_only(true)
        .secure(https)
        .same_site(SameSite::Lax)
        .to_string()
}

/// The session cookie's value. Other cookies are none of ours, and may be anything.
pub(super) fn read(headers: &HeaderMap) -> Result<Option<String>, CredentialError> {
    let headers = headers.get_all(header::COOKIE).iter();
    let pairs: Vec<&[u8]> = headers
        .flat_map(|header| header.as_bytes().split(|byte| *byte == b';'))
        .collect();
    for name in NAMES {
        let is_it = |pair: &&&[u8]| {
            let own = pair.trim_ascii_start().strip_prefix(name.as_bytes());
            own.map(<[u8]>::trim_ascii_start)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with(b"="))
        };
        if let Some(pair) = pairs.iter().find(is_it) {
            let pair = std::str::from_utf8(pair).map_err(|_| CredentialError::Malformed)?;
            let cookie = Cookie::parse_encoded(pair).map_err(|_| CredentialError::Malformed)?;
            return Ok(Some(cookie.value().to_owned()));
        }
    }
    Ok(None)
}
