//! Connections that do nothing, do it slowly, or come in crowds; panics; and the end of all of them.

use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
    sync::mpsc,
    time::{Duration, Instant},
};

use axum::{Router, routing::get};
use reqwest::StatusCode;
use sea_orm::{ConnectionTrait, TransactionTrait};
use serde_json::{Value, json};

use crate::support::{
    App, Database, content,
    process::{Served, gateway},
    texts, until,
};

/// How long anything may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);

fn served(database: &Database, arguments: &[&str]) -> Served {
    Served::start(gateway(
        &[
            &["--database-url", &database.url, "--no-demo", "--log", "off"],
            arguments,
        ]
        .concat(),
    ))
}

fn connect(served: &Served) -> TcpStream {
    let address: SocketAddr = served.url.trim_start_matches("http://").parse().unwrap();
    let stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream
}

/// What a connection has to say until it is closed.
fn rest(mut stream: TcpStream) -> String {
    let mut said = Vec::new();
    // Who closes on what has not been read may reset the connection.
    let _ = stream.read_to_end(&mut said);
    String::from_utf8_lossy(&said).into_owned()
}

async fn is_served(served: &Served) -> bool {
    // A connection of its own each time.
    let request = reqwest::Client::new().get(format!("{}/livez", served.url)).send();
    request.await.is_ok_and(|response| response.status() == StatusCode::OK)
}

#[tokio::test]
async fn a_connection_that_does_nothing_is_closed() {
    let database = Database::sqlite().await;
    let served = served(&database, &["--idle-timeout", "1", "--body-timeout", "1"]);
    // Says nothing at all; stops within the headers; keeps silent after an answer.
    assert_eq!(rest(connect(&served)), "");
    let mut slow = connect(&served);
    slow.write_all(b"POST /graphql HTTP/1.1\r\nhost: x\r\nx-slow: ")
        .unwrap();
    let said = rest(slow);
    assert!(!said.contains("200 OK"), "{said}");
    let mut idle = connect(&served);
    idle.write_all(b"GET /livez HTTP/1.1\r\nhost: x\r\n\r\n").unwrap();
    assert!(rest(idle).contains("200 OK"));
    // Stops within the body.
    let mut slow = connect(&served);
    slow.write_all(
        b"POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{\"q",
    )
    .unwrap();
    let said = rest(slow);
    assert!(
        said.starts_with("HTTP/1.1 408") && said.contains("BAD_USER_INPUT"),
        "{said}"
    );
}

#[tokio::test]
async fn who_does_not_read_the_answers_loses_the_connection() {
    let database = Database::sqlite().await;
    let served = served(&database, &["--max-connections", "1", "--write-timeout", "1"]);
    let mut greedy = connect(&served);
    let page = b"GET / HTTP/1.1\r\nhost: localhost\r\n\r\n";
    // More than the buffers on the way take: at some point the gateway can neither write nor read on.
    greedy.set_write_timeout(Some(Duration::from_millis(500))).unwrap();
    let mut sent = 0;
    while greedy.write_all(page).is_ok() {
        sent += 1;
        assert!(sent < 1_000_000, "the gateway reads on and on");
    }
    // Its place is free, and nobody has read anything.
    until("somebody else is served", async || is_served(&served).await).await;
    drop(greedy);
}

