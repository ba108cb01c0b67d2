//! `codex-gateway serve`: the gateway itself.

use std::{
    future::pending,
    net::{SocketAddr, TcpListener},
    sync::Arc,
};

use anyhow::{Context, bail};
use migration::{Migrator, MigratorTrait};
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend};

use super::{connect, heartbeat, housekeeping, migrate, progress, seed};
use crate::{
    config::{DatabaseSettings, ServeSettings},
    database::{Availability, READER, RowSecurity, VISITOR, complaints, connect_for_requests, exclusively},
    http::{self, Gateway, GraphiqlSettings, Person, ServerSettings, Service},
};

/// Serves until it is told to stop.
///
/// # Errors
/// If the database or the address is not to be had, or a PostgreSQL database's schema is not up to date.
pub(super) async fn run(database: &DatabaseSettings, settings: &ServeSettings) -> anyhow::Result<()> {
    let edge = settings.edge()?;
    let preparing = connect(database).await?;
    prepare(&preparing, settings).await?;
    let row_security = row_security(&preparing, settings.row_security.no_rls).await?;
    let people = seed::people(&preparing).await.context("cannot read the demo people")?;
    // What prepares takes its time, and requests have a deadline.
    preparing.close().await.context("cannot close a connection")?;
    let database = database.resolve()?;
    let availability = Arc::<Availability>::default();
    let deadline = settings.load.deadline();
    let pools = connect_for_requests(&database, deadline, Arc::clone(&availability), row_security).await?;

    let listener = TcpListener::bind(settings.listen)
        .with_context(|| format!("cannot listen on {}; say where to with --listen", settings.listen))?;
    let address = listener.local_addr()?;
    let metrics = settings.telemetry.metrics_listen.map(metrics_listener).transpose()?;
    let graphiql = settings
        .is_now(settings.graphiql)
        .then(|| graphiql(settings, address, &people));
    announce(address, graphiql.is_some(), &people);
    if pools.main.get_database_backend() == DbBackend::Postgres && row_security == RowSecurity::Off {
        let warning = "row-level security is OFF (--no-rls): nothing but the gateway's own rules guards the rows";
        println!("\nWARNING: {warning}.");
        tracing::warn!("{warning}");
    }
    println!("\nCtrl-C stops it.");

    let traces = edge.traces.clone();
    let gateway = Gateway::new(pools.clone(), Arc::clone(&availability), edge);
    let service = gateway.service(graphiql.as_ref());
    let stop = async {
        told_to_stop().await;
        tracing::info!("stopping: what runs may go on for a while; whoever tells it once more stops it at once");
    };
    // The house is kept for as long as there is a server.
    let served = tokio::select! {
        served = http::serve(listener, service, settings.load.server(), stop) => served.context("the server failed"),
        () = told_twice() => Ok(()),
        never = housekeeping::keep(&pools.main) => match never {},
        never = heartbeat::keep(&database, &availability) => match never {},
        served = show_metrics(metrics, &gateway, settings.load.server()) => served,
    };
    if let Some(traces) = traces {
        tokio::task::spawn_blocking(move || traces.end())
            .await
            .context("the last traces are lost")?;
    }
    served
}

fn metrics_listener(address: SocketAddr) -> anyhow::Result<TcpListener> {
    TcpListener::bind(address)
        .with_context(|| format!("cannot listen on {address}; say where to with --metrics-listen"))
}

/// Shows the metrics where no client finds them, for as long as somebody awaits it.
async fn show_metrics(
    listener: Option<TcpListener>,
    gateway: &Arc<Gateway>,
    settings: ServerSettings,
) -> anyhow::Result<()> {
    match listener {
        Some(listener) => http::serve(listener, Service::around(gateway.metrics(), false), settings, pending())
            .await
            .context("the server of the metrics failed"),
        None => pending().await,
    }
}

/// How GraphiQL is served.
fn graphiql(settings: &ServeSettings, address: SocketAddr, people: &[seed::Person]) -> GraphiqlSettings {
    // The tokens are for whoever sits at this machine.
    let people = people.iter().filter(|_| address.ip().is_loopback());
    GraphiqlSettings {
        assets: settings.graphiql_assets.clone(),
        people: people
            .map(|person| Person {
                name: person.name.clone(),
                role: person.role.clone(),
                token: person.token.clone(),
            })
            .collect(),
    }
}

