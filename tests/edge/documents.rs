//! Documents by their hash: automatic persisted queries, and trusted documents.

use std::path::Path;

use codex_gateway::{
    graphql::Limits,
    http::{DocumentSettings, Trusted},
};
use reqwest::{Response, StatusCode};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tempfile::TempDir;

use crate::support::{App, Database, Edge, open, process};

fn hash(text: &str) -> String {
    Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn persisted(hash: &str) -> Value {
    json!({ "persistedQuery": { "version": 1, "sha256Hash": hash } })
}

async fn post(app: &App, body: Value) -> (StatusCode, Value) {
    read(
        reqwest::Client::new()
            .post(format!("{}/graphql", app.url))
            .json(&body)
            .send()
            .await
            .unwrap(),
    )
    .await
}

async fn get(app: &App, parameters: &[(&str, &str)]) -> (StatusCode, Value) {
    let request = reqwest::Client::new()
        .get(format!("{}/graphql", app.url))
        .query(parameters);
    read(request.send().await.unwrap()).await
}

async fn read(response: Response) -> (StatusCode, Value) {
    (response.status(), response.json().await.unwrap())
}

fn code((_, answer): &(StatusCode, Value)) -> &Value {
    &answer["errors"][0]["extensions"]["code"]
}

on_both! {
    async fn a_hash_stands_for_a_document_that_was_sent_with_it(app) {
        let query = "query Type($name: String!) { __type(name: $name) { name } }";
        let (hash, variables) = (hash(query), json!({ "name": "Query" }));
        let alone = json!({ "extensions": persisted(&hash), "variables": variables });

        let answer = post(&app, alone.clone()).await;
        // Apollo's clients know the answer by this message, and a status that says that it is one.
        assert_eq!(answer.0, StatusCode::OK);
        assert_eq!(answer.1["errors"][0]["message"], "PersistedQueryNotFound");
        assert_eq!(code(&answer), "PERSISTED_QUERY_NOT_FOUND");

        let expected = json!({ "data": { "__type": { "name": "Query" } } });
        let both = json!({ "query": query, "extensions": persisted(&hash), "variables": variables });
        assert_eq!(post(&app, both).await.1, expected);
        assert_eq!(post(&app, alone).await.1, expected);
        let upper = json!({ "extensions": persisted(&hash.to_uppercase()), "variables": variables });
        assert_eq!(post(&app, upper).await.1, expected);
        let extensions = persisted(&hash).to_string();
        assert_eq!(get(&app, &[("extensions", &extensions), ("variables", &variables.to_string())]).await.1, expected);
    }

    async fn a_hash_is_that_of_its_document(app) {
        let answer = post(&app, json!({ "query": "{ __typename }", "extensions": persisted(&hash("{ other }")) })).await;
        assert_eq!((answer.0, code(&answer)), (StatusCode::BAD_REQUEST, &json!("BAD_USER_INPUT")));
        let answer = post(&app, json!({ "extensions": persisted(&hash("{ other }")) })).await;
        assert_eq!(code(&answer), "PERSISTED_QUERY_NOT_FOUND", "what was refused is not kept");
        // What cannot be executed is not kept either.
        let broken = "{ __typename";
        assert_eq!(code(&post(&app, json!({ "query": broken, "extensions": persisted(&hash(broken)) })).await), "GRAPHQL_PARSE_FAILED");
        assert_eq!(code(&post(&app, json!({ "extensions": persisted(&hash(broken)) })).await), "PERSISTED_QUERY_NOT_FOUND");

        for wrong in [
            json!(1),
            json!({ "version": 2, "sha256Hash": hash("{ __typename }") }),
            json!({ "sha256Hash": hash("{ __typename }") }),
            json!({ "version": 1 }),
            json!({ "version": 1, "sha256Hash": "abc" }),
            json!({ "version": 1, "sha256Hash": "g".repeat(64) }),
        ] {
            let answer = post(&app, json!({ "query": "{ __typename }", "extensions": { "persistedQuery": wrong } })).await;
            assert_eq!(answer.0, StatusCode::BAD_REQUEST, "{answer:?}");
        }
        assert_eq!(post(&app, json!({ "query": "{ __typename }", "extensions": { "persistedQuery": null } })).await.0, StatusCode::OK);
    }

    async fn a_mutation_does_not_come_by_get_under_its_hash(app) {
        let mutation = "mutation { __typename }";
        let extensions = persisted(&hash(mutation));
        post(&app, json!({ "query": mutation, "extensions": extensions })).await;
        let (status, _) = get(&app, &[("extensions", &extensions.to_string())]).await;
        assert_eq!(status, StatusCode::METHOD_NOT_ALLOWED);
    }

    async fn a_document_is_read_anew_with_other_variables(app) {
        // It is kept once, and whatever depends on the variables is not.
        let query = "query ($n: Int = 5, $yes: Boolean!) { contents(first: $n) { totalCount nodes @include(if: $yes) { id } } }";
        let first = app.anonymous().data_with(query, json!({ "n": 1, "yes": true })).await;
        assert_eq!(first, json!({ "contents": { "totalCount": 0, "nodes": [] } }));
        let second = app.anonymous().data_with(query, json!({ "yes": false })).await;
        assert_eq!(second, json!({ "contents": { "totalCount": 0 } }));
        let third = app.anonymous().send(query, json!({ "n": 101, "yes": false })).await;
        assert_eq!(third.body["errors"][0]["extensions"]["code"], "BAD_USER_INPUT");
    }
}

/// A gateway that trusts what is at this path.
async fn trusting(path: &Path, trusted_only: bool) -> App {
    let documents = DocumentSettings {
        trusted: Trusted::load(path, &Limits::USUAL).unwrap(),
        trusted_only,
        ..DocumentSettings::default()
    };
    let edge = Edge { documents, ..open() };
    App::set(Database::sqlite().await, edge).await
}

#[tokio::test]
async fn only_trusted_documents_are_executed_where_that_is_said() {
    let folder = TempDir::new().unwrap();
    std::fs::create_dir(folder.path().join("inner")).unwrap();
    let (one, two) = ("query One { __typename }", "query Two { viewer { name } }");
    std::fs::write(folder.path().join("one.graphql"), format!("{one}\n")).unwrap();
    std::fs::write(folder.path().join("inner/two.graphql"), two).unwrap();
    std::fs::write(folder.path().join("three.txt"), "{ three }").unwrap();
    let app = trusting(folder.path(), true).await;
    for known in [one, two, &format!("{one}\n")] {
        for body in [
            json!({ "query": known }),
            json!({ "extensions": persisted(&hash(known)) }),
            json!({ "query": known, "extensions": persisted(&hash(known)) }),
        ] {
            let (status, answer) = post(&app, body).await;
            assert_eq!(status, StatusCode::OK, "{answer}");
            assert!(answer.get("errors").is_none(), "{answer}");
        }
    }
    let before = app.statements();
    for other in [
        "{ __typename }",
        "query One { __typename  }",
        "{ three }",
        "{",
        "{ __schema { queryType { name } } }",
    ] {
        let answer = post(&app, json!({ "query": other })).await;
        assert_eq!(
            (answer.0, code(&answer)),
            (StatusCode::FORBIDDEN, &json!("UNTRUSTED_DOCUMENT")),
            "{other}"
        );
        let answer = post(&app, json!({ "query": other, "extensions": persisted(&hash(other)) })).await;
        assert_eq!(code(&answer), "UNTRUSTED_DOCUMENT", "{other}");
        let answer = post(&app, json!({ "extensions": persisted(&hash(other)) })).await;
        assert_eq!(code(&answer), "PERSISTED_QUERY_NOT_FOUND", "{other}");
        // Nobody names another document than the one they send.
        let answer = post(&app, json!({ "query": other, "extensions": persisted(&hash(one)) })).await;
        assert_eq!(code(&answer), "BAD_USER_INPUT", "{other}");
    }
    assert_eq!(app.statements(), before);
}

#[tokio::test]
async fn a_manifest_names_documents_by_their_hash() {
    let folder = TempDir::new().unwrap();
    let text = "query Known { __typename }";
    let path = folder.path().join("manifest.json");
    for manifest in [
        json!({ hash(text): text }),
        json!({ format!("sha256:{}", hash(text)): text }),
        json!({
            "format": "apollo-persisted-query-manifest", "version": 1,
            "operations": [{ "id": hash(text), "name": "Known", "type": "query", "body": text }],
        }),
    ] {
        std::fs::write(&path, manifest.to_string()).unwrap();
        let app = trusting(&path, false).await;
        let (status, answer) = post(&app, json!({ "extensions": persisted(&hash(text)) })).await;
        assert_eq!(
            (status, answer),
            (StatusCode::OK, json!({ "data": { "__typename": "Query" } }))
        );
        // Without `--trusted-only` others are executed too.
        assert_eq!(post(&app, json!({ "query": "{ __typename }" })).await.0, StatusCode::OK);
    }
}

#[test]
fn a_gateway_does_not_start_with_trusted_documents_that_are_none() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("manifest.json");
    let database = Database::sqlite_file();
    let start = |arguments: &[&str]| {
        let arguments = [&["--database-url", &database.url, "--listen", "127.0.0.1:0"], arguments].concat();
        let output = process::run(&arguments);
        assert!(!output.status.success(), "{arguments:?}");
        String::from_utf8(output.stderr).unwrap()
    };
    let trusted = path.to_str().unwrap();
    for (manifest, complaint) in [
        ("{", "neither a folder nor a manifest"),
        ("[]", "neither a folder nor a manifest"),
        ("{}", "has no documents"),
        (r#"{"abc": "{ a }"}"#, "not the SHA-256"),
        (&json!({ hash("{ a }"): "{ b }" }).to_string(), "not the SHA-256"),
        (&json!({ hash("{"): "{" }).to_string(), "The document is not GraphQL"),
    ] {
        std::fs::write(&path, manifest).unwrap();
        let said = start(&["--trusted", trusted]);
        assert!(said.contains(complaint), "{manifest}: {said}");
    }
    assert!(start(&["--trusted", folder.path().join("nowhere").to_str().unwrap()]).contains("cannot read"));
    assert!(start(&["--trusted-only"]).contains("--trusted <PATH>"));
}
