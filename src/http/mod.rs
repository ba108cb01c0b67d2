//! The edge, one file a concern.

mod document;
mod execution;
mod graphiql;
mod graphql;
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

/// What every request needs.
pub struct Gateway {
    schema: Schema,
    connection: DatabaseConnection,
    row_security: RowSecurity,
    secret: Option<Secret>,
}

impl Gateway {
    /// A gateway over this database. Without a `secret` it reads bearer tokens alone, and no session cookies.
    pub fn new(connection: DatabaseConnection, row_security: RowSecurity, secret: Option<Secret>) -> Self {
        Self {
            schema: schema(),
            connection,
            row_security,
            secret,
        }
    }

    /// Everything that it answers.
    pub fn router(self, graphiql: &GraphiqlSettings) -> Router {
        Router::new()
            .route("/graphql", routing::any(graphql::answer))
            .with_state(Arc::new(self))
            .merge(graphiql::router(graphiql))
    }
}
