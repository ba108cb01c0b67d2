//! Every request's id.

use std::collections::HashSet;

use reqwest::{Client, Response};

use crate::support::{App, Database};

async fn ask(app: &App, path: &str, ids: &[&str]) -> Response {
    let mut request = Client::new().get(format!("{}{path}", app.url));
    for id in ids {
        request = request.header("x-request-id", *id);
    }
    request.send().await.unwrap()
}

fn id(response: &Response) -> &str {
    let mut ids = response.headers().get_all("x-request-id").iter();
    let id = ids.next().expect("no id").to_str().unwrap();
    assert!(ids.next().is_none(), "more than one");
    id
}

#[tokio::test]
async fn every_answer_has_one() {
    let app = App::on(Database::sqlite().await).await;
    let mut seen = HashSet::new();
    // An answer, a refusal, the page, and what is not there.
    for path in ["/graphql?query={__typename}", "/graphql", "/", "/nowhere", "/"] {
        let response = ask(&app, path, &[]).await;
        let id = uuid::Uuid::parse_str(id(&response)).unwrap();
        assert_eq!(id.get_version_num(), 7, "{path}");
        assert!(seen.insert(id), "{path}: one each");
    }
}

#[tokio::test]
async fn a_sane_one_is_taken_from_the_client() {
    let app = App::on(Database::sqlite().await).await;
    let longest = "x".repeat(128);
    for sane in ["7", "req-7/a:b=c", &longest] {
        assert_eq!(id(&ask(&app, "/graphql", &[sane]).await), sane);
    }
    let too_long = "x".repeat(129);
    for ids in [&["two words"][..], &[""], &["caf\u{e9}"], &[&too_long], &["one", "two"]] {
        let response = ask(&app, "/graphql", ids).await;
        assert!(
            uuid::Uuid::parse_str(id(&response)).is_ok(),
            "{ids:?}: {}",
            id(&response)
        );
    }
}
