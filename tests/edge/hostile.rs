//! Documents that are meant to do harm: refused at once, with little memory, while others are served.

use std::{
    fmt::Write,
    time::{Duration, Instant},
};

use reqwest::StatusCode;
use serde_json::{Value, json};

/// How long the gateway may take over any of them, on a busy machine and without optimization.
const AT_ONCE: Duration = Duration::from_secs(3);

/// A document in which each fragment spreads the next one twice.
fn bomb(fragments: usize) -> String {
    let mut document = "{ ...F0 }".to_owned();
    for number in 1..fragments {
        write!(
            document,
            " fragment F{} on Query {{ ...F{number} ...F{number} }}",
            number - 1
        )
        .unwrap();
    }
    write!(document, " fragment F{} on Query {{ __typename }}", fragments - 1).unwrap();
    document
}

/// Fragments that each spread the next one once, inside of fields of theirs.
fn chain(fragments: usize, levels: usize) -> String {
    let fields = format!("{}{{}}{}", "ofType {".repeat(levels), "}".repeat(levels));
    let mut document = "{ __type(name: \"A\") { ...F0 } }".to_owned();
    for number in 1..fragments {
        let inner = fields.replace("{}", &format!(" ...F{number} "));
        write!(document, " fragment F{} on __Type {{ {inner} }}", number - 1).unwrap();
    }
    write!(document, " fragment F{} on __Type {{ name }}", fragments - 1).unwrap();
    document
}

/// Documents, each with the code that it is refused with.
fn documents() -> Vec<(&'static str, String, &'static str)> {
    let many = |text: &str, times: usize| text.repeat(times);
    let nested = |open: &str, close: &str, times: usize| format!("{}{}", open.repeat(times), close.repeat(times));
    vec![
        ("brackets", many("[", 500_000), "TOO_DEEP"),
        ("braces", many("{", 500_000), "TOO_DEEP"),
        ("braces with names", many("{a", 300_000), "TOO_DEEP"),
        ("all kinds of brackets", many("{a(b:[", 100_000), "TOO_DEEP"),
        ("closing brackets", many("}", 500_000), "TOO_MANY_TOKENS"),
        (
            "a deep selection",
            format!("{{ {} }}", nested("a {", "}", 2000).replace("{}", "{ b }")),
            "TOO_DEEP",
        ),
        (
            "a deep list",
            format!("{{ a(b: {}) }}", nested("[", "]", 2000)),
            "TOO_DEEP",
        ),
        (
            "a deep object",
            format!("{{ a(b: {}) }}", nested("{a:", "}", 2000)),
            "TOO_DEEP",
        ),
        (
            "a list as deep as it may be",
            format!("{{ a(b: {}) }}", nested("[", "]", 62)),
            "GRAPHQL_VALIDATION_FAILED",
        ),
        (
            "a deep type",
            format!("query ($a: {}) {{ b }}", nested("[", "]", 2000)),
            "TOO_DEEP",
        ),
        (
            "deep lists behind what looks like a string",
            format!("{{ a(b: [\"\"\"\" {}", many("[", 400_000)),
            "GRAPHQL_PARSE_FAILED",
        ),
        (
            "deep lists behind a string's end",
            format!("{{ a(b: [\"\\\\\" {}", many("[", 400_000)),
            "TOO_DEEP",
        ),
        (
            "deep lists behind a block string's end",
            format!("{{ a(b: [\"\"\" \\\"\"\" \"\"\" {}", many("[", 400_000)),
            "TOO_DEEP",
        ),
        (
            "deep lists behind a comment's end",
            format!("{{ a(b: [# x\r{}", many("[", 400_000)),
            "TOO_DEEP",
        ),
        (
            "a wide selection",
            format!("{{ {} }}", many("__typename ", 80_000)),
            "TOO_MANY_TOKENS",
        ),
        (
            "aliases",
            format!("{{ {} }}", many("a: __typename ", 60_000)),
            "TOO_MANY_TOKENS",
        ),
        (
            "fewer aliases",
            format!("{{ viewer {{ {} }} }}", many("a: id ", 1000)),
            "TOO_MANY_ALIASES",
        ),
        (
            "root fields",
            format!("{{ {} }}", many("__typename ", 4000)),
            "TOO_MANY_ROOT_FIELDS",
        ),
        (
            "directives",
            format!("{{ viewer {{ id {} }} }}", many("@a ", 2000)),
            "TOO_MANY_DIRECTIVES",
        ),
        (
            "directives of an operation",
            format!("query {} {{ viewer {{ id }} }}", many("@a ", 2000)),
            "TOO_MANY_DIRECTIVES",
        ),
        ("a small bomb", bomb(13), "TOO_MANY_ROOT_FIELDS"),
        ("a bomb", bomb(30), "TOO_MANY_ROOT_FIELDS"),
        ("a large bomb", bomb(150), "TOO_DEEP"),
        ("a bomb that is too long", bomb(1000), "TOO_MANY_TOKENS"),
        (
            "fields doubled",
            bomb(14)
                .replace("{ ...F0 }", "{ viewer { ...F0 } }")
                .replace("Query", "User"),
            "TOO_MANY_FIELDS",
        ),
        ("a long chain", chain(190, 1), "TOO_DEEP"),
        ("a chain of deep fragments", chain(60, 8), "TOO_DEEP"),
        ("too many fragments", chain(300, 0), "TOO_MANY_FRAGMENTS"),
        (
            "a circle",
            "{ ...A } fragment A on Query { ...B ...B } fragment B on Query { ...A ...A }".to_owned(),
            "GRAPHQL_VALIDATION_FAILED",
        ),
        (
            "a circle that nobody uses",
            "{ __typename } fragment A on Query { ...B ...B } fragment B on Query { ...A ...A }".to_owned(),
            "GRAPHQL_VALIDATION_FAILED",
        ),
        (
            "operations",
            (0..1600).map(|number| format!("query Q{number} {{ a }}")).collect(),
            "TOO_MANY_TOKENS",
        ),
        (
            "variables",
            format!("query ({}) {{ __typename }}", many("$a: Int ", 1600)),
            "TOO_MANY_TOKENS",
        ),
        ("blanks", many(" ,\t ", 200_000), "GRAPHQL_PARSE_FAILED"),
        ("a comment", format!("#{}", many("{", 300_000)), "GRAPHQL_PARSE_FAILED"),
        (
            "a string",
            format!("{{ a(b: \"{}\" ", many("x", 300_000)),
            "GRAPHQL_PARSE_FAILED",
        ),
        (
            "a block string",
            format!("{{ a(b: \"\"\"{}\"\"\" ", many("x\n", 300_000)),
            "GRAPHQL_PARSE_FAILED",
        ),
        (
            "a string without an end",
            format!("{{ a(b: \"{}", many("[", 300_000)),
            "GRAPHQL_PARSE_FAILED",
        ),
        (
            "a number",
            format!("{{ a(b: {}) }}", many("9", 300_000)),
            "GRAPHQL_PARSE_FAILED",
        ),
        ("a name", many("x", 300_000), "GRAPHQL_PARSE_FAILED"),
        ("byte order marks", many("\u{feff}", 300_000), "GRAPHQL_PARSE_FAILED"),
        (
            "what is no character of GraphQL",
            many("\u{1f3ca}", 200_000),
            "TOO_MANY_TOKENS",
        ),
        ("zeros", many("\0", 100_000), "TOO_MANY_TOKENS"),
    ]
}

