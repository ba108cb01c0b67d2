//! What a person types, and what the gateway says to it.

use std::{collections::HashSet, process::Command, time::Duration};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::{
    Database,
    process::{Served, gateway, printed, run},
};

/// The gateway as a newcomer starts it: without a word, in a home of its own.
fn at_home(home: &TempDir) -> Command {
    let mut command = gateway(&[]);
    command.env("HOME", home.path()).env_remove("XDG_DATA_HOME");
    command
}

async fn ask(url: &str, token: Option<&str>, query: &str) -> Value {
    let mut request = reqwest::Client::new()
        .post(format!("{url}/graphql"))
        .json(&json!({ "query": query }));
    if let Some(token) = token {
        request = request.bearer_auth(token);
    }
    let body: Value = request.send().await.unwrap().json().await.unwrap();
    assert!(body.get("errors").is_none(), "{body}");
    body["data"].clone()
}

#[tokio::test]
async fn without_a_word_it_serves_a_living_catalogue() {
    let home = TempDir::new().unwrap();
    let served = Served::start(at_home(&home));
    assert!(served.people.len() >= 8, "{:?}", served.people);

    // The same question, asked by different people, has different answers.
    let query = "{ contents(first: 100) { totalCount nodes { viewerHasAccess viewerCanEdit viewCount } } mediaItems { totalCount } organizations { nodes { members { totalCount } } } }";
    let mut answers = HashSet::from([ask(&served.url, None, query).await.to_string()]);
    for (name, _, token) in &served.people {
        let viewer = ask(&served.url, Some(token), "{ viewer { name } }").await;
        assert_eq!(viewer["viewer"]["name"], json!(name));
        answers.insert(ask(&served.url, Some(token), query).await.to_string());
    }
    assert!(
        answers.len() >= served.people.len() - 1,
        "{} different answers",
        answers.len()
    );

    // It is the same catalogue the next time, with the same people.
    let people = served.people.clone();
    drop(served);
    assert_eq!(Served::start(at_home(&home)).people, people);
}

#[tokio::test]
async fn what_it_serves_is_counted_until_it_stops() {
    let home = TempDir::new().unwrap();
    let mut served = Served::start(at_home(&home));
    // A demo person's own content, whose count they have.
    let query = "{ contents(first: 100, filter: { status: PUBLISHED }) { nodes { id viewCount } } }";
    let mut own = None;
    for (_, _, token) in &served.people {
        let data = ask(&served.url, Some(token), query).await;
        let nodes = data["contents"]["nodes"].as_array().unwrap().clone();
        let counted = nodes.into_iter().find(|node| node["viewCount"].is_number());
        own = own.or(counted.map(|node| (token.clone(), node)));
    }
    let (token, piece) = own.unwrap();
    let (id, before) = (piece["id"].as_str().unwrap(), piece["viewCount"].as_i64().unwrap());
    let view = format!("mutation {{ recordView(input: {{ contentId: \"{id}\" }}) {{ userErrors {{ code }} }} }}");
    for _ in 0..3 {
        let data = ask(&served.url, Some(&token), &view).await;
        assert_eq!(data["recordView"]["userErrors"], json!([]));
    }
    let count = async {
        let query = format!("{{ content(by: {{ id: \"{id}\" }}) {{ viewCount }} }}");
        while ask(&served.url, Some(&token), &query).await["content"]["viewCount"] != json!(before + 3) {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), count).await.unwrap();
    assert!(served.stop().success());
}

#[tokio::test]
async fn an_embedded_database_can_stay_empty() {
    let database = Database::sqlite_file();
    let served = Served::start(gateway(&["--database-url", &database.url, "--no-demo"]));
    assert!(served.people.is_empty());
    let data = ask(&served.url, None, "{ contents { totalCount } }").await;
    assert_eq!(data["contents"]["totalCount"], json!(0));
}

#[tokio::test]
async fn on_postgresql_it_does_not_serve_before_the_schema_is_there() {
    let Some(database) = Database::postgres_empty().await else {
        return;
    };
    let refused = run(&["serve", "--database-url", &database.url, "--listen", "127.0.0.1:0"]);
    assert_eq!(refused.status.code(), Some(1));
    let said = String::from_utf8(refused.stderr).unwrap();
    assert!(
        said.contains("codex-gateway migrate up") && said.contains("--migrate"),
        "{said}"
    );

    let served = Served::start(gateway(&["serve", "--database-url", &database.url, "--migrate"]));
    assert!(served.people.is_empty(), "nobody asked for demo data");
    assert_eq!(
        ask(&served.url, None, "{ contents { totalCount } }").await["contents"]["totalCount"],
        json!(0)
    );
    drop(served);

    printed(&["seed", "--database-url", &database.url]);
    let served = Served::start(gateway(&["serve", "--database-url", &database.url]));
    assert!(served.people.len() >= 8);
}

