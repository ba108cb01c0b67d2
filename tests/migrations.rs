//! The schema's steps: up, down, one by one, all anew, and by several gateways at once.

use std::{
    future::pending,
    process::Child,
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::Duration,
};

use codex_gateway::database::{exclusively, now};
use entity::{
    account, audit_entry, content_view, idempotency_key, membership::Role, sign_in_attempt, verification_token,
};
use futures_util::future::join_all;
use migration::{Migrator, MigratorTrait};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, ConnectionTrait, DatabaseConnection, DbBackend, TransactionTrait};
use similar::TextDiff;
use tokio::time::timeout;

use crate::support::{
    App, Database, content, media,
    process::{Served, gateway, printed},
    texts,
};

/// The table in which the migrator keeps what it has done. It is the migrator's own, and stays.
const MIGRATIONS: &str = "seaql_migrations";

/// Everything that a PostgreSQL database consists of but its rows, a text for each.
const POSTGRES_SHAPE: &str = r"
WITH spaces AS (
    SELECT oid, nspname FROM pg_namespace WHERE nspname NOT LIKE 'pg\_%' AND nspname <> 'information_schema'
), relations AS (
    SELECT pg_class.* FROM pg_class JOIN spaces ON spaces.oid = relnamespace
), routines AS (
    SELECT pg_proc.* FROM pg_proc JOIN spaces ON spaces.oid = pronamespace
), types AS (
    SELECT pg_type.* FROM pg_type JOIN spaces ON spaces.oid = typnamespace WHERE typtype IN ('d', 'e', 'r')
)
SELECT format('schema %s', nspname) FROM spaces WHERE nspname <> 'public'
UNION ALL
SELECT format('extension %s', extname) FROM pg_extension WHERE extname <> 'plpgsql'
UNION ALL
SELECT format('type %s %s', oid::regtype, (
    SELECT string_agg(enumlabel, ', ' ORDER BY enumsortorder) FROM pg_enum WHERE enumtypid = types.oid
)) FROM types
UNION ALL
SELECT format('relation %s, kind %s, row security %s, forced %s, %s',
    oid::regclass, relkind, relrowsecurity, relforcerowsecurity, pg_get_viewdef(oid)) FROM relations WHERE relkind <> 'i'
UNION ALL
SELECT format('column %s.%s %s%s, default %s, rights %s', attrelid::regclass, attname, format_type(atttypid, atttypmod),
    CASE WHEN attnotnull THEN ' not null' END, pg_get_expr(adbin, adrelid), attacl)
FROM pg_attribute JOIN relations ON relations.oid = attrelid
LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
WHERE attnum > 0 AND NOT attisdropped AND relkind <> 'i'
UNION ALL
SELECT format('constraint %s on %s%s: %s', conname, conrelid::regclass, contypid::regtype, pg_get_constraintdef(oid))
FROM pg_constraint WHERE connamespace IN (SELECT oid FROM spaces)
UNION ALL
SELECT format('index %s', pg_get_indexdef(oid)) FROM relations WHERE relkind = 'i'
UNION ALL
SELECT format('trigger %s, enabled %s', pg_get_triggerdef(pg_trigger.oid), tgenabled)
FROM pg_trigger JOIN relations ON relations.oid = tgrelid WHERE NOT tgisinternal
UNION ALL
SELECT format('function %s', pg_get_functiondef(oid)) FROM routines WHERE prokind <> 'a'
UNION ALL
SELECT format('policy %s on %s, %s for %s to %s using %s check %s',
    policyname, tablename, permissive, cmd, roles, qual, with_check) FROM pg_policies
UNION ALL
SELECT format('grant on %s to %s: %s', table_name, grantee, string_agg(privilege_type, ', ' ORDER BY privilege_type))
FROM information_schema.role_table_grants WHERE table_schema IN (SELECT nspname FROM spaces)
GROUP BY table_schema, table_name, grantee
UNION ALL
SELECT format('grant on function %s to %s', routine_name, grantee)
FROM information_schema.role_routine_grants WHERE routine_schema IN (SELECT nspname FROM spaces)
";

/// The same of a SQLite database.
const SQLITE_SHAPE: &str =
    "SELECT type || ' ' || name || ' on ' || tbl_name || ': ' || ifnull(sql, '') FROM sqlite_master";

/// Everything that the database consists of but its rows.
async fn shape(db: &impl ConnectionTrait) -> Vec<String> {
    let mut shape = match db.get_database_backend() {
        DbBackend::Postgres => texts(db, POSTGRES_SHAPE).await,
        _ => texts(db, SQLITE_SHAPE).await,
    };
    shape.sort();
    shape
}

