//! Time and load: an operation that takes too long is given up, in the database as well, and what is more than the gateway can do
//! is refused at once.

use std::time::Duration;

use codex_gateway::http::LoadSettings;
use futures_util::future::{join_all, select_all};
use reqwest::StatusCode;
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbBackend, TransactionTrait};
use serde_json::{Value, json};

use crate::support::{
    App, Database, Edge, content, global_id, open,
    process::{Served, gateway},
    texts, until,
};

/// What is stalled, and what is not.
const CONTENT: &str = "{ contents(first: 1) { nodes { title } } }";
const PEOPLE: &str = "{ organizations(first: 1) { nodes { name } } }";

/// Content that cannot be read, until this is ended.
struct Stall<'a> {
    app: &'a App,
    lock: Option<DatabaseTransaction>,
}

impl<'a> Stall<'a> {
    async fn begin(app: &'a App) -> Self {
        let lock = match app.db.get_database_backend() {
            DbBackend::Postgres => {
                let lock = app.db.begin().await.unwrap();
                lock.execute_unprepared("LOCK TABLE content").await.unwrap();
                Some(lock)
            }
            // On SQLite nobody keeps a reader waiting: here the rows are behind a sum without an end.
            _ => {
                let hide = [
                    "ALTER TABLE content RENAME TO kept",
                    "CREATE VIEW content AS SELECT * FROM kept WHERE (
                         WITH RECURSIVE numbers (number) AS (SELECT 1 UNION ALL SELECT number + 1 FROM numbers)
                         SELECT sum(number) FROM numbers
                     ) > 0",
                ];
                alter(app, &hide).await;
                None
            }
        };
        Self { app, lock }
    }

    async fn end(self) {
        match self.lock {
            Some(lock) => lock.rollback().await.unwrap(),
            None => alter(self.app, &["DROP VIEW content", "ALTER TABLE kept RENAME TO content"]).await,
        }
    }
}

/// Changes the schema on one connection, which knows what it has changed.
async fn alter(app: &App, steps: &[&str]) {
    let transaction = app.db.begin().await.unwrap();
    for step in ["PRAGMA legacy_alter_table = ON", "SELECT * FROM content LIMIT 0"]
        .iter()
        .chain(steps)
    {
        transaction.execute_unprepared(step).await.unwrap();
    }
    transaction.commit().await.unwrap();
}

fn edge(load: LoadSettings) -> Edge {
    Edge { load, ..open() }
}

/// A gateway with this load, and with content to read, over each of the databases that there are.
async fn apps(load: LoadSettings) -> Vec<App> {
    let mut apps = vec![App::set(Database::sqlite().await, edge(load)).await];
    if let Some(database) = Database::postgres().await {
        apps.push(App::set(database, edge(load)).await);
    }
    for app in &apps {
        let person = app.person("person").await;
        content(&person, "piece").save(app).await;
    }
    apps
}

#[tokio::test]
async fn an_operation_is_given_up_at_its_deadline_and_ends_in_the_database() {
    let deadline = Duration::from_secs(1);
    for app in apps(LoadSettings {
        deadline,
        ..LoadSettings::USUAL
    })
    .await
    {
        let stall = Stall::begin(&app).await;
        let client = app.anonymous();
        // More than there are connections to read: if their statements went on, there would be none left.
        let answers = join_all((0..8).map(|_| client.send(CONTENT, json!({})))).await;
        for answer in answers {
            assert_eq!(answer.status, StatusCode::GATEWAY_TIMEOUT, "{}", answer.body);
            assert_eq!(answer.body["errors"][0]["extensions"]["code"], "DEADLINE_EXCEEDED");
            assert!(answer.body.get("data").is_none(), "{}", answer.body);
        }
        let answers = join_all((0..8).map(|_| client.send(PEOPLE, json!({})))).await;
        let statuses: Vec<_> = answers.iter().map(|answer| answer.status).collect();
        assert_eq!(
            statuses,
            [StatusCode::OK; 8],
            "the stall goes on, and nobody else is kept by it"
        );
        if app.db.get_database_backend() == DbBackend::Postgres {
            let waiting =
                "SELECT query FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
            // Of those that waited for a connection, one may have had its turn just before it was given up. Its statement ends
            // no later than its own deadline, and the stall goes on.
            until("no statement waits for the stall's end", async || {
                texts(&app.db, waiting).await.is_empty()
            })
            .await;
        }
        stall.end().await;
        client.data(CONTENT).await;
    }
}

