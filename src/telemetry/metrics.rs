//! The gateway's counters, for Prometheus.

use std::{
    collections::HashSet,
    fmt,
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

use prometheus_client::{
    encoding::{EncodeLabelSet, EncodeLabelValue, LabelValueEncoder, text::encode},
    metrics::{counter::Counter, family::Family, gauge::Gauge, histogram::Histogram},
    registry::{Registry, Unit},
};

use crate::database::{PoolState, Written};

/// How many names of operations are told apart, of those that strangers have chosen.
const MOST_NAMES: usize = 100;
/// The longest name that is told.
const LONGEST_NAME: usize = 100;

/// Seconds.
const LATENCIES: [f64; 14] = [
    0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0,
];
const STATEMENTS: [f64; 12] = [0.0, 1.0, 2.0, 3.0, 4.0, 6.0, 8.0, 12.0, 16.0, 24.0, 48.0, 96.0];
const KEYS: [f64; 10] = [1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 500.0, 2000.0, 10000.0];

/// What became of an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// It was answered, without an error.
    Fine,
    /// It was answered, and something in it was an error.
    Error,
    /// The gateway failed, at least in part.
    Failed,
    /// Nothing of it was executed.
    Refused,
    /// Nobody waited for its end: the client, or the gateway itself.
    Abandoned,
}

impl Outcome {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Fine => "ok",
            Self::Error => "error",
            Self::Failed => "failed",
            Self::Refused => "refused",
            Self::Abandoned => "abandoned",
        }
    }
}

impl EncodeLabelValue for Outcome {
    fn encode(&self, encoder: &mut LabelValueEncoder<'_>) -> fmt::Result {
        self.name().encode(encoder)
    }
}

/// What an operation is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// It reads.
    Query,
    /// It changes.
    Mutation,
    /// It listens.
    Subscription,
    /// It was refused before that was known.
    Unknown,
}

impl Kind {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Query => "query",
            Self::Mutation => "mutation",
            Self::Subscription => "subscription",
            Self::Unknown => "unknown",
        }
    }
}

impl EncodeLabelValue for Kind {
    fn encode(&self, encoder: &mut LabelValueEncoder<'_>) -> fmt::Result {
        self.name().encode(encoder)
    }
}

