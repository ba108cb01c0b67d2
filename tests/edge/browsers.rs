//! What browsers are told, and what is not done for a page that has no business here.

use reqwest::{Method, Response, StatusCode};
use serde_json::Value;

use crate::support::{App, Database, Edge, open, process};

const FIREFOX: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
const QUERY: &str = "?query=%7B__typename%7D";

async fn ask(app: &App, method: Method, parameters: &str, headers: &[(&str, &str)]) -> Response {
    let mut request = reqwest::Client::new().request(method, format!("{}/graphql{parameters}", app.url));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.send().await.unwrap()
}

on_both! {
    async fn what_a_browser_sends_for_any_page_is_refused(app) {
        let person = app.person("person").await;
        let cookie = format!("better-auth.session_token={}", person.token);
        // A picture, a link, a script, a frame or a script's request, each without asking first.
        for headers in [
            &[("user-agent", FIREFOX)][..],
            &[("sec-fetch-site", "cross-site"), ("user-agent", FIREFOX)],
            &[("sec-fetch-site", "same-site")],
            &[("sec-fetch-site", "cross-site"), ("sec-fetch-site", "same-origin")],
            &[("origin", "https://elsewhere.example")],
            &[("origin", "null")],
            &[("referer", "https://elsewhere.example/")],
            &[("cookie", &cookie)],
            &[("cookie", &cookie), ("content-type", "text/plain")],
            &[("user-agent", FIREFOX), ("apollo-require-preflight", "")],
            &[("user-agent", FIREFOX), ("content-type", "application/x-www-form-urlencoded")],
        ] {
            let before = app.statements();
            for method in [Method::GET, Method::HEAD] {
                assert_eq!(ask(&app, method, QUERY, headers).await.status(), StatusCode::FORBIDDEN, "{headers:?}");
            }
            let answer: Value = ask(&app, Method::GET, QUERY, headers).await.json().await.unwrap();
            assert_eq!(answer["errors"][0]["extensions"]["code"], "PREFLIGHT_REQUIRED", "{headers:?}");
            assert_eq!(app.statements(), before, "{headers:?}");
        }
        // A form.
        for content_type in ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"] {
            for body in [r#"{"query":"{ __typename }"}"#, "query=%7B__typename%7D"] {
                let request = reqwest::Client::new().post(format!("{}/graphql", app.url)).header("content-type", content_type);
                let response = request.header("cookie", &cookie).body(body).send().await.unwrap();
                assert_eq!(response.status(), StatusCode::UNSUPPORTED_MEDIA_TYPE, "{content_type}");
            }
        }
    }

    async fn what_a_browser_asks_about_first_is_not(app) {
        for headers in [
            &[("user-agent", FIREFOX), ("sec-fetch-site", "cross-site"), ("apollo-require-preflight", "true")][..],
            &[("user-agent", FIREFOX), ("x-apollo-operation-name", "Feed")],
            &[("user-agent", FIREFOX), ("origin", "https://elsewhere.example"), ("content-type", "application/json")],
            // The gateway's own pages, and whoever types the address.
            &[("user-agent", FIREFOX), ("sec-fetch-site", "same-origin")],
            &[("user-agent", FIREFOX), ("sec-fetch-site", "none")],
            // No browser.
            &[("user-agent", "curl/8.5.0")],
            &[],
        ] {
            assert_eq!(ask(&app, Method::GET, QUERY, headers).await.status(), StatusCode::OK, "{headers:?}");
        }
    }

    async fn every_answer_says_what_a_browser_must_not_do_with_it(app) {
        for (path, policy) in [
            ("/graphql?query=%7B__typename%7D", "default-src 'none'"),
            ("/graphql?query=%7B", "default-src 'none'"),
            ("/nowhere", "default-src 'none'"),
            ("/", "script-src 'self' https://cdn.jsdelivr.net/npm/graphiql@"),
            ("/graphiql/page.js", "default-src 'none'"),
        ] {
            let response: Response = reqwest::get(format!("{}{path}", app.url)).await.unwrap();
            let headers = response.headers();
            let told = headers["content-security-policy"].to_str().unwrap();
            assert!(told.contains(policy) && told.contains("frame-ancestors 'none'"), "{path}: {told}");
            assert!(!told.contains("script-src 'unsafe"), "{path}: {told}");
            for (name, value) in [
                ("x-content-type-options", "nosniff"),
                ("x-frame-options", "DENY"),
                ("referrer-policy", "no-referrer"),
                ("cross-origin-resource-policy", "same-origin"),
            ] {
                assert_eq!(headers[name], value, "{path}");
            }
            assert!(!headers.contains_key("strict-transport-security"), "{path}: this is no https");
            assert!(!headers.contains_key("access-control-allow-origin"), "{path}: nobody is let read it");
        }
    }
}

#[tokio::test]
async fn https_is_for_good() {
    let edge = Edge { https: true, ..open() };
    let app = App::set(Database::sqlite().await, edge).await;
    let response = ask(&app, Method::GET, QUERY, &[]).await;
    assert_eq!(response.headers()["strict-transport-security"], "max-age=31536000");
}

#[test]
fn the_sites_that_may_read_answers_are_a_list() {
    let database = Database::sqlite_file();
    let serve = |origins: &str| process::gateway(&["--database-url", &database.url, "--allow-origin", origins]);
    for wrong in [
        "*",
        "example.com",
        "https://example.com/path",
        "null",
        "ftp://example.com",
        "https://a.example,*",
    ] {
        let output = serve(wrong).args(["--listen", "127.0.0.1:0"]).output().unwrap();
        assert!(!output.status.success(), "{wrong}");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(said.contains("is no origin"), "{wrong}: {said}");
    }
    let served = process::Served::start(serve("https://app.example,http://localhost:3000/"));
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let ask = async |method: Method, origin: &str| {
            let request = reqwest::Client::new().request(method, format!("{}/graphql{QUERY}", served.url));
            let request = request
                .header("origin", origin)
                .header("access-control-request-method", "POST")
                .header("access-control-request-headers", "content-type,idempotency-key")
                .header("apollo-require-preflight", "true");
            request.send().await.unwrap()
        };
        for origin in ["https://app.example", "http://localhost:3000"] {
            let preflight = ask(Method::OPTIONS, origin).await;
            assert_eq!(preflight.status(), StatusCode::OK);
            assert_eq!(preflight.headers()["access-control-allow-origin"], origin);
            assert_eq!(preflight.headers()["access-control-allow-credentials"], "true");
            assert_eq!(preflight.headers()["access-control-allow-methods"], "GET,POST");
            assert_eq!(
                preflight.headers()["access-control-allow-headers"],
                "content-type,idempotency-key"
            );
            let answer = ask(Method::GET, origin).await;
            assert_eq!(answer.status(), StatusCode::OK);
            assert_eq!(answer.headers()["access-control-allow-origin"], origin);
            assert!(answer.headers()["vary"].to_str().unwrap().contains("origin"));
        }
        for origin in [
            "https://elsewhere.example",
            "http://app.example",
            "https://app.example.evil.example",
            "null",
        ] {
            for method in [Method::OPTIONS, Method::GET] {
                let answer = ask(method, origin).await;
                assert!(
                    !answer.headers().contains_key("access-control-allow-origin"),
                    "{origin}"
                );
            }
        }
    });
}
