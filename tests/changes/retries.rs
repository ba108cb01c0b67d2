//! A change that others are in the way of is tried again, on PostgreSQL, and not for ever.

use sea_orm::ConnectionTrait;
use serde_json::json;

use super::content::row;
use crate::support::{App, Database, content, global_id, texts};

/// Has the first so many updates of content end as a deadlock's victim, or as one that cannot be put in order. A sequence counts
/// on whatever becomes of a transaction.
fn failing(times: u32, code: &str) -> String {
    format!(
        "CREATE SEQUENCE tries;
         CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$
         BEGIN
             IF nextval('tries') <= {times} THEN
                 RAISE EXCEPTION 'in the way' USING ERRCODE = '{code}';
             END IF;
             RETURN NEW;
         END
         $$;
         CREATE TRIGGER fail BEFORE UPDATE ON content FOR EACH ROW EXECUTE FUNCTION fail()"
    )
}

#[tokio::test]
async fn who_was_in_others_way_is_tried_again() {
    for code in ["40P01", "40001"] {
        let Some(database) = Database::postgres().await else {
            return;
        };
        let app = App::on(database).await;
        let ann = app.person("ann").await;
        let id = content(&ann, "piece").save(&app).await;
        app.db.execute_unprepared(&failing(3, code)).await.unwrap();
        let input = json!({ "id": global_id("Content", id), "title": "New" });
        app.as_(&ann).changed("updateContent", input, "__typename").await;
        assert_eq!(row(&app, id).await.title, "New");
        assert_eq!(texts(&app.db, "SELECT last_value::text FROM tries").await, ["4"]);
        assert_eq!(
            texts(&app.db, "SELECT count(*)::text FROM audit_entries").await,
            ["1"],
            "it is made once"
        );
    }
}

#[tokio::test]
async fn nobody_is_tried_for_ever() {
    let Some(database) = Database::postgres().await else {
        return;
    };
    let app = App::on(database).await;
    let ann = app.person("ann").await;
    let id = content(&ann, "piece").save(&app).await;
    let before = row(&app, id).await;
    app.db.execute_unprepared(&failing(1000, "40P01")).await.unwrap();
    let input = json!({ "id": global_id("Content", id), "title": "New" });
    assert_eq!(app.as_(&ann).refused("updateContent", input).await, "INTERNAL");
    assert_eq!(texts(&app.db, "SELECT last_value::text FROM tries").await, ["8"]);
    assert_eq!(row(&app, id).await, before);
}
