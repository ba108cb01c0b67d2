//! A PostgreSQL server of a test's own, which it may kill.

use std::{
    io::Write,
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use tempfile::TempDir;

/// A server with an empty database, which goes away with this value.
pub struct Cluster {
    programs: PathBuf,
    folder: TempDir,
    port: u16,
}

impl Cluster {
    /// Makes one; nothing where PostgreSQL's programs are not to be found, which is said, and on CI is a failure.
    pub fn start() -> Option<Self> {
        let Some(programs) = programs() else {
            assert!(
                std::env::var_os("CI").is_none(),
                "PostgreSQL's programs are missing, and on CI they must not be"
            );
            // Written past the test runner, which keeps what a passing test prints to itself.
            let _ = writeln!(
                std::io::stderr(),
                "SKIPPED without having run: {}. PostgreSQL's programs (initdb, pg_ctl) are not to be found.",
                std::thread::current().name().unwrap_or("a test"),
            );
            return None;
        };
        let folder = TempDir::new().unwrap();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        if is_root() {
            let owned = Command::new("chown")
                .arg("postgres")
                .arg(folder.path())
                .status()
                .unwrap();
            assert!(owned.success());
        }
        let cluster = Self { programs, folder, port };
        cluster.run(
            "initdb",
            &format!("-D {} -U postgres -A trust -E UTF8 --no-sync", cluster.data()),
        );
        cluster.start_again();
        Some(cluster)
    }

    /// Where its database is.
    pub fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/postgres", self.port)
    }

    /// Starts it, and waits until it takes connections.
    pub fn start_again(&self) {
        let options = format!("-p {} -k {} -h 127.0.0.1 -F", self.port, self.folder.path().display());
        let log = self.folder.path().join("log");
        self.run(
            "pg_ctl",
            &format!("-D {} -w -l {} -o '{options}' start", self.data(), log.display()),
        );
    }

    /// Has it end at once, as if the machine had lost its power.
    pub fn kill(&self) {
        self.run("pg_ctl", &format!("-D {} -w -m immediate stop", self.data()));
    }

    fn data(&self) -> String {
        self.folder.path().join("data").display().to_string()
    }

    /// Runs one of its programs, which refuse to be run by root.
    fn run(&self, program: &str, arguments: &str) {
        let line = format!("{}/{program} {arguments}", self.programs.display());
        let mut command = match is_root() {
            true => {
                let mut command = Command::new("su");
                command.args(["postgres", "-s", "/bin/sh", "-c", &line]);
                command
            }
            false => {
                let mut command = Command::new("sh");
                command.args(["-c", &line]);
                command
            }
        };
        let status = command
            .current_dir("/")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .status()
            .unwrap();
        assert!(status.success(), "{line}");
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        if Path::new(&self.data()).join("postmaster.pid").exists() {
            self.kill();
        }
    }
}

/// The folder of PostgreSQL's programs.
fn programs() -> Option<PathBuf> {
    let on_path = std::env::var_os("PATH").unwrap_or_default();
    let on_path = std::env::split_paths(&on_path).collect::<Vec<_>>();
    // Debian keeps them apart, by version.
    let debian = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let debian = debian.map(|version| version.path().join("bin"));
    let has_both = |folder: &PathBuf| folder.join("initdb").exists() && folder.join("pg_ctl").exists();
    on_path.into_iter().chain(debian).find(has_both)
}

fn is_root() -> bool {
    let id = Command::new("id").arg("-u").output().unwrap();
    id.stdout.trim_ascii() == b"0"
}
