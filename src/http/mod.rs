//! The edge, one file a concern.

mod client_address;
mod cors;
mod csrf;
mod document;
mod documents;
mod execution;
mod graphiql;
mod graphql;
mod idempotency;
mod limits;
mod metrics;
mod negotiation;
mod observation;
mod refusal;
mod request;
mod request_id;
mod response;
mod security;
mod settings;
mod trusted;
mod viewer;

pub use cors::Origin;
pub use documents::DocumentSettings;
pub use graphiql::{Person, Settings as GraphiqlSettings};
pub use settings::Settings;
pub use trusted::Trusted;

use std::sync::Arc;

use axum::{
    Router,
    extract::DefaultBodyLimit,
    middleware::{from_fn, map_response},
    routing,
};
use sea_orm::DatabaseConnection;

use self::{documents::Documents, security::secured};
use crate::{
    database::{Demand, RowSecurity},
    graphql::{Schema, schema},
    telemetry::Metrics,
};

/// What every request needs.
pub struct Gateway {
    schema: Schema,
    connection: DatabaseConnection,
    row_security: RowSecurity,
    settings: Settings,
    documents: Documents,
    metrics: Metrics,
    demand: Demand,
}

impl Gateway {
    /// A gateway over this database.
    pub fn new(connection: DatabaseConnection, row_security: RowSecurity, settings: Settings) -> Arc<Self> {
        Arc::new(Self {
            schema: schema(settings.limits),
            connection,
            row_security,
            metrics: Metrics::new(settings.documents.trusted.names()),
            demand: Demand::default(),
            documents: Documents::new(settings.limits, settings.documents.clone()),
            settings,
        })
    }

    /// Everything that it answers. To be served with [`SocketAddr`](std::net::SocketAddr)s as connect info, by which it
    /// knows clients.
    pub fn router(self: &Arc<Self>, graphiql: &GraphiqlSettings) -> Router {
        let body = DefaultBodyLimit::max(self.settings.limits.body_bytes as usize);
        let https = self.settings.https;
        let cors = cors::layer(&self.settings.allowed_origins);
        Router::new()
            .route("/graphql", routing::any(graphql::answer).layer((cors, body)))
            .with_state(Arc::clone(self))
            .merge(graphiql::router(graphiql))
            .merge(if self.settings.metrics {
                self.metrics()
            } else {
                Router::new()
            })
            .layer(map_response(move |response| async move { secured(response, https) }))
            .layer(from_fn(request_id::named))
    }

    /// Its counters, for Prometheus, at `/metrics`: for those who run it.
    pub fn metrics(self: &Arc<Self>) -> Router {
        metrics::router(self)
    }
}
