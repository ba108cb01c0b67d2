//! `/metrics`, and who may read it.

use std::time::Duration;

use codex_gateway::http::DocumentSettings;
use futures_util::future::join_all;
use reqwest::StatusCode;
use sea_orm::{ConnectionTrait, TransactionTrait};
use serde_json::{Value, json};

use crate::support::{
    App, Database, Edge, content,
    process::{Served, gateway},
};

/// What a gateway counts.
async fn counted(url: &str) -> Option<String> {
    let response = reqwest::get(format!("{url}/metrics")).await.unwrap();
    if response.status() == StatusCode::NOT_FOUND {
        return None;
    }
    assert_eq!(response.status(), StatusCode::OK);
    let kind = response.headers()["content-type"].to_str().unwrap();
    assert!(kind.starts_with("application/openmetrics-text"), "{kind}");
    let text = response.text().await.unwrap();
    assert!(text.ends_with("# EOF\n"), "{text}");
    Some(text)
}

/// The number in the line that begins so.
fn number(text: &str, line: &str) -> Option<f64> {
    let rest = text.lines().find_map(|candidate| candidate.strip_prefix(line))?;
    Some(rest.trim().parse().unwrap())
}

async fn open(database: Database) -> App {
    let edge = Edge {
        metrics: true,
        ..Edge::default()
    };
    App::set(database, edge).await
}

async fn databases() -> Vec<Database> {
    let mut databases = vec![Database::sqlite().await];
    databases.extend(Database::postgres().await);
    databases
}

#[tokio::test]
async fn operations_are_counted_by_name_and_outcome() {
    for database in databases().await {
        let app = open(database).await;
        let ann = app.person("ann").await;
        content(&ann, "one").save(&app).await;
        content(&ann, "two").save(&app).await;
        let client = app.as_(&ann);
        let before = app.statements();
        client
            .data("query Feed { contents { nodes { title creator { name } } } }")
            .await;
        let statements = app.statements() - before;
        client
            .data("query Feed { contents { nodes { title creator { name } } } }")
            .await;
        client.data("{ viewer { name } }").await;
        client.error("query Unknown { nothing }").await;
        client
            .error("mutation Rename { updateUser(input: {}) { user { name } } }")
            .await;
        app.anonymous()
            .bearer("no-such-token")
            .error("query Unknown { __typename }")
            .await;
        client.error("{ not GraphQL").await;

        let text = counted(&app.url).await.unwrap();
        let operations = |name: &str, kind: &str, outcome: &str| {
            let labels = format!("operation=\"{name}\",kind=\"{kind}\",outcome=\"{outcome}\"");
            number(&text, &format!("codex_operations_total{{{labels}}}"))
        };
        assert_eq!(operations("Feed", "query", "ok"), Some(2.0), "{text}");
        assert_eq!(operations("unnamed", "query", "ok"), Some(1.0), "{text}");
        assert_eq!(operations("other", "query", "refused"), Some(2.0), "{text}");
        assert_eq!(operations("other", "unknown", "refused"), Some(1.0), "{text}");
        assert!(!text.contains("Unknown"), "what is not executed takes no name: {text}");
        assert_eq!(
            number(&text, "codex_refusals_total{code=\"GRAPHQL_VALIDATION_FAILED\"}"),
            Some(2.0),
            "{text}"
        );
        assert_eq!(
            number(&text, "codex_refusals_total{code=\"UNAUTHENTICATED\"}"),
            Some(1.0),
            "{text}"
        );

        let feed = "{operation=\"Feed\",kind=\"query\"}";
        // What the gateway says of itself is what the ORM has counted.
        assert_eq!(
            number(&text, &format!("codex_operation_statements_sum{feed}")),
            Some(statements as f64 * 2.0),
            "{text}"
        );
        assert_eq!(
            number(&text, &format!("codex_operation_duration_seconds_count{feed}")),
            Some(2.0),
            "{text}"
        );
        assert!(number(&text, &format!("codex_operation_duration_seconds_sum{feed}")).unwrap() > 0.0);
        assert!(number(&text, "codex_loader_keys_count").unwrap() >= 2.0, "{text}");
        assert!(number(&text, "process_resident_memory_bytes").unwrap() > 1e6, "{text}");
    }
}

#[tokio::test]
async fn the_gateway_s_own_faults_are_told_apart() {
    let app = open(Database::sqlite().await).await;
    app.db
        .execute_unprepared("ALTER TABLE media_items RENAME TO lost_items")
        .await
        .unwrap();
    app.anonymous()
        .error("query Media { mediaItems { nodes { id } } }")
        .await;
    let text = counted(&app.url).await.unwrap();
    let media = "codex_operations_total{operation=\"Media\",kind=\"query\",outcome=\"failed\"}";
    assert_eq!(number(&text, media), Some(1.0), "{text}");
}

#[tokio::test]
async fn changes_are_counted_with_all_their_statements() {
    for database in databases().await {
        let app = open(database).await;
        let ann = app.person("ann").await;
        let client = app.as_(&ann).header("idempotency-key", "once");
        let before = app.statements();
        let query = "mutation Found($input: CreateOrganizationInput!) { createOrganization(input: $input) { organization { id } userErrors { message } } }";
        client
            .data_with(query, json!({ "input": { "name": "Ember", "slug": "ember" } }))
            .await;
        let statements = app.statements() - before;
        let text = counted(&app.url).await.unwrap();
        let found = "codex_operation_statements_sum{operation=\"Found\",kind=\"mutation\"}";
        assert_eq!(number(&text, found), Some(statements as f64), "{text}");
    }
}

