//! Under the policies indexes still do their work.

use std::collections::HashSet;

use codex_gateway::cli::seed;
use entity::membership::Role;
use sea_orm::{ConnectionTrait, Statement, TransactionTrait, prelude::Uuid};
use serde_json::Value;

use super::{VIEW_OF_OWN, app, only_connections};
use crate::support::{content, media, texts};

/// How a transaction comes to read for somebody anonymous who is pinned to no organization.
const VISITOR: &str = "SET LOCAL ROLE codex_visitor";

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
    let feeds_of_visitors = "Index Scan using content_for_everyone_published_at_idx on content";
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
        (
            "users",
            "id = 'more-17'".to_owned(),
            "Index Scan using users_pkey on users",
        ),
        // Whether anything shows a user, or a media item, to everyone, an index answers alone: the policies' functions ask so.
        (
            "content_for_everyone",
            "creator_id COLLATE \"C\" = 'more-17'".to_owned(),
            "Index Only Scan using content_for_everyone_creator_id_idx on content",
        ),
        (
            "content_for_everyone",
            format!(
                "media_item_id = '{}' AND (visibility = 'public' OR price_cents IS NULL)",
                Uuid::nil()
            ),
            "Index Only Scan using content_for_everyone_media_item_id_idx on content",
        ),
        // So does one how much somebody has made, for what is visible of it as well.
        (
            "content",
            "creator_id = 'more-17' AND status IN ('draft', 'published')".to_owned(),
            "Index Only Scan using content_creator_id_status_published_at_idx on content",
        ),
        // In the view, too, which has no plan of its own.
        (
            VIEW_OF_OWN,
            "creator_id = 'more-17' AND status IN ('draft', 'published')".to_owned(),
            "Index Only Scan using content_creator_id_status_published_at_idx on content",
        ),
        (
            VIEW_OF_OWN,
            "creator_id = 'more-17' ORDER BY updated_at DESC, id DESC LIMIT 21".to_owned(),
            "using content_creator_id_updated_at_idx on content",
        ),
        // And one what an organization shows everyone.
        (
            "content",
            format!(
                "organization_id = '{house}' AND deleted_at IS NULL AND status = 'published'
                 AND visibility IN ('public', 'purchased_only') ORDER BY published_at DESC, id DESC LIMIT 11"
            ),
            "Index Only Scan using content_for_everyone_organization_id_published_at_idx on content",
        ),
        // Whether an entry names a user is asked of an index, about the viewer's own organizations.
        (
            "audit_entries",
            "actor_id = 'more-17' AND organization_id = ANY ((SELECT codex_manager_of())::uuid[])".to_owned(),
            "audit_entries_actor_id_organization_id_created_at_idx",
        ),
    ] {
        let of = |viewer: &str| {
            format!("SET LOCAL ROLE codex_reader; SET LOCAL app.viewer = '{viewer}'; SET LOCAL app.tenant = 'none'")
        };
        let mut viewers = vec![of("anonymous"), of(&creator), of(&owner)];
        // Visitors see no entries, and have nothing of their own.
        if !["audit_entries", VIEW_OF_OWN].contains(&table) {
            viewers.push(VISITOR.to_owned());
        }
        for viewer in &viewers {
            let transaction = app.db.begin().await.unwrap();
            transaction.execute_unprepared(viewer).await.unwrap();
            let column = match table {
                "content_for_everyone" => "true",
                _ => "id",
            };
            let plan = texts(
                &transaction,
                &format!("EXPLAIN SELECT {column} FROM {table} WHERE {asked}"),
            )
            .await;
            transaction.rollback().await.unwrap();
            let plan = plan.join("\n");
            // What visitors see is in an index of its own.
            let index = match viewer == VISITOR && index == feeds {
                true => feeds_of_visitors,
                false => index,
            };
            assert!(plan.contains(index), "{viewer}\n{plan}");
            assert!(
                !plan.contains("Sort") && !plan.contains(&format!("Seq Scan on {table}")),
                "{viewer}\n{plan}"
            );
        }
    }
}

/// Queries whose statements have every shape that there is: pages, rows by key and by slug, lists of many parents and of one,
/// counts, filters that look elsewhere, and a viewer's own.
const QUERIES: [&str; 7] = [
    "{ contents(first: 5) { totalCount nodes { title creator { name } organization { name } mediaItem { title } } pageInfo { hasPreviousPage } } }",
    "{ contents(first: 5, filter: { anyTag: [\"calm\"] }) { totalCount nodes { title } } }",
    "{ organizations(first: 5) { totalCount nodes { name contents(first: 2) { totalCount nodes { title creator { name } mediaItem { title } } } \
       members(first: 2) { totalCount edges { node { role user { name } } } } auditLog(first: 2) { nodes { action actor { name } } } viewerMembership { role } } } }",
    "{ organization(by: { slug: \"house\" }) { name contents(first: 2) { nodes { title } } } \
       content(by: { organizationSlug: { organization: \"house\", slug: \"piece\" } }) { title creator { name } } }",
    "{ mediaItems(first: 5) { nodes { title creator { name } contents(first: 2) { nodes { title } } } } }",
    "{ viewer { name contents(first: 5) { totalCount nodes { title } } organizations(first: 5) { edges { role node { name } } } \
       mediaItems(first: 5) { totalCount } sessions(first: 5) { nodes { id } } purchases(first: 5) { nodes { id } } } }",
    "{ auditLog(first: 5) { totalCount nodes { action actor { name } organization { name } } } }",
];

