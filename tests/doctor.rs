//! What `codex-gateway doctor` finds, each kind of trouble made on purpose.

use codex_gateway::{
    cli::doctor::{Finding, Level, examine},
    database::RowSecurity,
};
use sea_orm::{ConnectionTrait, DbBackend, TransactionTrait};
use serde_json::Value;

use crate::support::{
    App, Database,
    process::{printed, run},
    texts,
};

/// One line of what it said.
#[derive(Debug, PartialEq)]
struct Line {
    level: String,
    check: String,
    subject: String,
    message: String,
}

/// What it said of a database, as a table and as JSON alike.
#[derive(Debug, PartialEq)]
struct Seen(Vec<Line>);

impl Seen {
    fn healthy(&self) -> bool {
        self.0.iter().all(|line| line.level != "care")
    }

    fn at(&self, level: &str, check: &str, subject: &str) -> Option<&Line> {
        self.0
            .iter()
            .find(|line| line.level == level && line.check == check && line.subject == subject)
    }

    #[track_caller]
    fn has(&self, level: &str, check: &str, subject: &str) -> &Line {
        self.at(level, check, subject)
            .unwrap_or_else(|| panic!("no {level} {check} {subject}: {self:#?}"))
    }

    /// The subjects of one check that are at this level.
    fn subjects(&self, level: &str, check: &str) -> Vec<&str> {
        let lines = self.0.iter().filter(|line| line.level == level && line.check == check);
        lines.map(|line| line.subject.as_str()).collect()
    }

    /// All is well but for these: check and subject.
    #[track_caller]
    fn needs_care(&self, wrong: &[(&str, &str)]) {
        let lines = self.0.iter().filter(|line| line.level == "care");
        let seen: Vec<_> = lines.map(|line| (line.check.as_str(), line.subject.as_str())).collect();
        assert_eq!(seen, wrong, "{self:#?}");
    }
}

/// Asks twice, and sees to it that the table, the JSON and the exit code agree.
#[track_caller]
fn doctor_with(url: &str, settings: &[&str]) -> Seen {
    let arguments = [&["doctor", "--database-url", url], settings].concat();
    let table = run(&arguments);
    let json = run(&[&arguments[..], &["--json"]].concat());
    assert_eq!(table.status.code(), json.status.code());
    let text = String::from_utf8(table.stdout).unwrap();
    let said: Value = serde_json::from_slice(&json.stdout).unwrap_or_else(|error| {
        let said = (
            String::from_utf8_lossy(&json.stdout),
            String::from_utf8_lossy(&json.stderr),
        );
        panic!("{error}: {said:?}")
    });
    assert_eq!(said.as_object().unwrap().len(), 2, "{said}");
    let seen = Seen(
        said["findings"]
            .as_array()
            .unwrap()
            .iter()
            .map(|finding| {
                let text = |name: &str| finding[name].as_str().unwrap().to_owned();
                assert_eq!(finding.as_object().unwrap().len(), 4, "{finding}");
                Line {
                    level: text("level"),
                    check: text("check"),
                    subject: text("subject"),
                    message: text("message"),
                }
            })
            .collect(),
    );
    assert_eq!(said["healthy"], Value::Bool(seen.healthy()), "{said}");
    assert_eq!(
        json.status.code(),
        Some(if seen.healthy() { 0 } else { 1 }),
        "{seen:#?}"
    );

    // The table: a heading that says where each column starts, the same lines, nothing, and how many of each.
    let lines: Vec<&str> = text.lines().collect();
    let starts: Vec<usize> = ["level", "check", "subject", "message"]
        .iter()
        .map(|name| lines[0].find(name).unwrap())
        .collect();
    let rows = &lines[1..lines.len() - 2];
    assert_eq!(rows.len(), seen.0.len(), "{text}");
    for (row, line) in rows.iter().zip(&seen.0) {
        let column = |from: usize, to: Option<usize>| row.get(from..to.unwrap_or(row.len())).unwrap().trim_end();
        assert_eq!(column(starts[0], Some(starts[1])), line.level, "{text}");
        assert_eq!(column(starts[1], Some(starts[2])), line.check, "{text}");
        assert_eq!(column(starts[2], Some(starts[3])), line.subject, "{text}");
        assert_eq!(column(starts[3], None), line.message, "{text}");
    }
    let levels: Vec<_> = ["care", "note", "ok"]
        .iter()
        .flat_map(|level| seen.0.iter().filter(|line| line.level == *level))
        .collect();
    assert!(
        levels.iter().zip(&seen.0).all(|(by_level, line)| *by_level == line),
        "the worst first: {text}"
    );
    let care = seen.0.iter().filter(|line| line.level == "care").count();
    let summary = lines[lines.len() - 1];
    assert!(
        summary.starts_with(&match care {
            0 => "Nothing needs care".to_owned(),
            1 => "1 finding needs care".to_owned(),
            many => format!("{many} findings need care"),
        }),
        "{summary}"
    );
    seen
}

