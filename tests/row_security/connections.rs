//! The connections that read for viewers, and what a statement leaves behind on them.

use std::{
    collections::HashSet,
    pin::pin,
    sync::{Arc, Mutex},
    time::Duration,
};

use codex_gateway::database::{
    Asker, Observed, Pool, Pools, Reader, Reading, RowSecurity, Settings, begin_change, connect_for_requests,
};
use futures_util::future::{Either, join, join_all, select};
use sea_orm::{
    prelude::Uuid,
    sea_query::{Expr, Query, SelectStatement},
};

use super::{TABLES, all_keys, app, keys, only_connections, reader, text};
use crate::support::{App, content};

fn current_user() -> SelectStatement {
    Query::select().expr(Expr::cust("current_user::text")).take()
}

/// A reader that acts for somebody, and has read something in their name.
async fn at_work(pools: &Pools) -> Reader {
    let reader = reader(pools);
    reader.act_for(Some(Asker::new(Some("user-author"), None)));
    assert_eq!(keys(&reader, &current_user()).await.unwrap(), ["codex_reader"]);
    let asked = Query::select()
        .expr(Expr::cust(
            "concat(current_setting('app.viewer'), ' ', current_setting('app.tenant'))",
        ))
        .take();
    assert_eq!(keys(&reader, &asked).await.unwrap(), ["user:user-author none"]);
    reader
}

/// Makes sure that the one connection is back, reads in the role, and knows of nobody.
async fn assert_clean(pools: &Pools, after: &str) {
    let state = "SELECT concat_ws(' ', current_user, current_setting('app.viewer', true) || '.',
        current_setting('app.tenant', true) || '.', current_setting('app.known', true) || '.')";
    let reading = &pools.reading.as_ref().unwrap().reader;
    let state = text(reading, state).await.unwrap();
    assert!(
        ["codex_reader", "codex_reader . . ."].contains(&state.as_str()),
        "after {after}: {state}"
    );
    let refused = text(reading, "SELECT count(*)::text FROM content").await;
    assert!(
        refused.unwrap_err().to_string().contains("does not say who asks"),
        "after {after}"
    );
}

/// Whether a backend of this database is inside a transaction, but for the one that asks.
async fn in_transaction(app: &App) -> String {
    let others = "SELECT count(*)::text FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid() AND xact_start IS NOT NULL";
    text(&app.db, others).await.unwrap()
}

#[tokio::test]
async fn a_connection_comes_back_knowing_nobody_whatever_happens() {
    let Some(app) = app().await else { return };
    let author = app.person("author").await;
    content(&author, "one").save(&app).await;
    let pools = only_connections(&app).await;
    assert_clean(&pools, "nothing").await;

    drop(at_work(&pools).await);
    assert_clean(&pools, "being dropped").await;

    let wrong = Query::select().expr(Expr::cust("1 / 0")).take();
    let failed = at_work(&pools).await;
    assert!(failed.all(&wrong).await.is_err());
    assert_clean(&pools, "an error").await;
    // And the request goes on.
    assert_eq!(keys(&failed, &current_user()).await.unwrap(), ["codex_reader"]);

    let slow = Query::select().expr(Expr::cust("pg_sleep(1)")).take();
    let abandoned = at_work(&pools).await;
    let given_up = tokio::time::timeout(Duration::from_millis(100), abandoned.all(&slow)).await;
    assert!(given_up.is_err());
    drop(abandoned);
    assert_clean(&pools, "a client that went away").await;

    let doomed = at_work(&pools).await;
    let panicked = tokio::spawn(async move {
        let _reader = doomed;
        panic!("on purpose");
    });
    assert!(panicked.await.unwrap_err().is_panic());
    assert_clean(&pools, "a panic").await;
}

