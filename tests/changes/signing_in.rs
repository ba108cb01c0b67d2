//! Signing in and out, and the sessions that come and go with it.

use std::time::{Duration as Time, Instant};

use chrono::Duration;
use codex_gateway::{
    database::now,
    viewer::{Secret, attempts, cookie},
};
use entity::{audit_entry, session, sign_in_attempt};
use futures_util::future::join_all;
use sea_orm::{ActiveModelTrait, ActiveValue::Set, EntityTrait};
use serde_json::{Value, json};

use crate::support::{App, Client, Edge, PASSWORD, Person, SECRET, open, texts};

const WHO: &str = "{ viewer { name } }";

/// Somebody with a password.
async fn somebody(app: &App, name: &str) -> Person {
    let person = app.person(name).await;
    app.password(&person).await;
    person
}

fn with(email: &str, password: &str) -> Value {
    json!({ "email": email, "password": password })
}

fn right() -> Value {
    with("ann@example.com", PASSWORD)
}

/// What is told of somebody who did not get in.
async fn told(client: &Client, input: Value) -> String {
    let payload = client.change("signIn", input, "token user { id } session { id }").await;
    assert_eq!(
        (&payload["token"], &payload["user"], &payload["session"]),
        (&Value::Null, &Value::Null, &Value::Null)
    );
    payload["userErrors"].to_string()
}

async fn sessions(app: &App) -> Vec<session::Model> {
    session::Entity::find().all(&app.db).await.unwrap()
}

async fn tokens(app: &App) -> Vec<String> {
    let mut tokens = texts(&app.db, "SELECT token FROM sessions").await;
    tokens.sort();
    tokens
}

/// A client with a browser's cookies: the names and values out of `Set-Cookie` headers.
fn browser(client: Client, cookies: &[String]) -> Client {
    let pairs = cookies.iter().map(|cookie| cookie.split(';').next().unwrap());
    let kept: Vec<_> = pairs.filter(|pair| !pair.ends_with('=')).collect();
    client.header("cookie", &kept.join("; "))
}