#[track_caller]
fn doctor(url: &str) -> Seen {
    doctor_with(url, &[])
}

async fn execute(db: &impl ConnectionTrait, sql: &str) {
    db.execute_unprepared(sql)
        .await
        .unwrap_or_else(|error| panic!("{sql}: {error}"));
}

/// This many sessions more, of a user of their own. PostgreSQL counts them at once.
async fn sessions(app: &App, many: usize) {
    let id = format!("busy-{many}");
    let counted = match app.db.get_database_backend() {
        DbBackend::Postgres => "SELECT pg_stat_force_next_flush()",
        _ => "",
    };
    execute(
        &app.db,
        &format!(
            "INSERT INTO users (id, name, email) VALUES ('{id}', 'busy', '{id}@example.com');
             WITH RECURSIVE number (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < {many})
             INSERT INTO sessions (id, user_id, token, expires_at)
             SELECT '{id}-' || n, '{id}', '{id}-' || n, CURRENT_TIMESTAMP FROM number;
             {counted}"
        ),
    )
    .await;
}

on_both! {
    async fn all_is_well(app) {
        let seen = doctor(app.database_url());
        seen.needs_care(&[]);
        for check in ["pending-migrations", "missing-index", "duplicate-index", "invalid-index", "statistics"] {
            seen.has("ok", check, "database");
        }
        seen.has("ok", "connections", "version");
        match app.db.get_database_backend() {
            DbBackend::Postgres => {
                seen.has("ok", "unused-index", "database");
                seen.has("ok", "row-security", "database");
                seen.has("ok", "connections", "max_connections");
            }
            _ => {
                seen.has("ok", "integrity", "database");
                seen.has("ok", "connections", "journal_mode");
                seen.has("ok", "connections", "foreign_keys");
            }
        }
    }

    async fn steps_taken_back_and_steps_from_elsewhere(app) {
        let url = app.database_url();
        execute(&app.db, "INSERT INTO seaql_migrations (version, applied_at) VALUES ('m29990101_000001_later', 0)").await;
        doctor(url).needs_care(&[("unknown-migrations", "m29990101_000001_later")]);
        execute(&app.db, "DELETE FROM seaql_migrations WHERE version = 'm29990101_000001_later'").await;

        printed(&["migrate", "down", "--steps", "2", "--database-url", url]);
        let status = printed(&["migrate", "status", "--database-url", url]);
        let pending: Vec<&str> = status.lines().filter_map(|line| line.strip_prefix("pending")).map(str::trim).collect();
        assert_eq!(pending.len(), 2);
        assert_eq!(doctor(url).subjects("care", "pending-migrations"), pending);
    }

    async fn indexes_that_are_gone(app) {
        execute(&app.db, "DROP INDEX sessions_expires_at_idx").await;
        let seen = doctor(app.database_url());
        seen.needs_care(&[("missing-index", "sessions_expires_at_idx")]);
        let message = &seen.has("care", "missing-index", "sessions_expires_at_idx").message;
        // What it says to do helps.
        let (_, statement) = message.split_once("CREATE INDEX ").unwrap();
        // By another name, which does not matter, because some of these connections still know the old one.
        let statement = statement.replacen("sessions_expires_at_idx", "anew", 1);
        execute(&app.db, &format!("CREATE INDEX {statement}")).await;
        doctor(app.database_url()).needs_care(&[]);

        // An index that does not hold all rows does not serve a foreign key.
        execute(
            &app.db,
            "DROP INDEX organization_memberships_invited_by_idx;
             CREATE INDEX some_rows ON organization_memberships (invited_by) WHERE status = 'active'",
        ).await;
        let seen = doctor(app.database_url());
        seen.needs_care(&[
            ("missing-index", "organization_memberships (invited_by)"),
            ("missing-index", "organization_memberships_invited_by_idx"),
        ]);

        // Nor one that starts with another column, though it has the key's.
        execute(
            &app.db,
            "CREATE INDEX second_place ON organization_memberships (status, invited_by)",
        ).await;
        let seen = doctor(app.database_url());
        seen.needs_care(&[
            ("missing-index", "organization_memberships (invited_by)"),
            ("missing-index", "organization_memberships_invited_by_idx"),
        ]);

        if app.db.get_database_backend() == DbBackend::Postgres {
            execute(&app.db, "ALTER TABLE users DROP CONSTRAINT users_email_key").await;
            doctor(app.database_url()).has("care", "missing-index", "users (email)");
        }
    }

    async fn each_index_is_missed(app) {
        let indexes = match app.db.get_database_backend() {
            DbBackend::Postgres => {
                "SELECT indexrelid::regclass::text FROM pg_index
                 WHERE indrelid IN (SELECT oid FROM pg_class WHERE relnamespace = current_schema()::regnamespace)
                     AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)"
            }
            _ => "SELECT name FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL",
        };
        let indexes = texts(&app.db, indexes).await;
        assert!(indexes.len() > 20, "{indexes:?}");
        execute(&app.db, &format!("DROP INDEX {}", indexes.join("; DROP INDEX "))).await;
        let seen = doctor(app.database_url());
        let missed = seen.subjects("care", "missing-index");
        let not_missed: Vec<&String> = indexes.iter().filter(|index| !missed.contains(&index.as_str())).collect();
        assert!(not_missed.is_empty(), "{not_missed:?}");
    }

    async fn indexes_that_say_the_same(app) {
        // The same once more, and the beginning of another.
        execute(
            &app.db,
            "CREATE INDEX again ON sessions (expires_at);
             CREATE INDEX shorter ON content_access (content_id);
             CREATE INDEX behind_a_constraint ON users (email);
             CREATE INDEX fewer_rows ON organizations (name) WHERE deleted_at IS NOT NULL",
        ).await;
        let seen = doctor(app.database_url());
        seen.needs_care(&[
            ("duplicate-index", "shorter"),
            ("duplicate-index", "fewer_rows"),
            ("duplicate-index", "sessions_expires_at_idx"),
            ("duplicate-index", "behind_a_constraint"),
        ]);
        for index in ["again", "shorter", "behind_a_constraint", "fewer_rows"] {
            execute(&app.db, &format!("DROP INDEX {index}")).await;
        }

        // The beginning of another, but not the same: in another order, of other rows, and forbidding something.
        execute(
            &app.db,
            "CREATE INDEX other_way ON content_access (content_id, created_at);
             CREATE INDEX other_rows ON content (created_at DESC) WHERE deleted_at IS NOT NULL;
             CREATE UNIQUE INDEX forbids ON purchases (content_id)",
        ).await;
        let seen = doctor(app.database_url());
        seen.needs_care(&[]);
        assert_eq!(seen.subjects("note", "duplicate-index"), ["other_rows", "other_way", "forbids"]);
        // A reason that is written down is enough.
        assert!(seen.0.iter().all(|line| line.subject != "organization_memberships_owner_key"));
    }

    async fn tables_without_statistics(app) {
        let postgres = app.db.get_database_backend() == DbBackend::Postgres;
        if postgres {
            execute(&app.db, "ALTER TABLE sessions SET (autovacuum_enabled = false)").await;
        }
        sessions(&app, 999).await;
        let seen = doctor(app.database_url());
        seen.needs_care(&[]);
        let message = &seen.has("note", "statistics", "database").message;
        assert!(message.contains("sessions") && !message.contains("organizations"), "{message}");

        sessions(&app, 1).await;
        doctor(app.database_url()).needs_care(&[("statistics", "sessions")]);
        execute(&app.db, "ANALYZE").await;
        doctor(app.database_url()).has("ok", "statistics", "database");
        if postgres {
            // Twice as many as they were: what is known of them is of yesterday.
            sessions(&app, 3000).await;
            doctor(app.database_url()).needs_care(&[("statistics", "sessions")]);
        }
    }

    async fn it_changes_nothing(app) {
        sessions(&app, 10).await;
        let rows = "SELECT id FROM users ORDER BY 1";
        let state = async || match app.db.get_database_backend() {
            DbBackend::Postgres => {
                let catalog = "SELECT relname || ' ' || xmin || ' ' || relnatts FROM pg_class
                    WHERE relnamespace = 'public'::regnamespace ORDER BY 1";
                (texts(&app.db, catalog).await, texts(&app.db, rows).await, Vec::new())
            }
            _ => {
                let path = app.database_url().trim_start_matches("sqlite://").to_owned();
                let catalog = "SELECT name || coalesce(sql, '') FROM sqlite_schema ORDER BY 1";
                let file = [std::fs::read(&path).unwrap(), std::fs::read(format!("{path}-wal")).unwrap()];
                (texts(&app.db, catalog).await, texts(&app.db, rows).await, file.to_vec())
            }
        };
        let before = state().await;
        doctor(app.database_url());
        assert!(state().await == before);

        // Nor does it tidy up after a gateway that was killed, which left a file and its log behind.
        if let [file, log] = &before.2[..] {
            let left = Database::sqlite_file();
            let path = left.url.trim_start_matches("sqlite://");
            let log_path = format!("{path}-wal");
            std::fs::write(path, file).unwrap();
            std::fs::write(&log_path, log).unwrap();
            doctor(&left.url).needs_care(&[]);
            assert!(&std::fs::read(path).unwrap() == file && &std::fs::read(log_path).unwrap() == log);
        }
    }
}

