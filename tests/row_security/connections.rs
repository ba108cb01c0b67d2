//! A request's transaction, and the connection that it gives back.

use std::time::Duration;

use codex_gateway::database::{Asker, Reader};
use sea_orm::{
    DatabaseConnection,
    sea_query::{Expr, Query},
};

use super::{all_keys, app, keys, only_connection, reader, text};
use crate::support::{App, content};

/// A reader that acts for somebody, and has read something in their name.
async fn at_work(connection: &DatabaseConnection) -> Reader {
    let reader = reader(connection);
    reader.act_for(Some(Asker::new(Some("user-author"), None))).await;
    let role = Query::select().expr(Expr::cust("current_user::text")).take();
    assert_eq!(keys(&reader, &role).await.unwrap(), ["codex_reader"]);
    reader
}

/// Makes sure that the pool's one connection is back, and as it was.
async fn assert_clean(connection: &DatabaseConnection, after: &str) {
    let state = "SELECT concat_ws(' ', current_user = session_user, current_setting('app.viewer', true) || '.',
        current_setting('app.tenant', true) || '.', current_setting('transaction_read_only'))";
    let state = text(connection, state).await.unwrap();
    assert!(
        ["t off", "t . . off"].contains(&state.as_str()),
        "after {after}: {state}"
    );
}

/// Whether a backend of this database is inside a transaction, but for the one that asks.
async fn in_transaction(app: &App) -> String {
    let others = "SELECT count(*)::text FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid() AND xact_start IS NOT NULL";
    text(&app.db, others).await.unwrap()
}

#[tokio::test]
async fn a_connection_comes_back_without_the_role_whatever_happens() {
    let Some(app) = app().await else { return };
    let connection = only_connection(&app).await;
    assert_clean(&connection, "nothing").await;

    at_work(&connection).await.end().await;
    assert_clean(&connection, "the end").await;

    drop(at_work(&connection).await);
    assert_clean(&connection, "being dropped").await;

    let wrong = Query::select().expr(Expr::cust("1 / 0")).take();
    let failed = at_work(&connection).await;
    assert!(failed.all(&wrong).await.is_err());
    assert_clean(&connection, "an error").await;
    // And the request goes on, with a transaction of its own again.
    let role = Query::select().expr(Expr::cust("current_user::text")).take();
    assert_eq!(keys(&failed, &role).await.unwrap(), ["codex_reader"]);
    drop(failed);
    assert_clean(&connection, "a second transaction").await;

    let slow = Query::select().expr(Expr::cust("pg_sleep(1)")).take();
    let abandoned = at_work(&connection).await;
    let given_up = tokio::time::timeout(Duration::from_millis(100), abandoned.all(&slow)).await;
    assert!(given_up.is_err());
    drop(abandoned);
    assert_clean(&connection, "a client that went away").await;

    let doomed = at_work(&connection).await;
    let panicked = tokio::spawn(async move {
        let _reader = doomed;
        panic!("on purpose");
    });
    assert!(panicked.await.unwrap_err().is_panic());
    assert_clean(&connection, "a panic").await;
}

#[tokio::test]
async fn a_request_holds_a_connection_from_its_first_statement_to_its_end() {
    let Some(app) = app().await else { return };
    let author = app.person("author").await;
    content(&author, "one").save(&app).await;
    let connection = only_connection(&app).await;
    let idle = reader(&connection);
    // Nothing was taken yet, so that the pool's only connection is free.
    drop(at_work(&connection).await);
    idle.end().await;

    // The gateway's own.
    app.anonymous().data("{ __typename }").await;
    assert_eq!(app.statements(), 0, "nobody to ask for, nothing to read");
    for query in [
        "{ contents { totalCount nodes { creator { name } } } }",
        "{ viewer { id } }",
    ] {
        app.anonymous().data(query).await;
        app.as_(&author).data(query).await;
    }
    let mut left = in_transaction(&app).await;
    for _ in 0..100 {
        if left == "0" {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
        left = in_transaction(&app).await;
    }
    assert_eq!(left, "0", "transactions outlive their requests");
}

#[tokio::test]
async fn a_request_sees_one_moment() {
    let Some(app) = app().await else { return };
    let author = app.person("author").await;
    content(&author, "one").save(&app).await;
    let connection = app.db.clone();
    let request = at_work(&connection).await;
    let before = keys(&request, &all_keys("content")).await.unwrap();
    assert_eq!(before.len(), 1);
    content(&author, "two").save(&app).await;
    assert_eq!(keys(&request, &all_keys("content")).await.unwrap(), before);
    let next = at_work(&connection).await;
    assert_eq!(keys(&next, &all_keys("content")).await.unwrap().len(), 2);
}

#[tokio::test]
async fn a_viewer_is_found_out_before_the_role_is_taken_in_the_same_moment() {
    let Some(app) = app().await else { return };
    let author = app.person("author").await;
    let connection = app.db.clone();
    let request = reader(&connection);
    // The gateway itself may read tokens; whoever it reads for may not.
    let tokens = Query::select().column("token").from("sessions").take();
    assert_eq!(keys(&request, &tokens).await.unwrap(), [author.token.as_str()]);
    content(&author, "too-late").save(&app).await;
    request.act_for(Some(Asker::new(Some(&author.id), None))).await;
    assert!(keys(&request, &all_keys("content")).await.unwrap().is_empty());
    assert!(request.all(&tokens).await.is_err());
}
