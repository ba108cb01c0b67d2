//! Slow operations, in the log.

use serde_json::{Value, json};

use crate::support::{
    Database,
    process::{Served, gateway},
};

const SLOW: &str = "a slow operation";

fn serve(database: &Database, slow: &str) -> Served {
    let arguments = [
        "--database-url",
        &database.url,
        "--log-format",
        "json",
        "--slow-operation",
        slow,
    ];
    Served::start(gateway(&[&arguments[..], &["--log", "debug", "--no-demo"]].concat()))
}

async fn ask(served: &Served, query: &str) {
    let request = reqwest::Client::new().post(format!("{}/graphql", served.url));
    let request = request.json(&json!({ "query": query, "variables": { "slug": "in-a-variable" } }));
    let body: Value = request.send().await.unwrap().json().await.unwrap();
    assert!(body.get("errors").is_none(), "{body}");
}

const QUERY: &str = r#"query Slow($slug: String!) { # a comment
    a: organization(by: { slug: $slug }) { name }
    b: organization(by: { slug: "in-a-literal" }) { name }
    organizations(first: 37) { nodes { name } }
}"#;

#[tokio::test]
async fn one_is_told_with_its_statements_and_without_its_literals() {
    let database = Database::sqlite().await;
    let served = serve(&database, "1");
    // The first one, which finds nothing read before, is not that fast anywhere.
    let mut lines = Vec::new();
    for _ in 0..100 {
        ask(&served, QUERY).await;
        lines = served.said("operation\":\"Slow");
        if lines.iter().any(|line| line.contains(SLOW)) {
            break;
        }
    }
    let line = lines.iter().find(|line| line.contains(SLOW)).expect("none was slow");
    let line: Value = serde_json::from_str(line).unwrap();
    assert_eq!(line["level"], "WARN");
    assert_eq!(
        (&line["operation"], &line["kind"], &line["outcome"]),
        (&json!("Slow"), &json!("query"), &json!("ok"))
    );
    assert!(line["ms"].as_f64().unwrap() >= 1.0);
    assert_eq!(
        line["document"],
        "query Slow($slug: String!) { a: organization(by: { slug: $slug }) { name } b: organization(by: { slug: … }) { name } organizations(first: …) { nodes { name } } }"
    );
    let plan: Value = serde_json::from_str(line["plan"].as_str().unwrap()).unwrap();
    let plan = plan.as_array().unwrap();
    assert_eq!(json!(plan.len()), line["statements"]);
    for sent in plan {
        assert!(sent["statement"].as_str().unwrap().starts_with("SELECT"), "{sent}");
        assert_eq!(sent["rows"], 0);
        assert!(sent["ms"].as_f64().unwrap() > 0.0);
    }
    for line in lines {
        assert!(!line.contains("in-a-"), "{line}");
    }
}

#[tokio::test]
async fn nothing_is_slow_where_nobody_asks() {
    let database = Database::sqlite().await;
    let served = serve(&database, "0");
    ask(&served, QUERY).await;
    let lines = served.said("operation\":\"Slow");
    assert!(!lines.iter().any(|line| line.contains(SLOW)), "{lines:#?}");
}
