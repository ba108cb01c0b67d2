//! The plans that PostgreSQL makes over many rows: which index it reads, and that it sorts nothing that an index has sorted.

use chrono::Duration;
use codex_gateway::{cli::seed, database::now};
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, Statement};
use serde_json::{Value, json};

use crate::support::{App, Database, Organization, Person, global_id, texts};

/// What the bulk data has none of, or so few that reading all of them is no worse.
const MORE: &str = "
    INSERT INTO accounts (id, account_id, provider_id, user_id)
        SELECT provider || id, id, provider, id FROM users, unnest(ARRAY['credential', 'elsewhere']) AS provider;
    INSERT INTO organizations (name, slug) SELECT 'One more', 'more-' || number FROM generate_series(1, 5000) AS number;
    INSERT INTO sessions (id, user_id, token, expires_at)
        SELECT id || '-' || number, id, id || '-' || number, now() + number * interval '1 day'
        FROM users, generate_series(1, 10) AS number;
    INSERT INTO sign_in_attempts (subject, attempts, expires_at)
        SELECT 'account:' || number, 1, now() + number * interval '1 second' FROM generate_series(-100, 5000) AS number;
    INSERT INTO idempotency_keys (user_id, key, request, expires_at)
        SELECT id, 'key-' || number, 'request', now() + number * interval '1 hour' FROM users, generate_series(-1, 5) AS number;
    INSERT INTO users (id, name, email)
        SELECT 'more-' || number, 'One more', 'more-' || number FROM generate_series(1, 20000) AS number;
    UPDATE users SET role = 'platform_owner' WHERE id = 'scale-0000001999';
    INSERT INTO audit_entries (actor_id, organization_id, action, subject_type, subject_id, before, after, created_at)
        SELECT creator_id, organization_id, 'content.update', 'content', id::text, '{}', '{}', created_at FROM content;
    ANALYZE";

/// Tables of which nothing that a page shows needs all rows.
const LARGE: [&str; 8] = [
    "audit_entries",
    "content",
    "content_access",
    "media_items",
    "organization_memberships",
    "purchases",
    "sessions",
    "users",
];

/// Tables whose long lists are walked through in an index's order.
const LISTED: [&str; 2] = ["audit_entries", "content"];

/// What PostgreSQL would do.
struct Plan {
    statement: Statement,
    root: Value,
}

impl Plan {
    async fn of(db: &DatabaseConnection, statement: Statement) -> Self {
        let explain = prefixed("EXPLAIN (FORMAT JSON)", &statement);
        let row = db.query_one_raw(explain).await.unwrap().unwrap();
        let mut explained: Value = row.try_get_by_index(0).unwrap();
        let root = explained[0]["Plan"].take();
        Self { statement, root }
    }

    /// The same, to be read.
    async fn text(&self, db: &DatabaseConnection) -> String {
        let lines = db.query_all_raw(prefixed("EXPLAIN", &self.statement)).await.unwrap();
        let lines = lines.iter().map(|line| line.try_get_by_index(0).unwrap());
        let lines: Vec<String> = lines.collect();
        format!("{}\n{}\n", self.statement, lines.join("\n"))
    }

    /// How a table is read: the conditions that indexes are asked, each; nothing: all of it is read.
    fn reads(&self, table: &str) -> Vec<Option<String>> {
        let nodes = below(&self.root).into_iter();
        let reads = nodes.filter(|node| node["Relation Name"] == table);
        reads.map(asked).collect()
    }

    /// The same, without what the rules look up for a row that has been picked.
    fn picks(&self, table: &str) -> Vec<Option<String>> {
        let nodes = joined(&self.root).into_iter();
        let picks = nodes.filter(|node| node["Relation Name"] == table);
        picks.map(asked).collect()
    }

    /// Whether a page of this table is picked by sorting all that it could be picked from. To sort the rows of pages that
    /// are picked is another matter.
    fn sorts(&self, table: &str) -> bool {
        let is_sort = |node: &&Value| node["Node Type"].as_str().is_some_and(|kind| kind.ends_with("Sort"));
        let sorts = below(&self.root).into_iter().filter(is_sort);
        sorts.flat_map(unpicked).any(|node| node["Relation Name"] == table)
    }
}

