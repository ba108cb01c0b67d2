//! The session cookie, in and out, as the platform's authentication library has it.

use axum::http::{HeaderMap, header};
use chrono::Duration;
use cookie::{Cookie, SameSite};
use url::form_urlencoded;

use super::{CredentialError, Secret};

/// The cookie's names: over https, and else.
const NAMES: [&str; 2] = ["__Secure-better-auth.session_token", "better-auth.session_token"];
/// The names of the cookie beside it that the authentication library sets for who does not want to be remembered.
const PASSING: [&str; 2] = ["__Secure-better-auth.dont_remember", "better-auth.dont_remember"];

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

/// The session cookie's value.
pub(super) fn read(headers: &HeaderMap) -> Result<Option<String>, CredentialError> {
    let Some(pair) = find(headers, NAMES) else {
        return Ok(None);
    };
    let pair = std::str::from_utf8(pair).map_err(|_| CredentialError::Malformed)?;
    let cookie = Cookie::parse_encoded(pair).map_err(|_| CredentialError::Malformed)?;
    Ok(Some(cookie.value().to_owned()))
}

/// Whether the person has told the authentication library not to remember them: then their session is not extended.
pub fn is_passing(headers: &HeaderMap) -> bool {
    find(headers, PASSING).is_some()
}

/// The first cookie of one of these names, with its name. Other cookies are none of ours, and may be anything.
fn find<'a>(headers: &'a HeaderMap, names: [&str; 2]) -> Option<&'a [u8]> {
    let headers = headers.get_all(header::COOKIE).iter();
    let pairs: Vec<&[u8]> = headers
        .flat_map(|header| header.as_bytes().split(|byte| *byte == b';'))
        .collect();
    names.into_iter().find_map(|name| {
        let is_it = |pair: &&&[u8]| {
            let own = pair.trim_ascii_start().strip_prefix(name.as_bytes());
            own.map(<[u8]>::trim_ascii_start)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with(b"="))
        };
        pairs.iter().find(is_it).copied()
    })
}
