//! An empty database of a test's own.

use std::{
    io::Write,
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

use codex_gateway::database::{Settings, connect};
use migration::{Migrator, MigratorTrait};
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, Statement};
use tempfile::TempDir;
use tokio::sync::OnceCell;

/// Where PostgreSQL is, for tests; they make and drop databases named `codex_test_...` there.
const VARIABLE: &str = "TEST_DATABASE_URL";
/// Where it is if nothing is said.
const USUAL: &str = "postgres://postgres@127.0.0.1:5432/postgres";

/// A migrated and otherwise empty database, which goes away with this value.
pub struct Database {
    /// Its address.
    pub url: String,
    kind: Kind,
}

enum Kind {
    Sqlite { _folder: TempDir },
    Postgres { name: String },
}

impl Database {
    /// An embedded one.
    pub async fn sqlite() -> Self {
        static TEMPLATE: OnceCell<Vec<u8>> = OnceCell::const_new();
        let template = TEMPLATE
            .get_or_init(|| async {
                let folder = TempDir::new().unwrap();
                let file = folder.path().join("template.sqlite");
                let connection = open(&format!("sqlite://{}", file.display())).await;
                Migrator::up(&connection, None).await.unwrap();
                connection
                    .execute_unprepared("PRAGMA wal_checkpoint(TRUNCATE)")
                    .await
                    .unwrap();
                connection.close().await.unwrap();
                std::fs::read(file).unwrap()
            })
            .await;
        let database = Self::sqlite_file();
        std::fs::write(database.url.trim_start_matches("sqlite://"), template).unwrap();
        database
    }

    /// The address of an embedded one that has not been made yet.
    pub fn sqlite_file() -> Self {
        let folder = TempDir::new().unwrap();
        let url = format!("sqlite://{}", folder.path().join("test.sqlite").display());
        Self {
            url,
            kind: Kind::Sqlite { _folder: folder },
        }
    }

    /// One on PostgreSQL; nothing where there is no PostgreSQL, which is said, and on CI is a failure.
    pub async fn postgres() -> Option<Self> {
        static TEMPLATE: OnceCell<Option<String>> = OnceCell::const_new();
        let template = TEMPLATE
            .get_or_init(|| async {
                let name = Self::postgres_empty().await?;
                let connection = open(&name.url).await;
                Migrator::up(&connection, None).await.unwrap();
                connection.close().await.unwrap();
                let Kind::Postgres { name } = &name.kind else {
                    unreachable!()
                };
                let template = format!("{name}_template");
                admin()
                    .await?
                    .execute_unprepared(&format!("ALTER DATABASE {name} RENAME TO {template}"))
                    .await
                    .unwrap();
                Some(template)
            })
            .await;
        Self::postgres_like(template.as_deref()?).await
    }

    /// One on PostgreSQL that has not been migrated.
    pub async fn postgres_empty() -> Option<Self> {
        Self::postgres_like("template0").await
    }

    async fn postgres_like(template: &str) -> Option<Self> {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let admin = admin().await?;
        let name = format!(
            "codex_test_{}_{}",
            std::process::id(),
            NEXT.fetch_add(1, Ordering::Relaxed)
        );
        admin
            .execute_unprepared(&format!("CREATE DATABASE {name} TEMPLATE {template}"))
            .await
            .unwrap();
        let mut url = url::Url::parse(&address()).unwrap();
        url.set_path(&name);
        Some(Self {
            url: url.to_string(),
            kind: Kind::Postgres { name },
        })
    }

    /// A connection past the gateway, for making worlds and looking at them.
    pub async fn connect(&self) -> DatabaseConnection {
        open(&self.url).await
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let Kind::Postgres { name } = &self.kind else { return };
        let statement = format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)");
        // A test's own runtime cannot be waited for while it is in use.
        let dropping = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap();
            runtime.block_on(async { open(&address()).await.execute_unprepared(&statement).await })
        });
        let _ = dropping.join();
    }
}

/// The first column of every row that a statement gives: texts, and no nulls among them.
pub async fn texts(db: &impl ConnectionTrait, sql: &str) -> Vec<String> {
    let statement = Statement::from_string(db.get_database_backend(), sql);
    let rows = db.query_all_raw(statement).await;
    let rows = rows.unwrap_or_else(|error| panic!("{sql}: {error}"));
    rows.iter().map(|row| row.try_get_by_index(0).unwrap()).collect()
}

fn address() -> String {
    std::env::var(VARIABLE).unwrap_or_else(|_| USUAL.to_owned())
}

async fn open(url: &str) -> DatabaseConnection {
    connect(&Settings {
        url: url.to_owned(),
        connections: 4,
        wait: Duration::from_secs(20),
    })
    .await
    .unwrap()
}

/// A connection from which databases are made; nothing where there is no PostgreSQL.
async fn admin() -> Option<DatabaseConnection> {
    static REACHABLE: OnceCell<Result<(), String>> = OnceCell::const_new();
    let reachable = REACHABLE
        .get_or_init(|| async {
            let settings = Settings {
                url: address(),
                connections: 1,
                wait: Duration::from_secs(5),
            };
            let reachable = connect(&settings).await.map_err(|error| error.to_string());
            match reachable {
                Ok(connection) => {
                    drop_leftovers(&connection).await;
                    Ok(())
                }
                Err(error) => Err(error),
            }
        })
        .await;
    if let Err(error) = reachable {
        assert!(
            std::env::var_os("CI").is_none(),
            "PostgreSQL is missing, and on CI it must not be: {error}"
        );
        // Written past the test runner, which keeps what a passing test prints to itself.
        let _ = writeln!(
            std::io::stderr(),
            "SKIPPED on PostgreSQL, without having run: {}. {error}. {VARIABLE} says where it is.",
            std::thread::current().name().unwrap_or("a test"),
        );
        return None;
    }
    Some(open(&address()).await)
}

/// Drops what runs that were killed have left behind.
async fn drop_leftovers(admin: &DatabaseConnection) {
    let idle = "SELECT datname FROM pg_database WHERE datname LIKE 'codex\\_test\\_%'
        AND NOT EXISTS (SELECT 1 FROM pg_stat_activity WHERE pg_stat_activity.datname = pg_database.datname)";
    let statement = Statement::from_string(DbBackend::Postgres, idle);
    for row in admin.query_all_raw(statement).await.unwrap() {
        let name: String = row.try_get_by_index(0).unwrap();
        let process = name.split('_').nth(2).and_then(|id| id.parse::<u32>().ok());
        let alive = process.is_some_and(|id| std::path::Path::new(&format!("/proc/{id}")).exists());
        if !alive {
            let _ = admin
                .execute_unprepared(&format!("DROP DATABASE IF EXISTS {name}"))
                .await;
        }
    }
}
