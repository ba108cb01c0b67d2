//! Passwords: kept as the authentication library keeps them, and compared in the same time whether there is one or not.

use std::time::{Duration, Instant};

use codex_gateway::viewer::password::{hash, verify};
use futures_util::future::join_all;

use crate::support::STORED;

#[tokio::test]
async fn what_the_authentication_library_kept_is_known() {
    assert!(verify("password1234", Some(STORED)).await.unwrap());
    for wrong in ["password1235", "Password1234", "password123", "password1234 ", ""] {
        assert!(!verify(wrong, Some(STORED)).await.unwrap(), "{wrong}");
    }
}

#[tokio::test]
async fn what_is_no_hash_lets_nobody_in() {
    let (salt, key) = STORED.split_once(':').unwrap();
    for stored in [
        String::new(),
        ":".to_owned(),
        salt.to_owned(),
        format!("{salt}:"),
        format!(":{key}"),
        format!("{salt}:{}", &key[2..]),
        format!("{salt}:{key}00"),
        format!("{salt}:{}", key.replace('d', "x")),
        "password1234".to_owned(),
    ] {
        for password in ["password1234", ""] {
            assert!(!verify(password, Some(&stored)).await.unwrap(), "{stored}");
        }
    }
    assert!(!verify("password1234", None).await.unwrap());
    assert!(!verify("", None).await.unwrap());
}

#[tokio::test]
async fn a_new_password_is_salted_and_known_again() {
    let (first, second) = (
        hash("Gr\u{fc}\u{df}e").await.unwrap(),
        hash("Gr\u{fc}\u{df}e").await.unwrap(),
    );
    assert_ne!(first, second, "the same password, and another salt");
    for stored in [&first, &second] {
        let (salt, key) = stored.split_once(':').unwrap();
        assert_eq!((salt.len(), key.len()), (32, 128));
        let digits = |text: &str| {
            text.bytes()
                .all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
        };
        assert!(digits(salt) && digits(key), "{stored}");
        // The umlaut as one character, and as a letter with two dots.
        assert!(verify("Gr\u{fc}\u{df}e", Some(stored)).await.unwrap());
        assert!(verify("Gru\u{308}\u{df}e", Some(stored)).await.unwrap());
        assert!(!verify("Gru\u{df}e", Some(stored)).await.unwrap());
    }
}

async fn time(stored: Option<&str>) -> Duration {
    let began = Instant::now();
    verify("password1234", stored).await.unwrap();
    began.elapsed()
}

/// Others hash at the same time, and may be waited for: it is enough that the times are alike once.
#[tokio::test]
async fn it_takes_as_long_where_there_is_no_account() {
    for stored in [None, Some(""), Some("nonsense")] {
        let mut seen = Vec::new();
        while !seen
            .last()
            .is_some_and(|(known, unknown)| *unknown > *known / 2 && *unknown < *known * 2)
        {
            assert!(seen.len() < 20, "{stored:?}: {seen:?}");
            seen.push((time(Some(STORED)).await, time(stored).await));
        }
    }
}

/// On one thread, which goes on with other work all the while.
#[tokio::test(flavor = "current_thread")]
async fn hashing_is_not_done_where_requests_are_served() {
    let hashes = tokio::spawn(join_all((0..4).map(|_| hash("password1234"))));
    let mut turns = 0_u64;
    while !hashes.is_finished() {
        tokio::task::yield_now().await;
        turns += 1;
    }
    assert!(hashes.await.unwrap().iter().all(Result::is_ok));
    assert!(turns > 1000, "{turns}");
}
