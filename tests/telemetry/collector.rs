//! Somebody who collects traces, over HTTP.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{Router, body::Bytes, routing};
use opentelemetry_proto::tonic::{
    collector::trace::v1::{ExportTraceServiceRequest, ExportTraceServiceResponse},
    common::v1::any_value::Value,
    trace::v1::Span,
};
use prost::Message;
use tokio::{net::TcpListener, task::JoinHandle};

/// A collector, and what it got.
pub struct Collector {
    /// Where it listens.
    pub url: String,
    got: Arc<Mutex<Vec<Span>>>,
    server: JoinHandle<()>,
}

impl Collector {
    pub async fn start() -> Self {
        let got = Arc::<Mutex<Vec<Span>>>::default();
        let kept = Arc::clone(&got);
        let collect = move |body: Bytes| async move {
            let request = ExportTraceServiceRequest::decode(body).unwrap();
            let scopes = request
                .resource_spans
                .into_iter()
                .flat_map(|resource| resource.scope_spans);
            kept.lock().unwrap().extend(scopes.flat_map(|scope| scope.spans));
            ExportTraceServiceResponse::default().encode_to_vec()
        };
        let router = Router::new().route("/v1/traces", routing::post(collect));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        Self {
            url: format!("http://{}", listener.local_addr().unwrap()),
            got,
            server: tokio::spawn(async move { axum::serve(listener, router).await.unwrap() }),
        }
    }

    /// What it got, once it is so much.
    pub async fn spans(&self, least: usize) -> Vec<Span> {
        for _ in 0..3000 {
            let got = self.got.lock().unwrap().clone();
            if got.len() >= least {
                return got;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("too few: {:#?}", self.got.lock().unwrap());
    }
}

impl Drop for Collector {
    fn drop(&mut self) {
        self.server.abort();
    }
}

/// The text, or the number, that a span has under this name.
pub fn attribute(span: &Span, name: &str) -> Option<String> {
    let attribute = span.attributes.iter().find(|attribute| attribute.key == name)?;
    match attribute.value.clone()?.value? {
        Value::StringValue(text) => Some(text),
        Value::IntValue(number) => Some(number.to_string()),
        other => panic!("{name} is {other:?}"),
    }
}
