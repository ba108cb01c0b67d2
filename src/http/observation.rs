//! One operation, as those who run the gateway see it: what it was, how long it took, and what it asked of the database.

use std::{
    sync::Arc,
    time::{Duration, Instant, SystemTime},
};

use async_graphql::{Response as Executed, parser::types::OperationType};
use axum::http::HeaderMap;
use opentelemetry::Context;
use sea_orm::{ConnectionTrait, DbBackend};

use serde_json::json;

use super::{Gateway, blanked::blanked, document::Document, refusal::Refusal, request_id, response};
use crate::{
    database::{Journal, Observed, Pool, Reader, Sent, Written},
    graphql::Code,
    telemetry::{Ended, Kind, Outcome, Traces},
};

/// An operation that is being looked at. What is seen is told when this goes, whatever becomes of the operation.
pub(super) struct Observation<'a> {
    gateway: &'a Gateway,
    journal: Arc<Journal>,
    at: SystemTime,
    since: Instant,
    kind: Kind,
    name: Option<String>,
    document: Option<Arc<Document>>,
    outcome: Outcome,
    /// Where traces are wanted: which one it belongs to, and the request's id.
    trace: Option<(Context, String)>,
}

impl<'a> Observation<'a> {
    pub(super) fn begin(gateway: &'a Gateway, headers: &HeaderMap) -> Self {
        let wanted = gateway.settings.traces.is_some();
        Self {
            trace: wanted.then(|| (Traces::parent(headers), request_id::of(headers).to_owned())),
            gateway,
            journal: Arc::default(),
            at: SystemTime::now(),
            since: Instant::now(),
            kind: Kind::Unknown,
            name: None,
            document: None,
            outcome: Outcome::Refused,
        }
    }

    /// It is this document's operation of this name, or its only one.
    pub(super) fn found(&mut self, document: &Arc<Document>, name: Option<&str>) {
        self.document = Some(Arc::clone(document));
        let mut operations = document.parsed.operations.iter();
        let meant = |own: Option<&str>| name.is_none_or(|name| own == Some(name));
        if let Some((own, operation)) = operations.find(|(own, _)| meant(own.map(|own| own.as_str()))) {
            self.name = own.map(ToString::to_string);
            self.kind = match operation.node.ty {
                OperationType::Query => Kind::Query,
                OperationType::Mutation => Kind::Mutation,
                OperationType::Subscription => Kind::Subscription,
            };
        }
    }

    /// Looks at its execution, to which it gives its way to the database.
    ///
    /// # Errors
    /// Those of the execution.
    pub(super) async fn during<F: Future<Output = Result<Executed, Refusal>>>(
        mut self,
        execute: impl FnOnce(Reader) -> F,
    ) -> Result<Executed, Refusal> {
        // Unless it comes to its end.
        self.outcome = Outcome::Abandoned;
        let Gateway {
            pools,
            demand,
            reading_demand,
            ..
        } = self.gateway;
        let observed = |pool: &Pool, demand| Observed::new(pool.clone(), Arc::clone(&self.journal), demand);
        let reading = pools.reading.as_ref().map(|pools| pools.zip(reading_demand));
        let reading = reading.map(|reading| reading.map(|(pool, demand)| observed(pool, demand)));
        let became = execute(Reader::new(observed(&pools.main, demand), reading)).await;
        self.outcome = outcome(&became);
        became
    }
}

fn outcome(became: &Result<Executed, Refusal>) -> Outcome {
    match became {
        Err(refusal) if refusal.failure().is_some_and(|code| code != Code::Overloaded) => Outcome::Failed,
        Err(_) => Outcome::Refused,
        Ok(executed) if executed.errors.is_empty() => Outcome::Fine,
        Ok(executed) if executed.errors.iter().any(|error| response::failure(error).is_some()) => Outcome::Failed,
        Ok(_) => Outcome::Error,
    }
}

impl Drop for Observation<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.outcome = Outcome::Failed;
        }
        let (took, written) = (self.since.elapsed(), self.journal.take());
        let metrics = &self.gateway.metrics;
        let executed = matches!(self.outcome, Outcome::Fine | Outcome::Error | Outcome::Failed);
        let operation = metrics.operation(self.name.as_deref(), self.kind, executed);
        metrics.ended(&operation, self.outcome, took, &written);
        if let (Some(traces), Some((parent, request_id))) = (&self.gateway.settings.traces, &self.trace) {
            let ended = Ended {
                operation: &operation,
                outcome: self.outcome,
                at: self.at,
                took,
                written: &written,
                database: match self.gateway.pools.main.get_database_backend() {
                    DbBackend::Postgres => "postgresql",
                    _ => "sqlite",
                },
                request_id,
            };
            traces.tell(parent, &ended);
        }
        let slow = self.gateway.settings.slow.is_some_and(|slow| took >= slow);
        if slow {
            tracing::warn!(
                operation = &*operation.operation,
                kind = operation.kind.name(),
                outcome = self.outcome.name(),
                ms = milliseconds(took),
                statements = written.statements,
                plan = plan(&written),
                document = self.document.as_ref().map(|document| blanked(&document.text, LONGEST)),
                "a slow operation"
            );
        } else {
            tracing::debug!(
                operation = &*operation.operation,
                kind = operation.kind.name(),
                outcome = self.outcome.name(),
                ms = milliseconds(took),
                statements = written.statements,
                "an operation"
            );
        }
    }
}

/// How much of a document, or of a statement, the log has, in bytes.
const LONGEST: usize = 4000;

fn milliseconds(time: Duration) -> f64 {
    (time.as_secs_f64() * 1_000_000.0).round() / 1000.0
}

/// What was sent to the database, one after another, as JSON: the statements' texts, which have placeholders for values.
fn plan(written: &Written) -> String {
    let statement = |sent: &Sent| {
        let mut text = sent.text.to_string();
        text.truncate(text.floor_char_boundary(LONGEST));
        json!({ "ms": milliseconds(sent.took), "rows": sent.rows, "statement": text })
    };
    serde_json::Value::from_iter(written.sent.iter().map(statement)).to_string()
}
