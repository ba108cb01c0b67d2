//! Who asks: bearer tokens and the authentication library's session cookie. What is no credential is never anonymous.

use std::collections::HashSet;

use chrono::Duration;
use codex_gateway::{
    database::{Reader, now},
    viewer::{Credential, Secret, cookie, identify, mint},
};
use serde_json::{Value, json};

use crate::support::Client;

/// The token, and the cookie that the authentication library makes of it with the tests' secret.
const TOKEN: &str = "abcdefghijklmnopqrstuvwxyzABCDEF";
const SIGNATURE: &str = "RuLbKj0iuT+Rz+s/3TAZ5SKSY3aRXMH+v3OX4eXRKSk=";
const COOKIE: &str = "abcdefghijklmnopqrstuvwxyzABCDEF.RuLbKj0iuT%2BRz%2Bs%2F3TAZ5SKSY3aRXMH%2Bv3OX4eXRKSk%3D";

async fn name(client: Client) -> Value {
    client.data("{ viewer { name } }").await["viewer"]["name"].clone()
}

async fn refused(client: Client) {
    // Even where the anonymous would get an answer.
    let answer = client.send("{ contents { totalCount } }", json!({})).await;
    assert_eq!(answer.status, 401, "{}", answer.body);
    assert_eq!(
        answer.body["errors"][0]["extensions"]["code"], "UNAUTHENTICATED",
        "{}",
        answer.body
    );
    assert!(answer.body.get("data").is_none(), "{}", answer.body);
}

on_both! {
    async fn a_viewer_is_printed_without_what_is_private(app) {
        let ann = app.person("Ann").await;
        let credential = Credential::Bearer(ann.token.clone());
        let (viewer, _) = identify(&Reader::new(app.db.clone(), None), &credential, None, None).await.unwrap();
        let email = viewer.user().unwrap().email.clone();
        let printed = format!("{viewer:?}");
        assert!(email.contains('@') && !printed.contains('@'), "{printed}");
        assert!(printed.contains("memberships"), "{printed}");
    }

    async fn a_token_is_its_user(app) {
        let ann = app.person("Ann").await;
        app.session(&ann.id, TOKEN, now() + Duration::minutes(1)).await;
        assert_eq!(name(app.anonymous()).await, Value::Null);
        for header in [
            format!("Bearer {TOKEN}"),
            format!("bearer {TOKEN}"),
            format!("Bearer {TOKEN}.{SIGNATURE}"),
            // As the authentication library hands it out.
            format!("Bearer {COOKIE}"),
        ] {
            assert_eq!(name(app.anonymous().header("authorization", &header)).await, "Ann", "{header}");
        }
        for cookie in [
            format!("better-auth.session_token={COOKIE}"),
            format!("__Secure-better-auth.session_token={COOKIE}"),
            format!("theme=dark; better-auth.session_token={COOKIE}; other=1"),
        ] {
            assert_eq!(name(app.anonymous().header("cookie", &cookie)).await, "Ann", "{cookie}");
        }
        // Another program's cookie, which nobody can read, is none of ours.
        let odd = [b"theme=caf\xe9; better-auth.session_token=".as_slice(), COOKIE.as_bytes()].concat();
        let request = reqwest::Client::new().post(format!("{}/graphql", app.url)).json(&json!({ "query": "{ viewer { name } }" }));
        let odd = reqwest::header::HeaderValue::from_bytes(&odd).unwrap();
        let answer: Value = request.header("cookie", odd).send().await.unwrap().json().await.unwrap();
        assert_eq!(answer["data"]["viewer"]["name"], "Ann");
        // A header goes before a cookie.
        let bob = app.person("Bob").await;
        let both = app.as_(&bob).header("cookie", &format!("better-auth.session_token={COOKIE}"));
        assert_eq!(name(both).await, "Bob");
        assert_eq!(name(app.anonymous().header("cookie", "theme=dark")).await, Value::Null, "no session cookie");
    }

    async fn what_is_no_credential_is_an_error(app) {
        let ann = app.person("Ann").await;
        app.session(&ann.id, TOKEN, now() + Duration::minutes(1)).await;
        app.session(&ann.id, "tokenLate", now() - Duration::seconds(1)).await;
        for header in [
            "Bearer unknown".to_owned(),
            "Bearer tokenLate".to_owned(),
            "Bearer ".to_owned(),
            "Bearer".to_owned(),
            format!("Basic {TOKEN}"),
            TOKEN.to_owned(),
            format!("Bearer {TOKEN} x"),
            format!("Bearer {TOKEN}."),
            format!("Bearer {TOKEN}.{}", SIGNATURE.replace('R', "S")),
            format!("Bearer {}", COOKIE.replacen("RuL", "RuM", 1)),
            format!("Bearer {TOKEN}.%ff%fe"),
            format!("Bearer {TOKEN}.{SIGNATURE}; Path=/x"),
            "Bearer a.b=c;d.e".to_owned(),
            format!("Bearer {}", "a".repeat(300)),
        ] {
            refused(app.anonymous().header("authorization", &header)).await;
        }
        refused(app.as_(&ann).bearer("another")).await;
        refused(app.anonymous().header("cookie", "better-auth.session_token=%ff%fe")).await;
        refused(app.anonymous().header("cookie", "theme=dark; better-auth.session_token")).await;
        for cookie in [
            TOKEN.to_owned(),
            format!("{TOKEN}."),
            COOKIE.replacen("RuL", "RuM", 1),
            COOKIE.replacen("abc", "abd", 1),
            String::new(),
        ] {
            refused(app.anonymous().header("cookie", &format!("better-auth.session_token={cookie}"))).await;
        }
    }

    async fn a_session_that_ends_ends_with_the_next_request(app) {
        use sea_orm::EntityTrait;
        let ann = app.person("Ann").await;
        assert_eq!(name(app.as_(&ann)).await, "Ann");
        entity::session::Entity::delete_many().exec(&app.db).await.unwrap();
        refused(app.as_(&ann)).await;
    }

    async fn a_tenant_is_an_organization_s_slug(app) {
        let ann = app.person("Ann").await;
        app.organization("house").await;
        assert_eq!(name(app.as_(&ann).pinned("house")).await, "Ann");
        let twice = app.as_(&ann).pinned("house").pinned("house").send("{ viewer { name } }", json!({})).await;
        assert_eq!(twice.status, 400, "{}", twice.body);
        for slug in ["nowhere", "", "HOUSE", "ho\u{fc}se"] {
            for client in [app.anonymous(), app.as_(&ann)] {
                let answer = client.pinned(slug).send("{ viewer { name } }", json!({})).await;
                assert_eq!(answer.status, 400, "{}", answer.body);
                let error = &answer.body["errors"][0];
                assert_eq!(error["extensions"]["code"], "BAD_USER_INPUT", "{}", answer.body);
                assert!(error["message"].as_str().unwrap().contains("X-Organization"), "{}", answer.body);
            }
        }
    }
}

