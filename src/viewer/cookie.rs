//! The session cookie, in and out, as the platform's authentication library has it.

use axum::http::{HeaderMap, header};
use chrono::TimeDelta;
use cookie::{Cookie, SameSite};
use url::form_urlencoded;

use super::{CredentialError, LASTS, Secret};

/// What every name begins with over https.
const SECURE: &str = "__Secure-";
/// The session cookie.
const SESSION: &str = "better-auth.session_token";
/// What the authentication library sets beside it for who does not want to be remembered.
const PASSING: &str = "better-auth.dont_remember";
/// What the authentication library may set beside it to spare itself a look into the database for a while.
const SNAPSHOT: &str = "better-auth.session_data";

/// The `Set-Cookie` headers with which a client begins the session with this token. Of an earlier one nothing is left.
///
/// # Errors
/// If the token cannot be signed.
pub fn begin(secret: &Secret, token: &str, https: bool) -> Result<Vec<String>, CredentialError> {
    let mut headers = renew(secret, token, https)?;
    headers.extend([PASSING, SNAPSHOT].map(|name| forgotten(name, https)));
    Ok(headers)
}

/// The `Set-Cookie` headers with which a client goes on with the session with this token, from now on as long as it lasts.
///
/// # Errors
/// If the token cannot be signed.
pub fn renew(secret: &Secret, token: &str, https: bool) -> Result<Vec<String>, CredentialError> {
    let signed = secret.sign(token)?;
    // Of what can be in there, this writes the same as JavaScript's `encodeURIComponent`.
    let value = form_urlencoded::byte_serialize(signed.as_bytes()).collect();
    Ok(vec![written(SESSION, value, LASTS, https)])
}

/// The `Set-Cookie` headers with which a client forgets its session.
pub fn end(https: bool) -> Vec<String> {
    [SESSION, PASSING, SNAPSHOT].map(|name| forgotten(name, https)).into()
}

fn forgotten(name: &str, https: bool) -> String {
    written(name, String::new(), TimeDelta::zero(), https)
}

fn written(name: &str, value: String, lasts: TimeDelta, https: bool) -> String {
    let prefix = if https { SECURE } else { "" };
    Cookie::build((format!("{prefix}{name}"), value))
        .max_age(cookie::time::Duration::seconds(lasts.num_seconds()))
        .path("/")
        .http_only(true)
        .secure(https)
        .same_site(SameSite::Lax)
        .to_string()
}

/// The session cookie's value.
pub(super) fn read(headers: &HeaderMap) -> Result<Option<String>, CredentialError> {
    let Some(pair) = find(headers, SESSION) else {
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

/// The cookie of this name, with its name: as it is called over https, or else. Other cookies are none of ours, and may be
/// anything.
fn find<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a [u8]> {
    let headers = headers.get_all(header::COOKIE).iter();
    let pairs: Vec<&[u8]> = headers
        .flat_map(|header| header.as_bytes().split(|byte| *byte == b';'))
        .collect();
    [SECURE, ""].into_iter().find_map(|prefix| {
        let is_it = |pair: &&&[u8]| {
            let own = pair.trim_ascii_start().strip_prefix(prefix.as_bytes());
            own.and_then(|own| own.strip_prefix(name.as_bytes()))
                .map(<[u8]>::trim_ascii_start)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with(b"="))
        };
        pairs.iter().find(is_it).copied()
    })
}
