//! What must be in place, and what the gateway says where it is not.

use std::io::{BufRead, BufReader, Read};

use codex_gateway::database::complaints;
use migration::{Migrator, MigratorTrait};
use sea_orm::{ConnectionTrait, TransactionTrait};

use super::{TABLES, app};
use crate::support::{
    Database,
    process::{gateway, run},
    texts,
};

#[tokio::test]
async fn whatever_is_amiss_is_said() {
    let Some(app) = app().await else { return };
    assert_eq!(complaints(&app.db).await.unwrap(), []);
    for (change, words) in [
        (
            "ALTER TABLE content DISABLE ROW LEVEL SECURITY",
            "the table content without a policy",
        ),
        (
            "DROP POLICY visible ON purchases",
            "the table purchases without a policy",
        ),
        (
            "GRANT SELECT (id) ON accounts TO codex_reader",
            "the table accounts without a policy",
        ),
        (
            "CREATE TABLE open (); GRANT SELECT ON open TO PUBLIC",
            "the table open without a policy",
        ),
        (
            "REVOKE SELECT ON users FROM codex_reader",
            "may not read the table users",
        ),
        (
            "REVOKE SELECT ON audit_entries FROM codex_reader",
            "may not read the table audit_entries",
        ),
        (
            "DROP POLICY visible ON audit_entries",
            "the table audit_entries without a policy",
        ),
        ("ALTER ROLE codex_reader BYPASSRLS", "can bypass row security"),
        ("ALTER ROLE codex_reader SUPERUSER", "can bypass row security"),
        (
            "CREATE TABLE own (); ALTER TABLE own OWNER TO codex_reader",
            "owns something",
        ),
        (
            "CREATE ROLE codex_test_group; GRANT codex_test_group TO codex_reader",
            "a member of codex_test_group",
        ),
        (
            "ALTER ROLE codex_reader RENAME TO codex_test_renamed",
            "there is no role codex_reader",
        ),
        (
            "CREATE ROLE codex_test_login; SET LOCAL SESSION AUTHORIZATION codex_test_login",
            "cannot take the role codex_reader",
        ),
        (
            "DROP POLICY for_everyone ON purchases",
            "the role codex_visitor reads the table purchases without a policy",
        ),
        (
            "REVOKE SELECT ON users FROM codex_visitor",
            "the role codex_visitor may not read the table users",
        ),
        (
            "REVOKE SELECT ON own_content FROM codex_reader",
            "the role codex_reader may not read the view own_content",
        ),
        (
            "DROP VIEW own_content",
            "the role codex_reader may not read the view own_content",
        ),
        (
            "ALTER ROLE codex_visitor BYPASSRLS",
            "the role codex_visitor can bypass row security",
        ),
        (
            "ALTER ROLE codex_visitor RENAME TO codex_test_renamed",
            "there is no role codex_visitor",
        ),
        (
            "CREATE ROLE codex_test_login NOINHERIT; GRANT codex_reader TO codex_test_login; SET LOCAL SESSION AUTHORIZATION codex_test_login",
            "cannot take the role codex_visitor",
        ),
        (
            "ALTER TABLE content DISABLE TRIGGER content_1_shows_no_longer",
            "the trigger content.content_1_shows_no_longer is missing or off",
        ),
        (
            "DROP TRIGGER organizations_show_no_longer ON organizations",
            "the trigger organizations.organizations_show_no_longer is missing or off",
        ),
        (
            "CREATE ROLE codex_test_heir; GRANT codex_reader TO codex_test_heir; SET LOCAL SESSION AUTHORIZATION codex_test_heir",
            "nor may it inherit",
        ),
    ] {
        // Roles are everybody's, so nobody else must ever see them changed.
        let transaction = app.db.begin().await.unwrap();
        transaction.execute_unprepared(change).await.unwrap();
        let said = complaints(&transaction).await.unwrap();
        transaction.rollback().await.unwrap();
        assert!(
            said.first().is_some_and(|said| said.message.contains(words)),
            "{change}: {said:?}"
        );
    }
}

#[tokio::test]
async fn the_gateway_does_not_start_without_it_unless_told_to() {
    let Some(database) = Database::postgres().await else {
        return;
    };
    let db = database.connect().await;
    db.execute_unprepared("ALTER TABLE content DISABLE ROW LEVEL SECURITY")
        .await
        .unwrap();
    let arguments = ["serve", "--database-url", &database.url, "--listen", "127.0.0.1:0"];
    let refused = run(&arguments);
    assert_eq!(refused.status.code(), Some(1));
    let said = String::from_utf8(refused.stderr).unwrap();
    assert!(
        said.contains("the table content") && said.contains("--no-rls"),
        "{said}"
    );

    let mut serving = gateway(&arguments).arg("--no-rls").spawn().unwrap();
    let lines = BufReader::new(serving.stdout.take().unwrap())
        .lines()
        .map(Result::unwrap);
    let printed: Vec<String> = lines.take_while(|line| line != "Ctrl-C stops it.").collect();
    serving.kill().unwrap();
    let mut logged = String::new();
    serving.stderr.take().unwrap().read_to_string(&mut logged).unwrap();
    serving.wait().unwrap();
    assert!(
        printed.iter().any(|line| line.contains("row-level security is OFF")),
        "{printed:?}"
    );
    assert!(
        logged.contains("WARN") && logged.contains("row-level security is OFF"),
        "{logged}"
    );
}