/// An empty database: every step is pending, and it stays empty.
async fn empty(database: &Database) {
    let steps = printed(&["migrate", "status", "--database-url", &database.url])
        .lines()
        .count();
    let seen = doctor(&database.url);
    assert_eq!(seen.subjects("care", "pending-migrations").len(), steps);
    assert_eq!(
        seen.0.iter().filter(|line| line.level == "care").count(),
        steps,
        "{seen:#?}"
    );
    let db = database.connect().await;
    let tables = match db.get_database_backend() {
        DbBackend::Postgres => "SELECT relname::text FROM pg_class WHERE relnamespace = 'public'::regnamespace",
        _ => "SELECT name FROM sqlite_schema",
    };
    assert_eq!(texts(&db, tables).await, [""; 0]);
}

#[tokio::test]
async fn an_empty_database_on_sqlite() {
    let database = Database::sqlite_file();
    let file = database.url.trim_start_matches("sqlite://");
    // Where there is no file, none is made.
    let refused = run(&["doctor", "--json", "--database-url", &database.url]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(refused.stdout.is_empty());
    assert!(String::from_utf8(refused.stderr).unwrap().contains("unable to open"));
    assert!(!std::path::Path::new(file).exists());

    std::fs::write(file, "").unwrap();
    doctor(&database.url).has("note", "connections", "journal_mode");
    assert_eq!(std::fs::read(file).unwrap(), b"");
    empty(&database).await;
}

#[tokio::test]
async fn an_empty_database_on_postgresql() {
    if let Some(database) = Database::postgres_empty().await {
        doctor(&database.url).has("note", "row-security", "database");
        empty(&database).await;
    }
}

#[tokio::test]
async fn rows_that_name_nobody() {
    let app = App::on(Database::sqlite().await).await;
    execute(
        &app.db,
        "PRAGMA foreign_keys = OFF;
         INSERT INTO accounts (id, account_id, provider_id, user_id) VALUES ('1', '1', 'test', 'nobody');
         PRAGMA foreign_keys = ON;",
    )
    .await;
    doctor(app.database_url()).needs_care(&[("integrity", "accounts")]);
}

#[tokio::test]
async fn a_damaged_file() {
    let database = Database::sqlite().await;
    let db = database.connect().await;
    let place = "SELECT CAST((rootpage - 1) * page_size AS text) FROM sqlite_schema, pragma_page_size
        WHERE name = 'accounts_user_id_idx'";
    let place: usize = texts(&db, place).await[0].parse().unwrap();
    db.close().await.unwrap();
    let file = database.url.trim_start_matches("sqlite://");
    let mut bytes = std::fs::read(file).unwrap();
    bytes[place..place + 100].fill(0xff);
    std::fs::write(file, bytes).unwrap();
    // Checks that come upon the damage say so, and the others are made.
    let seen = doctor(&database.url);
    let message = &seen.has("care", "integrity", "database").message;
    assert!(message.contains("backup"), "{message}");
    let message = &seen.has("care", "statistics", "database").message;
    assert!(message.contains("malformed"), "{message}");
    seen.has("ok", "missing-index", "database");
}

/// A role of a test's own on PostgreSQL, which goes away with this value; the database has to stay until then.
struct Role {
    name: String,
    database: String,
}

impl Role {
    async fn new(app: &App, kind: &str, options: &str) -> Self {
        let name = format!("codex_test_{kind}_{}", std::process::id());
        execute(&app.db, &format!("CREATE ROLE {name} {options}")).await;
        let database = app.database_url().to_owned();
        Self { name, database }
    }
}

impl Drop for Role {
    fn drop(&mut self) {
        let (name, url) = (self.name.clone(), self.database.clone());
        // A test's own runtime cannot be waited for while it is in use.
        let dropping = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap();
            runtime.block_on(async {
                let db = sea_orm::Database::connect(url).await.unwrap();
                execute(&db, &format!("DROP OWNED BY {name}; DROP ROLE {name}")).await;
            });
        });
        let _ = dropping.join();
    }
}