fn assert_same(before: &[String], after: &[String], what: &str) {
    let (before, after) = (before.join("\n"), after.join("\n"));
    let difference = TextDiff::from_lines(&before, &after).unified_diff().to_string();
    assert!(before == after, "{what}:\n{difference}");
}

/// Every table, and how many rows it has.
async fn counts(db: &DatabaseConnection) -> Vec<(String, String)> {
    let tables = match db.get_database_backend() {
        DbBackend::Postgres => "SELECT tablename::text FROM pg_tables WHERE schemaname = 'public'",
        _ => "SELECT name FROM sqlite_master WHERE type = 'table'",
    };
    let mut counts = Vec::new();
    for table in texts(db, tables).await.into_iter().filter(|table| table != MIGRATIONS) {
        let count = texts(db, &format!("SELECT CAST(count(*) AS text) FROM {table}")).await;
        counts.push((table, count.concat()));
    }
    counts.sort();
    counts
}

/// Puts something into every table.
async fn fill(app: &App) {
    let ann = app.person("ann").await;
    let house = app.organization("house").await;
    app.member(&house, &ann, Role::Owner).await;
    let video = media(&ann, "video").save(app).await;
    let piece = content(&ann, "piece").in_(&house).showing(video).save(app).await;
    content(&ann, "piece").save(app).await;
    app.grant(&ann, piece, None).await;
    app.purchase(&ann, piece).await;
    let account = account::ActiveModel {
        id: Set("account".to_owned()),
        account_id: Set(ann.id.clone()),
        provider_id: Set("credential".to_owned()),
        user_id: Set(ann.id.clone()),
        ..Default::default()
    };
    account.insert(&app.db).await.unwrap();
    let token = verification_token::ActiveModel {
        id: Set("verification".to_owned()),
        identifier: Set("ann@example.com".to_owned()),
        value: Set("secret".to_owned()),
        expires_at: Set(now()),
        ..Default::default()
    };
    token.insert(&app.db).await.unwrap();
    let entry = audit_entry::ActiveModel {
        id: Set(uuid::Uuid::now_v7()),
        actor_id: Set(Some(ann.id)),
        action: Set("user.update".to_owned()),
        subject_type: Set("user".to_owned()),
        subject_id: Set("user-ann".to_owned()),
        ..Default::default()
    };
    entry.insert(&app.db).await.unwrap();
    let key = idempotency_key::ActiveModel {
        id: Set(uuid::Uuid::now_v7()),
        user_id: Set("user-ann".to_owned()),
        key: Set("key".to_owned()),
        request: Set("digest".to_owned()),
        outcomes: Set(serde_json::json!({})),
        expires_at: Set(now()),
        ..Default::default()
    };
    key.insert(&app.db).await.unwrap();
    let attempt = sign_in_attempt::ActiveModel {
        subject: Set("account:ann@example.com".to_owned()),
        attempts: Set(1),
        expires_at: Set(now()),
        ..Default::default()
    };
    attempt.insert(&app.db).await.unwrap();
    let view = content_view::ActiveModel {
        id: Set(uuid::Uuid::now_v7()),
        content_id: Set(piece),
        ..Default::default()
    };
    view.insert(&app.db).await.unwrap();
    let counts = counts(&app.db).await;
    assert!(
        counts.iter().all(|(_, count)| count != "0"),
        "nothing in some: {counts:?}"
    );
}

#[test]
fn every_step_is_taken_whole_or_not_at_all() {
    for step in Migrator::migrations() {
        assert_eq!(step.use_transaction(), Some(true), "{}", step.name());
    }
}

