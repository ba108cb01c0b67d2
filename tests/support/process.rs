//! The gateway as a program: what a person types, and what it says.

use std::{
    io::{BufRead, BufReader, Read},
    process::{Child, Command, ExitStatus, Output, Stdio},
    time::{Duration, Instant},
};

/// The gateway's binary, with none of the settings that this process may have been started with.
pub fn gateway(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_codex-gateway"));
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("CODEX_") || name == "DATABASE_URL") {
        command.env_remove(name);
    }
    command
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

/// Runs the gateway to its end.
pub fn run(arguments: &[&str]) -> Output {
    gateway(arguments).output().unwrap()
}

/// What a program that ended well has printed.
pub fn printed(arguments: &[&str]) -> String {
    let output = run(arguments);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{arguments:?}: {said}");
    String::from_utf8(output.stdout).unwrap()
}

/// A gateway that serves, until this value goes away.
pub struct Served {
    child: Child,
    /// Where: `http://127.0.0.1:port`.
    pub url: String,
    /// The demo people: name, who that is, token.
    pub people: Vec<(String, String, String)>,
}

impl Served {
    /// Starts the gateway, and waits until it says where it listens and as whom one can act.
    pub fn start(mut command: Command) -> Self {
        let mut child = command.args(["--listen", "127.0.0.1:0"]).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
        let failed = |child: &mut Child| {
            let mut said = String::new();
            child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
            panic!("the gateway did not start: {said}");
        };
        let Some(first) = lines.next() else { failed(&mut child) };
        // GraphiQL comes first, where it is served.
        let graphql = match first.starts_with("GraphiQL") {
            true => lines.next().unwrap(),
            false => first,
        };
        let url = graphql.strip_prefix("GraphQL").unwrap().trim();
        let url = url.strip_suffix("/graphql").unwrap().to_owned();
        let mut people = Vec::new();
        for line in lines.take_while(|line| line != "Ctrl-C stops it.") {
            let columns: Vec<&str> = line
                .split("  ")
                .map(str::trim)
                .filter(|column| !column.is_empty())
                .collect();
            if let [name, role, token] = columns[..]
                && token != "token"
            {
                people.push((name.to_owned(), role.to_owned(), token.to_owned()));
            }
        }
        Self { child, url, people }
    }
}

impl Served {
    /// The process.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Asks it to stop, as the system does, and waits until it has.
    pub fn stop(&mut self) -> ExitStatus {
        let asked = Command::new("kill").arg(self.child.id().to_string()).status().unwrap();
        assert!(asked.success());
        let since = Instant::now();
        loop {
            match self.child.try_wait().unwrap() {
                Some(status) => return status,
                None => assert!(since.elapsed() < Duration::from_secs(60), "it does not stop"),
            }
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
