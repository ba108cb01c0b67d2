//! How PostgreSQL and the way there are set.

use sea_orm::{DatabaseTransaction, DbBackend, DbErr, FromQueryResult, Statement};

use super::report::Finding;

/// Connection settings.
pub(super) const CHECK: &str = "connections";

/// The oldest release that the migrations are made for.
const OLDEST: i32 = 15;
/// How many gateways to leave room for: a new one starts before the old one ends.
const INSTANCES: i64 = 2;

#[derive(FromQueryResult)]
struct Settings {
    version: String,
    version_number: i32,
    encoding: String,
    time_zone: String,
    schema: Option<String>,
    superuser: bool,
    max_connections: i32,
    reserved_connections: i32,
    database_limit: i32,
    role_limit: i32,
    statement_timeout: String,
    idle_timeout: String,
    local: bool,
    encrypted: bool,
}

const SETTINGS: &str = "
SELECT current_setting('server_version') AS version,
    current_setting('server_version_num')::integer AS version_number,
    pg_encoding_to_char(encoding)::text AS encoding,
    current_setting('TimeZone') AS time_zone,
    current_schema()::text AS schema,
    rolsuper AS superuser,
    current_setting('max_connections')::integer AS max_connections,
    current_setting('superuser_reserved_connections')::integer
        + coalesce(current_setting('reserved_connections', true), '0')::integer AS reserved_connections,
    datconnlimit AS database_limit,
    rolconnlimit AS role_limit,
    current_setting('statement_timeout') AS statement_timeout,
    current_setting('idle_in_transaction_session_timeout') AS idle_timeout,
    inet_client_addr() IS NULL OR inet_client_addr() = inet_server_addr() AS local,
    coalesce((SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()), false) AS encrypted
FROM pg_database, pg_roles
WHERE datname = current_database() AND rolname = session_user";

/// Looks at what a connection of the gateway's has.
pub(super) async fn check(db: &DatabaseTransaction, connections: u32) -> Result<Vec<Finding>, DbErr> {
    let statement = Statement::from_string(DbBackend::Postgres, SETTINGS);
    let Some(settings) = Settings::find_by_statement(statement).one(db).await? else {
        return Ok(vec![Finding::note(
            CHECK,
            "database",
            "the server does not tell how it is set",
        )]);
    };
    let mut found = vec![
        version(&settings),
        encoding(&settings),
        time_zone(&settings),
        room(&settings, connections.into()),
        encryption(&settings),
    ];
    found.extend(timeout(
        "statement_timeout",
        &settings.statement_timeout,
        "a statement may run forever",
        "30s",
    ));
    found.extend(timeout(
        "idle_in_transaction_session_timeout",
        &settings.idle_timeout,
        "a transaction that somebody has left open holds its locks forever",
        "1min",
    ));
    if settings.schema.is_none() {
        let message = "no schema in the search path is there and open to this role, so that no table can be found. \
                       GRANT USAGE ON SCHEMA, or set the role's search_path";
        found.push(Finding::care(CHECK, "search_path", message));
    }
    if settings.superuser {
        let message = "the gateway signs in as a superuser, and needs no such rights. Give it a role of its own";
        found.push(Finding::note(CHECK, "role", message));
    }
    Ok(found)
}

fn version(settings: &Settings) -> Finding {
    let version = &settings.version;
    if settings.version_number / 10_000 < OLDEST {
        let message = format!("this is PostgreSQL {version}. Move to {OLDEST} or later");
        return Finding::care(CHECK, "version", message);
    }
    Finding::ok(CHECK, "version", format!("this is PostgreSQL {version}"))
}

fn encoding(settings: &Settings) -> Finding {
    let encoding = &settings.encoding;
    if encoding != "UTF8" {
        let message = format!(
            "texts are kept as {encoding}, which does not hold every letter. Move to a database made with ENCODING 'UTF8'"
        );
        return Finding::care(CHECK, "encoding", message);
    }
    Finding::ok(CHECK, "encoding", "texts are kept as UTF-8")
}

fn time_zone(settings: &Settings) -> Finding {
    let zone = &settings.time_zone;
    if !matches!(zone.as_str(), "UTC" | "Etc/UTC" | "GMT" | "Etc/GMT") {
        let message =
            format!("the gateway's connections are in the time zone {zone}. ALTER ROLE ... SET timezone = 'UTC'");
        return Finding::note(CHECK, "timezone", message);
    }
    Finding::ok(CHECK, "timezone", "the gateway's connections are in UTC")
}

/// Whether the server has the connections that the gateway's pool may ask for.
fn room(settings: &Settings, pool: i64) -> Finding {
    let server = settings.max_connections - settings.reserved_connections;
    // A negative limit is none, and none holds for a superuser.
    let limits = [settings.database_limit, settings.role_limit];
    let limits = limits.into_iter().filter(|limit| *limit >= 0 && !settings.superuser);
    let free = i64::from(limits.chain([server]).min().unwrap_or(server));
    let wanted = pool * INSTANCES;
    if wanted > free {
        let message = format!(
            "{INSTANCES} gateways with {pool} connections each (a new one starts before the old one ends) may ask for {wanted}, \
             and the server gives {free}. Lower --database-connections, or raise max_connections or the limit of the role or \
             the database"
        );
        return Finding::care(CHECK, "max_connections", message);
    }
    let message = format!("{INSTANCES} gateways with {pool} connections each find room: the server gives {free}");
    Finding::ok(CHECK, "max_connections", message)
}

fn encryption(settings: &Settings) -> Finding {
    match (settings.encrypted, settings.local) {
        (true, _) => Finding::ok(CHECK, "tls", "the connection is encrypted"),
        (false, true) => Finding::ok(
            CHECK,
            "tls",
            "the connection is not encrypted, and does not leave this machine",
        ),
        (false, false) => {
            let message =
                "the connection leaves this machine and is not encrypted. Add `?sslmode=verify-full` to the address";
            Finding::note(CHECK, "tls", message)
        }
    }
}

/// A note where there is no limit.
fn timeout(setting: &'static str, value: &str, what: &str, limit: &str) -> Option<Finding> {
    let message = format!("there is none, and {what}. ALTER ROLE ... SET {setting} = '{limit}'");
    (value == "0").then(|| Finding::note(CHECK, setting, message))
}