/// An operation, as its numbers are told apart.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct Operation {
    /// Its name, or what stands for it.
    pub operation: Arc<str>,
    /// What it is.
    pub kind: Kind,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Ended {
    operation: Arc<str>,
    kind: Kind,
    outcome: Outcome,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Reason {
    code: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ConnectionState {
    state: &'static str,
}

type Histograms = Family<Operation, Histogram, fn() -> Histogram>;

/// The counters of one gateway.
pub struct Metrics {
    registry: Registry,
    names: Names,
    operations: Family<Ended, Counter>,
    latencies: Histograms,
    statements: Histograms,
    batches: Histogram,
    refusals: Family<Reason, Counter>,
    connections: Family<ConnectionState, Gauge>,
    waiting: Gauge,
    memory: Gauge,
}

impl fmt::Debug for Metrics {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Metrics")
    }
}

impl Metrics {
    /// Counters that stand at nothing. Operations of these names are always told apart.
    pub fn new<'a>(known: impl IntoIterator<Item = &'a str>) -> Self {
        let operations = Family::default();
        let latencies = Histograms::new_with_constructor(|| Histogram::new(LATENCIES));
        let statements = Histograms::new_with_constructor(|| Histogram::new(STATEMENTS));
        let batches = Histogram::new(KEYS);
        let refusals = Family::default();
        let connections = Family::default();
        let (waiting, memory) = (Gauge::default(), Gauge::default());

        let mut registry = Registry::default();
        registry.register_with_unit(
            "process_resident_memory",
            "Memory that the process holds",
            Unit::Bytes,
            memory.clone(),
        );
        let own = registry.sub_registry_with_prefix("codex");
        own.register("operations", "Operations, by what became of them", operations.clone());
        own.register_with_unit(
            "operation_duration",
            "How long operations took",
            Unit::Seconds,
            latencies.clone(),
        );
        own.register(
            "operation_statements",
            "How many statements operations sent to the database",
            statements.clone(),
        );
        own.register("loader_keys", "How many keys loaders read at once", batches.clone());
        own.register(
            "refusals",
            "Requests of which nothing was executed, by the error's code",
            refusals.clone(),
        );
        own.register(
            "database_connections",
            "Connections to the database",
            connections.clone(),
        );
        own.register(
            "database_waiting",
            "Operations that wait for a connection to the database",
            waiting.clone(),
        );
        Self {
            registry,
            names: Names::new(known),
            operations,
            latencies,
            statements,
            batches,
            refusals,
            connections,
            waiting,
            memory,
        }
    }

    /// How an operation is counted: strangers choose names, and each takes memory here for good. One that was `executed`, and
    /// so was valid, is worth a name of its own.
    pub fn operation(&self, name: Option<&str>, kind: Kind, executed: bool) -> Operation {
        let operation = match kind {
            Kind::Unknown => Arc::clone(&self.names.other),
            _ => self.names.bounded(name, executed),
        };
        Operation { operation, kind }
    }

    /// An operation has ended.
    pub fn ended(&self, operation: &Operation, outcome: Outcome, took: Duration, written: &Written) {
        let ended = Ended {
            operation: Arc::clone(&operation.operation),
            kind: operation.kind,
            outcome,
        };
        self.operations.get_or_create(&ended).inc();
        self.latencies.get_or_create(operation).observe(took.as_secs_f64());
        self.statements
            .get_or_create(operation)
            .observe(f64::from(written.statements));
        for keys in &written.batches {
            self.batches.observe(*keys as f64);
        }
    }

    /// Nothing of a request was executed, with this code.
    pub fn refused(&self, code: &str) {
        let reason = Reason { code: code.to_owned() };
        self.refusals.get_or_create(&reason).inc();
    }

    /// All of them, in the text form of OpenMetrics.
    ///
    /// # Errors
    /// If one cannot be written.
    pub fn text(&self, pool: PoolState) -> Result<String, fmt::Error> {
        let set = |gauge: &Gauge, value: usize| {
            gauge.set(i64::try_from(value).unwrap_or(i64::MAX));
        };
        for (state, value) in [("in_use", pool.in_use), ("idle", pool.idle)] {
            set(&self.connections.get_or_create_owned(&ConnectionState { state }), value);
        }
        set(&self.waiting, pool.waiting);
        set(
            &self.memory,
            memory_stats::memory_stats().map_or(0, |stats| stats.physical_mem),
        );
        let mut text = String::new();
        encode(&mut text, &self.registry)?;
        Ok(text)
    }
}

/// Which names are told apart.
struct Names {
    seen: RwLock<HashSet<Arc<str>>>,
    most: usize,
    unnamed: Arc<str>,
    other: Arc<str>,
}

impl Names {
    fn new<'a>(known: impl IntoIterator<Item = &'a str>) -> Self {
        let known: HashSet<Arc<str>> = known.into_iter().map(Arc::from).collect();
        Self {
            most: known.len() + MOST_NAMES,
            seen: RwLock::new(known),
            unnamed: "unnamed".into(),
            other: "other".into(),
        }
    }

    fn bounded(&self, name: Option<&str>, executed: bool) -> Arc<str> {
        let Some(name) = name else {
            return Arc::clone(&self.unnamed);
        };
        if let Some(seen) = self.seen.read().unwrap_or_else(PoisonError::into_inner).get(name) {
            return Arc::clone(seen);
        }
        if !executed || name.len() > LONGEST_NAME {
            return Arc::clone(&self.other);
        }
        let mut seen = self.seen.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(seen) = seen.get(name) {
            return Arc::clone(seen);
        }
        if seen.len() >= self.most {
            return Arc::clone(&self.other);
        }
        let name = Arc::<str>::from(name);
        seen.insert(Arc::clone(&name));
        name
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_names_that_strangers_choose_are_bounded() {
        let names = Names::new(["Known"]);
        assert_eq!(&*names.bounded(None, true), "unnamed");
        assert_eq!(&*names.bounded(Some("Known"), false), "Known");
        assert_eq!(&*names.bounded(Some("Invalid"), false), "other", "it takes no place");
        assert_eq!(&*names.bounded(Some(&"x".repeat(101)), true), "other");
        for number in 0..MOST_NAMES {
            let name = format!("Stranger{number}");
            assert_eq!(&*names.bounded(Some(&name), true), name);
        }
        assert_eq!(&*names.bounded(Some("OneMore"), true), "other");
        assert_eq!(&*names.bounded(Some("Stranger7"), true), "Stranger7");
        assert_eq!(&*names.bounded(Some("Known"), true), "Known");
    }
}
