//! What must not be told: whatever the gateway says of itself is searched for all that was entrusted to it.

use reqwest::{Client, Response};
use sea_orm::ConnectionTrait;
use serde_json::{Value, json};

use super::collector::Collector;
use crate::support::{
    Database, SECRET,
    process::{Served, gateway},
};

const PASSWORD: &str = "canary-first-password";
const NEXT_PASSWORD: &str = "canary-next-password";
const WRONG_PASSWORD: &str = "canary-wrong-password";
const EMAIL: &str = "canary.person@example.com";

async fn send(served: &Served, headers: &[(&str, &str)], query: &str, variables: Value) -> Response {
    let mut request = Client::new().post(format!("{}/graphql", served.url));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let body = json!({ "query": query, "variables": variables });
    request.json(&body).send().await.unwrap()
}

/// The value of a cookie that came with an answer, as it stands there.
fn cookie(response: &Response) -> String {
    let cookies = response.headers().get_all("set-cookie").iter();
    let mut pairs = cookies.map(|cookie| cookie.to_str().unwrap().split(';').next().unwrap().to_owned());
    pairs.find(|pair| pair.contains("session_token")).expect("no cookie")
}

async fn look_for_secrets(database: Database) {
    let collector = Collector::start().await;
    let arguments = [
        "--database-url",
        &database.url,
        "--no-demo",
        "--session-secret",
        SECRET,
        "--slow-operation",
        "1",
    ];
    let loudest = [
        "--log",
        "trace,sqlx=trace,sea_orm=trace,hyper=trace",
        "--otlp-endpoint",
        &collector.url,
    ];
    let mut served = Served::start(gateway(&[&arguments[..], &loudest].concat()));
    let mut secrets: Vec<String> = ["canary", "hunter2", SECRET].map(str::to_owned).to_vec();

    let sign_up = "mutation SignUp($input: SignUpInput!) { signUp(input: $input) { token userErrors { code } } }";
    let input = json!({ "input": { "name": "canary-name", "email": EMAIL, "password": PASSWORD } });
    let signed_up = send(&served, &[], sign_up, input.clone()).await;
    let signed_up_cookie = cookie(&signed_up);
    let body: Value = signed_up.json().await.unwrap();
    let token = body["data"]["signUp"]["token"]
        .as_str()
        .unwrap_or_else(|| panic!("{body}"))
        .to_owned();
    let bearer = format!("Bearer {token}");
    // Somebody has that address already.
    send(&served, &[], sign_up, input).await;

    let sign_in = "mutation SignIn($input: SignInInput!) { signIn(input: $input) { token userErrors { code } } }";
    for password in [WRONG_PASSWORD, PASSWORD] {
        let input = json!({ "input": { "email": EMAIL, "password": password } });
        let body: Value = send(&served, &[], sign_in, input).await.json().await.unwrap();
        secrets.extend(body["data"]["signIn"]["token"].as_str().map(str::to_owned));
    }
    assert_eq!(secrets.len(), 4, "one of them is right");
    let literal =
        format!("mutation {{ signIn(input: {{ email: \"{EMAIL}\", password: \"{WRONG_PASSWORD}\" }}) {{ token }} }}");
    send(&served, &[], &literal, json!({})).await;

    let who = "query Who { viewer { name email } }";
    for headers in [
        &[("authorization", bearer.as_str())][..],
        &[("cookie", &signed_up_cookie)],
        &[("authorization", "Bearer canary-unknown-token")],
        &[("authorization", "canary-nonsense")],
        &[("cookie", "better-auth.session_token=canary.canary")],
        &[("x-organization", "canary-organization"), ("x-request-id", "two words")],
    ] {
        send(&served, headers, who, json!({})).await;
    }
    let change =
        "mutation Change($input: ChangePasswordInput!) { changePassword(input: $input) { userErrors { code } } }";
    let input = json!({ "input": { "currentPassword": PASSWORD, "newPassword": NEXT_PASSWORD } });
    let headers = [("authorization", bearer.as_str()), ("idempotency-key", "canary-key")];
    let body: Value = send(&served, &headers, change, input).await.json().await.unwrap();
    assert_eq!(body["data"]["changePassword"]["userErrors"], json!([]), "{body}");

    // Wrong in all the ways in which something may be quoted.
    let found = "query Find($slug: String!) { organization(by: { slug: $slug }) { name } }";
    for (query, variables) in [
        (found, json!({ "slug": "canary-variable" })),
        (found, json!({ "slug": { "canary": "canary-object" } })),
        (found, json!({ "other": "canary-superfluous" })),
        ("{ organization(by: { slug: \"canary-literal\" }) { name } }", json!({})),
        ("{ organization(by: { slug: \"canary-unended }) { name } }", json!({})),
        ("query Canary2 { node(id: \"canary-id\") { id } }", json!({})),
        ("{ nothing(name: \"canary\") }", json!({})),
    ] {
        send(&served, &[], query, variables).await;
    }
    let of_query = Client::new().get(format!("{}/graphql", served.url));
    let of_query = of_query.query(&[("query", found), ("variables", "{\"slug\":\"canary-query-string\"}")]);
    of_query
        .header("apollo-require-preflight", "canary-header")
        .send()
        .await
        .unwrap();

    // The gateway's own fault.
    let db = database.connect().await;
    db.execute_unprepared("ALTER TABLE organizations RENAME TO lost_organizations")
        .await
        .unwrap();
    let body: Value = send(&served, &[], found, json!({ "slug": "canary-fault" }))
        .await
        .json()
        .await
        .unwrap();
    assert_eq!(body["errors"][0]["extensions"]["code"], "INTERNAL", "{body}");

    secrets.push(token);
    let value = signed_up_cookie.split_once('=').unwrap().1;
    secrets.push(value.to_owned());
    secrets.push(
        percent_encoding::percent_decode_str(value)
            .decode_utf8()
            .unwrap()
            .into_owned(),
    );
    let metrics = reqwest::get(format!("{}/metrics", served.url))
        .await
        .unwrap()
        .text()
        .await
        .unwrap();
    served.said("a slow operation");
    served.said("error.id");
    served.stop();
    let spans = collector.spans(40).await;
    let mut told: Vec<String> = served.last_words();
    assert!(told.len() > 10, "{told:#?}");
    // Nobody here answers for what libraries write when they are asked for everything.
    let quiet = |line: &String| line.contains(" DEBUG ") || line.contains(" TRACE ");
    assert!(told.iter().any(quiet), "{told:#?}");
    for line in told.iter().filter(|line| quiet(line)) {
        assert!(line.contains(" codex_gateway::"), "a library speaks: {line}");
    }
    told.extend(metrics.lines().map(str::to_owned));
    told.extend(spans.iter().map(|span| format!("{span:?}")));
    for line in told {
        for secret in &secrets {
            assert!(!line.contains(secret.as_str()), "{secret} is told: {line}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn sqlite() {
    look_for_secrets(Database::sqlite().await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn postgres() {
    if let Some(database) = Database::postgres().await {
        look_for_secrets(database).await;
    }
}
