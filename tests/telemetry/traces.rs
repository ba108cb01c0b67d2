//! What a collector of traces gets.

use opentelemetry_proto::tonic::trace::v1::{Span, status::StatusCode};
use reqwest::Client;
use serde_json::json;

use super::collector::{Collector, attribute};
use crate::support::{
    Database,
    process::{Served, gateway},
};

const QUERY: &str = "query Feed { organizations(first: 3) { nodes { name members { totalCount } } } }";
const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const PARENT: &str = "00f067aa0ba902b7";

async fn ask(served: &Served, query: &str, headers: &[(&str, &str)]) {
    let mut request = Client::new().post(format!("{}/graphql", served.url));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.json(&json!({ "query": query })).send().await.unwrap();
}

fn serve(database: &Database, collector: &Collector) -> Served {
    Served::start(gateway(&[
        "--database-url",
        &database.url,
        "--no-demo",
        "--otlp-endpoint",
        &collector.url,
    ]))
}

async fn databases() -> Vec<(Database, &'static str)> {
    let mut databases = vec![(Database::sqlite().await, "sqlite")];
    databases.extend(Database::postgres().await.map(|database| (database, "postgresql")));
    databases
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operation_has_its_statements_under_it_in_the_client_s_trace() {
    for (database, system) in databases().await {
        let collector = Collector::start().await;
        let mut served = serve(&database, &collector);
        let parent = format!("00-{TRACE}-{PARENT}-01");
        ask(&served, QUERY, &[("traceparent", &parent), ("x-request-id", "seven")]).await;
        // What has not been sent by then is sent at the end.
        assert!(served.stop().success());
        let spans = collector.spans(2).await;

        let (operations, statements): (Vec<&Span>, Vec<_>) = spans
            .iter()
            .partition(|span| attribute(span, "graphql.operation.name").is_some());
        let [operation] = operations[..] else {
            panic!("{operations:#?}")
        };
        assert_eq!(operation.name, "query Feed");
        assert_eq!(attribute(operation, "graphql.operation.name").unwrap(), "Feed");
        assert_eq!(attribute(operation, "graphql.operation.type").unwrap(), "query");
        assert_eq!(attribute(operation, "outcome").unwrap(), "ok");
        assert_eq!(attribute(operation, "request_id").unwrap(), "seven");
        assert_eq!(hex::encode(&operation.parent_span_id), PARENT);

        assert!(
            statements.iter().any(|statement| statement.name == "SELECT"),
            "{statements:#?}"
        );
        for span in &spans {
            assert_eq!(hex::encode(&span.trace_id), TRACE);
        }
        for statement in statements {
            assert_eq!(statement.parent_span_id, operation.span_id);
            assert_eq!(attribute(statement, "db.system.name").unwrap(), system);
            assert!(
                attribute(statement, "db.query.text")
                    .unwrap()
                    .starts_with(&statement.name)
            );
            assert!(attribute(statement, "db.response.returned_rows").is_some());
            assert!(statement.start_time_unix_nano >= operation.start_time_unix_nano);
            assert!(statement.end_time_unix_nano <= operation.end_time_unix_nano);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_does_not_trace_is_not_traced() {
    let (database, collector) = (Database::sqlite().await, Collector::start().await);
    let mut served = serve(&database, &collector);
    ask(
        &served,
        "query No { __typename }",
        &[("traceparent", &format!("00-{TRACE}-{PARENT}-00"))],
    )
    .await;
    ask(&served, "query Yes { nothing }", &[("traceparent", "nonsense")]).await;
    served.stop();
    let spans = collector.spans(1).await;
    assert_eq!(spans.len(), 1, "{spans:#?}");
    assert_eq!(attribute(&spans[0], "outcome").unwrap(), "refused");
    assert_eq!(spans[0].parent_span_id, b"");
    let status = spans[0].status.as_ref().map_or(0, |status| status.code);
    assert_ne!(status, StatusCode::Error as i32, "it is no fault of the gateway's");
}

#[test]
fn they_go_by_http() {
    let output = gateway(&["--otlp-endpoint", "https://collector.example"])
        .output()
        .unwrap();
    assert!(!output.status.success());
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.contains("--otlp-endpoint") && said.contains("http:"), "{said}");
}
