//! A gateway, listening, over a database of its own.

use std::{
    collections::HashMap,
    future::pending,
    net::TcpListener,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use codex_gateway::{
    database::{Availability, Pools, RowSecurity, Settings, connect_for_requests, is_sqlite},
    http::{self, Gateway, GraphiqlSettings, LoadSettings, RateSettings, ServerSettings},
    viewer::Secret,
};
use sea_orm::{DatabaseConnection, Statement};
use tokio::task::JoinHandle;

use super::{Client, Database, Edge, Person};

/// The key that session cookies are signed with in tests.
pub const SECRET: &str = "better-auth-secret-for-tests-0001";

/// A gateway over an empty database.
pub struct App {
    /// A way to the database past the gateway.
    pub db: DatabaseConnection,
    /// Where the gateway listens: `http://127.0.0.1:port`.
    pub url: String,
    http: reqwest::Client,
    statements: Arc<AtomicU64>,
    sent: Arc<Mutex<Vec<Statement>>>,
    servers: Mutex<Vec<JoinHandle<()>>>,
    database: Database,
}

impl App {
    /// Starts a gateway over this database.
    pub async fn on(database: Database) -> Self {
        Self::set(database, open()).await
    }

    /// Starts a gateway over this database, with its edge set like this.
    pub async fn set(database: Database, edge: Edge) -> Self {
        let availability = Arc::<Availability>::default();
        let mut pools = pools(&database, &edge, &availability).await;
        let statements = Arc::new(AtomicU64::new(0));
        let sent = Arc::new(Mutex::new(Vec::new()));
        // Counted by the ORM, and so independent of what the gateway says of itself.
        let reading = pools
            .reading
            .iter_mut()
            .flat_map(|reading| [&mut reading.reader, &mut reading.visitor]);
        for pool in reading.chain([&mut pools.main]) {
            let (count, seen) = (Arc::clone(&statements), Arc::clone(&sent));
            pool.set_metric_callback(move |info| {
                count.fetch_add(1, Ordering::SeqCst);
                seen.lock().unwrap().push(info.statement.clone());
            });
        }
        let edge = Edge {
            secret: Some(Secret::new(SECRET)),
            ..edge
        };
        let (url, server) = serve(pools, availability, edge);
        Self {
            db: database.connect().await,
            url,
            http: reqwest::Client::new(),
            statements,
            sent,
            servers: Mutex::new(vec![server]),
            database,
        }
    }

    /// A client of another gateway over the same database, which has these settings.
    pub async fn beside(&self, edge: Edge) -> Client {
        let availability = Arc::<Availability>::default();
        let pools = pools(&self.database, &edge, &availability).await;
        let (url, server) = serve(pools, availability, edge);
        self.servers.lock().unwrap().push(server);
        Client::new(self.http.clone(), format!("{url}/graphql"))
    }

    /// A client that sends no credential.
    pub fn anonymous(&self) -> Client {
        Client::new(self.http.clone(), format!("{}/graphql", self.url))
    }

    /// A client that is signed in as this person.
    pub fn as_(&self, person: &Person) -> Client {
        self.anonymous().bearer(&person.token)
    }

    /// The address of its database.
    pub fn database_url(&self) -> &str {
        &self.database.url
    }

    /// How many statements the gateway has sent so far.
    pub fn statements(&self) -> u64 {
        self.statements.load(Ordering::SeqCst)
    }

    /// The statements sent since they were last taken.
    pub fn take_statements(&self) -> Vec<Statement> {
        std::mem::take(&mut *self.sent.lock().unwrap())
    }

    /// The texts of the statements sent since they were last taken, each with how often it was.
    pub fn take_texts(&self) -> HashMap<String, u64> {
        let mut texts = HashMap::new();
        for statement in self.take_statements() {
            *texts.entry(statement.sql.to_string()).or_default() += 1;
        }
        texts
    }
}

/// Settings that keep nobody from asking what the schema is, more in a minute than a client does, or a hundred things at once of
/// a busy machine.
pub fn open() -> Edge {
    Edge {
        introspection: true,
        rates: RateSettings { viewer: 0, address: 0 },
        load: LoadSettings {
            deadline: Duration::from_secs(60),
            ..LoadSettings::USUAL
        },
        ..Edge::default()
    }
}

async fn pools(database: &Database, edge: &Edge, availability: &Arc<Availability>) -> Pools {
    let settings = Settings {
        url: database.url.clone(),
        connections: 8,
        wait: Duration::from_secs(30),
    };
    let row_security = match is_sqlite(&database.url) {
        true => RowSecurity::Off,
        false => RowSecurity::On,
    };
    connect_for_requests(&settings, edge.load.deadline, Arc::clone(availability), row_security)
        .await
        .unwrap()
}

impl Drop for App {
    fn drop(&mut self) {
        self.servers.lock().unwrap().iter().for_each(JoinHandle::abort);
    }
}

/// Starts a gateway, and tells where it listens.
fn serve(pools: Pools, availability: Arc<Availability>, edge: Edge) -> (String, JoinHandle<()>) {
    let service = Gateway::new(pools, availability, edge).service(Some(&GraphiqlSettings::default()));
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let serving = http::serve(listener, service, ServerSettings::USUAL, pending());
    (url, tokio::spawn(async move { serving.await.unwrap() }))
}
