//! A gateway to throw things at, without a network: whatever comes, its answer must be a well-formed one, and no failure.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use axum::{
    body::Body,
    extract::ConnectInfo,
    http::{Request, StatusCode, header},
};
use codex_gateway::{
    database::{Availability, Settings, connect},
    http::{self, Gateway, RateSettings, Service},
};
use http_body_util::BodyExt;
use migration::{Migrator, MigratorTrait};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::runtime::Runtime;
use tower::ServiceExt;

/// Asks for a row by its id, and for pages by cursors of every order.
const DECODE: &str = "query ($id: ID!, $after: String, $before: String) {
    node(id: $id) { id } nodes(ids: [$id]) { id }
    newest: contents(first: 1, after: $after, orderBy: { field: PUBLISHED_AT }) { nodes { id } }
    last: contents(last: 1, before: $before, orderBy: { field: TITLE }) { nodes { id } }
    organizations(first: 1, after: $after) { nodes { id } }
    mediaItems(last: 1, before: $before) { nodes { id } }
}";

/// The gateway, over an empty database.
pub struct Door {
    runtime: Runtime,
    service: Service,
    _folder: TempDir,
}

impl Door {
    /// Opens one.
    pub fn open() -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        let folder = TempDir::new().unwrap();
        let service = runtime.block_on(async {
            let settings = Settings {
                url: format!("sqlite://{}", folder.path().join("fuzz.sqlite").display()),
                connections: 1,
                wait: Duration::from_secs(10),
            };
            let connection = connect(&settings).await.unwrap();
            Migrator::up(&connection, None).await.unwrap();
            let edge = http::Settings {
                batch: 3,
                introspection: true,
                rates: RateSettings { viewer: 0, address: 0 },
                ..http::Settings::default()
            };
            Gateway::new(connection.into(), Arc::<Availability>::default(), edge).service(None)
        });
        Self {
            runtime,
            service,
            _folder: folder,
        }
    }

    /// Does something with this thread's door, which stays open.
    #[allow(dead_code, reason = "each of those who use this file uses a part of it")]
    pub fn of_this_thread(work: impl FnOnce(&Self)) {
        thread_local! {
            static DOOR: Door = Door::open();
        }
        DOOR.with(work);
    }

    /// Sends this body.
    pub fn post(&self, body: &[u8]) {
        let request = Request::post("/graphql").header(header::CONTENT_TYPE, "application/json");
        self.send(request.body(Body::from(body.to_vec())).unwrap());
    }

    /// Sends this query string, if it can be one.
    pub fn get(&self, query: &[u8]) {
        let address = [b"/graphql?query=", query].concat();
        if let Ok(request) = Request::get(&address[..]).body(Body::empty()) {
            self.send(request);
        }
    }

    /// Sends these as an id and as cursors.
    pub fn decode(&self, id: &str, after: &str, before: &str) {
        let variables = json!({ "id": id, "after": after, "before": before });
        self.post(
            json!({ "query": DECODE, "variables": variables })
                .to_string()
                .as_bytes(),
        );
    }

    /// The same with what an id or a cursor says, encoded as they are.
    pub fn decode_as_written(&self, text: &str) {
        let encoded = encode(text);
        self.decode(&encoded, &encoded, &encoded);
    }

    fn send(&self, mut request: Request<Body>) {
        let peer = SocketAddr::from(([127, 0, 0, 1], 1));
        request.extensions_mut().insert(ConnectInfo(peer));
        let (status, body) = self.runtime.block_on(async {
            let response = self.service.clone().oneshot(request).await.unwrap();
            let status = response.status();
            (status, response.into_body().collect().await.unwrap().to_bytes())
        });
        let answer: Value = serde_json::from_slice(&body).expect("an answer that is JSON");
        assert!(!status.is_server_error(), "{status} {answer}");
        let answers = answer.as_array().map_or(std::slice::from_ref(&answer), Vec::as_slice);
        for answer in answers {
            let (data, errors) = (answer.get("data"), answer.get("errors"));
            assert!(data.is_some() || errors.is_some(), "{answer}");
            if let Some(errors) = errors {
                let errors = errors.as_array().expect("a list of errors");
                assert!(!errors.is_empty(), "{answer}");
                for error in errors {
                    let code = error["extensions"]["code"].as_str().expect("a code");
                    assert_ne!(code, "INTERNAL", "{answer}");
                }
            }
            assert!(data.is_none() || status == StatusCode::OK, "{status} {answer}");
        }
    }
}

/// Base64 for addresses, as ids and cursors have it, written out here so that nothing of the gateway's is taken for granted.
fn encode(text: &str) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut encoded = String::new();
    for part in text.as_bytes().chunks(3) {
        let bits = part.iter().fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - part.len()));
        for place in 0..=part.len() {
            encoded.push(LETTERS[(bits >> (18 - 6 * place) & 63) as usize] as char);
        }
    }
    encoded
}
