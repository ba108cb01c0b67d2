//! From a request's headers to a credential, and how a new one is made. What is accepted is what the platform's
//! authentication library makes, and what is made here it accepts: a bearer token, plain or signed, or a signed session cookie.

use std::fmt;

use axum::http::{HeaderMap, header};
use base64::{Engine, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use percent_encoding::percent_decode_str;
use rand::{
    SeedableRng,
    distr::{Alphanumeric, SampleString},
    rngs::{StdRng, SysRng},
};
use sha2::Sha256;
use thiserror::Error;

use super::{SecretsError, cookie};

/// A new token's length, in characters of 62 kinds.
const TOKEN: usize = 32;
/// No token is longer: whatever is, does not reach the database.
const LONGEST_TOKEN: usize = 255;

/// What a request came with.
#[derive(Clone, PartialEq, Eq)]
pub enum Credential {
    /// Nothing.
    Anonymous,
    /// A session's token, out of the `Authorization` header. It may turn out to be unknown.
    Bearer(String),
    /// A session's token, out of the session cookie.
    Cookie(String),
}

impl Credential {
    /// The session's token.
    pub fn token(&self) -> Option<&str> {
        match self {
            Self::Anonymous => None,
            Self::Bearer(token) | Self::Cookie(token) => Some(token),
        }
    }
}

impl fmt::Debug for Credential {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Anonymous => "Anonymous",
            Self::Bearer(_) => "Bearer(hidden)",
            Self::Cookie(_) => "Cookie(hidden)",
        })
    }
}

/// The header or the cookie is not a credential at all. The text is for the client.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum CredentialError {
    /// Neither one `Bearer <token>` nor a session cookie that can be read.
    #[error("The credential must be one `Authorization: Bearer <token>` header, or a session cookie.")]
    Malformed,
    /// The token's signature is not ours.
    #[error("The session token's signature is not valid.")]
    Signature,
}

/// The key that the session cookie is signed with; the authentication library has the same one.
#[derive(Clone)]
pub struct Secret(Vec<u8>);

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Secret(hidden)")
    }
}

impl Secret {
    /// The key with this text.
    pub fn new(text: &str) -> Self {
        Self(text.as_bytes().to_vec())
    }

    /// A digest of this text that nobody can make, or try texts by, who has not got the key: HMAC-SHA256, in hexadecimal digits.
    ///
    /// # Errors
    /// Never, with a key of bytes.
    pub fn digest(&self, text: &str) -> Result<String, CredentialError> {
        Ok(hex::encode(self.mac(text)?.finalize().into_bytes()))
    }

    /// The token with its signature: HMAC-SHA256, base64 with padding.
    pub(super) fn sign(&self, token: &str) -> Result<String, CredentialError> {
        let signature = self.mac(token)?.finalize().into_bytes();
        Ok(format!("{token}.{}", STANDARD.encode(signature)))
    }

    /// Takes `token.signature` apart, and gives the token if the signature is right. The comparison takes the same time wherever the two differ.
    fn open(&self, signed: &str) -> Result<String, CredentialError> {
        let (token, signature) = signed.rsplit_once('.').ok_or(CredentialError::Signature)?;
        let signature = STANDARD.decode(signature).map_err(|_| CredentialError::Signature)?;
        self.mac(token)?
            .verify_slice(&signature)
            .map_err(|_| CredentialError::Signature)?;
        well_formed(token)
    }

    fn mac(&self, token: &str) -> Result<Hmac<Sha256>, CredentialError> {
        // HMAC takes a key of any length.
        let mut mac = Hmac::new_from_slice(&self.0).map_err(|_| CredentialError::Signature)?;
        mac.update(token.as_bytes());
        Ok(mac)
    }
}

impl Credential {
    /// Reads the `Authorization` header or, where there is none, the session cookie. Without a secret the cookie is not
    /// looked at, since nobody could tell whether it is genuine.
    ///
    /// # Errors
    /// [`CredentialError`] for a header or a cookie that is no credential: never taken for anonymous.
    pub fn from_headers(headers: &HeaderMap, secret: Option<&Secret>) -> Result<Self, CredentialError> {
        let mut authorizations = headers.get_all(header::AUTHORIZATION).iter();
        if let Some(header) = authorizations.next() {
            // With two of them, what stands before the gateway may have looked at the other one.
            if authorizations.next().is_some() {
                return Err(CredentialError::Malformed);
            }
            let header = header.to_str().map_err(|_| CredentialError::Malformed)?;
            let (scheme, token) = header.split_once(' ').ok_or(CredentialError::Malformed)?;
            if !scheme.eq_ignore_ascii_case("bearer") {
                return Err(CredentialError::Malformed);
            }
            let token = token.trim();
            return match (token.contains('.'), secret) {
                (false, _) => well_formed(token).map(Self::Bearer),
                // The authentication library hands it out as it stands in the cookie.
                (true, Some(secret)) => {
                    let token = percent_decode_str(token).decode_utf8();
                    let token = token.map_err(|_| CredentialError::Malformed)?;
                    secret.open(&token).map(Self::Bearer)
                }
                (true, None) => Err(CredentialError::Signature),
            };
        }
        let Some(secret) = secret else {
            return Ok(Self::Anonymous);
        };
        match cookie::read(headers)? {
            Some(signed) => secret.open(&signed).map(Self::Cookie),
            None => Ok(Self::Anonymous),
        }
    }
}

/// A new session's token, or the key of a new row of an identity table, as the authentication library mints them.
///
/// # Errors
/// If the operating system has no randomness to give.
pub fn mint() -> Result<String, SecretsError> {
    let mut random = StdRng::try_from_rng(&mut SysRng).map_err(SecretsError::new)?;
    Ok(Alphanumeric.sample_string(&mut random, TOKEN))
}

fn well_formed(token: &str) -> Result<String, CredentialError> {
    let ok = (1..=LONGEST_TOKEN).contains(&token.len()) && token.bytes().all(|byte| byte.is_ascii_graphic());
    if ok {
        Ok(token.to_owned())
    } else {
        Err(CredentialError::Malformed)
    }
}
