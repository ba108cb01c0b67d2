//! The edge, one file a concern.

mod client_address;
mod document;
mod execution;
mod graphiql;
mod graphql;
mod idempotency;
mod negotiation;
mod refusal;
mod request;
mod response;
mod viewer;

pub use graphiql::{Person, Settings as GraphiqlSettings};

use std::sync::Arc;

use axum::{Router, routing};
use sea_orm::DatabaseConnection;

use crate::{
    database::RowSecurity,
    graphql::{Schema, schema},
    viewer::Secret,
};

/// What the gateway must know of the world outside.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// The key that session cookies are signed with. Without it only bearer tokens are read, and no session cookies.
    pub secret: Option<Secret>,
    /// Whether clients reach the gateway by https, so that cookies go no other way.
    pub https: bool,
    /// How many proxies stand before the gateway, each of which adds to `X-Forwarded-For`.
    pub trusted_proxies: usize,
}

/// What every request needs.
pub struct Gateway {
    schema: Schema,
    connection: DatabaseConnection,
    row_security: RowSecurity,
    settings: Settings,
}

impl Gateway {
    /// A gateway over this database.
    pub fn new(connection: DatabaseConnection, row_security: RowSecurity, settings: Settings) -> Self {
        Self {
            schema: schema(),
            connection,
            row_security,
            settings,
        }
    }

    /// Everything that it answers. To be served with [`SocketAddr`](std::net::SocketAddr)s as connect info, by which it
    /// knows clients.
    pub fn router(self, graphiql: &GraphiqlSettings) -> Router {
        Router::new()
            .route("/graphql", routing::any(graphql::answer))
            .with_state(Arc::new(self))
            .merge(graphiql::router(graphiql))
    }
}