#[tokio::test]
async fn who_waits_for_a_connection_is_seen() {
    let Some(database) = Database::postgres().await else {
        return;
    };
    let app = open(database).await;
    let idle = counted(&app.url).await.unwrap();
    assert_eq!(
        number(&idle, "codex_database_connections{state=\"in_use\"}"),
        Some(0.0),
        "{idle}"
    );
    assert_eq!(number(&idle, "codex_database_waiting"), Some(0.0), "{idle}");

    // Of the eight connections the four that may read at a time wait for this table, and eight operations more for one of them.
    let lock = app.db.begin().await.unwrap();
    lock.execute_unprepared("LOCK TABLE content IN ACCESS EXCLUSIVE MODE")
        .await
        .unwrap();
    let ask = |_| {
        let client = app.anonymous();
        tokio::spawn(async move { client.data("{ contents { nodes { title } } }").await })
    };
    let asked: Vec<_> = (0..12).map(ask).collect();
    let mut tries = 0;
    loop {
        let text = counted(&app.url).await.unwrap();
        if number(&text, "codex_database_connections{state=\"in_use\"}") == Some(4.0)
            && number(&text, "codex_database_waiting") == Some(8.0)
        {
            break;
        }
        tries += 1;
        assert!(tries < 1000, "{text}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    lock.rollback().await.unwrap();
    join_all(asked).await;
    let text = counted(&app.url).await.unwrap();
    assert_eq!(number(&text, "codex_database_waiting"), Some(0.0), "{text}");
}

#[tokio::test]
async fn whoever_goes_before_the_end_is_counted() {
    let Some(database) = Database::postgres().await else {
        return;
    };
    let app = open(database).await;
    let lock = app.db.begin().await.unwrap();
    lock.execute_unprepared("LOCK TABLE content IN ACCESS EXCLUSIVE MODE")
        .await
        .unwrap();
    let client = app.anonymous();
    let gone = tokio::spawn(async move { client.data("query Gone { contents { nodes { title } } }").await });
    let mut tries = 0;
    while number(
        &counted(&app.url).await.unwrap(),
        "codex_database_connections{state=\"in_use\"}",
    ) != Some(1.0)
    {
        tries += 1;
        assert!(tries < 1000);
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    gone.abort();
    let abandoned = "codex_operations_total{operation=\"other\",kind=\"query\",outcome=\"abandoned\"}";
    while number(&counted(&app.url).await.unwrap(), abandoned) != Some(1.0) {
        tries += 1;
        assert!(tries < 2000);
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    lock.rollback().await.unwrap();
}

#[tokio::test]
async fn a_trusted_document_s_name_is_always_told() {
    let folder = tempfile::TempDir::new().unwrap();
    std::fs::write(folder.path().join("one.graphql"), "query Trusted { nothing }").unwrap();
    let edge = Edge::default();
    let documents = DocumentSettings {
        trusted: codex_gateway::http::Trusted::load(folder.path(), &edge.limits).unwrap(),
        ..DocumentSettings::default()
    };
    let edge = Edge {
        metrics: true,
        documents,
        ..edge
    };
    let app = App::set(Database::sqlite().await, edge).await;
    // It is not executed, and told by its name all the same.
    app.anonymous().error("query Trusted { nothing }").await;
    let text = counted(&app.url).await.unwrap();
    assert!(text.contains("operation=\"Trusted\""), "{text}");
}

#[tokio::test]
async fn strangers_do_not_read_them() {
    let database = Database::sqlite().await;
    let serve = |more: &[&str]| {
        Served::start(gateway(
            &[&["--database-url", &database.url, "--no-demo"], more].concat(),
        ))
    };
    assert!(
        counted(&serve(&[]).url).await.is_some(),
        "nobody but this machine reaches it"
    );
    for behind in [
        &["--trusted-proxies", "1"][..],
        &["--public-url", "https://example.com"],
    ] {
        assert_eq!(counted(&serve(behind).url).await, None, "{behind:?}");
    }
    // A door of their own.
    let free = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let served = serve(&["--trusted-proxies", "1", "--metrics-listen", &free.to_string()]);
    assert_eq!(counted(&served.url).await, None);
    let ask = json!({ "query": "query Own { __typename }" });
    let own: Value = reqwest::Client::new()
        .post(format!("{}/graphql", served.url))
        .json(&ask)
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    assert_eq!(own["data"]["__typename"], "Query");
    let text = counted(&format!("http://{free}")).await.unwrap();
    assert!(text.contains("operation=\"Own\""), "{text}");
    let elsewhere = reqwest::get(format!("http://{free}/graphql")).await.unwrap();
    assert_eq!(elsewhere.status(), StatusCode::NOT_FOUND, "nothing else is there");
    let headers = elsewhere.headers();
    assert!(
        headers.contains_key("x-request-id") && headers.contains_key("x-content-type-options"),
        "{headers:?}"
    );
}

#[tokio::test]
async fn unless_it_is_said_they_are_nowhere() {
    let app = App::on(Database::sqlite().await).await;
    assert_eq!(counted(&app.url).await, None);
}