#[test]
fn a_cookie_is_written_as_the_authentication_library_writes_it() {
    let secret = Secret::new("better-auth-secret-for-tests-0001");
    let session = format!("better-auth.session_token={COOKIE}; HttpOnly; SameSite=Lax; Path=/; Max-Age=604800");
    let forgotten = |name: &str| format!("better-auth.{name}=; HttpOnly; SameSite=Lax; Path=/; Max-Age=0");
    let [token, remember, data] = ["session_token", "dont_remember", "session_data"].map(forgotten);
    assert_eq!(
        cookie::renew(&secret, TOKEN, false).unwrap(),
        std::slice::from_ref(&session)
    );
    let begun = [session, remember.clone(), data.clone()];
    assert_eq!(cookie::begin(&secret, TOKEN, false).unwrap(), begun);
    assert_eq!(cookie::end(false), [token, remember, data]);

    let secure = cookie::begin(&secret, TOKEN, true).unwrap();
    let by_https = |cookie: &String| format!("__Secure-{}", cookie.replace(" Path", " Secure; Path"));
    assert_eq!(secure, begun.each_ref().map(by_https));
}

#[test]
fn a_token_is_random_and_all_characters_are_as_likely() {
    let tokens: HashSet<String> = (0..2000).map(|_| mint().unwrap()).collect();
    assert_eq!(tokens.len(), 2000);
    let mut seen = [0_u32; 128];
    for token in &tokens {
        assert_eq!(token.len(), 32);
        token.bytes().for_each(|byte| seen[usize::from(byte)] += 1);
    }
    // 64,000 characters of 62 kinds: 1,032 of each, and 200 are more than six standard deviations.
    for (byte, count) in (0_u8..).zip(seen) {
        if byte.is_ascii_alphanumeric() {
            assert!(count.abs_diff(1032) < 200, "{}: {count}", char::from(byte));
        } else {
            assert_eq!(count, 0, "{}", char::from(byte));
        }
    }
}