#[tokio::test]
async fn a_change_that_is_given_up_has_changed_nothing() {
    let deadline = Duration::from_secs(1);
    let Some(database) = Database::postgres().await else {
        return;
    };
    let app = App::set(
        database,
        edge(LoadSettings {
            deadline,
            ..LoadSettings::USUAL
        }),
    )
    .await;
    let person = app.person("person").await;
    let content = content(&person, "piece").save(&app).await;
    // The row is held by somebody else.
    let lock = app.db.begin().await.unwrap();
    lock.execute_unprepared("SELECT 1 FROM content FOR UPDATE")
        .await
        .unwrap();
    let input = json!({ "id": global_id("Content", content), "title": "after" });
    let answer = app
        .as_(&person)
        .send_change("updateContent", input, "content { title }")
        .await;
    assert_eq!(answer.status, StatusCode::GATEWAY_TIMEOUT, "{}", answer.body);
    lock.rollback().await.unwrap();
    app.as_(&person).data(CONTENT).await;
    assert_eq!(texts(&app.db, "SELECT title FROM content").await, ["About piece"]);
    assert_eq!(texts(&app.db, "SELECT action FROM audit_entries").await, [""; 0]);
}

#[tokio::test]
async fn more_than_can_be_done_is_refused_at_once() {
    let load = LoadSettings {
        deadline: Duration::from_secs(60),
        running: 1,
        waiting: 1,
        wait: Duration::from_secs(60),
    };
    for app in apps(load).await {
        let stall = Stall::begin(&app).await;
        let client = app.anonymous();
        // One runs, one waits; it does not matter which.
        let sent: Vec<_> = (0..3).map(|_| Box::pin(client.send(CONTENT, json!({})))).collect();
        let (refused, _, others) = select_all(sent).await;
        assert_eq!(refused.status, StatusCode::SERVICE_UNAVAILABLE, "{}", refused.body);
        assert_eq!(refused.body["errors"][0]["extensions"]["code"], "OVERLOADED");
        assert_eq!(refused.headers["retry-after"], "1");
        let health = reqwest::get(format!("{}/livez", app.url)).await.unwrap();
        assert_eq!(health.status(), StatusCode::OK, "health waits for nobody");
        if app.db.get_database_backend() == DbBackend::Postgres {
            stall.end().await;
            for answer in join_all(others).await {
                assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
            }
        }
    }
}

#[tokio::test]
async fn nobody_waits_for_longer_than_is_set() {
    let load = LoadSettings {
        deadline: Duration::from_secs(2),
        running: 1,
        waiting: 10,
        wait: Duration::from_millis(50),
    };
    for app in apps(load).await {
        let stall = Stall::begin(&app).await;
        let client = app.anonymous();
        let mut statuses: Vec<_> = join_all((0..3).map(|_| client.send(CONTENT, json!({}))))
            .await
            .iter()
            .map(|answer| answer.status.as_u16())
            .collect();
        statuses.sort_unstable();
        assert_eq!(statuses, [503, 503, 504]);
        stall.end().await;
        client.data(CONTENT).await;
    }
}

#[tokio::test]
async fn nobody_waits_long_for_a_connection() {
    let Some(database) = Database::postgres().await else {
        return;
    };
    let app = App::on(database).await;
    let person = app.person("person").await;
    content(&person, "piece").save(&app).await;
    let settings = [
        "--database-connections",
        "1",
        "--database-wait",
        "1",
        "--deadline",
        "60",
        "--log",
        "off",
    ];
    let served = Served::start(gateway(
        &[&["--database-url", app.database_url()], &settings[..]].concat(),
    ));
    let ask = || {
        reqwest::Client::new()
            .post(format!("{}/graphql", served.url))
            .json(&json!({ "query": CONTENT }))
            .send()
    };
    let stall = Stall::begin(&app).await;
    // The one that has the connection waits for the database, and the other one for the connection.
    let (refused, _, others) = select_all([Box::pin(ask()), Box::pin(ask())]).await;
    let refused = refused.unwrap();
    assert_eq!(refused.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(refused.headers()["retry-after"], "1");
    let answer: Value = refused.json().await.unwrap();
    assert_eq!(answer["errors"][0]["extensions"]["code"], "OVERLOADED", "{answer}");
    assert!(answer.get("data").is_none(), "{answer}");
    stall.end().await;
    for other in join_all(others).await {
        assert_eq!(other.unwrap().status(), StatusCode::OK);
    }
}