on_both! {
    async fn up_twice_changes_nothing(app) {
        fill(&app).await;
        let (before, rows) = (shape(&app.db).await, counts(&app.db).await);
        Migrator::up(&app.db, None).await.unwrap();
        assert_same(&before, &shape(&app.db).await, "up again");
        assert_eq!(counts(&app.db).await, rows);
    }

    async fn each_step_goes_down_and_up_alone(app) {
        fill(&app).await;
        for step in Migrator::migrations().iter().rev() {
            let with = shape(&app.db).await;
            Migrator::down(&app.db, Some(1)).await.unwrap();
            let (without, rows) = (shape(&app.db).await, counts(&app.db).await);
            assert!(rows.iter().all(|(_, count)| count != "0"), "{} down takes of others' rows: {rows:?}", step.name());

            Migrator::up(&app.db, Some(1)).await.unwrap();
            assert_same(&with, &shape(&app.db).await, &format!("{} down and up", step.name()));
            Migrator::down(&app.db, Some(1)).await.unwrap();
            assert_same(&without, &shape(&app.db).await, &format!("{} down again", step.name()));
            assert_eq!(counts(&app.db).await, rows, "{}", step.name());
        }
    }

    async fn all_down_leaves_nothing(app) {
        fill(&app).await;
        Migrator::down(&app.db, None).await.unwrap();
        let mut left = shape(&app.db).await;
        left.retain(|part| !part.contains(MIGRATIONS));
        assert_eq!(left, Vec::<String>::new());
        let taken = Migrator::get_applied_migrations(&app.db).await.unwrap();
        assert_eq!(taken.len(), 0);
    }

    async fn up_again_is_the_same(app) {
        let before = shape(&app.db).await;
        Migrator::down(&app.db, None).await.unwrap();
        Migrator::up(&app.db, None).await.unwrap();
        assert_same(&before, &shape(&app.db).await, "all down and up");
    }

    async fn fresh_is_the_same_and_empty(app) {
        fill(&app).await;
        let (before, mut rows) = (shape(&app.db).await, counts(&app.db).await);
        // By the command, because it is not enough to call the migrator: on SQLite it wants a single connection.
        printed(&["migrate", "fresh", "--database-url", app.database_url()]);
        assert_same(&before, &shape(&app.db).await, "fresh");
        for (_, count) in &mut rows {
            *count = "0".to_owned();
        }
        assert_eq!(counts(&app.db).await, rows);
    }
}

/// The tests above would be worth nothing if the shape did not hold what differs.
#[tokio::test]
async fn every_difference_shows_in_the_shape() {
    let Some(database) = Database::postgres().await else {
        return;
    };
    let db = database.connect().await;
    let before = shape(&db).await;
    for change in [
        "CREATE SCHEMA extra",
        "CREATE SCHEMA extra; CREATE TABLE extra.extra ()",
        "CREATE TABLE extra ()",
        "CREATE VIEW extra AS SELECT 1",
        "CREATE SEQUENCE extra",
        "CREATE TYPE extra AS ENUM ('a')",
        "CREATE DOMAIN extra AS integer",
        "CREATE FUNCTION extra() RETURNS integer LANGUAGE sql AS 'SELECT 1'",
        "CREATE INDEX extra ON users (name)",
        "CREATE POLICY extra ON users USING (true)",
        "CREATE RULE extra AS ON DELETE TO users DO INSTEAD NOTHING; CREATE VIEW extra AS SELECT name FROM users",
        "ALTER TABLE accounts ENABLE ROW LEVEL SECURITY",
        "ALTER TABLE users FORCE ROW LEVEL SECURITY",
        "ALTER TABLE users ADD COLUMN extra text",
        "ALTER TABLE users DROP COLUMN image",
        "ALTER TABLE users ALTER COLUMN name DROP NOT NULL",
        "ALTER TABLE users ALTER COLUMN name TYPE varchar(255)",
        "ALTER TABLE organizations ALTER COLUMN slug TYPE varchar(256)",
        "ALTER TABLE users ALTER COLUMN role DROP DEFAULT",
        "ALTER TABLE users DROP CONSTRAINT users_role_check",
        "ALTER TABLE users ADD CONSTRAINT extra CHECK (name <> '')",
        "ALTER TABLE organizations DISABLE TRIGGER organizations_release_content",
        "ALTER FUNCTION organizations_release_content() SECURITY INVOKER",
        "ALTER FUNCTION organizations_release_content() RESET search_path",
        "DROP TRIGGER organizations_release_content ON organizations",
        "DROP INDEX content_tags_idx",
        "GRANT SELECT ON users TO PUBLIC",
        "GRANT SELECT (name) ON users TO PUBLIC",
        "REVOKE EXECUTE ON FUNCTION codex_visits FROM PUBLIC",
    ] {
        let changed = db.begin().await.unwrap();
        changed.execute_unprepared(change).await.unwrap();
        assert_ne!(shape(&changed).await, before, "{change}");
        changed.rollback().await.unwrap();
    }
    assert_same(&before, &shape(&db).await, "nothing has happened");
}