/// The statement with something before it, and the same values.
fn prefixed(prefix: &str, statement: &Statement) -> Statement {
    Statement {
        sql: format!("{prefix} {}", statement.sql),
        ..statement.clone()
    }
}

/// A part of a plan, and all parts under it.
fn below(node: &Value) -> Vec<&Value> {
    let parts = node["Plans"].as_array().into_iter().flatten();
    std::iter::once(node).chain(parts.flat_map(below)).collect()
}

/// A part of a plan, and all parts under it but for plans of their own.
fn joined(node: &Value) -> Vec<&Value> {
    let parts = node["Plans"].as_array().into_iter().flatten();
    let parts = parts.filter(|part| part["Parent Relationship"] != "SubPlan");
    std::iter::once(node).chain(parts.flat_map(joined)).collect()
}

/// A part of a plan, and the parts under it that it gets all of.
fn unpicked(node: &Value) -> Vec<&Value> {
    let parts = node["Plans"].as_array().into_iter().flatten();
    let parts = parts.filter(|part| part["Node Type"] != "Limit");
    std::iter::once(node).chain(parts.flat_map(unpicked)).collect()
}

/// What an index is asked here; nothing where none is. A bitmap may ask several.
fn asked(scan: &Value) -> Option<String> {
    let conditions = below(scan).into_iter().filter_map(|node| node["Index Cond"].as_str());
    let conditions: Vec<&str> = conditions.collect();
    // An index that is only walked in its order, without a condition, is one as well.
    let walked = scan["Index Name"].is_string() || !conditions.is_empty();
    walked.then(|| conditions.join(" "))
}

/// The one thing that this finds.
async fn one(db: &DatabaseConnection, sql: &str) -> String {
    let found = texts(db, sql).await;
    assert_eq!(found.len(), 1, "{sql}");
    found.concat()
}

/// What is asked about: of each kind the one with the most content.
struct Asked {
    creator: String,
    organization: String,
    media_item: String,
    category: String,
    /// Something that was bought.
    bought: String,
    /// Who owns the organization.
    manager: String,
}

impl Asked {
    async fn by_most(db: &DatabaseConnection) -> Self {
        let most = async |column: &str| {
            let most = format!(
                "SELECT {column}::text FROM content WHERE {column} IS NOT NULL AND deleted_at IS NULL
                 GROUP BY {column} ORDER BY count(*) DESC, {column} LIMIT 1"
            );
            one(db, &most).await
        };
        let organization = most("organization_id").await;
        let owner = format!(
            "SELECT user_id FROM organization_memberships WHERE organization_id = '{organization}' AND role = 'owner'"
        );
        Self {
            manager: one(db, &owner).await,
            creator: most("creator_id").await,
            organization,
            media_item: most("media_item_id").await,
            category: most("category").await,
            bought: one(db, "SELECT content_id::text FROM purchases ORDER BY id LIMIT 1").await,
        }
    }
}

/// The place in the middle of a list of this table's rows.
async fn middle(db: &DatabaseConnection, table: &str, which: &str, order: &str) -> String {
    let middle = format!(
        "SELECT format('(%L, %L)', {order}, id) FROM {table} WHERE {which} ORDER BY {order} DESC, id DESC
         OFFSET (SELECT count(*) / 2 FROM {table} WHERE {which}) LIMIT 1"
    );
    one(db, &middle).await
}

/// A question that an index must answer.
struct Question {
    table: &'static str,
    /// What the index must be asked.
    asked: &'static [&'static str],
    /// Whether its order must be the answer's.
    in_order: bool,
    sql: String,
}