/// Steps up and down, and what `status` says of them.
fn steps(url: &str) {
    let status = || printed(&["migrate", "status", "--database-url", url]);
    let pending = || status().lines().filter(|line| line.starts_with("pending")).count();
    let all = status().lines().count();
    assert!(all >= 11);
    assert_eq!(pending(), all);
    printed(&["migrate", "up", "--steps", "3", "--database-url", url]);
    assert_eq!(pending(), all - 3);
    printed(&["migrate", "up", "--database-url", url]);
    assert_eq!(pending(), 0);
    printed(&["migrate", "down", "--database-url", url]);
    assert_eq!(pending(), 1);
    printed(&["migrate", "down", "--steps", "2", "--database-url", url]);
    assert_eq!(pending(), 3);
    printed(&["migrate", "down", "--all", "--database-url", url]);
    assert_eq!(pending(), all);
    printed(&["migrate", "fresh", "--database-url", url]);
    assert_eq!(pending(), 0);
    assert!(
        !run(&["migrate", "down", "--all", "--steps", "1", "--database-url", url])
            .status
            .success()
    );
}

#[tokio::test]
async fn the_schema_goes_up_and_down_on_sqlite() {
    steps(&Database::sqlite_file().url);
}

#[tokio::test]
async fn the_schema_goes_up_and_down_on_postgresql() {
    if let Some(database) = Database::postgres_empty().await {
        steps(&database.url);
    }
}

on_both! {
    async fn seeding_by_scale_makes_that_many(app) {
        let url = app.database_url();
        let said = printed(&["seed", "--scale", "300", "--database-url", url]);
        assert!(said.contains("300"), "{said}");
        printed(&["seed", "--scale", "200", "--database-url", url]);
        use sea_orm::{EntityTrait, PaginatorTrait};
        assert_eq!(entity::content::Entity::find().count(&app.db).await.unwrap(), 500);
        let data = app.anonymous().data("{ contents(first: 100) { totalCount nodes { creator { id } } } }").await;
        assert!(data["contents"]["totalCount"].as_u64().unwrap() > 100, "a good part of it is for everyone: {data}");
        // The demo data fits in beside it, and comes once.
        printed(&["seed", "--database-url", url]);
        let before = entity::content::Entity::find().count(&app.db).await.unwrap();
        assert!(before > 540);
        printed(&["seed", "--database-url", url]);
        assert_eq!(entity::content::Entity::find().count(&app.db).await.unwrap(), before);
    }
}

#[test]
fn the_schema_is_printed_and_compared() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/schema.graphql");
    assert_eq!(printed(&["schema"]), std::fs::read_to_string(file).unwrap());
    printed(&["schema", "--check", file]);

    let folder = TempDir::new().unwrap();
    let other = folder.path().join("other.graphql");
    std::fs::write(
        &other,
        printed(&["schema"]).replace("viewerCanEdit: Boolean!", "viewerMayEdit: Boolean!"),
    )
    .unwrap();
    let output = run(&["schema", "--check", other.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(1));
    let (difference, said) = (
        String::from_utf8(output.stdout).unwrap(),
        String::from_utf8(output.stderr).unwrap(),
    );
    assert!(
        difference.contains("-  viewerMayEdit: Boolean!") && difference.contains("+  viewerCanEdit: Boolean!"),
        "{difference}"
    );
    assert!(said.contains("cargo run -- schema >"), "{said}");
}

#[test]
fn help_lists_every_setting() {
    let help = printed(&["--help"]);
    for setting in [
        "--database-url",
        "DATABASE_URL",
        "--database-connections",
        "CODEX_DATABASE_CONNECTIONS",
        "--database-wait",
        "CODEX_DATABASE_WAIT",
        "--log",
        "CODEX_LOG",
        "--listen",
        "CODEX_LISTEN",
        "127.0.0.1:8000",
        "--migrate",
        "CODEX_MIGRATE",
        "--no-demo",
        "CODEX_NO_DEMO",
        "--no-rls",
        "CODEX_NO_RLS",
        "--session-secret",
        "CODEX_SESSION_SECRET",
        "--graphiql-assets",
        "CODEX_GRAPHIQL_ASSETS",
    ] {
        assert!(help.contains(setting), "{setting}: {help}");
    }
}

#[test]
fn what_cannot_be_is_said() {
    for (arguments, words) in [
        (&["--database-url", "mysql://x"][..], "must begin with"),
        (
            &[
                "--database-url",
                "postgres://nobody@127.0.0.1:1/none",
                "--database-wait",
                "1",
            ],
            "cannot connect",
        ),
        (&["--listen", "nowhere"], "--listen"),
        (&["--log", "=="], "--log"),
        (&["migrate", "up", "--steps", "0"], "--steps"),
        (&["schema", "--check", "/nowhere/at/all"], "cannot read /nowhere/at/all"),
    ] {
        let output = run(arguments);
        assert!(!output.status.success(), "{arguments:?}");
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(said.contains(words), "{arguments:?}: {said}");
    }
}