on_both! {
    async fn who_knows_the_password_gets_a_session(app) {
        let ann = somebody(&app, "ann").await;
        let began = now();
        let fields = "token user { name email } session { current ipAddress userAgent }";
        let client = app.anonymous().header("user-agent", "A browser");
        let payload = client.changed("signIn", with("  ANN@Example.com ", PASSWORD), fields).await;
        assert_eq!(payload["user"], json!({ "name": "ann", "email": "ann@example.com" }));
        assert_eq!(payload["session"], json!({ "current": true, "ipAddress": "127.0.0.1", "userAgent": "A browser" }));

        let sessions = sessions(&app).await;
        let begun = sessions.iter().find(|session| session.token != ann.token).unwrap();
        assert_eq!((json!(begun.token), &begun.user_id), (payload["token"].clone(), &ann.id));
        assert!((began + Duration::days(7)..=now() + Duration::days(7)).contains(&begun.expires_at));
        assert_eq!(app.anonymous().bearer(&begun.token).data(WHO).await["viewer"]["name"], "ann");

        let entries = audit_entry::Entity::find().all(&app.db).await.unwrap();
        let [entry] = &entries[..] else { panic!("{entries:?}") };
        assert_eq!((entry.action.as_str(), entry.actor_id.as_ref(), &entry.subject_id), ("session.sign_in", Some(&ann.id), &begun.id));
        let after = entry.after.as_ref().unwrap();
        assert_eq!(after["token"], "[hidden]");
        assert_eq!(after["ip_address"], "127.0.0.1");

        // Somebody who is signed in can become somebody else.
        let bob = app.person("bob").await;
        let payload = app.as_(&bob).changed("signIn", right(), "user { name }").await;
        assert_eq!(payload["user"]["name"], "ann");
    }

    async fn a_wrong_password_and_an_unknown_address_are_told_the_same(app) {
        let ann = somebody(&app, "ann").await;
        let client = app.anonymous();
        // One who signs in elsewhere, without a password.
        app.person("bob").await;
        let before = sessions(&app).await;
        let mut seen = Vec::new();
        for input in [
            with("ann@example.com", "password1235"),
            with("nobody@example.com", PASSWORD),
            with("bob@example.com", PASSWORD),
            with("ann@example.com", &"x".repeat(10_000)),
        ] {
            app.take_statements();
            let told = told(&client, input).await;
            let texts: Vec<String> = app.take_statements().iter().map(|statement| statement.sql.to_string()).collect();
            seen.push((told, texts));
        }
        assert!(seen[0].0.contains("WRONG_CREDENTIALS"), "{}", seen[0].0);
        for other in &seen[1..] {
            assert_eq!(*other, seen[0]);
        }
        assert_eq!(sessions(&app).await, before);
        assert!(audit_entry::Entity::find().all(&app.db).await.unwrap().is_empty());
        assert_eq!(before.len(), 2, "{}", ann.id);
    }

    async fn it_takes_as_long_to_refuse_an_unknown_address(app) {
        somebody(&app, "ann").await;
        let client = app.anonymous();
        let time = async |email: &str| {
            let began = Instant::now();
            told(&client, with(email, "password1235")).await;
            sign_in_attempt::Entity::delete_many().exec(&app.db).await.unwrap();
            began.elapsed()
        };
        // Others are at work at the same time, and may be waited for: it is enough that the times are alike once.
        let mut seen: Vec<(Time, Time)> = Vec::new();
        while !seen.last().is_some_and(|(known, unknown)| *unknown > *known / 2 && *unknown < *known * 2) {
            assert!(seen.len() < 20, "{seen:?}");
            seen.push((time("ann@example.com").await, time("nobody@example.com").await));
        }
    }

    async fn what_is_no_email_address_is_said(app) {
        let errors = app.anonymous().to_mend("signIn", with("ann", "")).await;
        let expected = [("MALFORMED", "email"), ("REQUIRED", "password")];
        assert_eq!(errors, expected.map(|(code, field)| (code.to_owned(), field.to_owned())));
        assert!(sign_in_attempt::Entity::find().all(&app.db).await.unwrap().is_empty(), "and counts for nothing");
    }

    async fn an_account_is_tried_so_often_and_no_more(app) {
        somebody(&app, "ann").await;
        let client = app.anonymous();
        for email in ["ann@example.com", "nobody@example.com"] {
            for attempt in 0..attempts::MOST_PER_ACCOUNT {
                let told = told(&client, with(email, "password1235")).await;
                assert!(told.contains("WRONG_CREDENTIALS"), "{email}, {attempt}: {told}");
            }
            // Not even with the right one; nor is there a difference between those who have an account and those who have not.
            let told = told(&client, with(&email.to_uppercase(), PASSWORD)).await;
            assert!(told.contains("TOO_MANY_ATTEMPTS"), "{email}: {told}");
        }
        let bob = somebody(&app, "bob").await;
        client.changed("signIn", with("bob@example.com", PASSWORD), "token").await;
        assert_eq!(tokens(&app).await.len(), 3, "{}", bob.id);
    }

    async fn who_is_right_has_all_attempts_again(app) {
        somebody(&app, "ann").await;
        let client = app.anonymous();
        for _ in 0..2 {
            for _ in 1..attempts::MOST_PER_ACCOUNT {
                told(&client, with("ann@example.com", "password1235")).await;
            }
            client.changed("signIn", right(), "token").await;
        }
    }

    async fn many_at_once_are_no_way_around_the_limit(app) {
        somebody(&app, "ann").await;
        let client = app.anonymous();
        let told = join_all((0..40).map(|_| told(&client, with("ann@example.com", "password1235")))).await;
        let wrong = told.iter().filter(|told| told.contains("WRONG_CREDENTIALS")).count();
        let too_many = told.iter().filter(|told| told.contains("TOO_MANY_ATTEMPTS")).count();
        assert_eq!((wrong, too_many), (10, 30));
    }

    async fn an_address_tries_so_often_and_no_more(app) {
        somebody(&app, "ann").await;
        let settings = Edge { trusted_proxies: 1, ..open() };
        let client = app.beside(settings).await;
        let row = sign_in_attempt::ActiveModel {
            subject: Set("address:203.0.113.9".to_owned()),
            attempts: Set(attempts::MOST_PER_ADDRESS - 1),
            expires_at: Set(now() + attempts::WINDOW),
            ..Default::default()
        };
        row.insert(&app.db).await.unwrap();
        let from = |address: &str| client.clone().header("x-forwarded-for", address);
        from("203.0.113.9").changed("signIn", right(), "token").await;
        let told = told(&from("198.51.100.1, 203.0.113.9"), right()).await;
        assert!(told.contains("TOO_MANY_ATTEMPTS"), "{told}");
        let payload = from("203.0.113.9, 203.0.113.10").changed("signIn", right(), "session { ipAddress }").await;
        assert_eq!(payload["session"]["ipAddress"], "203.0.113.10");
        // Without proxies to trust, what a client says of itself changes nothing.
        let direct = app.anonymous().header("x-forwarded-for", "203.0.113.9");
        let payload = direct.changed("signIn", right(), "session { ipAddress }").await;
        assert_eq!(payload["session"]["ipAddress"], "127.0.0.1");
    }

    async fn an_address_makes_so_many_accounts_and_no_more(app) {
        let row = sign_in_attempt::ActiveModel {
            subject: Set("address:127.0.0.1".to_owned()),
            attempts: Set(attempts::MOST_PER_ADDRESS - 1),
            expires_at: Set(now() + attempts::WINDOW),
            ..Default::default()
        };
        row.insert(&app.db).await.unwrap();
        let up = |name: &str| json!({ "name": name, "email": format!("{name}@example.com"), "password": PASSWORD });
        app.anonymous().changed("signUp", up("ann"), "token").await;
        let told = app.anonymous().to_mend("signUp", up("ben")).await;
        assert_eq!(told, [("TOO_MANY_ATTEMPTS".to_owned(), String::new())]);
        assert_eq!(texts(&app.db, "SELECT name FROM users").await, ["ann"]);
    }

    async fn a_browser_keeps_its_session_in_a_cookie(app) {
        somebody(&app, "ann").await;
        let answer = app.anonymous().send_change("signIn", right(), "token").await;
        let token = answer.body["data"]["signIn"]["token"].as_str().unwrap().to_owned();
        assert_eq!(answer.cookies, cookie::begin(&Secret::new(SECRET), &token, false).unwrap());
        let client = browser(app.anonymous(), &answer.cookies);
        let answer = client.send("{ viewer { name sessions { nodes { current } } } }", json!({})).await;
        assert_eq!(answer.body["data"]["viewer"]["name"], "ann");
        assert!(answer.cookies.is_empty());

        let answer = client.send_change("signOut", Value::Null, "revokedSessionId").await;
        assert_eq!(answer.cookies, cookie::end(false));
        assert_eq!(client.send(WHO, json!({})).await.status, 401);

        let failed = app.anonymous().send_change("signIn", with("ann@example.com", "wrong"), "token").await;
        assert!(failed.cookies.is_empty(), "{:?}", failed.cookies);
        let up = json!({ "name": "Bob", "email": "bob@example.com", "password": PASSWORD });
        let answer = app.anonymous().send_change("signUp", up, "token").await;
        let token = answer.body["data"]["signUp"]["token"].as_str().unwrap().to_owned();
        assert_eq!(answer.cookies, cookie::begin(&Secret::new(SECRET), &token, false).unwrap());
    }

    async fn over_https_the_cookie_goes_no_other_way(app) {
        somebody(&app, "ann").await;
        let settings = Edge { secret: Some(Secret::new(SECRET)), https: true, ..open() };
        let client = app.beside(settings).await;
        let answer = client.send_change("signIn", right(), "token").await;
        assert!(answer.cookies[0].starts_with("__Secure-better-auth.session_token="), "{:?}", answer.cookies);
        assert!(answer.cookies.iter().all(|cookie| cookie.contains("; Secure; ")), "{:?}", answer.cookies);
        let client = browser(client, &answer.cookies);
        assert_eq!(client.data(WHO).await["viewer"]["name"], "ann");
        let answer = client.send_change("signOut", Value::Null, "revokedSessionId").await;
        assert_eq!(answer.cookies, cookie::end(true));
    }

    async fn without_the_key_there_are_no_cookies(app) {
        somebody(&app, "ann").await;
        let client = app.beside(open()).await;
        let answer = client.send_change("signIn", right(), "token").await;
        assert!(answer.cookies.is_empty());
        let client = client.bearer(answer.body["data"]["signIn"]["token"].as_str().unwrap());
        assert_eq!(client.data(WHO).await["viewer"]["name"], "ann");
        assert!(client.send_change("signOut", Value::Null, "revokedSessionId").await.cookies.is_empty());
    }

    async fn the_last_word_about_the_cookie_counts(app) {
        let ann = somebody(&app, "ann").await;
        // Due to be extended, too.
        app.session(&ann.id, "abcdefghijklmnopqrstuvwxyzABCDEF", now() + Duration::days(1)).await;
        let cookies = cookie::renew(&Secret::new(SECRET), "abcdefghijklmnopqrstuvwxyzABCDEF", false).unwrap();
        let client = browser(app.anonymous(), &cookies);
        let document = "mutation ($input: SignInInput!) { signOut { revokedSessionId } signIn(input: $input) { token } }";
        let answer = client.send(document, json!({ "input": right() })).await;
        let token = answer.body["data"]["signIn"]["token"].as_str().unwrap();
        assert_eq!(answer.cookies, cookie::begin(&Secret::new(SECRET), token, false).unwrap());

        let document = "mutation ($input: SignInInput!) { signIn(input: $input) { token } signOut { revokedSessionId } }";
        let answer = browser(app.anonymous(), &answer.cookies).send(document, json!({ "input": right() })).await;
        assert_eq!(answer.cookies, cookie::end(false));
    }

    async fn whoever_is_signed_in_can_sign_out(app) {
        let [ann, bob] = [app.person("ann").await, app.person("bob").await];
        app.session(&ann.id, "tokenElsewhere", now() + Duration::days(7)).await;
        assert_eq!(app.anonymous().refused("signOut", Value::Null).await, "UNAUTHENTICATED");
        let document = "mutation { signOut { revokedSessionId userErrors { code } } updateProfile(input: { name: \"x\" }) { user { id } } }";
        let answer = app.as_(&ann).send(document, json!({})).await;
        assert_eq!(answer.body["data"]["signOut"], json!({ "revokedSessionId": ann.session_id(), "userErrors": [] }));
        assert_eq!(answer.body["errors"][0]["extensions"]["code"], "UNAUTHENTICATED", "what follows is nobody's");
        assert!(answer.cookies.is_empty(), "one that came without cookies keeps none");
        assert_eq!(tokens(&app).await, ["tokenElsewhere", &bob.token]);
        assert_eq!(app.as_(&ann).send(WHO, json!({})).await.status, 401);

        let owner = app.platform_owner("owner").await;
        let payload = app.as_(&owner).changed("signOut", Value::Null, "revokedSessionId").await;
        assert_eq!(payload["revokedSessionId"], json!(owner.session_id()));
        let entries = audit_entry::Entity::find().all(&app.db).await.unwrap();
        let signed_out: Vec<_> = entries.iter().map(|entry| (entry.action.as_str(), entry.actor_id.as_ref(), entry.after.is_none())).collect();
        assert_eq!(signed_out, [("session.sign_out", Some(&ann.id), true), ("session.sign_out", Some(&owner.id), true)]);
        assert!(!format!("{entries:?}").contains(&ann.token));
    }

    async fn a_session_is_revoked_by_whose_it_is(app) {
        let [ann, bob] = [app.person("ann").await, app.person("bob").await];
        app.session(&ann.id, "tokenElsewhere", now() + Duration::days(7)).await;
        let elsewhere = || json!({ "id": crate::support::global("Session", "session-user-Elsewhere") });
        let before = tokens(&app).await;
        assert_eq!(app.anonymous().refused("revokeSession", elsewhere()).await, "UNAUTHENTICATED");
        assert_eq!(app.as_(&bob).refused("revokeSession", elsewhere()).await, "NOT_FOUND");
        assert_eq!(app.as_(&bob).refused("revokeSession", json!({ "id": crate::support::global("Session", "nothing") })).await, "NOT_FOUND");
        assert_eq!(app.as_(&ann).refused("revokeSession", json!({ "id": ann.global_id() })).await, "BAD_USER_INPUT");
        assert_eq!(tokens(&app).await, before);
        assert!(audit_entry::Entity::find().all(&app.db).await.unwrap().is_empty());

        let payload = app.as_(&ann).changed("revokeSession", elsewhere(), "revokedSessionId").await;
        assert_eq!(payload["revokedSessionId"], elsewhere()["id"]);
        assert_eq!(app.anonymous().bearer("tokenElsewhere").send(WHO, json!({})).await.status, 401);
        assert_eq!(app.as_(&ann).refused("revokeSession", elsewhere()).await, "NOT_FOUND", "it is gone");

        // One's own, which the request came with, ends the request's rights, and takes its cookie along.
        let token = "abcdefghijklmnopqrstuvwxyzABCDEF";
        app.session(&ann.id, token, now() + Duration::days(7)).await;
        let client = browser(app.anonymous(), &cookie::renew(&Secret::new(SECRET), token, false).unwrap());
        let own = json!({ "id": crate::support::global("Session", &format!("session-{token}")) });
        let answer = client.send_change("revokeSession", own, "revokedSessionId").await;
        assert_eq!(answer.cookies, cookie::end(false), "{}", answer.body);

        let owner = app.platform_owner("owner").await;
        app.as_(&owner).changed("revokeSession", json!({ "id": bob.session_id() }), "revokedSessionId").await;
        assert_eq!(app.as_(&bob).send(WHO, json!({})).await.status, 401, "the platform owner may end any");
    }

    async fn all_other_sessions_are_revoked_at_once(app) {
        let [ann, bob, owner] = [app.person("ann").await, app.person("bob").await, app.platform_owner("owner").await];
        for number in 0..5 {
            app.session(&ann.id, &format!("token{number}"), now() + Duration::days(number - 2)).await;
        }
        assert_eq!(app.anonymous().refused("revokeOtherSessions", Value::Null).await, "UNAUTHENTICATED");
        let payload = app.as_(&owner).changed("revokeOtherSessions", Value::Null, "revokedSessionIds").await;
        assert_eq!(payload["revokedSessionIds"], json!([]), "there are none of the owner's own");
        assert_eq!(tokens(&app).await.len(), 8);
        let payload = app.as_(&ann).changed("revokeOtherSessions", Value::Null, "revokedSessionIds").await;
        assert_eq!(payload["revokedSessionIds"].as_array().unwrap().len(), 5);
        let mut left = [ann.token, bob.token, owner.token];
        left.sort();
        assert_eq!(tokens(&app).await, left);
        let entries = audit_entry::Entity::find().all(&app.db).await.unwrap();
        assert!(entries.len() == 5 && entries.iter().all(|entry| entry.action == "session.revoke_others"));
    }

    async fn a_password_that_changes_meanwhile_lets_nobody_in(app) {
        // Whoever signs in with the old password at this moment either comes too late, or has a session that ends.
        let ann = somebody(&app, "ann").await;
        let (client, stranger) = (app.as_(&ann), app.anonymous());
        let input = json!({ "currentPassword": PASSWORD, "newPassword": "a new password" });
        let (changed, _) = tokio::join!(
            client.change("changePassword", input, "user { id }"),
            join_all((0..9).map(|_| stranger.change("signIn", right(), "token"))),
        );
        assert_eq!(changed["userErrors"], json!([]));
        assert_eq!(tokens(&app).await, [ann.token]);
    }

    async fn a_token_is_given_out_once(app) {
        let introspection = "{ __schema { types { name fields { name } } } }";
        let schema: Value = app.anonymous().data(introspection).await;
        let mut with_token = Vec::new();
        for kind in schema["__schema"]["types"].as_array().unwrap() {
            // A document has tokens, too, of which there may be so many.
            let fields = kind["fields"].as_array().into_iter().flatten().filter(|_| kind["name"] != "Limits");
            let tokens = fields.filter(|field| field["name"].as_str().unwrap().to_lowercase().contains("token"));
            with_token.extend(tokens.map(|field| format!("{}.{}", kind["name"].as_str().unwrap(), field["name"].as_str().unwrap())));
        }
        with_token.sort();
        assert_eq!(with_token, ["SignInPayload.token", "SignUpPayload.token"]);
    }
}
