//! How often somebody may try to sign in, counted for all gateways together.

use std::net::IpAddr;

use chrono::{DateTime, Duration, Utc};
use codex_gateway::{
    database::now,
    viewer::attempts::{MOST_PER_ACCOUNT, MOST_PER_ADDRESS, WINDOW, count, forgive},
};
use futures_util::future::join_all;

use crate::support::{App, texts};

const ANN: &str = "ann@example.com";

fn address(text: &str) -> IpAddr {
    text.parse().unwrap()
}

async fn may(app: &App, email: &str, from: &str, at: DateTime<Utc>) -> bool {
    count(&app.db, email, address(from), at).await.unwrap()
}

async fn subjects(app: &App) -> Vec<String> {
    texts(&app.db, "SELECT subject FROM sign_in_attempts ORDER BY subject").await
}

on_both! {
    async fn an_account_has_so_many_attempts_from_wherever(app) {
        let start = now();
        for attempt in 0..MOST_PER_ACCOUNT {
            assert!(may(&app, ANN, &format!("192.0.2.{attempt}"), start).await, "{attempt}");
        }
        assert!(!may(&app, ANN, "192.0.2.99", start).await);
        assert!(!may(&app, ANN, "192.0.2.99", start + WINDOW - Duration::seconds(1)).await, "the window begins with the first");
        assert!(may(&app, "bob@example.com", "192.0.2.99", start).await, "others have their own");
        assert!(may(&app, ANN, "192.0.2.99", start + WINDOW).await, "and when it is over another begins");
        for attempt in 1..MOST_PER_ACCOUNT {
            assert!(may(&app, ANN, "192.0.2.99", start + WINDOW).await, "{attempt}");
        }
        assert!(!may(&app, ANN, "192.0.2.99", start + WINDOW).await);
    }

    async fn an_address_has_so_many_attempts_for_whatever_accounts(app) {
        let start = now();
        for attempt in 0..MOST_PER_ADDRESS {
            // Of one network of version 6, every address is the same client's.
            let from = format!("2001:db8:1:2::{attempt:x}");
            assert!(may(&app, &format!("{attempt}@example.com"), &from, start).await, "{attempt}");
        }
        assert!(!may(&app, "last@example.com", "2001:db8:1:2:ffff::1", start).await);
        assert!(may(&app, "last@example.com", "2001:db8:1:3::1", start).await);
        assert!(may(&app, "last@example.com", "192.0.2.1", start).await);
    }

    async fn who_was_right_begins_anew_and_their_address_does_not(app) {
        let start = now();
        for _ in 0..=MOST_PER_ACCOUNT {
            may(&app, ANN, "192.0.2.1", start).await;
        }
        assert!(!may(&app, ANN, "192.0.2.1", start).await);
        forgive(&app.db, ANN).await.unwrap();
        assert!(may(&app, ANN, "192.0.2.1", start).await);
        let counted = "SELECT CAST(attempts AS text) FROM sign_in_attempts ORDER BY subject";
        assert_eq!(texts(&app.db, counted).await, ["1", "13"]);
    }

    async fn of_many_at_once_no_more_than_the_limit_pass(app) {
        let start = now();
        let attempts = join_all((0..50).map(|_| may(&app, ANN, "192.0.2.1", start))).await;
        let passed = attempts.into_iter().filter(|passed| *passed).count();
        assert_eq!(i32::try_from(passed).unwrap(), MOST_PER_ACCOUNT);
    }

    async fn crowds_that_meet_at_accounts_and_addresses_wait_for_each_other(app) {
        let start = now();
        // Half of the counters have ended, and are cleared away meanwhile.
        for person in 0..40 {
            may(&app, &format!("{person}@example.com"), &format!("192.0.2.{person}"), start - WINDOW).await;
        }
        let attempt = |number: usize| {
            let (person, place) = (number * 7 % 40, number * 11 % 40);
            let app = &app;
            async move { may(app, &format!("{person}@example.com"), &format!("192.0.2.{place}"), start).await }
        };
        assert!(join_all((0..200).map(attempt)).await.into_iter().all(|passed| passed));
        let total = "SELECT CAST(sum(attempts) AS text) FROM sign_in_attempts WHERE subject LIKE 'account:%'";
        assert_eq!(texts(&app.db, total).await, ["200"]);
    }

    async fn what_has_ended_is_cleared_away(app) {
        let start = now();
        for person in 0..30 {
            may(&app, &format!("{person}@example.com"), "192.0.2.1", start).await;
        }
        assert_eq!(subjects(&app).await.len(), 31);
        for _ in 0..4 {
            may(&app, ANN, "192.0.2.2", start + WINDOW).await;
        }
        assert_eq!(subjects(&app).await, ["account:ann@example.com", "address:192.0.2.2"]);
    }
}
