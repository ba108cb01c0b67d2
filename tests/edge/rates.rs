//! How much a client may ask for in a minute.

use codex_gateway::http::RateSettings;
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::support::{Answer, App, Client, Database, Edge, open};

/// What costs a hundred and some.
const LIST: &str = "{ contents(first: 100) { nodes { id } } }";

async fn apps(rates: RateSettings) -> Vec<App> {
    let edge = || Edge {
        rates,
        trusted_proxies: 1,
        ..open()
    };
    let mut apps = vec![App::set(Database::sqlite().await, edge()).await];
    if let Some(database) = Database::postgres().await {
        apps.push(App::set(database, edge()).await);
    }
    apps
}

/// Asks until it is refused, and tells how often it was not, and how.
async fn exhaust(client: &Client) -> (usize, Answer) {
    for count in 0..50 {
        let answer = client.send(LIST, json!({})).await;
        if answer.status != StatusCode::OK {
            return (count, answer);
        }
    }
    panic!("it is never refused");
}

fn code(answer: &Answer) -> &Value {
    &answer.body["errors"][0]["extensions"]["code"]
}

#[tokio::test]
async fn a_client_may_ask_for_so_much_in_a_minute() {
    for app in apps(RateSettings {
        viewer: 1000,
        address: 500,
    })
    .await
    {
        let (ann, ben) = (app.person("ann").await, app.person("ben").await);
        let from = |address: &str| app.anonymous().header("x-forwarded-for", address);
        let before = app.statements();
        let (count, refused) = exhaust(&from("203.0.113.1")).await;
        let sent = app.statements() - before;
        assert_eq!(count, 4, "of 500, each costs a little more than 111");
        assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS, "{}", refused.body);
        assert_eq!(*code(&refused), "RATE_LIMITED");
        assert!(refused.body.get("data").is_none());
        assert_eq!(refused.headers["ratelimit-policy"], "\"cost\";q=500;w=60");
        let wait: u64 = refused.headers["retry-after"].to_str().unwrap().parse().unwrap();
        assert!((1..=60).contains(&wait), "{wait}");
        assert_eq!(sent % 4, 0, "nothing is read for whoever is refused");
        assert_eq!(
            from("203.0.113.1").send(LIST, json!({})).await.status,
            StatusCode::TOO_MANY_REQUESTS
        );

        // Of IPv6 a network counts, of which one client usually has all.
        exhaust(&from("2001:db8::1")).await;
        assert_eq!(
            from("2001:db8::ffff:1").send(LIST, json!({})).await.status,
            StatusCode::TOO_MANY_REQUESTS
        );
        assert_eq!(
            from("2001:db8:0:1::1").send(LIST, json!({})).await.status,
            StatusCode::OK
        );

        // Viewers count for themselves, wherever they are.
        let (count, refused) = exhaust(&app.as_(&ann).header("x-forwarded-for", "203.0.113.2")).await;
        assert_eq!(count, 8, "{}", refused.body);
        assert_eq!(*code(&refused), "RATE_LIMITED");
        let elsewhere = app
            .as_(&ann)
            .header("x-forwarded-for", "203.0.113.3")
            .send(LIST, json!({}))
            .await;
        assert_eq!(elsewhere.status, StatusCode::TOO_MANY_REQUESTS);
        let other = app
            .as_(&ben)
            .header("x-forwarded-for", "203.0.113.2")
            .send(LIST, json!({}))
            .await;
        assert_eq!(other.status, StatusCode::OK, "{}", other.body);
        let left = other.headers["ratelimit"].to_str().unwrap();
        assert!(left.starts_with("\"cost\";r=8") && left.contains(";t="), "{left}");
    }
}

#[tokio::test]
async fn whoever_guesses_at_tokens_is_an_anonymous() {
    for app in apps(RateSettings { viewer: 0, address: 20 }).await {
        let mut refused = Vec::new();
        for guess in 0..22 {
            let client = app.anonymous().header("x-forwarded-for", "203.0.113.1");
            refused.push(
                client
                    .bearer(&format!("guess{guess}"))
                    .send("{ __typename }", json!({}))
                    .await
                    .status,
            );
        }
        let unauthenticated = refused
            .iter()
            .filter(|status| **status == StatusCode::UNAUTHORIZED)
            .count();
        assert!((20..22).contains(&unauthenticated), "{refused:?}");
        assert_eq!(refused.last(), Some(&StatusCode::TOO_MANY_REQUESTS));
    }
}

#[tokio::test]
async fn what_is_more_than_a_minute_allows_is_never_answered() {
    for app in apps(RateSettings {
        viewer: 100,
        address: 100,
    })
    .await
    {
        let answer = app.anonymous().send(LIST, json!({})).await;
        assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS);
        assert!(
            answer.headers.get("retry-after").is_none(),
            "it helps nobody to try again"
        );
        assert_eq!(
            app.anonymous().send("{ __typename }", json!({})).await.status,
            StatusCode::OK
        );
    }
}