async fn postgres() -> Option<App> {
    Some(App::on(Database::postgres().await?).await)
}

#[tokio::test]
async fn an_index_that_could_not_be_built() {
    let Some(app) = postgres().await else { return };
    execute(
        &app.db,
        "INSERT INTO users (id, name, email) VALUES ('1', 'double', '1@example.com'), ('2', 'double', '2@example.com')",
    )
    .await;
    let building = "CREATE UNIQUE INDEX CONCURRENTLY unfinished ON users (name)";
    app.db.execute_unprepared(building).await.unwrap_err();
    doctor(app.database_url()).needs_care(&[("invalid-index", "unfinished")]);

    // It serves no foreign key either.
    execute(
        &app.db,
        "DROP INDEX unfinished;
         UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'accounts_user_id_idx'::regclass",
    )
    .await;
    let seen = doctor(app.database_url());
    seen.needs_care(&[
        ("missing-index", "accounts (user_id)"),
        ("invalid-index", "accounts_user_id_idx"),
    ]);
}

#[tokio::test]
async fn an_index_that_nobody_uses() {
    let Some(app) = postgres().await else { return };
    sessions(&app, 1000).await;
    execute(&app.db, "ANALYZE").await;
    doctor(app.database_url()).has("ok", "unused-index", "database");
    execute(
        &app.db,
        "DO $$ BEGIN
             FOR number IN 1..1000 LOOP
                 PERFORM FROM sessions WHERE id = 'nobody';
             END LOOP;
             PERFORM pg_stat_force_next_flush();
         END $$",
    )
    .await;
    let seen = doctor(app.database_url());
    seen.needs_care(&[]);
    // Not the one that alone serves a foreign key, nor the one that forbids something.
    assert_eq!(seen.subjects("note", "unused-index"), ["sessions_expires_at_idx"]);
}

