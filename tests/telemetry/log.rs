//! The log, as the program writes it.

use sea_orm::ConnectionTrait;
use serde_json::{Value, json};

use crate::support::{
    Database,
    process::{Served, gateway, run},
};

/// Asks something that the gateway cannot do, and gives the id under which it says that it has failed.
async fn fail(served: &Served, database: &Database, request_id: &str) -> String {
    let db = database.connect().await;
    db.execute_unprepared("ALTER TABLE media_items RENAME TO lost_items")
        .await
        .unwrap();
    let request = reqwest::Client::new()
        .post(format!("{}/graphql", served.url))
        .header("x-request-id", request_id)
        .json(&json!({ "query": "{ mediaItems { nodes { id } } }" }));
    let body: Value = request.send().await.unwrap().json().await.unwrap();
    let extensions = &body["errors"][0]["extensions"];
    assert_eq!(extensions["code"], "INTERNAL", "{body}");
    extensions["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn for_machines_it_is_json_with_the_request_s_id() {
    let database = Database::sqlite().await;
    let served = Served::start(gateway(&[
        "--database-url",
        &database.url,
        "--no-demo",
        "--log-format",
        "json",
    ]));
    let id = fail(&served, &database, "from-the-proxy-7").await;
    let lines = served.said(&id);
    let lines: Vec<Value> = lines.iter().map(|line| serde_json::from_str(line).unwrap()).collect();
    let line = lines.iter().find(|line| line["error.id"] == json!(id)).unwrap();
    assert_eq!(line["level"], "ERROR");
    assert_eq!(line["span"]["request_id"], "from-the-proxy-7");
    assert!(line["timestamp"].is_string());
    assert!(line["message"].as_str().unwrap().contains("media_items"), "{line}");
}

#[tokio::test]
async fn for_people_it_is_text_with_the_request_s_id() {
    let database = Database::sqlite().await;
    let served = Served::start(gateway(&[
        "--database-url",
        &database.url,
        "--no-demo",
        "--log",
        "error",
    ]));
    let id = fail(&served, &database, "from-the-proxy-8").await;
    let lines = served.said(&id);
    let line = lines.iter().find(|line| line.contains(&id)).unwrap();
    assert!(line.contains("ERROR") && line.contains("from-the-proxy-8"), "{line}");
}

#[test]
fn a_filter_that_is_none_is_refused() {
    for wrong in [&["--log", "codex=loud"][..], &["--log-format", "xml"]] {
        let output = run(&[wrong, &["schema"]].concat());
        assert!(!output.status.success(), "{wrong:?}");
    }
}
