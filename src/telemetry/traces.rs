//! Traces, for OpenTelemetry: a span an operation, and under it a span for each statement. They are made of what was written down
//! while the operation ran, once it has ended; so nothing gets into them that is not put there, and where nobody wants them
//! they cost nothing.

use std::{
    fmt,
    time::{Duration, SystemTime},
};

use anyhow::{Context as _, ensure};
use axum::http::HeaderMap;
use opentelemetry::{
    Context, KeyValue,
    propagation::{Extractor, TextMapPropagator},
    trace::{Span, SpanKind, Status, TraceContextExt, Tracer, TracerProvider},
};
use opentelemetry_otlp::{SpanExporter, WithExportConfig};
use opentelemetry_sdk::{
    Resource,
    propagation::TraceContextPropagator,
    trace::{SdkTracer, SdkTracerProvider},
};
use url::Url;

use super::{Operation, Outcome};
use crate::database::Written;

/// How long what has not been sent by the end may take.
const FAREWELL: Duration = Duration::from_secs(5);

/// A way to whoever collects traces.
#[derive(Clone)]
pub struct Traces {
    provider: SdkTracerProvider,
    tracer: SdkTracer,
}

/// An operation that has ended, as its span tells of it.
pub struct Ended<'a> {
    /// What it was.
    pub operation: &'a Operation,
    /// What became of it.
    pub outcome: Outcome,
    /// When it began.
    pub at: SystemTime,
    /// How long it took.
    pub took: Duration,
    /// What it asked of the database.
    pub written: &'a Written,
    /// Which of the databases that is.
    pub database: &'static str,
    /// The id of its request.
    pub request_id: &'a str,
}

impl fmt::Debug for Traces {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Traces")
    }
}

impl Traces {
    /// Sends traces to this collector (OTLP over HTTP), some at a time, from a thread of their own.
    ///
    /// # Errors
    /// If this is no address of one.
    pub fn to(collector: &Url) -> anyhow::Result<Self> {
        ensure!(
            collector.scheme() == "http",
            "traces go to a collector by `http:` alone; let one that is near send them further"
        );
        let endpoint = format!("{}/v1/traces", collector.as_str().trim_end_matches('/'));
        let exporter = SpanExporter::builder()
            .with_http()
            .with_endpoint(endpoint)
            .build()
            .context("cannot send traces")?;
        let name = std::env::var("OTEL_SERVICE_NAME").unwrap_or_else(|_| env!("CARGO_PKG_NAME").to_owned());
        let provider = SdkTracerProvider::builder()
            .with_batch_exporter(exporter)
            .with_resource(Resource::builder().with_service_name(name).build())
            .build();
        Ok(Self {
            tracer: provider.tracer(env!("CARGO_PKG_NAME")),
            provider,
        })
    }

    /// The trace that a request goes on with (<https://www.w3.org/TR/trace-context/>), if it says so.
    pub fn parent(headers: &HeaderMap) -> Context {
        TraceContextPropagator::new().extract_with_context(&Context::new(), &Headers(headers))
    }

    /// Tells of an operation that has ended.
    pub fn tell(&self, parent: &Context, ended: &Ended<'_>) {
        let (kind, name) = (ended.operation.kind.name(), &*ended.operation.operation);
        let span = self
            .tracer
            .span_builder(format!("{kind} {name}"))
            .with_kind(SpanKind::Server)
            .with_start_time(ended.at)
            .with_attributes([
                KeyValue::new("graphql.operation.type", kind),
                KeyValue::new("graphql.operation.name", name.to_owned()),
                KeyValue::new("outcome", ended.outcome.name()),
                KeyValue::new("request_id", ended.request_id.to_owned()),
            ])
            .start_with_context(&self.tracer, parent);
        let context = parent.with_span(span);
        let span = context.span();
        if !span.is_recording() {
            return;
        }
        for sent in &ended.written.sent {
            let verb = sent.text.split_ascii_whitespace().next().unwrap_or("statement");
            let mut attributes = vec![
                KeyValue::new("db.system.name", ended.database),
                KeyValue::new("db.query.text", sent.text.to_string()),
            ];
            attributes.extend(
                sent.rows
                    .and_then(|rows| i64::try_from(rows).ok())
                    .map(|rows| KeyValue::new("db.response.returned_rows", rows)),
            );
            let mut statement = self
                .tracer
                .span_builder(verb.to_owned())
                .with_kind(SpanKind::Client)
                .with_start_time(sent.at)
                .with_attributes(attributes)
                .start_with_context(&self.tracer, &context);
            if sent.rows.is_none() {
                statement.set_status(Status::error("it failed, or was given up"));
            }
            statement.end_with_timestamp(sent.at + sent.took);
        }
        if ended.outcome == Outcome::Failed {
            span.set_status(Status::error("the gateway failed"));
        }
        span.end_with_timestamp(ended.at + ended.took);
    }

    /// Sends what has not been sent yet, and no more after that. It waits for the collector, within bounds.
    pub fn end(&self) {
        if let Err(error) = self.provider.shutdown_with_timeout(FAREWELL) {
            tracing::warn!("the last traces may be lost: {error}");
        }
    }
}

/// A request's headers, as OpenTelemetry reads them.
struct Headers<'a>(&'a HeaderMap);

impl Extractor for Headers<'_> {
    fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key)?.to_str().ok()
    }

    fn keys(&self) -> Vec<&str> {
        self.0.keys().map(|name| name.as_str()).collect()
    }
}