#[tokio::test]
async fn the_step_leaves_nothing_behind_and_can_be_taken_again() {
    let Some(app) = app().await else { return };
    let left = "SELECT proname::text FROM pg_proc WHERE proname LIKE 'codex\\_%'
        UNION ALL SELECT relname::text FROM pg_class
            WHERE relname LIKE 'codex\\_%' OR relname IN ('organizations_deleted_at_idx', 'own_content')
        UNION ALL SELECT polname::text FROM pg_policy
        UNION ALL SELECT relname::text FROM pg_class WHERE relrowsecurity
        UNION ALL SELECT 'a dependency of a role' FROM pg_shdepend
            JOIN pg_database ON pg_database.oid = dbid AND datname = current_database()
            WHERE refobjid IN (SELECT oid FROM pg_roles WHERE rolname IN ('codex_reader', 'codex_visitor'))";
    let there = texts(&app.db, left).await;
    assert!(there.len() >= 4 * TABLES.len(), "{there:?}");
    let later = Migrator::migrations().len() - 11;
    Migrator::down(&app.db, Some(later.try_into().unwrap())).await.unwrap();
    assert_eq!(texts(&app.db, left).await, [""; 0]);
    Migrator::up(&app.db, None).await.unwrap();
    assert_eq!(complaints(&app.db).await.unwrap(), []);
    let mut again = texts(&app.db, left).await;
    again.sort();
    let mut there = there;
    there.sort();
    assert_eq!(again, there);
}

#[tokio::test]
async fn without_the_right_to_make_roles_the_step_waits_for_somebody_who_may() {
    let Some(database) = Database::postgres_empty().await else {
        return;
    };
    let db = database.connect().await;
    let transaction = db.begin().await.unwrap();
    let no_role = "DO $$ BEGIN ALTER ROLE codex_reader RENAME TO codex_test_renamed;
        EXCEPTION WHEN undefined_object THEN NULL; END $$;
        DO $$ BEGIN ALTER ROLE codex_visitor RENAME TO codex_test_renamed_too;
        EXCEPTION WHEN undefined_object THEN NULL; END $$;
        CREATE ROLE codex_test_plain; GRANT ALL ON SCHEMA public TO codex_test_plain;
        SET LOCAL SESSION AUTHORIZATION codex_test_plain";
    transaction.execute_unprepared(no_role).await.unwrap();
    Migrator::up(&transaction, None).await.unwrap();
    let said = complaints(&transaction).await.unwrap();
    let said: Vec<_> = said.iter().map(|complaint| complaint.message.as_str()).collect();
    assert_eq!(
        said,
        ["there is no role codex_reader", "there is no role codex_visitor"]
    );

    let remedy = "RESET SESSION AUTHORIZATION; CREATE ROLE codex_reader NOLOGIN; CREATE ROLE codex_visitor NOLOGIN;
        GRANT codex_reader, codex_visitor TO codex_test_plain;
        SET LOCAL SESSION AUTHORIZATION codex_test_plain; CALL codex_secure_rows()";
    transaction.execute_unprepared(remedy).await.unwrap();
    assert_eq!(complaints(&transaction).await.unwrap(), []);
    transaction.rollback().await.unwrap();
}

#[tokio::test]
async fn somebody_makes_the_role_that_came_later() {
    let Some(app) = app().await else { return };
    let transaction = app.db.begin().await.unwrap();
    let step = "DROP OWNED BY codex_visitor; ALTER ROLE codex_visitor RENAME TO codex_test_renamed";
    transaction.execute_unprepared(step).await.unwrap();
    let said = complaints(&transaction).await.unwrap();
    assert_eq!(said.len(), 1, "{said:?}");
    assert_eq!(said[0].message, "there is no role codex_visitor");
    let remedy = "CREATE ROLE codex_visitor NOLOGIN; CALL codex_secure_rows(); CALL codex_secure_rows()";
    transaction.execute_unprepared(remedy).await.unwrap();
    assert_eq!(complaints(&transaction).await.unwrap(), []);
    transaction.rollback().await.unwrap();
}
