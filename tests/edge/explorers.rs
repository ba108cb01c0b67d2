//! What helps a developer, and a stranger: introspection, suggestions, GraphiQL. On where the gateway is for this machine alone.

use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::support::{App, Database, Edge, open, process};

#[tokio::test]
async fn without_introspection_nothing_tells_what_the_schema_is() {
    let app = App::set(
        Database::sqlite().await,
        Edge {
            introspection: false,
            ..open()
        },
    )
    .await;
    let client = app.anonymous();
    for query in [
        "{ __schema { types { name } } }",
        "{ __type(name: \"User\") { name } }",
        "{ ...On } fragment On on Query { __schema { queryType { name } } }",
        "{ ... { hidden: __schema { queryType { name } } } }",
        "query ($no: Boolean = false) { viewer { id } __schema @include(if: $no) { queryType { name } } }",
    ] {
        let error = client.error(query).await;
        assert_eq!(
            error["extensions"]["code"], "INTROSPECTION_DISABLED",
            "{query}: {error}"
        );
    }
    assert_eq!(
        client.data("{ __typename viewer { __typename } }").await["__typename"],
        "Query"
    );
    let misspelt = "{ viewe { id } }";
    let error = client.error(misspelt).await;
    assert!(!error["message"].as_str().unwrap().contains("viewer"), "{error}");

    let open = App::on(Database::sqlite().await).await;
    let error = open.anonymous().error(misspelt).await;
    assert!(error["message"].as_str().unwrap().contains("\"viewer\""), "{error}");
}

/// What a gateway with these settings answers to GraphiQL's address, and to an introspection query.
async fn seen(arguments: &[&str]) -> (StatusCode, bool) {
    let database = Database::sqlite().await;
    let arguments = [&["--database-url", &database.url, "--no-demo"], arguments].concat();
    let served = process::Served::start(process::gateway(&arguments));
    let page = reqwest::get(&served.url).await.unwrap().status();
    let asked = reqwest::Client::new().post(format!("{}/graphql", served.url));
    let asked = asked
        .json(&json!({ "query": "{ __schema { queryType { name } } }" }))
        .send()
        .await
        .unwrap();
    let answer: Value = asked.json().await.unwrap();
    (page, answer["data"]["__schema"]["queryType"]["name"] == "Query")
}

#[tokio::test]
async fn they_are_on_where_the_gateway_is_for_this_machine_alone() {
    const SHOWN: (StatusCode, bool) = (StatusCode::OK, true);
    const HIDDEN: (StatusCode, bool) = (StatusCode::NOT_FOUND, false);
    assert_eq!(seen(&[]).await, SHOWN);
    assert_eq!(seen(&["--public-url", "http://api.example"]).await, HIDDEN);
    assert_eq!(seen(&["--trusted-proxies", "1"]).await, HIDDEN);
    assert_eq!(seen(&["--graphiql", "off", "--introspection", "off"]).await, HIDDEN);
    let on = ["--trusted-proxies", "1", "--graphiql", "on", "--introspection", "on"];
    assert_eq!(seen(&on).await, SHOWN);
}