fn question(table: &'static str, asked: &'static [&'static str], conditions: impl std::fmt::Display) -> Question {
    Question {
        table,
        asked,
        in_order: false,
        sql: format!("SELECT * FROM {table} WHERE {conditions}"),
    }
}

/// The first page of a list, or the page after a place.
fn page(table: &'static str, asked: &'static [&'static str], order: &str, conditions: &str) -> Question {
    Question {
        in_order: true,
        ..question(
            table,
            asked,
            format!("{conditions} ORDER BY {order} DESC, id DESC LIMIT 20"),
        )
    }
}

async fn questions(db: &DatabaseConnection) -> Vec<Question> {
    let Asked {
        creator,
        organization,
        media_item,
        category,
        bought,
        manager: _,
    } = Asked::by_most(db).await;
    let mut questions = vec![
        question("organizations", &["slug"], "slug = 'more-17'"),
        question("sessions", &["token"], "token = 'scale-0000000017-7'"),
        question("sessions", &["user_id"], format!("user_id = '{creator}'")),
        question("sessions", &["expires_at"], "expires_at < now()"),
        question("sign_in_attempts", &["expires_at"], "expires_at < now()"),
        question(
            "idempotency_keys",
            &["expires_at"],
            "expires_at < now() - interval '30 minutes'",
        ),
        question("accounts", &["user_id"], format!("user_id = '{creator}'")),
        question(
            "accounts",
            &["provider_id", "account_id"],
            format!("provider_id = 'credential' AND account_id = '{creator}'"),
        ),
        question(
            "organization_memberships",
            &["user_id"],
            format!("user_id = '{creator}'"),
        ),
        question(
            "organization_memberships",
            &["organization_id", "role"],
            format!("organization_id = '{organization}' AND role = 'creator'"),
        ),
        question(
            "content",
            &["organization_id", "slug"],
            format!("organization_id = '{organization}' AND slug = 'piece' AND deleted_at IS NULL"),
        ),
        question(
            "content",
            &["creator_id", "slug"],
            format!("creator_id = '{creator}' AND organization_id IS NULL AND slug = 'piece' AND deleted_at IS NULL"),
        ),
        question(
            "content",
            &["media_item_id"],
            format!("media_item_id = '{media_item}' AND deleted_at IS NULL"),
        ),
        question("content", &["tags @>"], "tags @> '[\"calm\"]' AND deleted_at IS NULL"),
        question("content_access", &["user_id"], format!("user_id = '{creator}'")),
        question("purchases", &["customer_id"], format!("customer_id = '{creator}'")),
        question("purchases", &["content_id"], format!("content_id = '{bought}'")),
        question(
            "audit_entries",
            &["actor_id", "organization_id"],
            format!("actor_id = '{creator}' AND organization_id = ANY ('{{{organization},{media_item}}}')"),
        ),
    ];
    for (asked, which) in [
        (&["creator_id"][..], "TRUE"),
        (&["creator_id", "status"], "status = 'ready'"),
        (&["creator_id", "media_type"], "media_type = 'video'"),
    ] {
        let which = format!("creator_id = '{creator}' AND {which} AND deleted_at IS NULL");
        questions.push(page("media_items", asked, "created_at", &which));
    }
    const PUBLISHED: &str = "status = 'published' AND deleted_at IS NULL";
    for (table, order, first, further, which) in [
        (
            "content",
            "published_at",
            &["status"][..],
            &["status", "ROW(published_at, id)"][..],
            PUBLISHED.to_owned(),
        ),
        (
            "content",
            "published_at",
            &["organization_id", "status"],
            &["organization_id", "status", "ROW(published_at, id)"],
            format!("organization_id = '{organization}' AND {PUBLISHED}"),
        ),
        (
            "content",
            "published_at",
            &["category", "status"],
            &["category", "status", "ROW(published_at, id)"],
            format!("category = '{category}' AND {PUBLISHED}"),
        ),
        (
            "content",
            "created_at",
            &["creator_id"],
            &["creator_id", "ROW(created_at, id)"],
            format!("creator_id = '{creator}' AND deleted_at IS NULL"),
        ),
        (
            "audit_entries",
            "created_at",
            &[],
            &["ROW(created_at, id)"],
            "TRUE".to_owned(),
        ),
        (
            "audit_entries",
            "created_at",
            &["organization_id"],
            &["organization_id", "ROW(created_at, id)"],
            format!("organization_id = '{organization}'"),
        ),
        (
            "audit_entries",
            "created_at",
            &["actor_id"],
            &["actor_id", "ROW(created_at, id)"],
            format!("actor_id = '{creator}'"),
        ),
        (
            "audit_entries",
            "created_at",
            &["subject_type", "subject_id"],
            &["subject_type", "subject_id", "ROW(created_at, id)"],
            format!("subject_type = 'content' AND subject_id = '{bought}'"),
        ),
    ] {
        questions.push(page(table, first, order, &which));
        let middle = middle(db, table, &which, order).await;
        questions.push(page(
            table,
            further,
            order,
            &format!("{which} AND ({order}, id) < {middle}"),
        ));
    }
    questions
}

/// What people ask the gateway, and whether it is a feed: a list of any length, which is never sorted.
const QUERIES: &[(bool, &str)] = &[
    (true, include_str!("../queries/feed.graphql")),
    (
        true,
        "query ($after: String) {
            contents(after: $after, filter: { status: PUBLISHED }, orderBy: { field: PUBLISHED_AT, direction: DESC }) {
                nodes { title viewerHasAccess creator { name } organization { name } mediaItem { title } }
                pageInfo { hasNextPage hasPreviousPage }
            }
        }",
    ),
    (
        true,
        "query ($category: String!, $after: String) {
            contents(
                after: $after, filter: { status: PUBLISHED, category: [$category] }
                orderBy: { field: PUBLISHED_AT, direction: DESC }
            ) { nodes { title } }
        }",
    ),
    (
        true,
        "query ($slug: String!, $after: String) {
            organization(by: { slug: $slug }) {
                contents(after: $after, filter: { status: PUBLISHED }, orderBy: { field: PUBLISHED_AT, direction: DESC }) {
                    nodes { title creator { name } }
                }
            }
        }",
    ),
    (
        true,
        "query ($organization: ID!, $after: String) {
            contents(
                after: $after, filter: { status: PUBLISHED, organization: [$organization] }
                orderBy: { field: PUBLISHED_AT, direction: DESC }
            ) { nodes { title } }
        }",
    ),
    (
        // To the planner, a parent is one of a list: it takes the creator for an average one, and would rather sort their rows.
        false,
        "query ($user: ID!, $afterCreated: String) {
            node(id: $user) { ... on User { contents(after: $afterCreated) { nodes { title } } } }
        }",
    ),
    (
        false,
        "query ($user: ID!, $after: String) {
            node(id: $user) { ... on User { name contents(
                after: $after, filter: { status: PUBLISHED }, orderBy: { field: PUBLISHED_AT, direction: DESC }
            ) { totalCount nodes { title } } } }
        }",
    ),
    (false, "query ($afterCreated: String) { contents(after: $afterCreated) { nodes { title status } } }"),
    (
        false,
        "{ contents(orderBy: { field: UPDATED_AT, direction: DESC }) { nodes { title mediaItem { title } } } }",
    ),
    (
        false,
        "query ($slug: String!) {
            content(by: { organizationSlug: { organization: $slug, slug: \"piece\" } }) { title contentBody mediaItem { title } }
        }",
    ),
    (
        false,
        "query ($user: ID!) { content(by: { creatorSlug: { creator: $user, slug: \"piece\" } }) { title contentBody } }",
    ),
    (false, "{ contents(filter: { anyTag: [\"calm\", \"home\"] }) { nodes { title } } }"),
    (false, "{ contents(filter: { allTags: [\"calm\", \"home\"] }) { nodes { title } } }"),
    (
        false,
        "query ($mediaItem: ID!) {
            mediaItem(id: $mediaItem) { title creator { name } contents { totalCount nodes { title } } }
        }",
    ),
    (
        false,
        "query ($slug: String!, $afterCreated: String) {
            organization(by: { slug: $slug }) {
                contents(after: $afterCreated) { nodes { title } }
            }
        }",
    ),
    (
        false,
        "query ($slug: String!) {
            organization(by: { slug: $slug }) {
                contents(orderBy: { field: UPDATED_AT, direction: DESC }) { nodes { title } }
            }
        }",
    ),
    (
        true,
        "query ($slug: String!, $afterEntry: String) {
            organization(by: { slug: $slug }) {
                auditLog(after: $afterEntry) { nodes { action before after actor { name } organization { name } } }
            }
        }",
    ),
    (
        true,
        "query ($afterEntry: String) {
            auditLog(after: $afterEntry) { nodes { action actor { name } } pageInfo { hasNextPage hasPreviousPage } }
        }",
    ),
    (
        false,
        "query ($slug: String!, $user: ID!, $afterEntry: String) {
            organization(by: { slug: $slug }) {
                auditLog(after: $afterEntry, filter: { actor: [$user] }) { totalCount nodes { action } }
            }
        }",
    ),
    (
        false,
        "query ($piece: ID!, $afterEntry: String) {
            auditLog(after: $afterEntry, filter: { subject: [$piece] }) { totalCount nodes { action } }
        }",
    ),
    (false, "{ organizations(orderBy: { field: NAME, direction: ASC }) { nodes { name } } }"),
    (false, "{ mediaItems { nodes { title creator { name } } } }"),
    (
        false,
        "query ($slug: String!) {
            organization(by: { slug: $slug }) {
                viewerMembership { role }
                members(filter: { role: [CREATOR] }) { totalCount nodes { role user { name } } }
            }
        }",
    ),
    (
        false,
        "{ organizations { nodes {
            contents(first: 3, filter: { status: PUBLISHED }, orderBy: { field: PUBLISHED_AT, direction: DESC }) {
                nodes { title creator { name } mediaItem { title } }
            }
            members(first: 3) { nodes { user { name } } }
            auditLog(first: 3) { nodes { action actor { name } } }
        } } }",
    ),
    (
        false,
        "{ viewer {
            sessions { totalCount nodes { current } }
            purchases { totalCount nodes { content { title } } }
            grants { totalCount nodes { content { title mediaItem { title } } } }
            organizations { totalCount nodes { name } }
            contents { totalCount nodes { title grants { totalCount nodes { user { name } } } } }
            drafts: contents(filter: { status: DRAFT }) { totalCount nodes { title } }
            mediaItems(filter: { status: [READY], mediaType: [VIDEO] }) { totalCount nodes { title } }
        } }",
    ),
];

