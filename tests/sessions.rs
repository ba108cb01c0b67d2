//! Sessions in use go on, as the authentication library has it: seven days from now, once a day.

use chrono::{DateTime, Duration, Utc};
use codex_gateway::{
    database::now,
    viewer::{Secret, cookie},
};
use entity::session;
use futures_util::future::join_all;
use sea_orm::{ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, QueryFilter};
use serde_json::json;

use crate::support::{App, Client, SECRET, texts};

const WHO: &str = "{ viewer { name } }";
const WEEK: i64 = 604_800;

/// When the session with this token ends.
async fn end(app: &App, token: &str) -> DateTime<Utc> {
    let row = session::Entity::find().filter(session::Column::Token.eq(token));
    row.one(&app.db).await.unwrap().unwrap().expires_at
}

/// A session of Ann's that ends in so much time from now; and its token.
async fn session(app: &App, number: usize, left: Duration) -> String {
    let token = format!("abcdefghijklmnopqrstuvwxyz{number:06}");
    app.session("user-ann", &token, now() + left).await;
    token
}

/// A client with a browser's session cookie.
fn browser(app: &App, token: &str) -> Client {
    let cookies = cookie::renew(&Secret::new(SECRET), token, false).unwrap();
    app.anonymous().header("cookie", cookies[0].split(';').next().unwrap())
}

on_both! {
    async fn a_session_is_extended_when_a_day_of_it_is_over(app) {
        app.person("ann").await;
        let second = Duration::seconds(1);
        for (number, (left, due)) in [
            (second * 10, true),
            (Duration::days(1), true),
            (Duration::days(6), true),
            (Duration::days(6) + second * 10, false),
            (Duration::days(7), false),
            // Sessions that were made to last are not cut short.
            (Duration::days(3650), false),
        ].into_iter().enumerate() {
            let token = session(&app, number, left).await;
            let (before, began) = (end(&app, &token).await, now());
            let answer = app.anonymous().bearer(&token).send(WHO, json!({})).await;
            assert_eq!(answer.body["data"]["viewer"]["name"], "ann");
            assert!(answer.cookies.is_empty(), "{:?}", answer.cookies);
            let after = end(&app, &token).await;
            if due {
                let week = Duration::seconds(WEEK);
                assert!((began + week..=now() + week).contains(&after), "{left}: {before} became {after}");
            } else {
                assert_eq!(after, before, "{left}");
            }
            let row = session::Entity::find().filter(session::Column::Token.eq(&token)).one(&app.db).await.unwrap().unwrap();
            assert_eq!(row.updated_at >= began, due, "{left}: {} and {began}", row.updated_at);
        }
    }

    async fn the_cookie_goes_on_with_its_session(app) {
        app.person("ann").await;
        let token = session(&app, 1, Duration::days(5)).await;
        let answer = browser(&app, &token).send(WHO, json!({})).await;
        assert_eq!(answer.cookies, cookie::renew(&Secret::new(SECRET), &token, false).unwrap());
        assert!(end(&app, &token).await > now() + Duration::days(6));
        let again = browser(&app, &token).send(WHO, json!({})).await;
        assert!(again.cookies.is_empty(), "once a day: {:?}", again.cookies);
    }

    async fn who_does_not_want_to_be_remembered_is_not(app) {
        app.person("ann").await;
        let token = session(&app, 1, Duration::days(1)).await;
        let before = end(&app, &token).await;
        let answer = browser(&app, &token).header("cookie", "better-auth.dont_remember=true.signature").send(WHO, json!({})).await;
        assert_eq!(answer.body["data"]["viewer"]["name"], "ann");
        assert!(answer.cookies.is_empty());
        assert_eq!(end(&app, &token).await, before);
    }

    async fn whoever_is_not_signed_in_extends_nothing(app) {
        app.person("ann").await;
        let token = session(&app, 1, Duration::seconds(-1)).await;
        let before = end(&app, &token).await;
        let answer = browser(&app, &token).send(WHO, json!({})).await;
        assert_eq!(answer.status, 401);
        assert!(answer.cookies.is_empty());
        assert_eq!(end(&app, &token).await, before);
    }

    async fn of_many_requests_at_once_one_writes(app) {
        app.person("ann").await;
        let token = session(&app, 1, Duration::days(2)).await;
        app.db.execute_unprepared(COUNT_WRITES[usize::from(app.db.get_database_backend() == DbBackend::Postgres)]).await.unwrap();
        let client = app.anonymous().bearer(&token);
        for answer in join_all((0..100).map(|_| client.send(WHO, json!({})))).await {
            assert_eq!(answer.body["data"]["viewer"]["name"], "ann");
        }
        assert_eq!(texts(&app.db, "SELECT CAST(count(*) AS text) FROM writes").await, ["1"]);
    }

    async fn it_takes_one_statement_and_only_when_due(app) {
        app.person("ann").await;
        let token = session(&app, 1, Duration::days(2)).await;
        for more in [1, 0] {
            let before = app.statements();
            app.anonymous().bearer(&token).data(WHO).await;
            assert_eq!(app.statements() - before, 1 + more);
        }
    }
}

/// Writes down every time a session's row is written: on SQLite, and on PostgreSQL.
const COUNT_WRITES: [&str; 2] = [
    "CREATE TABLE writes (at text);
    CREATE TRIGGER count_writes AFTER UPDATE ON sessions BEGIN INSERT INTO writes VALUES ('now'); END",
    "CREATE TABLE writes (at text);
    CREATE FUNCTION count_writes() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN INSERT INTO writes VALUES ('now'); RETURN NEW; END $$;
    CREATE TRIGGER count_writes AFTER UPDATE ON sessions FOR EACH ROW EXECUTE FUNCTION count_writes()",
];
