//! Asks the database all the time how it is, so that requests need not find out: they are refused at once while it is away.

use std::{convert::Infallible, time::Duration};

use sea_orm::DatabaseConnection;

use super::migrate;
use crate::database::{self, Availability, Standing};

/// How long to wait before asking again, unless a request has lost it.
const PAUSE: Duration = Duration::from_secs(1);
/// How long to wait before asking again because a request has lost it.
const SHORTEST_PAUSE: Duration = Duration::from_millis(100);
/// How long it may take to answer.
const PATIENCE: Duration = Duration::from_secs(1);

/// Keeps asking, on a connection of its own: those of the pool may all be in use.
pub(super) async fn keep(settings: &database::Settings, availability: &Availability) -> Infallible {
    let settings = database::Settings {
        connections: 1,
        wait: PATIENCE,
        ..settings.clone()
    };
    let mut connection = None;
    loop {
        let standing = match tokio::time::timeout(PATIENCE, ask(&settings, &mut connection)).await {
            Ok(Ok(standing)) => standing,
            Ok(Err(reason)) => lost(&mut connection, availability, &reason.to_string()),
            Err(_) => lost(&mut connection, availability, "it does not answer in time"),
        };
        if availability.note(standing) == Standing::Unreachable && standing != Standing::Unreachable {
            tracing::info!("the database is back");
        }
        tokio::time::sleep(SHORTEST_PAUSE).await;
        let _ = tokio::time::timeout(PAUSE, availability.doubted()).await;
    }
}

async fn ask(settings: &database::Settings, connection: &mut Option<DatabaseConnection>) -> anyhow::Result<Standing> {
    let connection = match connection {
        Some(connection) => connection,
        None => connection.insert(database::connect(settings).await?),
    };
    match migrate::pending(connection).await?.is_empty() {
        true => Ok(Standing::Ready),
        false => Ok(Standing::Behind),
    }
}

/// What has failed once is made anew.
fn lost(connection: &mut Option<DatabaseConnection>, availability: &Availability, reason: &str) -> Standing {
    *connection = None;
    if availability.standing() != Standing::Unreachable {
        tracing::error!("the database is away: {reason}");
    }
    Standing::Unreachable
}
