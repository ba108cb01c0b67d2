//! Row-level security, the second line of defence: PostgreSQL by itself gives a viewer the rows that the gateway's rules give
//! them, whatever the statement; and the gateway's connections are fit for it at any time.

mod connections;
mod plans;
mod remembered;
mod rules;
mod setup;

use std::{sync::Arc, time::Duration};

use codex_gateway::database::{Pools, Reader, RowSecurity, Settings, connect_for_requests};
use sea_orm::{
    ConnectionTrait, DbBackend, DbErr, Statement,
    sea_query::{Alias, Expr, ExprTrait, Query, SelectStatement},
};

use crate::support::{App, Database};

/// Every table that is read for viewers.
const TABLES: [&str; 9] = [
    "audit_entries",
    "content",
    "content_access",
    "media_items",
    "organization_memberships",
    "organizations",
    "purchases",
    "sessions",
    "users",
];

/// The view in which each of them finds the content that they have made.
const VIEW_OF_OWN: &str = "own_content";

/// A gateway over PostgreSQL; nothing where there is none.
async fn app() -> Option<App> {
    Some(App::on(Database::postgres().await?).await)
}

/// Pools of one connection each, so that what a request leaves behind meets the next one.
async fn only_connections(app: &App) -> Pools {
    let settings = Settings {
        url: app.database_url().to_owned(),
        connections: 1,
        wait: Duration::from_secs(20),
    };
    connect_for_requests(&settings, Duration::from_secs(60), Arc::default(), RowSecurity::On)
        .await
        .unwrap()
}

fn reader(pools: &Pools) -> Reader {
    Reader::new(
        pools.main.clone(),
        pools.reading.clone().map(|reading| reading.map(Into::into)),
    )
}

fn sql(text: &str) -> Statement {
    Statement::from_string(DbBackend::Postgres, text)
}

/// The keys of all rows of a table, with no condition at all: what is left where a scope was forgotten.
fn all_keys(table: &str) -> SelectStatement {
    let key = Expr::col((Alias::new(table), "id")).cast_as("text");
    Query::select().expr(key).from(Alias::new(table)).take()
}

/// The keys that a reader gets, in order.
async fn keys(reader: &Reader, statement: &SelectStatement) -> Result<Vec<String>, DbErr> {
    let rows = reader.all(statement).await?;
    let mut keys = rows.iter().map(|row| row.get(0)).collect::<Result<Vec<String>, _>>()?;
    keys.sort();
    Ok(keys)
}

/// The first column of a row, a text.
async fn text(db: &impl ConnectionTrait, statement: &str) -> Result<String, DbErr> {
    let row = db.query_one_raw(sql(statement)).await?;
    row.ok_or_else(|| DbErr::Custom("no row".to_owned()))?
        .try_get_by_index(0)
}
