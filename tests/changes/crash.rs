//! A gateway that dies in the middle of a change, on PostgreSQL: all of the change is there, or nothing.

use std::time::Duration;

use entity::{
    audit_entry,
    content::{self, Status},
};
use sea_orm::{ConnectionTrait, EntityTrait, PaginatorTrait, TransactionTrait};
use serde_json::{Value, json};

use super::content::row;
use crate::support::{
    App, Database, content, global_id,
    process::{Served, gateway},
    texts,
};

/// The lock at which every change stops, just before it writes its place in the audit log.
const STOP: &str = "
    CREATE FUNCTION stop() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        PERFORM pg_advisory_xact_lock(4711);
        RETURN NEW;
    END
    $$;
    CREATE TRIGGER stop BEFORE INSERT ON audit_entries FOR EACH ROW EXECUTE FUNCTION stop()";

/// Waits until the database says so.
async fn until(app: &App, question: &str) {
    let answered = async {
        while texts(&app.db, &format!("SELECT CAST(({question}) AS text)")).await != ["true"] {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), answered)
        .await
        .unwrap_or_else(|_| panic!("never: {question}"));
}

#[tokio::test]
async fn a_gateway_that_dies_within_a_change_leaves_nothing_of_it() {
    let Some(database) = Database::postgres().await else {
        return;
    };
    let app = App::on(database).await;
    let ann = app.person("ann").await;
    let piece = content(&ann, "piece").status(Status::Draft).save(&app).await;
    let before = row(&app, piece).await;
    app.db.execute_unprepared(STOP).await.unwrap();

    let mutations = [
        ("publishContent", json!({ "id": global_id("Content", piece) })),
        (
            "createContent",
            json!({ "contentType": "WRITTEN", "title": "New", "slug": "new" }),
        ),
    ];
    for (number, (change, input)) in mutations.iter().enumerate() {
        let holding = app.db.begin().await.unwrap();
        holding
            .execute_unprepared("SELECT pg_advisory_xact_lock(4711)")
            .await
            .unwrap();
        let served = Served::start(gateway(&["--database-url", app.database_url()]));
        let document = mutation(change);
        let request = reqwest::Client::new()
            .post(format!("{}/graphql", served.url))
            .bearer_auth(&ann.token)
            .header("idempotency-key", number.to_string())
            .json(&json!({ "query": document, "variables": { "input": input } }));
        let answer = tokio::spawn(request.send());
        let waits = "SELECT count(*) = 1 FROM pg_locks JOIN pg_database ON pg_database.oid = database
            WHERE datname = current_database() AND locktype = 'advisory' AND objid = 4711 AND NOT granted";
        until(&app, waits).await;
        // The change's own statement has been executed: it is the audit log that waits.
        drop(served);
        assert!(answer.await.unwrap().is_err(), "the client hears nothing");
        holding.rollback().await.unwrap();
        until(
            &app,
            "SELECT count(*) = 0 FROM pg_locks JOIN pg_database ON pg_database.oid = database
            WHERE datname = current_database() AND locktype = 'advisory'",
        )
        .await;

        assert_eq!(row(&app, piece).await, before, "{change}");
        assert_eq!(content::Entity::find().count(&app.db).await.unwrap(), 1, "{change}");
        assert_eq!(audit_entry::Entity::find().count(&app.db).await.unwrap(), 0, "{change}");
    }

    // What the client sends again, with the same keys, is made now, and once.
    for (number, (change, input)) in mutations.iter().enumerate() {
        let client = app.as_(&ann).header("idempotency-key", &number.to_string());
        let first = client.send(&mutation(change), json!({ "input": input })).await.body;
        assert_eq!(first["data"][change]["userErrors"], json!([]), "{first}");
        assert_ne!(first["data"][change]["content"], Value::Null, "{first}");
        assert_eq!(
            client.send(&mutation(change), json!({ "input": input })).await.body,
            first
        );
    }
    assert_eq!(row(&app, piece).await.status, Status::Published);
    assert_eq!(content::Entity::find().count(&app.db).await.unwrap(), 2);
    assert_eq!(audit_entry::Entity::find().count(&app.db).await.unwrap(), 2);
}

fn mutation(change: &str) -> String {
    let (first, rest) = change.split_at(1);
    let input = format!("{}{rest}Input", first.to_uppercase());
    format!(
        "mutation ($input: {input}!) {{ {change}(input: $input) {{ content {{ id status }} userErrors {{ code }} }} }}"
    )
}
