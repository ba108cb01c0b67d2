//! One operation, as those who run the gateway see it: what it was, how long it took, and what it asked of the database.

use std::{sync::Arc, time::Instant};

use async_graphql::{Response as Executed, parser::types::OperationType};
use sea_orm::DatabaseConnection;

use super::{Gateway, document::Document, refusal::Refusal, response};
use crate::{
    database::{Journal, Observed},
    graphql::Code,
    telemetry::{Kind, Outcome},
};

/// An operation that is being looked at. What is seen is told when this goes, whatever becomes of the operation.
pub(super) struct Observation<'a> {
    gateway: &'a Gateway,
    journal: Arc<Journal>,
    since: Instant,
    kind: Kind,
    name: Option<String>,
    outcome: Outcome,
}

impl<'a> Observation<'a> {
    pub(super) fn begin(gateway: &'a Gateway) -> Self {
        Self {
            gateway,
            journal: Arc::default(),
            since: Instant::now(),
            kind: Kind::unknown,
            name: None,
            outcome: Outcome::refused,
        }
    }

    /// It is this document's operation of this name, or its only one.
    pub(super) fn found(&mut self, document: &Document, name: Option<&str>) {
        let mut operations = document.parsed.operations.iter();
        let meant = |own: Option<&str>| name.is_none_or(|name| own == Some(name));
        if let Some((own, operation)) = operations.find(|(own, _)| meant(own.map(|own| own.as_str()))) {
            self.name = own.map(ToString::to_string);
            self.kind = match operation.node.ty {
                OperationType::Query => Kind::query,
                OperationType::Mutation => Kind::mutation,
                OperationType::Subscription => Kind::subscription,
            };
        }
    }

    /// Looks at its execution, to which it gives the pool to read from.
    ///
    /// # Errors
    /// Those of the execution.
    pub(super) async fn during<F: Future<Output = Result<Executed, Refusal>>>(
        mut self,
        execute: impl FnOnce(Observed<DatabaseConnection>) -> F,
    ) -> Result<Executed, Refusal> {
        // Unless it comes to its end.
        self.outcome = Outcome::abandoned;
        let pool = self.gateway.connection.clone();
        let became = execute(Observed::new(pool, Arc::clone(&self.journal), &self.gateway.demand)).await;
        self.outcome = outcome(&became);
        became
    }
}

fn outcome(became: &Result<Executed, Refusal>) -> Outcome {
    match became {
        Err(refusal) if refusal.failure().is_some_and(|code| code != Code::Overloaded) => Outcome::failed,
        Err(_) => Outcome::refused,
        Ok(executed) if executed.errors.is_empty() => Outcome::ok,
        Ok(executed) if executed.errors.iter().any(|error| response::failure(error).is_some()) => Outcome::failed,
        Ok(_) => Outcome::error,
    }
}

impl Drop for Observation<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.outcome = Outcome::failed;
        }
        let (took, written) = (self.since.elapsed(), self.journal.take());
        let metrics = &self.gateway.metrics;
        let executed = matches!(self.outcome, Outcome::ok | Outcome::error | Outcome::failed);
        let operation = metrics.operation(self.name.as_deref(), self.kind, executed);
        metrics.ended(&operation, self.outcome, took, &written);
    }
}