/// Makes sure that the schema is up to date: an embedded database is brought there, and filled with demo data if it is empty;
/// a PostgreSQL database, which other programs use too, only where that is asked for.
async fn prepare(connection: &DatabaseConnection, settings: &ServeSettings) -> anyhow::Result<()> {
    let embedded = connection.get_database_backend() == DbBackend::Sqlite;
    let pending = migrate::pending(connection)
        .await
        .context("cannot tell how the schema stands")?;
    if !pending.is_empty() {
        if !embedded && !settings.migrate {
            bail!(
                "the database's schema lacks {} steps, from {} on. Type `codex-gateway migrate up`, or serve with --migrate",
                pending.len(),
                pending.first().map(String::as_str).unwrap_or_default(),
            );
        }
        progress::shown("Migrating", exclusively(connection, Migrator::up(connection, None)))
            .await
            .context("the migration failed")?;
    }
    if embedded && !settings.no_demo && seed::is_empty(connection).await? {
        // Somebody else may just be making it. Then there is nothing left to do.
        progress::shown("Making the demo data", exclusively(connection, seed::demo(connection)))
            .await
            .context("cannot make the demo data")?;
    }
    Ok(())
}

/// Whether requests read under row-level security: on PostgreSQL, unless somebody has said otherwise. It is not left out in
/// silence.
async fn row_security(connection: &DatabaseConnection, unwanted: bool) -> anyhow::Result<RowSecurity> {
    if unwanted || connection.get_database_backend() != DbBackend::Postgres {
        return Ok(RowSecurity::Off);
    }
    let complaints = complaints(connection)
        .await
        .context("cannot tell how row-level security stands")?;
    if !complaints.is_empty() {
        let messages: Vec<_> = complaints.iter().map(|complaint| complaint.message.as_str()).collect();
        bail!(
            "row-level security does not hold in this database:\n  - {}\n\
             Let somebody who may make roles type, in this database:\n  \
             CREATE ROLE {READER} NOLOGIN; CREATE ROLE {VISITOR} NOLOGIN;  -- those that are not there\n  \
             GRANT {READER}, {VISITOR} TO <the gateway's role>;            -- so that it may take them\n  \
             CALL codex_secure_rows();                                             -- as the tables' owner, where policies are missing\n\
             Or serve without this second line of defence: --no-rls",
            messages.join("\n  - "),
        );
    }
    Ok(RowSecurity::On)
}

/// Says where everything is, on standard output: this is what the person asked for, and no log.
fn announce(address: SocketAddr, with_graphiql: bool, people: &[seed::Person]) {
    if with_graphiql {
        println!("GraphiQL   http://{address}/");
    }
    println!("GraphQL    http://{address}/graphql");
    if !people.is_empty() {
        println!("\nDemo people. Act as one of them with the header `Authorization: Bearer <token>`:\n");
        let widest = |text: fn(&seed::Person) -> &str| people.iter().map(|person| text(person).chars().count()).max();
        let (name, role) = (widest(|person| &person.name), widest(|person| &person.role));
        let (name, role) = (name.unwrap_or_default(), role.unwrap_or_default());
        println!("{:<name$}  {:<role$}  token", "name", "who");
        for person in people {
            println!("{:<name$}  {:<role$}  {}", person.name, person.role, person.token);
        }
    }
}

/// Waits until it is told to stop twice.
async fn told_twice() {
    told_to_stop().await;
    told_to_stop().await;
}

/// Waits for an interrupt (Ctrl-C), or for the system's request to end.
async fn told_to_stop() {
    let interrupted = async {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    #[cfg(unix)]
    let terminated = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => {
                signal.recv().await;
            }
            Err(_) => std::future::pending().await,
        }
    };
    #[cfg(not(unix))]
    let terminated = std::future::pending::<()>();
    tokio::select! {
        () = interrupted => (),
        () = terminated => (),
    }
}