/// One test, because the rows take longer to make than the plans.
#[tokio::test]
async fn every_question_has_an_index() {
    let Some(database) = Database::postgres().await else {
        return;
    };
    let app = App::on(database).await;
    seed::scale(&app.db, 100_000, |_, _| ()).await.unwrap();
    app.db.execute_unprepared(MORE).await.unwrap();

    for question in questions(&app.db).await {
        let statement = Statement::from_string(DbBackend::Postgres, question.sql);
        let plan = Plan::of(&app.db, statement).await;
        let answers = |asked: &Option<String>| {
            let asked = asked.as_deref().unwrap_or_default();
            question.asked.iter().all(|column| asked.contains(column))
        };
        let reads = plan.reads(question.table);
        let answered = !reads.is_empty() && reads.iter().all(answers);
        if !answered || (question.in_order && plan.sorts(question.table)) {
            panic!("no index for {:?}:\n{}", question.asked, plan.text(&app.db).await);
        }
    }
    let wrong = ask_the_gateway(&app).await;
    assert!(wrong.is_empty(), "{} plans:\n{}", wrong.len(), wrong.join("\n"));

    for (query, parts) in OF_THE_ANONYMOUS {
        let plans = plans_of_the_anonymous(&app, query).await;
        for part in parts {
            assert!(plans.contains(part), "{part}\n{plans}");
        }
    }
}

