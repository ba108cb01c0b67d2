//! The edge, one file a concern.

mod document;
mod execution;
mod graphiql;
mod graphql;
mod limits;
mod negotiation;
mod refusal;
mod request;
mod response;
mod settings;
mod viewer;

pub use graphiql::{Person, Settings as GraphiqlSettings};
pub use settings::Settings;

use std::sync::Arc;

use axum::{Router, extract::DefaultBodyLimit, routing};
use sea_orm::DatabaseConnection;

use crate::{
    database::RowSecurity,
    graphql::{Schema, schema},
    viewer::Secret,
};

/// What every request needs.
pub struct Gateway {
    schema: Schema,
    connection: DatabaseConnection,
    row_security: RowSecurity,
    secret: Option<Secret>,
    settings: Settings,
}

impl Gateway {
    /// A gateway over this database. Without a `secret` it reads bearer tokens alone, and no session cookies.
    pub fn new(
        connection: DatabaseConnection,
        row_security: RowSecurity,
        secret: Option<Secret>,
        settings: Settings,
    ) -> Self {
        Self {
            schema: schema(settings.limits),
            connection,
            row_security,
            secret,
            settings,
        }
    }

    /// Everything that it answers.
    pub fn router(self, graphiql: &GraphiqlSettings) -> Router {
        let body = DefaultBodyLimit::max(self.settings.limits.body_bytes as usize);
        Router::new()
            .route("/graphql", routing::any(graphql::answer).layer(body))
            .with_state(Arc::new(self))
            .merge(graphiql::router(graphiql))
    }
}
