//! Every setting, once: its flag, its environment variable, its default, and what it is for.

mod edge;
mod load;
mod telemetry;

use std::{net::SocketAddr, path::PathBuf, time::Duration};

use anyhow::Context;
use clap::{Args, Parser, Subcommand, ValueEnum};
use url::Url;

pub use self::{
    edge::{DocumentSettings, LimitSettings},
    load::LoadSettings,
    telemetry::{LogSettings, TelemetrySettings},
};
use crate::{database, http, viewer::Secret};

/// A GraphQL gateway for a multi-tenant content platform. Without a command, it serves.
#[derive(Debug, Parser)]
#[command(name = "codex-gateway", version, args_conflicts_with_subcommands = true)]
pub struct CommandLine {
    /// The database.
    #[command(flatten)]
    pub database: DatabaseSettings,
    /// The log.
    #[command(flatten)]
    pub log: LogSettings,
    /// How to serve, where no command is given.
    #[command(flatten)]
    pub serve: ServeSettings,
    /// What to do.
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serve GraphQL (what happens without a command, too)
    Serve(Box<ServeSettings>),
    /// Change the database's schema, or tell how it stands
    #[command(subcommand)]
    Migrate(Migrate),
    /// Fill the database: with the demo data, or with many rows
    Seed(SeedSettings),
    /// Look the database over, change nothing, and fail if something needs care
    Doctor(DoctorSettings),
    /// Print the GraphQL schema, or compare it with a file
    Schema(SchemaSettings),
}

/// The database.
#[derive(Clone, Debug, Args)]
pub struct DatabaseSettings {
    /// `postgres://user:password@host/database` or `sqlite://path` [default: a SQLite file in the user's data folder]
    #[arg(
        long,
        env = "DATABASE_URL",
        value_name = "URL",
        global = true,
        hide_env_values = true
    )]
    pub database_url: Option<String>,
    /// The most database connections held at once; while serving, one more asks whether the database answers. With row-level
    /// security the larger half of them is for reading; either half may have the other's while nobody wants those
    #[arg(long, env = "CODEX_DATABASE_CONNECTIONS", value_name = "N", default_value_t = 10, global = true,
        value_parser = clap::value_parser!(u32).range(1..))]
    pub database_connections: u32,
    /// How many seconds to wait for a free database connection
    #[arg(long, env = "CODEX_DATABASE_WAIT", value_name = "SECONDS", default_value_t = 2, global = true,
        value_parser = clap::value_parser!(u64).range(1..))]
    pub database_wait: u64,
}

/// How to serve.
#[derive(Clone, Debug, Args)]
pub struct ServeSettings {
    /// The address to listen on
    #[arg(long, env = "CODEX_LISTEN", value_name = "ADDRESS", default_value = "127.0.0.1:8000")]
    pub listen: SocketAddr,
    /// Bring a PostgreSQL database's schema up to date first (an embedded one always is)
    #[arg(long, env = "CODEX_MIGRATE")]
    pub migrate: bool,
    /// Leave an empty embedded database empty, instead of filling it with the demo data
    #[arg(long, env = "CODEX_NO_DEMO")]
    pub no_demo: bool,
    /// Whether the database guards the rows as well.
    #[command(flatten)]
    pub row_security: RowSecuritySettings,
    /// The key that the authentication library signs session cookies with. Without it, only bearer tokens are accepted
    #[arg(long, env = "CODEX_SESSION_SECRET", value_name = "TEXT", hide_env_values = true,
        value_parser = clap::builder::NonEmptyStringValueParser::new())]
    pub session_secret: Option<String>,
    /// The address at which clients reach the gateway. If it begins with `https:`, session cookies go no other way
    #[arg(long, env = "CODEX_PUBLIC_URL", value_name = "URL", value_parser = web_address)]
    pub public_url: Option<Url>,
    /// How many proxies stand before the gateway, each adding to `X-Forwarded-For`: that many places from its end is the
    /// client's address. With fewer than there are, all clients seem to be a proxy; with more, a client can pretend to be
    /// another
    #[arg(long, env = "CODEX_TRUSTED_PROXIES", value_name = "N", default_value_t = 0)]
    pub trusted_proxies: usize,
    /// Another site whose pages may read answers, such as `https://example.com`; several with commas between
    #[arg(long, env = "CODEX_ALLOW_ORIGIN", value_name = "ORIGIN", value_delimiter = ',', value_parser = http::Origin::parse)]
    pub allow_origin: Vec<http::Origin>,
    /// A folder of npm packages (a `node_modules`) that GraphiQL is served from [default: a CDN]
    #[arg(long, env = "CODEX_GRAPHIQL_ASSETS", value_name = "DIR")]
    pub graphiql_assets: Option<PathBuf>,
    /// Whether GraphiQL is served
    #[arg(long, env = "CODEX_GRAPHIQL", value_name = "WHEN", default_value = "local")]
    pub graphiql: When,
    /// Whether clients may ask what the schema is, and errors suggest fields that there are
    #[arg(long, env = "CODEX_INTROSPECTION", value_name = "WHEN", default_value = "local")]
    pub introspection: When,
    /// The most operations in one request, as a JSON array; 0: one operation a request
    #[arg(long, env = "CODEX_BATCH", value_name = "N", default_value_t = 0)]
    pub batch: u16,
    /// What the gateway tells those who run it.
    #[command(flatten, next_help_heading = "Telemetry")]
    pub telemetry: TelemetrySettings,
    /// How documents are found and kept.
    #[command(flatten, next_help_heading = "Documents")]
    pub documents: DocumentSettings,
    /// How much a request may ask for.
    #[command(flatten, next_help_heading = "Limits")]
    pub limits: LimitSettings,
    /// How much is done at once, and for how long.
    #[command(flatten, next_help_heading = "Load")]
    pub load: LoadSettings,
}

