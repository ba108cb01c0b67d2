//! The gateway as a program: what a person types, and what it says.

use std::{
    io::{BufRead, BufReader},
    process::{Child, ChildStderr, Command, ExitStatus, Output, Stdio},
    sync::{Arc, Condvar, Mutex},
    thread,
    time::{Duration, Instant},
};

/// The gateway's binary, with none of the settings that this process may have been started with.
pub fn gateway(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_codex-gateway"));
    let is_setting = |name: &str| {
        ["CODEX_", "OTEL_", "DATABASE_URL"]
            .iter()
            .any(|own| name.starts_with(own))
    };
    for (name, _) in std::env::vars().filter(|(name, _)| is_setting(name)) {
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
    log: Arc<Log>,
}

/// What a program says on standard error, line by line, for as long as it speaks.
#[derive(Default)]
struct Log {
    lines: Mutex<(Vec<String>, bool)>,
    more: Condvar,
}

impl Log {
    /// Listens to a program, so that it never has to wait for somebody who does.
    fn of(said: ChildStderr) -> Arc<Self> {
        let log = Arc::new(Self::default());
        let listener = Arc::clone(&log);
        thread::spawn(move || {
            for line in BufReader::new(said).lines().map_while(Result::ok) {
                listener.lines.lock().unwrap().0.push(line);
                listener.more.notify_all();
            }
            listener.lines.lock().unwrap().1 = true;
            listener.more.notify_all();
        });
        log
    }

    /// Waits until this holds of the lines, or there will be no more, and gives them.
    fn wait(&self, enough: impl Fn(&[String]) -> bool) -> Vec<String> {
        const PATIENCE: Duration = Duration::from_secs(60);
        let lines = self.lines.lock().unwrap();
        let waited = self
            .more
            .wait_timeout_while(lines, PATIENCE, |(lines, ended)| !*ended && !enough(lines));
        waited.unwrap().0.0.clone()
    }
}

impl Served {
    /// Starts the gateway, and waits until it says where it listens and as whom one can act.
    pub fn start(mut command: Command) -> Self {
        let mut child = command.args(["--listen", "127.0.0.1:0"]).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
        let log = Log::of(child.stderr.take().unwrap());
        let Some(first) = lines.next() else {
            panic!("the gateway did not start: {}", log.wait(|_| false).join("\n"));
        };
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
        Self {
            child,
            url,
            people,
            log,
        }
    }
}

impl Served {
    /// What it has said on standard error, once a line of it has this in it.
    pub fn said(&self, something: &str) -> Vec<String> {
        let lines = self.log.wait(|lines| lines.iter().any(|line| line.contains(something)));
        assert!(
            lines.iter().any(|line| line.contains(something)),
            "{something}: {lines:#?}"
        );
        lines
    }

    /// All that it has said on standard error, once it has stopped.
    pub fn last_words(&self) -> Vec<String> {
        self.log.wait(|_| false)
    }

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
