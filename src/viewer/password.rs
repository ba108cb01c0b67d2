//! Passwords, kept as the platform's authentication library keeps them: scrypt (N = 16384, r = 16, p = 1) of the password in
//! Unicode's form NFKC, 64 bytes, written as `salt:key`, both in hexadecimal digits. The salt is the text of its digits.

use std::{sync::LazyLock, thread};

use ctutils::CtEq;
use rand::{TryRng, rngs::SysRng};
use scrypt::Params;
use tokio::{sync::Semaphore, task};
use unicode_normalization::UnicodeNormalization;

use super::SecretsError;

/// The cost: N as its logarithm, r and p. One hash takes 32 MiB.
const COST: (u8, u32, u32) = (14, 16, 1);
/// A key's length, in bytes.
const KEY: usize = 64;
/// A salt's length, in bytes; its text has twice as many digits.
const SALT: usize = 16;
/// Stands in where there is no password to compare with.
const NO_SALT: &str = "00000000000000000000000000000000";

/// As many hashes at once as there are cores, in the whole process: more would take memory and be no faster.
static FREE_CORES: LazyLock<Semaphore> =
    LazyLock::new(|| Semaphore::new(thread::available_parallelism().map_or(1, usize::from)));

/// The text to keep of a new password.
///
/// # Errors
/// If the operating system has no randomness to give, or the hash cannot be made.
pub async fn hash(password: &str) -> Result<String, SecretsError> {
    let mut salt = [0; SALT];
    SysRng.try_fill_bytes(&mut salt).map_err(SecretsError::new)?;
    let salt = hex::encode(salt);
    let key = key(password, salt.clone()).await?;
    Ok(format!("{salt}:{}", hex::encode(key)))
}

/// Whether this is the password of which `stored` was kept. It takes the same time where there is none, or what is kept is no
/// hash of ours, so that nobody learns from it who has an account; and wherever the two keys differ.
///
/// # Errors
/// If the hash cannot be made.
pub async fn verify(password: &str, stored: Option<&str>) -> Result<bool, SecretsError> {
    let kept = stored.and_then(take_apart);
    let (salt, expected) = kept.map_or((NO_SALT, None), |(salt, key)| (salt, Some(key)));
    let key = key(password, salt.to_owned()).await?;
    Ok(expected.is_some_and(|expected| key.ct_eq(&expected).to_bool()))
}

/// The salt's text and the key.
fn take_apart(stored: &str) -> Option<(&str, [u8; KEY])> {
    let (salt, digits) = stored.split_once(':')?;
    let mut key = [0; KEY];
    hex::decode_to_slice(digits, &mut key).ok()?;
    (!salt.is_empty()).then_some((salt, key))
}

/// The key, made on a thread that may take its time. Whoever does not wait any more leaves a hash behind that still counts
/// among those at work.
async fn key(password: &str, salt: String) -> Result<[u8; KEY], SecretsError> {
    let password = password.to_owned();
    let permit = FREE_CORES.acquire().await.map_err(SecretsError::new)?;
    let made = task::spawn_blocking(move || {
        let _permit = permit;
        let (log_n, r, p) = COST;
        let params = Params::new(log_n, r, p).map_err(SecretsError::new)?;
        let password: String = password.nfkc().collect();
        let mut key = [0; KEY];
        scrypt::scrypt(password.as_bytes(), salt.as_bytes(), &params, &mut key).map_err(SecretsError::new)?;
        Ok(key)
    });
    made.await.map_err(SecretsError::new)?
}
