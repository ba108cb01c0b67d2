//! The edge, one file a concern.

mod document;
mod documents;
mod execution;
mod graphiql;
mod graphql;
mod limits;
mod negotiation;
mod refusal;
mod request;
mod response;
mod settings;
mod trusted;
mod viewer;

pub use documents::DocumentSettings;
pub use graphiql::{Person, Settings as GraphiqlSettings};
pub use settings::Settings;
pub use trusted::Trusted;

use std::sync::Arc;

use axum::{Router, extract::DefaultBodyLimit, routing};
use sea_orm::DatabaseConnection;

use self::documents::Documents;
use crate::{
    database::RowSecurity,
    graphql::{Limits, Schema, schema},
    viewer::Secret,
};

/// What every request needs.
pub struct Gateway {
    schema: Schema,
    connection: DatabaseConnection,
    row_security: RowSecurity,
    secret: Option<Secret>,
    limits: Limits,
    documents: Documents,
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
            limits: settings.limits,
            documents: Documents::new(settings.limits, settings.documents),
        }
    }

    /// Everything that it answers.
    pub fn router(self, graphiql: &GraphiqlSettings) -> Router {
        let body = DefaultBodyLimit::max(self.limits.body_bytes as usize);
        Router::new()
            .route("/graphql", routing::any(graphql::answer).layer(body))
            .with_state(Arc::new(self))
            .merge(graphiql::router(graphiql))
    }
}