/// Whether PostgreSQL finds out who asks before it does anything else for this plan: on the way down from the top, the filter
/// that it takes once comes before any place that rows come from, or that two of them meet at.
fn is_asked_first(plan: &Value) -> bool {
    let mut found_out: Vec<String> = Vec::new();
    let children = |node: &Value, once: bool| -> Vec<Value> {
        let children = node["Plans"].as_array().cloned().unwrap_or_default();
        let is_once = |child: &Value| child["Parent Relationship"] == "InitPlan";
        children.into_iter().filter(|child| is_once(child) == once).collect()
    };
    let mut node = plan.clone();
    loop {
        let once = children(&node, true).into_iter();
        let asks = once.filter(|plan| plan["Output"].to_string().contains("codex_refuse"));
        found_out.extend(asks.filter_map(|plan| plan["Subplan Name"].as_str().map(str::to_owned)));
        if let Some(filter) = node["One-Time Filter"].as_str() {
            // A visitor's says itself what is asked.
            if filter.contains("codex_refuse") {
                return true;
            }
            // `InitPlan 3 (returns $5)`, and the filter is `$5`. Where nothing can be found, nobody has to be asked.
            return filter == "false"
                || found_out
                    .iter()
                    .any(|name| name.ends_with(&format!("(returns {filter})")));
        }
        match children(&node, false).as_slice() {
            [only] => node = only.clone(),
            _ => return false,
        }
    }
}

#[tokio::test]
async fn who_asks_is_found_out_before_all_else() {
    let Some(app) = app().await else { return };
    let house = app.organization("house").await;
    let [creator, owner] = [app.person("creator").await, app.person("owner").await];
    app.member(&house, &creator, Role::Creator).await;
    app.member(&house, &owner, Role::Owner).await;
    // More organizations than one, so that lists are many parents'.
    app.organization("other").await;
    let platform = app.platform_owner("platform").await;
    for slug in ["piece", "another"] {
        let video = media(&creator, slug).save(&app).await;
        content(&creator, slug).in_(&house).showing(video).save(&app).await;
    }
    let pools = only_connections(&app).await;
    let reading = pools.reading.unwrap();
    let mut shapes = HashSet::new();
    for person in [None, Some(&creator), Some(&owner), Some(&platform)] {
        let client = person.map_or_else(|| app.anonymous(), |person| app.as_(person));
        for query in QUERIES {
            app.take_statements();
            client.data(query).await;
            for statement in app.take_statements() {
                // The sign-in is the gateway's own.
                if statement.sql.contains("\"token\"") {
                    continue;
                }
                let explain = format!("EXPLAIN (VERBOSE, FORMAT JSON) {}", statement.sql);
                let explain = Statement {
                    sql: explain,
                    ..statement.clone()
                };
                let pool = match person {
                    Some(_) => &reading.reader,
                    None => &reading.visitor,
                };
                let row = pool.query_one_raw(explain).await.unwrap().unwrap();
                let plan: Value = row.try_get_by_index(0).unwrap();
                assert!(is_asked_first(&plan[0]["Plan"]), "{}\n{plan:#}", statement.sql);
                shapes.insert(statement.sql);
            }
        }
    }
    assert!(shapes.len() > 20, "{shapes:?}");
}

#[tokio::test]
async fn what_rows_name_is_kept_where_many_name_the_same() {
    let Some(app) = app().await else { return };
    seed::scale(&app.db, 20_000, |_, _| ()).await.unwrap();
    // Of a few rows PostgreSQL would look at all.
    let more = "
        INSERT INTO organizations (name, slug) SELECT 'One more', 'more-' || number FROM generate_series(1, 5000) AS number;
        INSERT INTO users (id, name, email)
            SELECT 'more-' || number, 'One more', 'more-' || number FROM generate_series(1, 20000) AS number;
        ANALYZE";
    app.db.execute_unprepared(more).await.unwrap();
    let pools = only_connections(&app).await;
    let reading = pools.reading.unwrap();
    // What is shown of a media item depends on several values of the row that names it.
    let listed = "nodes { title creator { name } mediaItem { title } }";
    let filter = "filter: { status: PUBLISHED, visibility: PUBLIC }";
    for (query, is_kept) in [
        // A page's rows name fifty users, and to make room for all that the whole list may name takes longer than to look.
        (format!("{{ contents(first: 50, {filter}) {{ {listed} }} }}"), false),
        (format!("{{ contents(first: 50) {{ {listed} }} }}"), false),
        // Of ten organizations' pages each names few.
        (
            format!("{{ organizations(first: 10) {{ nodes {{ contents(first: 10, {filter}) {{ {listed} }} }} }} }}"),
            true,
        ),
    ] {
        app.take_statements();
        app.anonymous().data(&query).await;
        let statements = app.take_statements().into_iter();
        let asked = statements.last().unwrap();
        assert!(asked.sql.contains("LEFT JOIN"), "{}", asked.sql);
        let of_itself = Statement {
            // The gateway itself is no visitor.
            sql: asked.sql.replace("codex_visits()", "TRUE"),
            ..asked.clone()
        };
        for (pool, asked) in [(&reading.visitor, asked), (&pools.main, of_itself)] {
            let plan = Statement {
                sql: format!("EXPLAIN {}", asked.sql),
                ..asked
            };
            let plan = pool.query_all_raw(plan).await.unwrap().into_iter();
            let plan: Vec<String> = plan.map(|line| line.try_get_by_index(0).unwrap()).collect();
            let plan = plan.join("\n");
            assert!(plan.contains("Index Scan using users_id_hash_idx on users"), "{plan}");
            assert_eq!(plan.contains("Memoize"), is_kept, "{plan}");
        }
    }
}