/// Makes of each `async fn name(database) { ... }` a test on SQLite and a test on PostgreSQL, each with a database without
/// any table.
macro_rules! on_both_empty {
    ($($(#[$meta:meta])* async fn $name:ident($database:ident) $body:block)+) => {$(
        $(#[$meta])*
        mod $name {
            use super::*;

            async fn test($database: Database) $body

            #[tokio::test]
            async fn sqlite() {
                test(Database::sqlite_file()).await;
            }

            #[tokio::test]
            async fn postgres() {
                if let Some(database) = Database::postgres_empty().await {
                    test(database).await;
                }
            }
        }
    )+};
}

/// How many gateways start at once.
const AT_ONCE: usize = 8;
/// Longer than anything takes here: whoever is still waiting then, waits for ever.
const FOR_EVER: Duration = Duration::from_secs(60);

async fn connections(database: &Database) -> Vec<DatabaseConnection> {
    join_all((0..AT_ONCE).map(|_| database.connect())).await
}

/// Every step has been taken, once.
async fn assert_migrated(db: &DatabaseConnection) {
    let taken = texts(db, &format!("SELECT version FROM {MIGRATIONS} ORDER BY version")).await;
    let steps = Migrator::migrations();
    assert_eq!(taken, steps.iter().map(|step| step.name()).collect::<Vec<_>>());
}

/// On PostgreSQL, has nobody wait for a lock for longer than a moment.
async fn be_impatient(db: &DatabaseConnection) {
    if db.get_database_backend() == DbBackend::Postgres {
        let impatient = "DO $$ BEGIN
            EXECUTE format('ALTER DATABASE %I SET lock_timeout = 10', current_database());
        END $$";
        db.execute_unprepared(impatient).await.unwrap();
    }
}

#[tokio::test]
async fn gateways_that_start_at_once_all_get_at_a_new_file() {
    // Whether they meet is a matter of luck, which is helped along.
    for _ in 0..20 {
        connections(&Database::sqlite_file()).await;
    }
}

/// The first makes the demo data, and the others find it.
#[tokio::test]
async fn gateways_that_start_at_once_share_one_demo_world() {
    let database = Database::sqlite_file();
    let served: Vec<Served> = thread::scope(|scope| {
        let start = || Served::start(gateway(&["--database-url", &database.url]));
        let starting: Vec<_> = (0..AT_ONCE).map(|_| scope.spawn(start)).collect();
        starting.into_iter().map(|starting| starting.join().unwrap()).collect()
    });
    assert!(!served[0].people.is_empty());
    for other in &served {
        assert_eq!(other.people, served[0].people);
    }
}

on_both_empty! {
    async fn only_one_works_at_a_time(database) {
        let at_work = AtomicBool::new(false);
        let work = async || {
            assert!(!at_work.swap(true, Ordering::SeqCst), "two at once");
            for _ in 0..100 {
                tokio::task::yield_now().await;
            }
            at_work.store(false, Ordering::SeqCst);
            Ok(())
        };
        let connections = connections(&database).await;
        let all = connections.iter().map(|db| exclusively(db, work()));
        for done in join_all(all).await {
            done.unwrap();
        }
    }

    async fn whoever_breaks_off_is_not_waited_for(database) {
        let connections = connections(&database).await;
        let (entered, has_entered) = tokio::sync::oneshot::channel();
        let first = connections[0].clone();
        let endless = tokio::spawn(async move {
            let work = async {
                entered.send(()).unwrap();
                pending().await
            };
            exclusively::<()>(&first, work).await
        });
        has_entered.await.unwrap();
        endless.abort();
        let next = exclusively(&connections[1], async { Ok(()) });
        timeout(FOR_EVER, next).await.unwrap().unwrap();
    }

    async fn gateways_that_start_at_once_take_each_step_once(database) {
        let connections = connections(&database).await;
        be_impatient(&connections[0]).await;
        let all = connections.iter().map(|db| exclusively(db, Migrator::up(db, None)));
        for done in join_all(all).await {
            done.unwrap();
        }
        assert_migrated(&connections[0]).await;
    }

    async fn programs_that_start_at_once_take_each_step_once(database) {
        let db = database.connect().await;
        be_impatient(&db).await;
        let arguments = ["migrate", "up", "--database-url", &database.url];
        let programs: Vec<Child> = (0..AT_ONCE).map(|_| gateway(&arguments).spawn().unwrap()).collect();
        let mut said: Vec<String> = programs.into_iter().map(|program| {
            let output = program.wait_with_output().unwrap();
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
            String::from_utf8(output.stdout).unwrap()
        }).collect();
        said.sort();
        let steps = Migrator::migrations().len();
        let mut expected = vec!["0 of 0 pending steps taken.\n".to_owned(); AT_ONCE - 1];
        expected.push(format!("{steps} of {steps} pending steps taken.\n"));
        assert_eq!(said, expected);
        assert_migrated(&db).await;
    }
}
