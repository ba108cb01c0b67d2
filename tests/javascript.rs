//! Real clients, against the running program: a browser with GraphiQL, a GraphQL client from npm, the audits of GraphQL over
//! HTTP, and the authentication library with which the platform signs its users in.

use std::{
    io::Write,
    path::{Path, PathBuf},
    process::Command,
};

use crate::support::{
    Database, SECRET,
    process::{Served, gateway},
};

/// The folder of the scripts, with their packages; nothing where one of the programs they need is missing, which is said, and
/// on CI is a failure.
fn scripts(programs: &[&str]) -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/js");
    let mut missing: Vec<&str> = Vec::new();
    for program in programs {
        if Command::new(program).arg("--version").output().is_err() {
            missing.push(program);
        }
    }
    if !folder.join("node_modules").is_dir() {
        missing.push("tests/js/node_modules (npm ci --prefix tests/js)");
    }
    if missing.is_empty() {
        return Some(folder);
    }
    assert!(
        std::env::var_os("CI").is_none(),
        "on CI nothing may be missing: {missing:?}"
    );
    let _ = writeln!(
        std::io::stderr(),
        "SKIPPED, without having run: {}. Missing: {}.",
        std::thread::current().name().unwrap_or("a test"),
        missing.join(", "),
    );
    None
}

fn node(folder: &Path, script: &str, environment: &[(&str, &str)]) {
    let output = Command::new("node")
        .arg(folder.join(script))
        .envs(environment.iter().copied())
        .output()
        .unwrap();
    let (said, complained) = (
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
    assert!(output.status.success(), "{script}:\n{said}\n{complained}");
}

#[test]
fn a_browser_explores_with_graphiql() {
    let chromium = std::env::var("CHROMIUM").unwrap_or_else(|_| "/usr/bin/chromium".to_owned());
    let Some(folder) = scripts(&["node", &chromium]) else {
        return;
    };
    let (database, offline_database) = (Database::sqlite_file(), Database::sqlite_file());
    let assets = folder.join("node_modules");
    let served = Served::start(gateway(&[
        "--database-url",
        &database.url,
        "--graphiql-assets",
        assets.to_str().unwrap(),
    ]));
    let offline = Served::start(gateway(&["--database-url", &offline_database.url]));
    node(
        &folder,
        "graphiql.mjs",
        &[
            ("CODEX_URL", &served.url),
            ("CODEX_OFFLINE_URL", &offline.url),
            ("CHROMIUM", &chromium),
        ],
    );
}

#[test]
fn a_client_from_npm_reads_and_introspects() {
    let Some(folder) = scripts(&["node"]) else { return };
    let database = Database::sqlite_file();
    let served = Served::start(gateway(&["--database-url", &database.url]));
    let schema = concat!(env!("CARGO_MANIFEST_DIR"), "/schema.graphql");
    node(
        &folder,
        "client.mjs",
        &[
            ("CODEX_URL", &served.url),
            ("SCHEMA", schema),
            ("TOKEN", &served.people[0].2),
        ],
    );
}

#[test]
fn every_audit_of_graphql_over_http_passes() {
    let Some(folder) = scripts(&["node"]) else { return };
    let database = Database::sqlite_file();
    let served = Served::start(gateway(&["--database-url", &database.url]));
    node(&folder, "audits.mjs", &[("CODEX_URL", &served.url)]);
}

#[tokio::test]
async fn the_authentication_library_shares_accounts_and_sessions() {
    let Some(folder) = scripts(&["node"]) else { return };
    let Some(database) = Database::postgres().await else {
        return;
    };
    let served = Served::start(gateway(&["--database-url", &database.url, "--session-secret", SECRET]));
    node(
        &folder,
        "better-auth.mjs",
        &[
            ("CODEX_URL", &served.url),
            ("DATABASE_URL", &database.url),
            ("SECRET", SECRET),
        ],
    );
}