#[tokio::test]
async fn a_request_holds_a_connection_for_no_longer_than_a_statement() {
    let Some(app) = app().await else { return };
    let author = app.person("author").await;
    content(&author, "one").save(&app).await;
    let pools = only_connections(&app).await;
    // There is one connection for both of them.
    let (one, another) = (at_work(&pools).await, at_work(&pools).await);
    assert_eq!(keys(&one, &all_keys("content")).await.unwrap().len(), 1);
    assert_eq!(keys(&another, &all_keys("content")).await.unwrap().len(), 1);

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
async fn a_statement_that_comes_to_another_role_fails() {
    let Some(app) = app().await else { return };
    let author = app.person("author").await;
    content(&author, "one").save(&app).await;
    // What a pooler does that hands the gateway another connection than the one that became the reader.
    let pools = only_connections(&app).await;
    let Reading { reader, visitor } = pools.reading.unwrap();
    let viewer = Asker::new(Some(&author.id), None);
    let pinned = Asker::new(None, Some(Uuid::nil()));
    let visiting = Asker::new(None, None);
    for (asker, role, elsewhere) in [
        (&viewer, "codex_reader", &pools.main),
        (&viewer, "codex_reader", &visitor),
        (&pinned, "codex_reader", &pools.main),
        (&pinned, "codex_reader", &visitor),
        (&visiting, "codex_visitor", &pools.main),
        (&visiting, "codex_visitor", &reader),
    ] {
        let reading = Reading {
            reader: elsewhere.clone().into(),
            visitor: elsewhere.clone().into(),
        };
        let lost = Reader::new(elsewhere.clone(), Some(reading));
        lost.act_for(Some(asker.clone()));
        for table in TABLES {
            let error = lost.all(&all_keys(table)).await.unwrap_err().to_string();
            assert!(error.contains(&format!("not as {role}")), "{asker:?}, {table}: {error}");
        }
    }
}

#[tokio::test]
async fn who_asked_last_has_no_part_in_the_next_statement() {
    let Some(app) = app().await else { return };
    let [author, other] = [app.person("author").await, app.person("other").await];
    let draft = content(&author, "draft").status(entity::content::Status::Draft);
    draft.save(&app).await;
    let pools = only_connections(&app).await;
    // In one transaction, in which settings stay.
    let transaction = begin_change(&pools.reading.unwrap().reader.into()).await.unwrap();
    for (asker, expected) in [
        (format!("user:{}", author.id), "1"),
        (format!("user:{}", other.id), "0"),
        ("anonymous".to_owned(), "0"),
    ] {
        let count = format!("SELECT count(*)::text FROM content WHERE (SELECT codex_asks('{asker}', 'none'))");
        assert_eq!(text(&transaction, &count).await.unwrap(), expected, "{asker}");
    }
    transaction.rollback().await.unwrap();
}

#[tokio::test]
async fn a_viewer_is_found_out_by_the_gateway_itself() {
    let Some(app) = app().await else { return };
    let author = app.person("author").await;
    let pools = only_connections(&app).await;
    let request = reader(&pools);
    // The gateway itself may read tokens; whoever it reads for may not.
    let tokens = Query::select().column("token").from("sessions").take();
    assert_eq!(keys(&request, &tokens).await.unwrap(), [author.token.as_str()]);
    request.act_for(Some(Asker::new(Some(&author.id), None)));
    assert!(request.all(&tokens).await.is_err());
    request.act_for(None);
    assert_eq!(keys(&request, &tokens).await.unwrap(), [author.token.as_str()]);
}

async fn so_many_connections(app: &App, connections: u32, name: &str) -> Pools {
    let settings = Settings {
        url: format!("{}?application_name={name}", app.database_url()),
        connections,
        wait: Duration::from_secs(20),
    };
    let pools = connect_for_requests(&settings, Duration::from_secs(60), Arc::default(), RowSecurity::On);
    pools.await.unwrap()
}

/// The connections that so many statements at a time use, each of which takes so long.
async fn used(pool: &Pool, statements: usize, seconds: f32) -> HashSet<String> {
    let statement = format!("SELECT concat(pg_backend_pid(), pg_sleep({seconds}))");
    let used = join_all((0..statements).map(|_| text(pool, &statement))).await;
    used.into_iter().map(Result::unwrap).collect()
}

#[tokio::test]
async fn no_connection_changes_over_while_somebody_reads() {
    let Some(app) = app().await else { return };
    let pools = so_many_connections(&app, 4, "halves").await;
    let reader = &pools.reading.as_ref().unwrap().reader;
    let (read, own) = join(used(reader, 1, 1.0), used(&pools.main, 20, 0.01)).await;
    assert_eq!(own.len(), 2, "the gateway keeps to its half");
    assert!(own.is_disjoint(&read));
    // That nobody reads at the moment says little; when it has long done everything alone it has all of them. Whoever reads then has
    // no more than half.
    assert_eq!(used(&pools.main, 20, 0.01).await.len(), 2);
    assert_eq!(used(&pools.main, 200, 0.001).await.len(), 4);
    assert_eq!(used(reader, 20, 0.01).await.len(), 2);
}

#[tokio::test]
async fn who_began_first_has_the_next_connection() {
    let Some(app) = app().await else { return };
    let pools = so_many_connections(&app, 1, "turns").await;
    let operation = || Observed::from(pools.main.clone());
    let (first, second) = (operation(), operation());
    let done = Mutex::new(Vec::new());
    let asks = async |operation: &Observed<Pool>, name: &'static str| {
        text(operation, "SELECT ''").await.unwrap();
        done.lock().unwrap().push(name);
    };
    let holding = begin_change(&operation()).await.unwrap();
    // They come to wait in this order, before the connection is let go.
    let asking = join(asks(&second, "second"), asks(&first, "first"));
    let (_, held) = join(asking, holding.commit()).await;
    held.unwrap();
    assert_eq!(*done.lock().unwrap(), ["first", "second"]);
}

#[tokio::test]
async fn many_reads_alone_have_all_connections_but_one() {
    let Some(app) = app().await else { return };
    let pools = so_many_connections(&app, 4, "alone").await;
    let reader = &pools.reading.as_ref().unwrap().reader;
    assert_eq!(used(reader, 200, 0.001).await.len(), 3);
    match select(pin!(used(reader, 3, 1.0)), pin!(used(&pools.main, 1, 0.0))).await {
        Either::Left(_) => panic!("the gateway waits for those who read"),
        Either::Right((_, reading)) => assert_eq!(reading.await.len(), 3),
    }
    // Reads that are not alone any more.
    assert_eq!(used(reader, 20, 0.01).await.len(), 2);
}

#[tokio::test]
async fn the_gateway_and_its_viewers_share_so_many_connections() {
    let Some(app) = app().await else { return };
    for connections in [1, 3] {
        let name = format!("shared-{connections}");
        let pools = so_many_connections(&app, connections, &name).await;
        let Reading { reader, visitor } = pools.reading.as_ref().unwrap();
        let own = text(&pools.main, "SELECT current_user::text").await.unwrap();
        let uses = [
            (&pools.main, own.as_str()),
            (reader, "codex_reader"),
            (visitor, "codex_visitor"),
        ];
        let who = |number: usize| async move {
            let (pool, expected) = uses[number % uses.len()];
            let who = text(pool, "SELECT concat(current_user, pg_sleep(0.01))").await.unwrap();
            assert_eq!(who, expected, "{number}");
        };
        join_all((0..60).map(who)).await;
        let open = format!("SELECT count(*)::text FROM pg_stat_activity WHERE application_name = '{name}'");
        assert_eq!(text(&app.db, &open).await.unwrap(), connections.to_string());
    }
}