/// What the anonymous ask for, and how it is found.
const OF_THE_ANONYMOUS: [(&str, [&str; 2]); 2] = [
    // Users by the hash of their keys; and whether everyone may play a media item, an index answers alone.
    (
        "{ organizations(first: 5) { nodes {
            contents(first: 3, filter: { status: PUBLISHED }, orderBy: { field: PUBLISHED_AT, direction: DESC }) {
                nodes { title creator { name } mediaItem { title } }
            }
        } } }",
        [
            "Index Scan using users_id_hash_idx on users",
            "Index Only Scan using content_for_everyone_media_item_id_idx on content",
        ],
    ),
    // The latest that is public, without a look at what is not.
    (
        "{ contents(first: 50, filter: { status: PUBLISHED, visibility: PUBLIC }, orderBy: { field: PUBLISHED_AT, direction: DESC }) {
            nodes { title creator { name } }
        } }",
        [
            "Index Scan using content_for_everyone_published_at_idx on content",
            "Index Cond: ((published_at IS NOT NULL) AND ((visibility)::text = 'public'::text))",
        ],
    ),
];

/// The plans of all statements that this takes as somebody anonymous.
async fn plans_of_the_anonymous(app: &App, query: &str) -> String {
    app.take_statements();
    app.anonymous().data(query).await;
    let mut plans = String::new();
    for statement in app.take_statements() {
        plans += &Plan::of(&app.db, statement).await.text(&app.db).await;
    }
    plans
}