#[tokio::test]
async fn what_lets_a_viewer_get_around_the_policies() {
    let Some(app) = postgres().await else { return };
    execute(
        &app.db,
        "ALTER TABLE content DISABLE ROW LEVEL SECURITY;
         DROP POLICY visible ON purchases;
         REVOKE ALL ON sessions FROM codex_reader;
         REVOKE ALL ON users FROM codex_visitor;
         CREATE TABLE open (id text);
         GRANT SELECT ON open TO codex_reader",
    )
    .await;
    let seen = doctor(app.database_url());
    let mut tables = seen.subjects("care", "row-security");
    tables.sort_unstable();
    // Both roles read content.
    assert_eq!(tables, ["content", "content", "open", "purchases", "sessions", "users"]);
    let message = &seen.has("care", "row-security", "content").message;
    assert!(
        message.contains("ALTER TABLE content ENABLE ROW LEVEL SECURITY"),
        "{message}"
    );

    // A role is everybody's on this server: what is done to it is taken back, and only this transaction sees it.
    for (change, subject) in [
        ("ALTER ROLE codex_reader BYPASSRLS", "codex_reader"),
        ("ALTER ROLE codex_reader RENAME TO codex_test_away", "codex_reader"),
        ("ALTER ROLE codex_visitor BYPASSRLS", "codex_visitor"),
    ] {
        let transaction = app.db.begin().await.unwrap();
        execute(&transaction, change).await;
        let report = examine(&transaction, 1, RowSecurity::On).await.unwrap();
        transaction.rollback().await.unwrap();
        let said = |finding: &Finding| {
            finding.level == Level::Care && finding.check == "row-security" && finding.subject == subject
        };
        assert!(report.findings.iter().any(said), "{change}: {report}");
    }
}

