//! GraphQL over HTTP: methods, media types and statuses.

use reqwest::{Method, Response, StatusCode};
use serde_json::{Value, json};

use crate::support::{App, content};

const JSON: &str = "application/json";
const GRAPHQL: &str = "application/graphql-response+json";

async fn post(app: &App, headers: &[(&str, &str)], body: impl Into<reqwest::Body>) -> Response {
    let mut request = reqwest::Client::new().post(format!("{}/graphql", app.url)).body(body);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.send().await.unwrap()
}

async fn get(app: &App, parameters: &[(&str, &str)], accept: &str) -> Response {
    let request = reqwest::Client::new()
        .get(format!("{}/graphql", app.url))
        .query(parameters);
    request.header("accept", accept).send().await.unwrap()
}

fn media_type(response: &Response) -> &str {
    response.headers()["content-type"].to_str().unwrap()
}

on_both! {
    async fn the_answer_is_of_the_type_that_the_client_reads(app) {
        let body = r#"{"query":"{ __typename }"}"#;
        for (accept, expected) in [
            (JSON, Some(JSON)),
            (GRAPHQL, Some(GRAPHQL)),
            ("*/*", Some(JSON)),
            ("application/*", Some(JSON)),
            ("application/graphql-response+json, application/json;q=0.9", Some(GRAPHQL)),
            ("application/json;q=0.9, application/graphql-response+json;q=0.1", Some(JSON)),
            ("text/html, application/json;q=0.1", Some(JSON)),
            ("text/html", None),
            ("application/json;q=0", None),
            // The range that names a type most closely decides over it.
            ("application/json;q=0, */*", Some(GRAPHQL)),
            ("*/*, application/graphql-response+json;q=0, application/json; Q=0", None),
            ("application/graphql-response+json;q=0, application/*;q=0.1", Some(JSON)),
            ("application/json;q=0.1, */*;q=0.9", Some(GRAPHQL)),
            // Of two that are wanted as much, the one that is named, and then the one that comes first.
            ("*/*, application/graphql-response+json", Some(GRAPHQL)),
            ("application/json, application/graphql-response+json", Some(JSON)),
            ("application/graphql-response+json, application/json", Some(GRAPHQL)),
            ("", Some(JSON)),
            (" , ", Some(JSON)),
        ] {
            let response = post(&app, &[("accept", accept), ("content-type", JSON)], body).await;
            match expected {
                Some(expected) => {
                    assert_eq!(response.status(), StatusCode::OK, "{accept}");
                    assert_eq!(media_type(&response), format!("{expected}; charset=utf-8"), "{accept}");
                    assert_eq!(response.json::<Value>().await.unwrap(), json!({ "data": { "__typename": "Query" } }));
                }
                None => assert_eq!(response.status(), StatusCode::NOT_ACCEPTABLE, "{accept}"),
            }
        }
        let response = post(&app, &[("content-type", "application/json; charset=UTF-8")], body).await;
        assert_eq!(media_type(&response), format!("{JSON}; charset=utf-8"), "nothing said");
    }

    async fn queries_come_by_get_too(app) {
        let author = app.person("author").await;
        content(&author, "one").save(&app).await;
        let query = "query One($first: Int) { contents(first: $first) { nodes { slug } } } query Two { __typename }";
        let response = get(&app, &[("query", query), ("operationName", "One"), ("variables", r#"{"first":1}"#)], JSON).await;
        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(response.json::<Value>().await.unwrap(), json!({ "data": { "contents": { "nodes": [{ "slug": "one" }] } } }));
        let response = get(&app, &[("query", "mutation { __typename }")], JSON).await;
        assert_eq!(response.status(), StatusCode::METHOD_NOT_ALLOWED);
        assert_eq!(response.headers()["allow"], "POST");
        for parameters in [
            &[("operationName", "One")][..],
            &[("query", "{ __typename }"), ("variables", "[1]")],
            &[("query", "{ __typename }"), ("variables", "{")],
            &[("query", "{ __typename }"), ("extensions", "1")],
            &[("query", "{ __typename }"), ("query", "{ __typename }")],
            &[("query", "{ __typename }"), ("variables", "{}"), ("variables", "{}")],
        ] {
            assert_eq!(get(&app, parameters, JSON).await.status(), StatusCode::BAD_REQUEST, "{parameters:?}");
        }
    }

    async fn what_is_no_request_is_refused_in_json(app) {
        for (headers, body, status) in [
            (&[("content-type", JSON)][..], "", StatusCode::BAD_REQUEST),
            (&[("content-type", JSON)], "{", StatusCode::BAD_REQUEST),
            (&[("content-type", JSON)], "[]", StatusCode::BAD_REQUEST),
            (&[("content-type", JSON)], r#"["{ __typename }",null,null,null]"#, StatusCode::BAD_REQUEST),
            (&[("content-type", JSON)], "{}", StatusCode::BAD_REQUEST),
            (&[("content-type", JSON)], r#"{"query":1}"#, StatusCode::BAD_REQUEST),
            (&[("content-type", JSON)], r#"{"query":"{ __typename }","variables":[]}"#, StatusCode::BAD_REQUEST),
            (&[("content-type", JSON)], r#"{"query":"{ __typename }","operationName":{}}"#, StatusCode::BAD_REQUEST),
            (&[("content-type", JSON)], r#"{"query":"{ __typename }","extensions":""}"#, StatusCode::BAD_REQUEST),
            (&[("content-type", "text/plain")], r#"{"query":"{ __typename }"}"#, StatusCode::UNSUPPORTED_MEDIA_TYPE),
            (&[("content-type", "application/json; charset=latin1")], r#"{"query":"{ __typename }"}"#, StatusCode::UNSUPPORTED_MEDIA_TYPE),
            (&[], r#"{"query":"{ __typename }"}"#, StatusCode::UNSUPPORTED_MEDIA_TYPE),
        ] {
            for accept in [JSON, GRAPHQL] {
                let headers = [headers, &[("accept", accept)]].concat();
                let response = post(&app, &headers, body).await;
                assert_eq!(response.status(), status, "{body}");
                assert_eq!(media_type(&response), format!("{accept}; charset=utf-8"), "{body}");
                let answer: Value = response.json().await.unwrap();
                assert_eq!(answer["errors"][0]["extensions"]["code"], "BAD_USER_INPUT", "{body}: {answer}");
                assert!(answer.get("data").is_none(), "{body}: {answer}");
            }
        }
        let large = format!(r#"{{"query":"{{ __typename }} #{}"}}"#, "x".repeat(3_000_000));
        assert_eq!(post(&app, &[("content-type", JSON)], large).await.status(), StatusCode::PAYLOAD_TOO_LARGE);
        let invalid = post(&app, &[("content-type", JSON)], b"{\"query\":\"\xff\"}".to_vec()).await;
        assert_eq!(invalid.status(), StatusCode::BAD_REQUEST);
        for method in [Method::PUT, Method::DELETE, Method::PATCH] {
            let response = reqwest::Client::new().request(method, format!("{}/graphql", app.url)).send().await.unwrap();
            assert_eq!(response.status(), StatusCode::METHOD_NOT_ALLOWED);
            assert_eq!(response.headers()["allow"], "GET, HEAD, POST");
        }
    }

    async fn a_head_is_a_get_without_its_body(app) {
        let address = format!("{}/graphql", app.url);
        let ask = |method, query| reqwest::Client::new().request(method, &address).query(&[("query", query)]).send();
        for query in ["{ __typename }", "mutation { __typename }", "{"] {
            let (get, head) = (ask(Method::GET, query).await.unwrap(), ask(Method::HEAD, query).await.unwrap());
            assert_eq!(head.status(), get.status(), "{query}");
            for name in ["content-type", "content-length", "cache-control"] {
                assert_eq!(head.headers()[name], get.headers()[name], "{query}: {name}");
            }
            assert_eq!(head.text().await.unwrap(), "", "{query}");
        }
    }

    async fn what_costs_least_to_find_is_said_first(app) {
        let before = app.statements();
        for (token, document, code) in [
            // No credential at all: nobody looks further.
            ("a token", "{", "UNAUTHENTICATED"),
            // Whether a token is known costs a statement, and whether a document can be read does not.
            ("unknown", "{", "GRAPHQL_PARSE_FAILED"),
        ] {
            let error = app.anonymous().bearer(token).error(document).await;
            assert_eq!(error["extensions"]["code"], code, "{token}");
        }
        assert_eq!(app.statements(), before);
        let answer = app.anonymous().bearer("unknown").send("{ viewer { name } }", json!({})).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
    }

    async fn what_fails_before_it_runs_has_no_data(app) {
        for (query, operation, code) in [
            ("{", Value::Null, "GRAPHQL_PARSE_FAILED"),
            ("", Value::Null, "GRAPHQL_PARSE_FAILED"),
            ("{ nothing }", Value::Null, "GRAPHQL_VALIDATION_FAILED"),
            ("query A { __typename } query B { __typename }", Value::Null, "GRAPHQL_VALIDATION_FAILED"),
            ("query A { __typename }", json!("B"), "GRAPHQL_VALIDATION_FAILED"),
            ("mutation { nothing }", Value::Null, "GRAPHQL_VALIDATION_FAILED"),
            ("subscription { __typename }", Value::Null, "GRAPHQL_VALIDATION_FAILED"),
        ] {
            for (accept, status) in [(JSON, StatusCode::OK), (GRAPHQL, StatusCode::BAD_REQUEST)] {
                let body = json!({ "query": query, "operationName": operation }).to_string();
                let response = post(&app, &[("accept", accept), ("content-type", JSON)], body).await;
                assert_eq!(response.status(), status, "{query}");
                let answer: Value = response.json().await.unwrap();
                assert_eq!(answer["errors"][0]["extensions"]["code"], code, "{query}: {answer}");
                assert!(answer.get("data").is_none(), "{query}: {answer}");
            }
        }
        // What fails while it runs has data, and says where.
        let body = json!({ "query": "{ contents(first: 101) { totalCount } }" }).to_string();
        let response = post(&app, &[("accept", GRAPHQL), ("content-type", JSON)], body).await;
        assert_eq!(response.status(), StatusCode::OK);
        let answer: Value = response.json().await.unwrap();
        assert_eq!(answer["data"], Value::Null);
        assert_eq!(answer["errors"][0]["path"], json!(["contents"]));
    }
}

on_both! {
    async fn what_is_refused_is_short_and_kept_by_nobody(app) {
        let wrong = format!("{{ {} }}", "wrong ".repeat(1000));
        for document in [wrong, format!("{{ # {}", "x".repeat(100_000))] {
            let body = json!({ "query": document }).to_string();
            let response = post(&app, &[("content-type", JSON)], body).await;
            assert_eq!(response.headers()["cache-control"], "no-store");
            let text = response.text().await.unwrap();
            assert!(text.len() < 10_000, "{} bytes", text.len());
        }
        let response = get(&app, &[("query", "{ __typename }")], JSON).await;
        assert_eq!(response.headers()["cache-control"], "no-store");
    }

    async fn a_variable_s_default_counts_everywhere(app) {
        let query = "query ($yes: Boolean = true, $no: Boolean = false) { a: __schema @include(if: $yes) { __typename } b: __schema @skip(if: $no) { __typename } c: __schema @include(if: $no) { __typename } }";
        let data = app.anonymous().data(query).await;
        assert_eq!(data, json!({ "a": { "__typename": "__Schema" }, "b": { "__typename": "__Schema" } }));
    }
}

#[tokio::test]
async fn the_page_gives_tokens_to_this_machine_alone() {
    let database = crate::support::Database::sqlite_file();
    let served =
        crate::support::process::Served::start(crate::support::process::gateway(&["--database-url", &database.url]));
    let token = &served.people[0].2;
    let port = served.url.rsplit(':').next().unwrap();
    for (host, local) in [
        ("localhost", true),
        ("127.0.0.1", true),
        ("elsewhere.example", false),
        ("127.0.0.1.example", false),
    ] {
        let request = reqwest::Client::new()
            .get(format!("{}/", served.url))
            .header("host", format!("{host}:{port}"));
        let page = request.send().await.unwrap().text().await.unwrap();
        assert_eq!(page.contains(token), local, "{host}");
        assert!(page.contains("GraphiQL"), "{host}");
    }
    let behind_a_proxy = reqwest::Client::new()
        .get(format!("{}/", served.url))
        .header("x-forwarded-for", "192.0.2.1");
    assert!(
        !behind_a_proxy
            .send()
            .await
            .unwrap()
            .text()
            .await
            .unwrap()
            .contains(token)
    );
}