/// Asks all queries as different people, on the first page and further on, and tells what is wrong with the plans of the
/// statements that the gateway sends.
async fn ask_the_gateway(app: &App) -> Vec<String> {
    let asked = Asked::by_most(&app.db).await;
    let person = |id: &str| Person {
        id: id.to_owned(),
        token: format!("{id}-7"),
    };
    let viewers = [
        ("the anonymous", app.anonymous()),
        ("the creator", app.as_(&person(&asked.creator))),
        ("a manager", app.as_(&person(&asked.manager))),
        ("a member", app.as_(&person("scale-0000000042"))),
        ("the platform owner", app.as_(&person("scale-0000001999"))),
    ];
    let first = variables(app, &asked, &person(&asked.creator)).await;
    let mut further = first.clone();
    further["after"] = cursor(app, "PUBLISHED_AT").await;
    further["afterCreated"] = cursor(app, "CREATED_AT").await;
    further["afterEntry"] = entry_cursor(app, &person("scale-0000001999")).await;

    app.take_statements();
    let mut wrong = Vec::new();
    for (who, client) in viewers {
        for (is_feed, query) in QUERIES {
            let pages = if query.contains("after") { 2 } else { 1 };
            for (page, variables) in [&first, &further].into_iter().enumerate().take(pages) {
                client.data_with(query, variables.clone()).await;
                for statement in app.take_statements() {
                    let plan = Plan::of(&app.db, statement).await;
                    if let Some(fault) = fault(&plan, *is_feed, page > 0) {
                        let plan = plan.text(&app.db).await;
                        wrong.push(format!("{who} asks {query}\nand {fault}:\n{plan}"));
                    }
                }
            }
        }
    }
    wrong
}

/// What is wrong with a plan.
fn fault(plan: &Plan, is_feed: bool, is_further: bool) -> Option<String> {
    if let Some(table) = LARGE.iter().find(|table| plan.reads(table).contains(&None)) {
        return Some(format!("all of {table} is read"));
    }
    let from_cursor = |asked: &Option<String>| asked.as_ref().is_some_and(|asked| asked.contains("ROW("));
    LISTED.iter().find_map(|table| {
        if is_feed && plan.sorts(table) {
            return Some(format!("{table} is sorted"));
        }
        let is_page = plan.statement.sql.contains(&format!("ORDER BY \"{table}\""));
        let skips = plan.picks(table).iter().all(from_cursor);
        (is_page && is_further && !skips).then(|| "what lies before the cursor is read".to_owned())
    })
}

async fn variables(app: &App, asked: &Asked, creator: &Person) -> Value {
    let slug = format!("SELECT slug FROM organizations WHERE id = '{}'", asked.organization);
    let organization = Organization {
        id: asked.organization.parse().unwrap(),
        slug: one(&app.db, &slug).await,
    };
    json!({
        "user": creator.global_id(),
        "organization": organization.global_id(),
        "slug": organization.slug,
        "category": asked.category,
        "mediaItem": global_id("MediaItem", asked.media_item.parse().unwrap()),
        "piece": global_id("Content", asked.bought.parse().unwrap()),
    })
}

/// A place about in the middle of all content in this order, which goes back two years.
async fn cursor(app: &App, order: &str) -> Value {
    let query = format!(
        "query ($then: DateTime!) {{
            contents(
                first: 1, filter: {{ createdAt: {{ before: $then }}, status: PUBLISHED }}
                orderBy: {{ field: {order}, direction: DESC }}
            ) {{ pageInfo {{ endCursor }} }}
        }}"
    );
    let then = json!({ "then": (now() - Duration::days(365)).to_rfc3339() });
    let cursor = app.anonymous().data_with(&query, then).await["contents"]["pageInfo"]["endCursor"].take();
    assert!(cursor.is_string());
    cursor
}

/// A place about in the middle of the audit log.
async fn entry_cursor(app: &App, platform_owner: &Person) -> Value {
    let query = "query ($then: DateTime!) {
        auditLog(first: 1, filter: { createdAt: { before: $then } }) { pageInfo { endCursor } }
    }";
    let then = json!({ "then": (now() - Duration::days(365)).to_rfc3339() });
    let cursor = app.as_(platform_owner).data_with(query, then).await["auditLog"]["pageInfo"]["endCursor"].take();
    assert!(cursor.is_string());
    cursor
}