#[tokio::test]
async fn what_somebody_has_chosen_to_do_without() {
    let Some(app) = postgres().await else { return };
    execute(&app.db, "DROP POLICY visible ON purchases").await;
    doctor(app.database_url()).needs_care(&[("row-security", "purchases")]);
    let seen = doctor_with(app.database_url(), &["--no-rls"]);
    seen.needs_care(&[]);
    let message = &seen.has("note", "row-security", "database").message;
    assert!(message.contains("off by choice (--no-rls)"), "{message}");
}

#[tokio::test]
async fn somebody_with_few_rights() {
    let Some(app) = postgres().await else { return };
    sessions(&app, 10).await;
    let role = Role::new(&app, "login", "LOGIN NOINHERIT CONNECTION LIMIT 15").await;
    let login = &role.name;
    let mut url = url::Url::parse(app.database_url()).unwrap();
    url.set_username(login).unwrap();

    let seen = doctor(url.as_str());
    seen.needs_care(&[
        ("pending-migrations", "database"),
        ("row-security", "codex_reader"),
        ("row-security", "codex_visitor"),
        ("connections", "max_connections"),
    ]);
    let message = &seen.has("care", "pending-migrations", "database").message;
    assert!(message.contains("permission denied"), "{message}");
    let message = &seen.has("care", "row-security", "codex_reader").message;
    assert!(message.contains("permission denied to set role"), "{message}");
    let message = &seen.has("note", "statistics", "database").message;
    assert!(
        message.contains("may not read") && message.contains("sessions"),
        "{message}"
    );

    let grants = format!("GRANT codex_reader, codex_visitor TO {login}; GRANT SELECT ON seaql_migrations TO {login}");
    execute(&app.db, &grants).await;
    doctor(url.as_str()).needs_care(&[("connections", "max_connections")]);
    let seen = doctor_with(url.as_str(), &["--database-connections", "5"]);
    seen.needs_care(&[]);
    assert_eq!(seen.at("note", "connections", "role"), None, "no superuser");
}

#[tokio::test]
async fn somebody_who_would_find_no_rows() {
    let Some(app) = postgres().await else { return };
    let other = Role::new(&app, "other", "").await;
    // Whoever has the rights of a role with a policy has its policy, too.
    let member = Role::new(&app, "member", "IN ROLE codex_reader").await;
    execute(
        &app.db,
        &format!(
            "GRANT SELECT ON users, content TO {}, {};
             ALTER POLICY everyone ON users TO codex_reader;
             ALTER POLICY everyone ON content TO codex_reader",
            other.name, member.name
        ),
    )
    .await;
    let seen = doctor(app.database_url());
    seen.needs_care(&[]);
    assert_eq!(seen.subjects("note", "row-security"), [other.name.as_str()]);
    let message = &seen.has("note", "row-security", &other.name).message;
    assert!(message.contains("content, users"), "{message}");
}

#[tokio::test]
async fn more_connections_than_the_server_has() {
    let Some(app) = postgres().await else { return };
    let seen = doctor_with(app.database_url(), &["--database-connections", "100000"]);
    seen.needs_care(&[("connections", "max_connections")]);
    let seen = doctor(app.database_url());
    for setting in ["statement_timeout", "idle_in_transaction_session_timeout"] {
        seen.has("note", "connections", setting);
    }
    let mut url = url::Url::parse(app.database_url()).unwrap();
    url.query_pairs_mut().append_pair("options", "-c statement_timeout=30s");
    let seen = doctor(url.as_str());
    assert_eq!(seen.at("note", "connections", "statement_timeout"), None);
}
