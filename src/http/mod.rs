//! The edge, one file a concern.

mod blanked;
mod body;
mod client_address;
mod cors;
mod csrf;
mod document;
mod documents;
mod execution;
mod graphiql;
mod graphql;
mod health;
mod idempotency;
mod limits;
mod load;
mod merging;
mod metrics;
mod negotiation;
mod observation;
mod panics;
mod rate;
mod refusal;
mod request;
mod request_id;
mod response;
mod security;
mod server;
mod service;
mod settings;
mod trusted;
mod validity;
mod viewer;

pub use cors::Origin;
pub use documents::DocumentSettings;
pub use graphiql::{Person, Settings as GraphiqlSettings};
pub use load::LoadSettings;
pub use rate::RateSettings;
pub use server::{ServerSettings, serve};
pub use service::Service;
pub use settings::Settings;
pub use trusted::Trusted;

use std::sync::Arc;

use self::{body::Bodies, documents::Documents, load::Load, rate::Rates};
use crate::{
    database::{Availability, Demand, PoolState, Pools, Reading},
    graphql::{Schema, schema, trusting_schema},
    telemetry::Metrics,
};
use axum::{Router, routing};

/// What every request needs.
pub struct Gateway {
    schema: Schema,
    /// The same, for what is known to be valid.
    trusting: Schema,
    pools: Pools,
    availability: Arc<Availability>,
    settings: Settings,
    documents: Documents,
    bodies: Bodies,
    load: Load,
    rates: Rates,
    metrics: Metrics,
    demand: Demand,
    reading_demand: Reading<Demand>,
}

impl Gateway {
    /// A gateway over this database.
    pub fn new(pools: Pools, availability: Arc<Availability>, settings: Settings) -> Arc<Self> {
        Arc::new(Self {
            schema: schema(settings.told_limits(), settings.introspection),
            trusting: trusting_schema(settings.told_limits(), settings.introspection),
            pools,
            availability,
            documents: Documents::new(settings.limits, settings.documents.clone()),
            bodies: Bodies::new(settings.limits.body_bytes, settings.body_wait),
            load: Load::new(settings.load),
            rates: Rates::new(settings.rates),
            metrics: Metrics::new(settings.documents.trusted.names()),
            demand: Demand::default(),
            reading_demand: Reading::default(),
            settings,
        })
    }

    /// Everything that it answers; with GraphiQL, where there are settings for it. To be served with
    /// [`SocketAddr`](std::net::SocketAddr)s as connect info, by which it knows clients.
    pub fn service(self: &Arc<Self>, graphiql: Option<&GraphiqlSettings>) -> Service {
        let cors = cors::layer(&self.settings.allowed_origins);
        let router = Router::new()
            .route("/graphql", routing::any(graphql::answer).layer(cors))
            .route("/livez", routing::get(health::live))
            .route("/readyz", routing::get(health::ready))
            .with_state(Arc::clone(self));
        let router = match graphiql {
            Some(settings) => router.merge(graphiql::router(settings)),
            None => router,
        };
        let router = match self.settings.metrics {
            true => router.merge(self.metrics()),
            false => router,
        };
        Service::around(router, self.settings.https)
    }

    /// How its connections to the database stand.
    fn connections(&self) -> PoolState {
        let reading = self.pools.reading.iter();
        let reading = reading.flat_map(|pools| pools.zip(&self.reading_demand).into_array());
        let reading = reading.map(|(pool, demand)| demand.state(pool));
        reading.chain([self.demand.state(&self.pools.main)]).sum()
    }

    /// Its counters, for Prometheus, at `/metrics`: for those who run it.
    pub fn metrics(self: &Arc<Self>) -> Router {
        metrics::router(self)
    }
}
