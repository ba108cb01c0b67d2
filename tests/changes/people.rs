//! People: signing up, what they say of themselves, and their password.

use chrono::Duration;
use codex_gateway::{database::now, viewer::password::verify};
use entity::{account, audit_entry, session, user};
use futures_util::future::join_all;
use sea_orm::{ActiveModelTrait, ActiveValue::Set, EntityTrait};
use serde_json::{Value, json};

use super::limits::{edges, long, text};
use crate::support::{App, PASSWORD, STORED, texts};

const WRONG: [(&str, &str); 1] = [("WRONG_CREDENTIALS", "currentPassword")];

fn ann() -> Value {
    json!({ "name": "  Ann  ", "email": " Ann@Example.com ", "password": PASSWORD, "image": "https://example.com/ann.png" })
}

/// All that is there of people.
async fn people(app: &App) -> (Vec<user::Model>, Vec<account::Model>, Vec<session::Model>, usize) {
    (
        user::Entity::find().all(&app.db).await.unwrap(),
        account::Entity::find().all(&app.db).await.unwrap(),
        session::Entity::find().all(&app.db).await.unwrap(),
        audit_entry::Entity::find().all(&app.db).await.unwrap().len(),
    )
}

fn owned(errors: &[(&str, &str)]) -> Vec<(String, String)> {
    errors
        .iter()
        .map(|(code, field)| ((*code).to_owned(), (*field).to_owned()))
        .collect()
}

