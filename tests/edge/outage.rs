//! PostgreSQL is killed and started again while the gateway is busy: no wrong answer, none that does not come, and service goes on by
//! itself.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::support::{
    cluster::Cluster,
    process::{Served, gateway, printed},
    until,
};

const FEED: &str =
    "{ contents(first: 5, filter: { status: PUBLISHED, visibility: PUBLIC }, orderBy: { field: PUBLISHED_AT }) {
    nodes { id creator { name } mediaItem { title } } } }";
const OWN: &str = "{ viewer { contents(first: 10) { nodes { id title viewerCanEdit } } } }";
const UPDATE: &str = "mutation ($input: UpdateContentInput!) { updateContent(input: $input) {
    content { title } userErrors { message } } }";

/// How long anything may take: the deadline, and what a busy machine adds.
const PATIENCE: Duration = Duration::from_secs(20);

/// What clients have heard so far.
#[derive(Default)]
struct Heard {
    served: AtomicUsize,
    refused: AtomicUsize,
    enough: AtomicBool,
}

async fn ask(url: &str, token: &str, body: &Value) -> (StatusCode, Value) {
    let request = reqwest::Client::new()
        .post(format!("{url}/graphql"))
        .bearer_auth(token)
        .json(body)
        .timeout(PATIENCE);
    let response = request.send().await.expect("an answer, in time");
    let status = response.status();
    (status, response.json().await.expect("an answer that is JSON"))
}

/// Whether an answer says that the database is away, and nothing else.
fn is_refusal(status: StatusCode, answer: &Value) -> bool {
    let errors = answer["errors"].as_array().map(Vec::as_slice).unwrap_or_default();
    let code = |error: &Value| error["extensions"]["code"].as_str().unwrap_or_default().to_owned();
    let known = ["UNAVAILABLE", "OVERLOADED", "DEADLINE_EXCEEDED"];
    if errors.is_empty() || !errors.iter().all(|error| known.contains(&code(error).as_str())) {
        return false;
    }
    let refused = [StatusCode::SERVICE_UNAVAILABLE, StatusCode::GATEWAY_TIMEOUT].contains(&status);
    // A change is answered field by field: what has been made is told, even where it could not be read any more.
    let untold = answer["data"]["updateContent"].is_null() || answer["data"]["updateContent"]["content"].is_null();
    refused && answer.get("data").is_none() || status == StatusCode::OK && untold
}

async fn read(heard: Arc<Heard>, url: String, token: String, query: &'static str, expected: Value) {
    while !heard.enough.load(Ordering::SeqCst) {
        let (status, answer) = ask(&url, &token, &json!({ "query": query })).await;
        if is_refusal(status, &answer) {
            heard.refused.fetch_add(1, Ordering::SeqCst);
        } else {
            assert_eq!(status, StatusCode::OK, "{answer}");
            assert_eq!(answer, json!({ "data": expected }));
            heard.served.fetch_add(1, Ordering::SeqCst);
        }
    }
}

/// Gives a piece of content one title after another, and the last one that was acknowledged, with the last that was sent.
async fn write(heard: Arc<Heard>, url: String, token: String, id: String) -> (usize, usize) {
    let mut acknowledged = 0;
    let mut number = 0;
    while !heard.enough.load(Ordering::SeqCst) {
        number += 1;
        let input = json!({ "id": id, "title": number.to_string() });
        let (status, answer) = ask(
            &url,
            &token,
            &json!({ "query": UPDATE, "variables": { "input": input } }),
        )
        .await;
        if is_refusal(status, &answer) {
            heard.refused.fetch_add(1, Ordering::SeqCst);
        } else {
            assert_eq!(status, StatusCode::OK, "{answer}");
            assert_eq!(
                answer["data"]["updateContent"]["content"]["title"],
                number.to_string(),
                "{answer}"
            );
            acknowledged = number;
            heard.served.fetch_add(1, Ordering::SeqCst);
        }
    }
    (acknowledged, number)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_database_goes_away_and_comes_back() {
    let Some(cluster) = Cluster::start() else { return };
    printed(&["migrate", "up", "--database-url", &cluster.url()]);
    printed(&["seed", "--database-url", &cluster.url()]);
    let served = Served::start(gateway(&[
        "--database-url",
        &cluster.url(),
        "--deadline",
        "5",
        "--rate-viewer",
        "0",
        "--rate-address",
        "0",
        "--log",
        "off",
    ]));
    let url = served.url.clone();
    let ready = async || {
        let answer = reqwest::get(format!("{url}/readyz")).await.unwrap();
        answer.status() == StatusCode::OK
    };
    until("ready", ready).await;

    // Somebody who has content to edit.
    let mut writers = Vec::new();
    for (_, _, token) in &served.people {
        let (_, own) = ask(&url, token, &json!({ "query": OWN })).await;
        let pieces = own["data"]["viewer"]["contents"]["nodes"].as_array().unwrap().clone();
        let editable = pieces.iter().filter(|piece| piece["viewerCanEdit"] == true);
        writers.extend(editable.map(|piece| (token.clone(), piece["id"].as_str().unwrap().to_owned())));
    }
    let reader = served.people[0].2.clone();
    let (_, feed) = ask(&url, &reader, &json!({ "query": FEED })).await;
    let feed = feed["data"].clone();
    assert!(!feed["contents"]["nodes"].as_array().unwrap().is_empty(), "{feed}");

    let heard = Arc::<Heard>::default();
    let readers: Vec<_> = (0..6)
        .map(|_| {
            tokio::spawn(read(
                Arc::clone(&heard),
                url.clone(),
                reader.clone(),
                FEED,
                feed.clone(),
            ))
        })
        .collect();
    let writers: Vec<_> = writers.into_iter().take(2).collect();
    assert_eq!(writers.len(), 2);
    let writing: Vec<_> = writers
        .iter()
        .map(|(token, id)| tokio::spawn(write(Arc::clone(&heard), url.clone(), token.clone(), id.clone())))
        .collect();
    let more = |counter: fn(&Heard) -> &AtomicUsize| {
        let so_far = counter(&heard).load(Ordering::SeqCst);
        let heard = Arc::clone(&heard);
        async move || counter(&heard).load(Ordering::SeqCst) > so_far + 50
    };

    for _ in 0..2 {
        until("served", more(|heard| &heard.served)).await;
        cluster.kill();
        until("not ready", async || !ready().await).await;
        until("refused, and at once", more(|heard| &heard.refused)).await;
        let alive = reqwest::get(format!("{url}/livez")).await.unwrap();
        assert_eq!(alive.status(), StatusCode::OK);
        cluster.start_again();
        until("ready again", ready).await;
        until("served again", more(|heard| &heard.served)).await;
    }

    heard.enough.store(true, Ordering::SeqCst);
    for reader in readers {
        reader.await.unwrap();
    }
    for (writing, (token, id)) in writing.into_iter().zip(&writers) {
        let (acknowledged, sent) = writing.await.unwrap();
        let query = json!({ "query": "query ($id: ID!) { node(id: $id) { ... on Content { title } } }", "variables": { "id": id } });
        let (_, found) = ask(&url, token, &query).await;
        let title: usize = found["data"]["node"]["title"].as_str().unwrap().parse().unwrap();
        assert!((acknowledged..=sent).contains(&title), "{acknowledged} {title} {sent}");
    }
    // Nothing of the outage is left: all connections are good ones.
    for _ in 0..30 {
        assert_eq!(
            ask(&url, &reader, &json!({ "query": FEED })).await,
            (StatusCode::OK, json!({ "data": feed }))
        );
    }
}
