//! Batches: several operations in one request, where that is switched on.

use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::support::{App, Database, Edge, open};

async fn post(app: &App, body: &Value) -> (StatusCode, Value) {
    let response = reqwest::Client::new()
        .post(format!("{}/graphql", app.url))
        .json(body)
        .send();
    let response = response.await.unwrap();
    (response.status(), response.json().await.unwrap())
}

async fn apps(edge: impl Fn() -> Edge) -> Vec<App> {
    let mut apps = vec![App::set(Database::sqlite().await, edge()).await];
    if let Some(database) = Database::postgres().await {
        apps.push(App::set(database, edge()).await);
    }
    apps
}

#[tokio::test]
async fn they_are_off_unless_switched_on() {
    for app in apps(open).await {
        let (status, answer) = post(&app, &json!([{ "query": "{ __typename }" }])).await;
        assert_eq!(status, StatusCode::BAD_REQUEST);
        assert_eq!(answer["errors"][0]["extensions"]["code"], "BAD_USER_INPUT", "{answer}");
        assert_eq!(
            app.anonymous().data("{ limits { operations } }").await["limits"]["operations"],
            1
        );
    }
}

#[tokio::test]
async fn each_operation_is_answered_for_itself_and_in_order() {
    for app in apps(|| Edge { batch: 3, ..open() }).await {
        let wanted = json!([
            { "query": "query ($id: ID!) { node(id: $id) { id } }", "variables": { "id": "nothing" } },
            { "query": "{ __typenam }" },
            { "query": "{ limits { operations } }", "extensions": { "cost": true } },
        ]);
        let (status, answer) = post(&app, &wanted).await;
        assert_eq!(status, StatusCode::OK);
        let answers = answer.as_array().unwrap();
        assert_eq!(answers.len(), 3, "{answer}");
        assert_eq!(answers[0]["data"], json!({ "node": null }));
        assert!(answers[1].get("data").is_none(), "{answer}");
        assert_eq!(
            answers[1]["errors"][0]["extensions"]["code"],
            "GRAPHQL_VALIDATION_FAILED"
        );
        assert_eq!(answers[2]["data"]["limits"]["operations"], 3);
        assert!(answers[2]["extensions"]["cost"].is_u64());

        for wrong in [
            json!([]),
            json!(vec![json!({ "query": "{ __typename }" }); 4]),
            json!([1]),
            json!([[]]),
        ] {
            let (status, answer) = post(&app, &wrong).await;
            assert_eq!(status, StatusCode::BAD_REQUEST, "{wrong}: {answer}");
            assert_eq!(answer["errors"][0]["extensions"]["code"], "BAD_USER_INPUT", "{answer}");
        }
    }
}

#[tokio::test]
async fn a_batch_is_no_way_around_the_limits() {
    for app in apps(|| Edge { batch: 10, ..open() }).await {
        let before = app.statements();
        // Each is within the limit, and all together are not.
        let query = "{ organizations(first: 100) { nodes { contents(first: 50) { nodes { id } } } } }";
        let (_, one) = post(&app, &json!([{ "query": query }])).await;
        assert!(one[0].get("errors").is_none(), "{one}");
        let sent = app.statements() - before;
        let (status, answer) = post(&app, &json!(vec![json!({ "query": query }); 10])).await;
        assert_eq!(answer["errors"][0]["extensions"]["code"], "TOO_COSTLY", "{answer}");
        assert_eq!(
            status,
            StatusCode::OK,
            "as for one operation, to a client that reads JSON"
        );
        assert_eq!(app.statements() - before, sent, "nothing is read for it");
    }
}