#[tokio::test]
async fn who_comes_when_there_is_no_place_is_turned_away() {
    let database = Database::sqlite().await;
    let served = served(&database, &["--max-connections", "2"]);
    let mut held: Vec<_> = (0..2).map(|_| connect(&served)).collect();
    for stream in &mut held {
        stream.write_all(b"GET /livez HTTP/1.1\r\nhost: x\r\n\r\n").unwrap();
        assert_eq!(stream.read(&mut [0; 1]).unwrap(), 1);
    }
    assert_eq!(rest(connect(&served)), "");
    held.clear();
    until("there is a place again", async || is_served(&served).await).await;
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_thousand_connections_take_little_memory_and_keep_nobody_waiting() {
    const CROWD: u64 = 10_000;
    // Each connection is a file here as well.
    let files = rlimit::increase_nofile_limit(CROWD + 1000).unwrap();
    assert!(files > CROWD, "the system lets this test have {files} files");
    let database = Database::sqlite().await;
    let served = served(&database, &[]);
    let mut crowd = Vec::new();
    for number in 0..CROWD {
        let mut stream = connect(&served);
        // Some say nothing, some never end their headers, some never send the body that they announce.
        let said: &[u8] = match number % 3 {
            0 => b"",
            1 => b"GET /graphql?query=%7B__typename%7D HTTP/1.1\r\nhost: x\r\nx-slow: ",
            _ => b"POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 1000000\r\n\r\n{\"query\":",
        };
        stream.write_all(said).unwrap();
        crowd.push(stream);
        if number % 1000 == 0 {
            assert!(is_served(&served).await, "with {number} others");
        }
    }
    let since = Instant::now();
    let answer = reqwest::Client::new().post(format!("{}/graphql", served.url));
    let answer = answer
        .json(&json!({ "query": "{ contents(first: 1) { totalCount } }" }))
        .send();
    let answer: Value = answer.await.unwrap().json().await.unwrap();
    assert_eq!(answer, json!({ "data": { "contents": { "totalCount": 0 } } }));
    assert!(since.elapsed() < Duration::from_secs(5), "{:?}", since.elapsed());
    let resident = resident_mib(served.id());
    assert!(resident < 400, "{resident} MiB for {CROWD} connections");
}

/// The memory that a process has of the machine's.
#[cfg(target_os = "linux")]
fn resident_mib(process: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() / 1024
}

#[tokio::test]
async fn a_panic_ends_its_own_request_and_tells_nothing() {
    async fn panics() -> &'static str {
        panic!("the secret is 4711")
    }
    let router = Router::new()
        .route("/panics", get(panics))
        .route("/fine", get(async || "fine"));
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let settings = codex_gateway::http::ServerSettings::USUAL;
    let server = tokio::spawn(codex_gateway::http::serve(
        listener,
        codex_gateway::http::Service::around(router, false),
        settings,
        std::future::pending(),
    ));
    let answer = reqwest::get(format!("{url}/panics")).await.unwrap();
    assert_eq!(answer.status(), StatusCode::INTERNAL_SERVER_ERROR);
    let body: Value = answer.json().await.unwrap();
    assert_eq!(body["errors"][0]["extensions"]["code"], "INTERNAL", "{body}");
    assert!(body["errors"][0]["extensions"]["id"].is_string(), "{body}");
    assert!(!body.to_string().contains("4711"), "{body}");
    assert_eq!(
        reqwest::get(format!("{url}/fine")).await.unwrap().text().await.unwrap(),
        "fine"
    );
    server.abort();
}

/// Holds what a query needs, asks, tells the gateway to stop, and gives what becomes of both.
async fn stopped(grace: &str, let_go: bool) -> Option<(bool, Option<Value>)> {
    let database = Database::postgres().await?;
    let app = App::on(database).await;
    let person = app.person("person").await;
    content(&person, "piece").save(&app).await;
    let lock = app.db.begin().await.unwrap();
    lock.execute_unprepared("LOCK TABLE content").await.unwrap();
    let mut served = Served::start(gateway(&[
        "--database-url",
        app.database_url(),
        "--grace",
        grace,
        "--log",
        "off",
    ]));
    let request = reqwest::Client::new().post(format!("{}/graphql", served.url));
    let request = request.json(&json!({ "query": "{ contents { nodes { title } } }" }));
    let answer = tokio::spawn(async move { request.send().await.ok()?.json::<Value>().await.ok() });
    let waiting = "SELECT query FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
    until("the statement waits", async || {
        !texts(&app.db, waiting).await.is_empty()
    })
    .await;

    let address: SocketAddr = served.url.trim_start_matches("http://").parse().unwrap();
    let (told, stopped) = mpsc::channel();
    let stopping = std::thread::spawn(move || {
        told.send(()).unwrap();
        served.stop()
    });
    stopped.recv().unwrap();
    until("no connection is taken any more", async || {
        TcpStream::connect(address).is_err()
    })
    .await;
    if let_go {
        lock.rollback().await.unwrap();
    }
    let answer = answer.await.unwrap();
    let status = stopping.join().unwrap();
    Some((status.success(), answer))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn told_to_stop_it_finishes_what_runs() {
    if let Some(became) = stopped("20", true).await {
        let answer = json!({ "data": { "contents": { "nodes": [{ "title": "About piece" }] } } });
        assert_eq!(became, (true, Some(answer)));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_does_not_end_within_the_grace_period_is_closed() {
    if let Some(became) = stopped("1", false).await {
        assert_eq!(became, (true, None));
    }
}

#[tokio::test]
async fn it_is_ready_when_the_schema_is() {
    let database = Database::sqlite().await;
    let served = served(&database, &[]);
    let ready = async || {
        let answer = reqwest::get(format!("{}/readyz", served.url)).await.unwrap();
        (answer.status(), answer.text().await.unwrap())
    };
    assert_eq!(ready().await, (StatusCode::OK, "ready\n".to_owned()));
    // Somebody takes a step back.
    let db = database.connect().await;
    let last = texts(&db, "SELECT max(version) FROM seaql_migrations").await.remove(0);
    db.execute_unprepared("DELETE FROM seaql_migrations WHERE version = (SELECT max(version) FROM seaql_migrations)")
        .await
        .unwrap();
    let behind = (
        StatusCode::SERVICE_UNAVAILABLE,
        "the database's schema lacks steps\n".to_owned(),
    );
    until("not ready", async || ready().await == behind).await;
    let again = format!("INSERT INTO seaql_migrations (version, applied_at) VALUES ('{last}', 0)");
    db.execute_unprepared(&again).await.unwrap();
    until("ready again", async || ready().await.0 == StatusCode::OK).await;
}