/// When to do what helps a developer, and a stranger too.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum When {
    /// Always
    On,
    /// Never
    Off,
    /// Where the gateway is for this machine alone: it listens on a loopback address, and neither --public-url nor --trusted-proxies
    /// says that somebody else sends requests there
    Local,
}

/// Whether the database guards the rows as well.
#[derive(Clone, Copy, Debug, Args)]
pub struct RowSecuritySettings {
    /// Read without row-level security, for a PostgreSQL database in which the roles `codex_reader` and `codex_visitor` cannot
    /// be made. Nothing but the gateway's own rules then stands between a viewer and the rows
    #[arg(long, env = "CODEX_NO_RLS")]
    pub no_rls: bool,
}

/// What to do with the schema's steps.
#[derive(Debug, Subcommand)]
pub enum Migrate {
    /// Take the steps that are pending
    Up {
        /// How many of them [default: all]
        #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
        steps: Option<u32>,
    },
    /// Take back the last step, and the rows that only it has a place for
    Down {
        /// How many steps
        #[arg(long, value_name = "N", default_value_t = 1, conflicts_with = "all",
            value_parser = clap::value_parser!(u32).range(1..))]
        steps: u32,
        /// All steps: nothing is left
        #[arg(long)]
        all: bool,
    },
    /// List the steps, and whether each has been taken
    Status,
    /// Drop every table, whoever uses it, and take all steps anew
    Fresh,
}

/// What to fill the database with.
#[derive(Debug, Args)]
pub struct SeedSettings {
    /// This many rows of content, with users, organizations and media to match, in place of the demo data
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub scale: Option<u64>,
}

/// What to look for, and how to tell what was found.
#[derive(Debug, Args)]
pub struct DoctorSettings {
    /// Whether the database is to guard the rows as well.
    #[command(flatten)]
    pub row_security: RowSecuritySettings,
    /// As JSON, in place of a table
    #[arg(long)]
    pub json: bool,
}

/// What to do with the GraphQL schema.
#[derive(Debug, Args)]
pub struct SchemaSettings {
    /// Compare with this file, and fail if they differ
    #[arg(long, value_name = "FILE")]
    pub check: Option<PathBuf>,
}

fn web_address(text: &str) -> Result<Url, String> {
    let url = Url::parse(text).map_err(|error| error.to_string())?;
    match url.scheme() {
        "http" | "https" => Ok(url),
        _ => Err("it must begin with `http://` or `https://`".to_owned()),
    }
}

impl ServeSettings {
    /// How the edge is set.
    ///
    /// # Errors
    /// If the trusted documents cannot be read.
    pub fn edge(&self) -> anyhow::Result<http::Settings> {
        let limits = self.limits.resolve();
        Ok(http::Settings {
            secret: self.session_secret.as_deref().map(Secret::new),
            https: self.public_url.as_ref().is_some_and(|url| url.scheme() == "https"),
            trusted_proxies: self.trusted_proxies,
            allowed_origins: self.allow_origin.clone(),
            slow: self.telemetry.slow(),
            traces: self.telemetry.traces()?,
            metrics: self.is_local() && self.telemetry.metrics_listen.is_none(),
            limits,
            documents: self.documents.resolve(&limits)?,
            introspection: self.is_now(self.introspection),
            batch: self.batch.into(),
            body_wait: Duration::from_secs(self.load.body_timeout),
            load: self.load.load(),
            rates: self.load.rates(),
        })
    }

    /// Whether it is time for this.
    pub fn is_now(&self, when: When) -> bool {
        match when {
            When::On => true,
            When::Off => false,
            When::Local => self.is_local(),
        }
    }

    /// Whether the gateway is for this machine alone.
    pub fn is_local(&self) -> bool {
        self.listen.ip().is_loopback() && self.public_url.is_none() && self.trusted_proxies == 0
    }
}

impl DatabaseSettings {
    /// How to connect. Where no address is given it is that of a file in the user's data folder, which is made.
    ///
    /// # Errors
    /// If there is no such folder and none can be made.
    pub fn resolve(&self) -> anyhow::Result<database::Settings> {
        let url = match &self.database_url {
            Some(url) => url.clone(),
            None => embedded_url()?,
        };
        Ok(database::Settings {
            url,
            connections: self.database_connections,
            wait: Duration::from_secs(self.database_wait),
        })
    }
}

fn embedded_url() -> anyhow::Result<String> {
    let folders = directories::ProjectDirs::from("", "", "codex-gateway")
        .context("this user has no data folder; say where the database is with --database-url")?;
    let folder = folders.data_dir();
    std::fs::create_dir_all(folder).with_context(|| format!("cannot make the folder {}", folder.display()))?;
    Ok(format!("sqlite://{}", folder.join("codex.sqlite").display()))
}