on_both! {
    async fn a_hostile_document_is_refused_at_once(app) {
        let client = app.anonymous();
        let before = app.statements();
        let mut wrong = Vec::new();
        for (what, document, code) in documents() {
            let began = Instant::now();
            let error = client.send(&document, json!({})).await.body["errors"][0].clone();
            let took = began.elapsed();
            if error["extensions"]["code"] != code || error.to_string().len() > 1000 || took > AT_ONCE {
                wrong.push(format!("{what}: {took:?}, {error:.1000}"));
            }
        }
        assert!(wrong.is_empty(), "{wrong:#?}");
        assert_eq!(app.statements(), before);
        client.data(&bomb(5)).await;
    }

    async fn a_hostile_body_is_refused_at_once(app) {
        let query = |variables: String| format!(r#"{{"query":"query ($a: Int) {{ __typename }}","variables":{{"a":{variables}}}}}"#);
        for (what, body, status) in [
            ("ten million brackets", "[".repeat(10_000_000).into_bytes(), StatusCode::PAYLOAD_TOO_LARGE),
            ("brackets", "[".repeat(1_000_000).into_bytes(), StatusCode::BAD_REQUEST),
            ("braces", "{\"a\":".repeat(150_000).into_bytes(), StatusCode::BAD_REQUEST),
            ("deep variables", query(format!("{}{}", "[".repeat(400_000), "]".repeat(400_000))).into_bytes(), StatusCode::BAD_REQUEST),
            ("many variables", query(format!("[{}1]", "1,".repeat(450_000))).into_bytes(), StatusCode::OK),
            ("a long number", query("9".repeat(300_000)).into_bytes(), StatusCode::BAD_REQUEST),
            ("no UTF-8", b"{\"query\":\"{ a(b: \xff\xfe) }\"}".to_vec(), StatusCode::BAD_REQUEST),
            ("half a character", b"{\"query\":\"{ a }\xf0\x9f\x8f\"}".to_vec(), StatusCode::BAD_REQUEST),
            ("half a surrogate pair", br#"{"query":"{ a(b: \"\ud83c\") }"}"#.to_vec(), StatusCode::BAD_REQUEST),
            ("zeros", vec![0; 1_000_000], StatusCode::BAD_REQUEST),
        ] {
            let began = Instant::now();
            let request = reqwest::Client::new().post(format!("{}/graphql", app.url)).header("content-type", "application/json");
            let response = request.body(body).send().await.unwrap();
            assert_eq!(response.status(), status, "{what}");
            let answer: Value = response.json().await.unwrap();
            assert!(answer.get("data").is_none() && answer["errors"][0]["extensions"]["code"].is_string(), "{what}: {answer}");
            assert!(answer.to_string().len() < 1000, "{what}: {} bytes", answer.to_string().len());
            assert!(began.elapsed() < AT_ONCE, "{what}: {:?}", began.elapsed());
        }
    }
}
