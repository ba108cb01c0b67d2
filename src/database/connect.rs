//! From an address to a pool of connections.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use sea_orm::{
    ConnectOptions, Database, DatabaseConnection, DbErr,
    sqlx::{self, SqliteConnection},
};
use thiserror::Error;

use super::{Availability, Pool, Reading, RowSecurity, Trouble, connections::Connections};

/// How the pool is made.
#[derive(Clone, Debug)]
pub struct Settings {
    /// `postgres://user:password@host/database`, or `sqlite://path` (`sqlite://path?mode=rwc` makes the file).
    pub url: String,
    /// The most connections held at once.
    pub connections: u32,
    /// How long a request waits for a free connection.
    pub wait: Duration,
}

/// The connections of a gateway's requests.
#[derive(Clone, Debug)]
pub struct Pools {
    /// As the gateway itself: it finds out who asks, and makes changes.
    pub main: Pool,
    /// In the roles that read for viewers. Without row-level security nothing is read so.
    pub reading: Option<Reading<Pool>>,
}

/// One pool for everything, without row-level security.
impl<P: Into<Pool>> From<P> for Pools {
    fn from(main: P) -> Self {
        Self {
            main: main.into(),
            reading: None,
        }
    }
}

/// Why there is no connection. For the person at the command line, not for a client: it may name the address.
#[derive(Debug, Error)]
pub enum ConnectError {
    /// The address is of a kind that the gateway does not speak.
    #[error("the database address must begin with `postgres://`, `postgresql://` or `sqlite:`")]
    Unsupported,
    /// The database said no, or nothing answered.
    #[error("cannot connect to the database: {0}")]
    Refused(#[source] DbErr),
}

/// How long to leave a busy database file alone.
const MOMENT: Duration = Duration::from_millis(10);
/// How long a statement waits for whoever holds the database file.
const BUSY_WAIT: Duration = Duration::from_secs(10);

/// How many of SQLite's steps are taken between two looks at the clock: small beside any deadline, and beside a look at the clock
/// many.
const STEPS: i32 = 100_000;

/// Whether this address is that of an embedded database.
pub fn is_sqlite(url: &str) -> bool {
    url.starts_with("sqlite:")
}

/// Opens a pool and makes sure that one connection works.
///
/// # Errors
/// [`ConnectError`] when the address is of another kind of database, or nothing answers there.
pub async fn connect(settings: &Settings) -> Result<DatabaseConnection, ConnectError> {
    open(settings, for_all(settings)?).await
}

/// Like [`connect`], for the requests of strangers: no statement runs for longer than `deadline`, and no connection is used that
/// has seen the database go away. With row-level security all pools are of the same connections.
///
/// # Errors
/// As [`connect`].
pub async fn connect_for_requests(
    settings: &Settings,
    deadline: Duration,
    availability: Arc<Availability>,
    row_security: RowSecurity,
) -> Result<Pools, ConnectError> {
    if is_sqlite(known(&settings.url)?) {
        return Ok(open(settings, until(settings, deadline)?).await?.into());
    }
    let main = Connections::open(settings, deadline, availability).await;
    let main = main.map_err(ConnectError::Refused)?;
    let reading = match row_security {
        RowSecurity::On => {
            let reading = main.for_reading().await.map_err(ConnectError::Refused)?;
            Some(reading.map(Pool::from))
        }
        RowSecurity::Off => None,
    };
    Ok(Pools {
        main: main.into(),
        reading,
    })
}

/// How a connection to SQLite is made whose statements have a deadline. There is no such setting: the connection asks, every so
/// many steps, whether it should go on.
fn until(settings: &Settings, deadline: Duration) -> Result<ConnectOptions, ConnectError> {
    let mut options = for_all(settings)?;
    options
        .map_sqlx_sqlite_before_acquire(move |connection, _| {
            Box::pin(async move { give_until(connection, Instant::now() + deadline).await.map(|()| true) })
        })
        .map_sqlx_sqlite_pool_opts(move |options| {
            options.after_connect(move |connection, _| {
                Box::pin(async move { give_until(connection, Instant::now() + deadline).await })
            })
        });
    Ok(options)
}

/// Has what this connection runs end at that time.
async fn give_until(connection: &mut SqliteConnection, end: Instant) -> Result<(), sqlx::Error> {
    let mut connection = connection.lock_handle().await?;
    connection.set_progress_handler(STEPS, move || Instant::now() < end);
    Ok(())
}

/// How a connection is made that reads and writes.
fn for_all(settings: &Settings) -> Result<ConnectOptions, ConnectError> {
    let mut options = options(settings)?;
    options.map_sqlx_sqlite_opts(|options| {
        // Readers do not wait for the writer, and a second writer waits instead of failing.
        options
            .create_if_missing(true)
            .pragma("journal_mode", "WAL")
            .foreign_keys(true)
            .busy_timeout(BUSY_WAIT)
    });
    Ok(options)
}

/// Like [`connect`], to look at the database as it is: no file is made, and none is written to. PostgreSQL has no such
/// connections; there the transaction is what can be read-only.
///
/// # Errors
/// As [`connect`]; and where there is no file.
pub async fn connect_read_only(settings: &Settings) -> Result<DatabaseConnection, ConnectError> {
    let mut options = options(settings)?;
    options.map_sqlx_sqlite_opts(|options| {
        options
            .create_if_missing(false)
            .read_only(true)
            .foreign_keys(true)
            .busy_timeout(BUSY_WAIT)
    });
    open(settings, options).await
}

/// The address, if it is one of a kind that the gateway speaks.
fn known(url: &str) -> Result<&str, ConnectError> {
    let known = is_sqlite(url) || url.starts_with("postgres://") || url.starts_with("postgresql://");
    known.then_some(url).ok_or(ConnectError::Unsupported)
}

/// What both databases and all connections have in common.
fn options(settings: &Settings) -> Result<ConnectOptions, ConnectError> {
    let mut options = ConnectOptions::new(known(&settings.url)?);
    options
        .max_connections(settings.connections)
        .acquire_timeout(settings.wait)
        .connect_timeout(settings.wait)
        // A round trip at every acquire, for nothing: a dead connection shows at its first statement.
        .test_before_acquire(false)
        .sqlx_logging(false);
    Ok(options)
}

async fn open(settings: &Settings, options: ConnectOptions) -> Result<DatabaseConnection, ConnectError> {
    let url = &settings.url;
    let until = Instant::now() + settings.wait;
    loop {
        match Database::connect(options.clone()).await {
            // Of several who open a new file at once one turns the journal into a WAL, and SQLite has the others neither wait
            // for that nor go on.
            Err(error) if is_sqlite(url) && Trouble::of(&error) == Some(Trouble::Busy) && Instant::now() < until => {
                tokio::time::sleep(MOMENT).await
            }
            connected => return connected.map_err(ConnectError::Refused),
        }
    }
}