on_both! {
    async fn signing_up_makes_an_account_and_a_session(app) {
        let began = now();
        let client = app.anonymous().header("user-agent", "A browser");
        let fields = "token user { name email emailVerified image } session { current createdAt lastUsedAt expiresAt ipAddress userAgent }";
        let payload = client.changed("signUp", ann(), fields).await;
        let said = json!({ "name": "Ann", "email": "ann@example.com", "emailVerified": false, "image": "https://example.com/ann.png" });
        assert_eq!(payload["user"], said, "trimmed, in lower case, and read as themselves");
        let seen = &payload["session"];
        assert_eq!((&seen["current"], &seen["ipAddress"], &seen["userAgent"]), (&json!(true), &json!("127.0.0.1"), &json!("A browser")));
        assert_eq!(seen["createdAt"], seen["lastUsedAt"]);

        let (users, accounts, sessions, _) = people(&app).await;
        let ([user], [account], [session]) = (&users[..], &accounts[..], &sessions[..]) else {
            panic!("{users:?} {accounts:?} {sessions:?}");
        };
        assert_eq!(user.role, user::Role::User);
        assert_eq!((account.provider_id.as_str(), &account.account_id, &account.user_id), ("credential", &user.id, &user.id));
        assert!(verify(PASSWORD, account.password.as_deref()).await.unwrap());
        assert!((began + Duration::days(7)..=now() + Duration::days(7)).contains(&session.expires_at), "{}", session.expires_at);
        for minted in [&user.id, &account.id, &session.id, &session.token] {
            assert!(minted.len() == 32 && minted.bytes().all(|byte| byte.is_ascii_alphanumeric()), "{minted}");
        }
        assert_eq!(payload["token"], json!(session.token));
        let viewer = app.anonymous().bearer(&session.token).data("{ viewer { name } }").await;
        assert_eq!(viewer["viewer"]["name"], "Ann");

        let entries = audit_entry::Entity::find().all(&app.db).await.unwrap();
        assert_eq!(entries.len(), 3);
        for entry in &entries {
            assert_eq!((entry.action.as_str(), entry.actor_id.as_ref()), ("user.sign_up", Some(&user.id)));
            let text = format!("{:?}", entry.after);
            let secrets = [&session.token, account.password.as_ref().unwrap(), PASSWORD];
            assert!(!secrets.iter().any(|secret| text.contains(*secret)), "{text}");
        }
    }

    async fn what_follows_in_the_request_is_done_as_the_new_user(app) {
        let document = "mutation ($input: SignUpInput!) {
            early: updateProfile(input: { name: \"Nobody\" }) { user { id } }
            signUp(input: $input) { user { id } }
            updateProfile(input: { name: \"Anna\" }) { user { name email } }
        }";
        let answer = app.anonymous().send(document, json!({ "input": ann() })).await;
        assert_eq!(answer.body["data"]["updateProfile"]["user"], json!({ "name": "Anna", "email": "ann@example.com" }));
        assert_eq!(answer.body["data"]["early"], Value::Null);
        assert_eq!(answer.body["errors"][0]["extensions"]["code"], "UNAUTHENTICATED");
    }

    async fn an_email_address_is_one_account_s(app) {
        let first = app.anonymous().changed("signUp", ann(), "token").await;
        let before = people(&app).await;
        let again = json!({ "name": "Another", "email": "ANN@example.COM", "password": "password5678" });
        let payload = app.anonymous().change("signUp", again, "token user { id } session { id }").await;
        assert_eq!((&payload["userErrors"][0]["code"], &payload["userErrors"][0]["field"]), (&json!("TAKEN"), &json!("email")));
        assert_eq!((&payload["token"], &payload["user"], &payload["session"]), (&Value::Null, &Value::Null, &Value::Null));
        assert_eq!(people(&app).await, before);
        assert!(!first["token"].is_null());
    }

    async fn of_a_hundred_at_once_one_gets_the_email_address(app) {
        let client = app.anonymous();
        let sign_up = |number: usize| {
            let input = json!({ "name": format!("Ann {number}"), "email": "ann@example.com", "password": PASSWORD });
            client.change("signUp", input, "token user { name }")
        };
        let payloads = join_all((0..100).map(sign_up)).await;
        let (made, taken): (Vec<_>, Vec<_>) = payloads.into_iter().partition(|payload| payload["userErrors"] == json!([]));
        assert_eq!(made.len(), 1);
        for payload in taken {
            assert_eq!((&payload["userErrors"][0]["code"], &payload["token"]), (&json!("TAKEN"), &Value::Null), "{payload}");
        }
        let (users, accounts, sessions, entries) = people(&app).await;
        assert_eq!((users.len(), accounts.len(), sessions.len(), entries), (1, 1, 1, 3));
        assert_eq!(json!(users[0].name), made[0]["user"]["name"]);
    }

    async fn what_is_said_at_signing_up_has_limits(app) {
        let somebody = app.person("somebody").await;
        let number = std::cell::Cell::new(0);
        let with = |field: &'static str| {
            let number = &number;
            move |value: Value| {
                number.set(number.get() + 1);
                let mut input = json!({ "name": "Ann", "email": format!("ann{}@example.com", number.get()), "password": PASSWORD });
                input[field] = value;
                input
            }
        };
        let (fine, mut wrong) = text(255, "name");
        wrong.extend([(json!(""), "REQUIRED", "name"), (json!("  "), "REQUIRED", "name")]);
        edges(&app, &somebody, "signUp", with("name"), "name", &fine, &wrong).await;

        let exactly = |characters: usize| json!(format!("{}@example.com", "a".repeat(characters - "@example.com".len())));
        let malformed = [
            "ann", "ann@", "@example.com", "ann@example", "ann@example.c", "ann@example.c0m", "ann@.com", "ann@example..com",
            "ann@-example.com", "ann@exam_ple.com", ".ann@example.com", "ann.@example.com", "a..nn@example.com", "ann'@example.com",
            "a nn@example.com", "ann@example.com,bob@example.com", "ann@b@example.com", "\u{fc}@example.com", "\u{212a}@example.com",
        ];
        let mut wrong: Vec<_> = malformed.iter().map(|text| (json!(text), "MALFORMED", "email")).collect();
        wrong.extend([(exactly(255), "TOO_LONG", "email"), (json!(" "), "REQUIRED", "email"), (json!("a\u{0}@example.com"), "MALFORMED", "email")]);
        let fine = [exactly(254), json!("a.b+c-d_e'f@a-b.example.com"), json!("1@2.three")];
        edges(&app, &somebody, "signUp", with("email"), "email", &fine, &wrong).await;

        let fine = [long(8), long(128), json!("        ")];
        let wrong = [
            (long(7), "TOO_SHORT", "password"), (long(129), "TOO_LONG", "password"), (json!(""), "REQUIRED", "password"),
            (json!("password\u{0}"), "MALFORMED", "password"),
        ];
        edges(&app, &somebody, "signUp", with("password"), "password", &fine, &wrong).await;

        let fine = [Value::Null, json!(" "), json!("http://example.com/ann.png")];
        let wrong = [(json!("javascript:alert(1)"), "MALFORMED", "image"), (json!("ann.png"), "MALFORMED", "image")];
        edges(&app, &somebody, "signUp", with("image"), "image", &fine, &wrong).await;

        let before = people(&app).await;
        let all = json!({ "name": "", "email": "ann", "password": "short", "image": "x" });
        let errors = app.anonymous().to_mend("signUp", all).await;
        assert_eq!(errors, owned(&[("REQUIRED", "name"), ("MALFORMED", "email"), ("TOO_SHORT", "password"), ("MALFORMED", "image")]));
        assert_eq!(people(&app).await, before);
    }

    async fn a_profile_is_changed_by_whose_it_is(app) {
        let ann = app.person("ann").await;
        let client = app.as_(&ann);
        let fields = "user { id name image email updatedAt }";
        let set = json!({ "name": " Anna ", "image": "https://example.com/anna.png" });
        let payload = client.changed("updateProfile", set, fields).await;
        let user = &payload["user"];
        assert_eq!((&user["name"], &user["image"]), (&json!("Anna"), &json!("https://example.com/anna.png")));
        assert_eq!(user["email"], "ann@example.com");

        let payload = client.changed("updateProfile", json!({ "image": null, "ifUnchangedSince": user["updatedAt"] }), fields).await;
        assert_eq!((&payload["user"]["name"], &payload["user"]["image"]), (&json!("Anna"), &Value::Null), "left out stays, null clears");
        let before = people(&app).await;
        let late = json!({ "name": "Late", "ifUnchangedSince": user["updatedAt"] });
        assert_eq!(client.to_mend("updateProfile", late).await, owned(&[("STALE", "ifUnchangedSince")]));
        assert_eq!(client.to_mend("updateProfile", json!({ "name": null })).await, owned(&[("REQUIRED", "name")]));
        assert_eq!(app.anonymous().refused("updateProfile", json!({ "name": "Nobody" })).await, "UNAUTHENTICATED");
        assert_eq!(people(&app).await, before);

        let entries = audit_entry::Entity::find().all(&app.db).await.unwrap();
        let entry = entries.iter().find(|entry| entry.after == Some(json!({ "image": null }))).unwrap();
        assert_eq!((entry.action.as_str(), entry.subject_id.as_str(), entry.actor_id.as_ref()), ("user.update", &*ann.id, Some(&ann.id)));
        assert_eq!(entry.before, Some(json!({ "image": "https://example.com/anna.png" })));
        assert_eq!(entries.len(), 2);
    }

    async fn what_a_profile_says_has_limits(app) {
        let ann = app.person("ann").await;
        let (fine, mut wrong) = text(255, "name");
        wrong.push((json!(" "), "REQUIRED", "name"));
        edges(&app, &ann, "updateProfile", |value| json!({ "name": value }), "name", &fine, &wrong).await;
        let url = |characters: usize| json!(format!("https://example.com/{}", "a".repeat(characters - "https://example.com/".len())));
        let wrong = [(url(2049), "TOO_LONG", "image"), (json!("ftp://example.com"), "MALFORMED", "image")];
        edges(&app, &ann, "updateProfile", |value| json!({ "image": value }), "image", &[url(2048), json!("")], &wrong).await;
    }

    async fn a_password_is_changed_by_who_knows_it(app) {
        let (ann, bob) = (app.person("ann").await, app.person("bob").await);
        app.password(&ann).await;
        app.session(&ann.id, "tokenElsewhere", now() + Duration::days(7)).await;
        let before = people(&app).await;
        let input = |current: &str| json!({ "currentPassword": current, "newPassword": "a new password" });
        assert_eq!(app.anonymous().refused("changePassword", input(PASSWORD)).await, "UNAUTHENTICATED");
        assert_eq!(app.as_(&ann).to_mend("changePassword", input("password1235")).await, owned(&WRONG));
        assert_eq!(app.as_(&bob).to_mend("changePassword", input(PASSWORD)).await, owned(&WRONG), "one who has none");
        assert_eq!(people(&app).await, before);

        let payload = app.as_(&ann).changed("changePassword", input(PASSWORD), "user { name }").await;
        assert_eq!(payload["user"]["name"], "ann");
        let (_, accounts, sessions, _) = people(&app).await;
        assert!(verify("a new password", accounts[0].password.as_deref()).await.unwrap());
        let mut left: Vec<_> = sessions.iter().map(|session| session.token.as_str()).collect();
        left.sort_unstable();
        assert_eq!(left, [&ann.token, &bob.token], "all others of hers have ended");
        let sign_in = |password: &str| json!({ "email": "ann@example.com", "password": password });
        app.anonymous().changed("signIn", sign_in("a new password"), "token").await;
        assert_eq!(app.anonymous().to_mend("signIn", sign_in(PASSWORD)).await, owned(&[("WRONG_CREDENTIALS", "")]));

        let entries = audit_entry::Entity::find().all(&app.db).await.unwrap();
        let change = entries.iter().find(|entry| entry.subject_type == "account").unwrap();
        let hidden = Some(json!({ "password": "[hidden]" }));
        assert_eq!((change.action.as_str(), &change.before, &change.after), ("user.change_password", &hidden, &hidden));
        let ended = entries.iter().filter(|entry| entry.subject_type == "session" && entry.after.is_none());
        assert_eq!(ended.map(|entry| entry.action.as_str()).collect::<Vec<_>>(), ["user.change_password"]);
    }

    async fn other_sessions_stay_if_that_is_said(app) {
        let ann = app.person("ann").await;
        app.password(&ann).await;
        app.session(&ann.id, "tokenElsewhere", now() + Duration::days(7)).await;
        let input = json!({ "currentPassword": PASSWORD, "newPassword": "a new password", "revokeOtherSessions": false });
        app.as_(&ann).changed("changePassword", input, "__typename").await;
        assert_eq!(people(&app).await.2.len(), 2);
    }

    async fn a_new_password_has_limits(app) {
        let ann = app.person("ann").await;
        app.password(&ann).await;
        let with = |value: Value| json!({ "currentPassword": PASSWORD, "newPassword": value });
        let wrong = [
            (long(7), "TOO_SHORT", "newPassword"), (long(129), "TOO_LONG", "newPassword"), (json!(""), "REQUIRED", "newPassword"),
        ];
        edges(&app, &ann, "changePassword", with, "newPassword", &[], &wrong).await;
        let stored = texts(&app.db, "SELECT password FROM accounts").await;
        assert_eq!(stored, [STORED]);
        for length in [8, 128] {
            app.as_(&ann).changed("changePassword", with(long(length)), "__typename").await;
            let mut row: account::ActiveModel = people(&app).await.1[0].clone().into();
            row.password = Set(Some(STORED.to_owned()));
            row.update(&app.db).await.unwrap();
        }
        let empty = json!({ "currentPassword": "", "newPassword": "short" });
        let errors = app.as_(&ann).to_mend("changePassword", empty).await;
        assert_eq!(errors, owned(&[("REQUIRED", "currentPassword"), ("TOO_SHORT", "newPassword")]));
    }

    async fn a_password_is_not_to_be_guessed_with_a_session(app) {
        let ann = app.person("ann").await;
        app.password(&ann).await;
        let input = |current: &str| json!({ "currentPassword": current, "newPassword": "a new password" });
        for _ in 0..10 {
            assert_eq!(app.as_(&ann).to_mend("changePassword", input("not the password")).await, owned(&WRONG));
        }
        let before = people(&app).await;
        assert_eq!(app.as_(&ann).to_mend("changePassword", input(PASSWORD)).await, owned(&[("TOO_MANY_ATTEMPTS", "")]));
        assert_eq!(people(&app).await, before);
    }

    async fn of_many_changes_of_a_password_at_once_one_is_made(app) {
        let ann = app.person("ann").await;
        app.password(&ann).await;
        let client = app.as_(&ann);
        let change = |number: usize| {
            let input = json!({ "currentPassword": PASSWORD, "newPassword": format!("new password {number}") });
            client.change("changePassword", input, "user { id }")
        };
        let payloads = join_all((0..10).map(change)).await;
        let made: Vec<usize> = (0..10).filter(|number| payloads[*number]["userErrors"] == json!([])).collect();
        let [made] = made[..] else { panic!("{payloads:?}") };
        for (_, payload) in payloads.iter().enumerate().filter(|(number, _)| *number != made) {
            assert_eq!(payload["userErrors"][0]["code"], "WRONG_CREDENTIALS", "{payload}");
        }
        let stored = people(&app).await.1[0].password.clone();
        assert!(verify(&format!("new password {made}"), stored.as_deref()).await.unwrap());
    }
}
