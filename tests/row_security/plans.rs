//! Under the policies indexes still do their work.

use codex_gateway::cli::seed;
use sea_orm::{ConnectionTrait, TransactionTrait};

use super::app;
use crate::support::texts;

#[tokio::test]
async fn indexes_find_tags_and_walk_through_feeds_and_logs() {
    let Some(app) = app().await else { return };
    seed::scale(&app.db, 20_000, |_, _| ()).await.unwrap();
    let entries = "
        INSERT INTO audit_entries (actor_id, organization_id, action, subject_type, subject_id, created_at)
            SELECT creator_id, organization_id, 'content.update', 'content', id::text, created_at FROM content;
        INSERT INTO users (id, name, email)
            SELECT 'more-' || number, 'One more', 'more-' || number FROM generate_series(1, 5000) AS number;
        ANALYZE";
    app.db.execute_unprepared(entries).await.unwrap();
    let one = async |sql: &str| texts(&app.db, sql).await.concat();
    let house = one("SELECT organization_id::text FROM content WHERE organization_id IS NOT NULL GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 1").await;
    let owner = format!(
        "SELECT 'user:' || user_id FROM organization_memberships WHERE organization_id = '{house}' AND role = 'owner'"
    );
    let owner = one(&owner).await;
    let creator = "SELECT 'user:' || user_id FROM organization_memberships
        WHERE role = 'creator' AND status = 'active' ORDER BY id LIMIT 1";
    let creator = one(creator).await;
    let feed = |further: &str| {
        format!("status = 'published' AND deleted_at IS NULL {further} ORDER BY published_at DESC, id DESC LIMIT 20")
    };
    let feeds = "Index Scan using content_status_published_at_idx on content";
    let log = |which: &str| format!("{which} ORDER BY created_at DESC, id DESC LIMIT 20");
    for (table, asked, index) in [
        ("content", feed(""), feeds),
        (
            "content",
            feed("AND (published_at, id) < (now() - interval '1 year', gen_random_uuid())"),
            feeds,
        ),
        (
            "content",
            "id = ANY(ARRAY(SELECT tagged FROM codex_content_tagged(ARRAY['calm']) AS tagged))".to_owned(),
            "Index Scan using content_pkey on content",
        ),
        (
            "audit_entries",
            log("TRUE"),
            "using audit_entries_created_at_idx on audit_entries",
        ),
        (
            "audit_entries",
            log(&format!("organization_id = '{house}'")),
            "using audit_entries_organization_id_created_at_idx on audit_entries",
        ),
        (
            "audit_entries",
            log(&format!(
                "organization_id = '{house}' AND (created_at, id) < (now() - interval '1 year', gen_random_uuid())"
            )),
            "using audit_entries_organization_id_created_at_idx on audit_entries",
        ),
        // Whether everyone sees a user, or a media item, an index answers alone.
        (
            "users",
            "id = 'more-17'".to_owned(),
            "Index Only Scan using content_for_everyone_creator_id_idx on content",
        ),
        (
            "media_items",
            "creator_id = 'more-17'".to_owned(),
            "Index Only Scan using content_for_everyone_media_item_id_idx on content",
        ),
        // Whether an entry names a user is asked of an index, about the viewer's own organizations.
        (
            "audit_entries",
            "actor_id = 'more-17' AND organization_id = ANY ((SELECT codex_manager_of())::uuid[])".to_owned(),
            "audit_entries_actor_id_organization_id_created_at_idx",
        ),
    ] {
        for viewer in ["anonymous", &creator, &owner] {
            let transaction = app.db.begin().await.unwrap();
            let role = format!(
                "SET LOCAL ROLE codex_reader; SET LOCAL app.viewer = '{viewer}'; SET LOCAL app.tenant = 'none'"
            );
            transaction.execute_unprepared(&role).await.unwrap();
            let plan = texts(&transaction, &format!("EXPLAIN SELECT id FROM {table} WHERE {asked}")).await;
            transaction.rollback().await.unwrap();
            let plan = plan.join("\n");
            assert!(plan.contains(index), "{viewer}\n{plan}");
            assert!(
                !plan.contains("Sort") && !plan.contains(&format!("Seq Scan on {table}")),
                "{viewer}\n{plan}"
            );
        }
    }
}
