//! Under the policies indexes still do their work.

use codex_gateway::cli::seed;
use sea_orm::{ConnectionTrait, TransactionTrait};

use super::app;
use crate::support::texts;

#[tokio::test]
async fn indexes_find_tags_and_walk_through_feeds() {
    let Some(app) = app().await else { return };
    seed::scale(&app.db, 20_000, |_, _| ()).await.unwrap();
    let creator = "SELECT 'user:' || user_id FROM organization_memberships
        WHERE role = 'creator' AND status = 'active' ORDER BY id LIMIT 1";
    let creator = texts(&app.db, creator).await.concat();
    let feed = |further: &str| {
        format!("status = 'published' AND deleted_at IS NULL {further} ORDER BY published_at DESC, id DESC LIMIT 20")
    };
    let feeds = "Index Scan using content_status_published_at_idx on content";
    for (asked, index) in [
        (feed(""), feeds),
        (
            feed("AND (published_at, id) < (now() - interval '1 year', gen_random_uuid())"),
            feeds,
        ),
        (
            "id = ANY(ARRAY(SELECT tagged FROM codex_content_tagged(ARRAY['calm']) AS tagged))".to_owned(),
            "Index Scan using content_pkey on content",
        ),
    ] {
        for viewer in ["anonymous", &creator] {
            let transaction = app.db.begin().await.unwrap();
            let role = format!(
                "SET LOCAL ROLE codex_reader; SET LOCAL app.viewer = '{viewer}'; SET LOCAL app.tenant = 'none'"
            );
            transaction.execute_unprepared(&role).await.unwrap();
            let plan = texts(&transaction, &format!("EXPLAIN SELECT id FROM content WHERE {asked}")).await;
            transaction.rollback().await.unwrap();
            let plan = plan.join("\n");
            assert!(plan.contains(index), "{viewer}\n{plan}");
            assert!(
                !plan.contains("Sort") && !plan.contains("Seq Scan on content"),
                "{viewer}\n{plan}"
            );
        }
    }
}
