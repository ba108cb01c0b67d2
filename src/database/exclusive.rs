//! One at a time, among all gateways over one database.

use std::{fs::File, path::PathBuf};

use sea_orm::{
    ConnectionTrait, DatabaseConnection, DbBackend, DbErr, SqlxPostgresConnector, Statement, TransactionTrait,
    sqlx::postgres::PgPoolOptions,
};

/// What the lock is called among a PostgreSQL database's advisory locks, which have numbers for names.
const LOCK: i64 = i64::from_be_bytes(*b"codex-gw");

/// Does this work while nobody else does any through this function, in whatever process; until then it waits, however
/// long that takes. The lock ends with the work, or with the process. Work inside work would wait for itself.
///
/// # Errors
/// If the lock is not to be had at all, or the work fails.
pub async fn exclusively<T>(
    connection: &DatabaseConnection,
    work: impl Future<Output = Result<T, DbErr>>,
) -> Result<T, DbErr> {
    match connection.get_database_backend() {
        DbBackend::Postgres => with_advisory_lock(connection, work).await,
        _ => with_locked_file(connection, work).await,
    }
}

/// Holds the lock on a connection of its own, since the work may need all that the pool has; and in a transaction, which a
/// pooler between here and the database does not take apart.
async fn with_advisory_lock<T>(
    connection: &DatabaseConnection,
    work: impl Future<Output = Result<T, DbErr>>,
) -> Result<T, DbErr> {
    let options = connection.get_postgres_connection_pool().connect_options();
    let pool = PgPoolOptions::new()
        .max_connections(1)
        .connect_lazy_with(options.as_ref().clone());
    let own = SqlxPostgresConnector::from_sqlx_postgres_pool(pool);
    let lock = own.begin().await?;
    // Neither waiting nor holding on is something to give up on, whatever this database is used to.
    lock.execute_unprepared(
        "SELECT set_config(name, '0', true) FROM pg_settings WHERE name IN \
         ('statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout', 'transaction_timeout')",
    )
    .await?;
    lock.execute_unprepared(&format!("SELECT pg_advisory_xact_lock({LOCK})"))
        .await?;
    let done = work.await;
    // Should this fail, the connection is gone, and the lock with it.
    let _ = lock.rollback().await;
    let _ = own.close().await;
    done
}

/// Locks a file beside the database's: SQLite's own lock would shut out the work's connections too, and the database's file
/// itself is not to be touched, because closing it lets go of every lock that SQLite has on it in this process.
async fn with_locked_file<T>(
    connection: &DatabaseConnection,
    work: impl Future<Output = Result<T, DbErr>>,
) -> Result<T, DbErr> {
    let Some(path) = lock_file(connection).await? else {
        return work.await;
    };
    let name = path.display().to_string();
    let locked = tokio::task::spawn_blocking(move || {
        let file = File::options().create(true).truncate(false).write(true).open(path)?;
        file.lock()?;
        Ok::<_, std::io::Error>(file)
    });
    let _lock = locked
        .await
        .map_err(|error| DbErr::Custom(error.to_string()))?
        .map_err(|error| DbErr::Custom(format!("cannot lock {name}: {error}")))?;
    work.await
}

/// The file to lock. It stays, as the next one who comes may already be waiting for it. Nothing for a database in memory,
/// which has one user anyway.
async fn lock_file(connection: &DatabaseConnection) -> Result<Option<PathBuf>, DbErr> {
    // By SQLite's own word, so that every way to write the path leads to the same file.
    let file = Statement::from_string(
        DbBackend::Sqlite,
        "SELECT file FROM pragma_database_list WHERE name = 'main'",
    );
    let row = connection.query_one_raw(file).await?;
    let file: Option<String> = row.map(|row| row.try_get_by_index(0)).transpose()?.flatten();
    Ok(file
        .filter(|file| !file.is_empty())
        .map(|file| PathBuf::from(format!("{file}-lock"))))
}
