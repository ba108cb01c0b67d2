//! The number of statements is a matter of a query's shape: neither sizes nor other requests have a part in it.

use entity::{content::Status, membership::Role};
use futures_util::future::join_all;
use sea_orm::{ActiveValue::Set, DbBackend, prelude::Uuid};
use serde_json::json;

use crate::support::{App, Database, Person, content, global, global_id, media};

/// Queries that lead from lists to relations and on to further lists, and how many statements each takes: one to find out who
/// asks, and one for each list with its count and the relations to one row under it; on PostgreSQL one for all such lists that
/// have come to be asked for at the same time.
const SHAPES: &[(&str, ByDatabase)] = &[
    // A page, with three relations.
    (
        "{ contents(first: 100) { nodes { title creator { name } organization { name } mediaItem { title } } } }",
        same(2),
    ),
    // A page of parents, each with its own page, with the relations of that.
    (
        "{ organizations(first: 100) { nodes { name contents(first: 2) { nodes { creator { name } mediaItem { title } } pageInfo { hasNextPage } } } } }",
        same(3),
    ),
    // Several lists and counts under one list.
    (
        "{ organizations(first: 100) { totalCount nodes {
            contents(first: 2) { totalCount nodes { id } }
            members(first: 2) { totalCount edges { node { role user { name } } } }
            viewerMembership { role }
        } } }",
        // viewer; organizations with own memberships and count; contents with count; members with their users and count
        ByDatabase { sqlite: 4, postgres: 3 },
    ),
    // Lists under relations under lists.
    (
        "{ contents(first: 100) { nodes { creator { contents(first: 2) { nodes { organization { slug } } } organizations { edges { role node { slug } } } mediaItems(first: 1) { nodes { title } } } } } }",
        // viewer; contents with creators; contents with organizations; memberships with organizations; media items
        ByDatabase { sqlite: 5, postgres: 3 },
    ),
    // The same list twice under other names, with other arguments.
    (
        "{ organizations(first: 100) { nodes {
            newest: contents(first: 1, orderBy: { field: PUBLISHED_AT, direction: DESC }) { nodes { title } }
            oldest: contents(first: 1, orderBy: { field: PUBLISHED_AT, direction: ASC }) { nodes { title } }
        } } }",
        ByDatabase { sqlite: 4, postgres: 3 },
    ),
    // Media items, and what uses them.
    (
        "{ mediaItems(first: 100) { nodes { creator { name } contents(first: 2) { totalCount nodes { title creator { name } } } } } }",
        // viewer; media items with creators; contents with creators and count
        same(3),
    ),
    // The audit logs of many organizations, each with its actors.
    (
        "{ organizations(first: 100) { nodes { auditLog(first: 2) { totalCount nodes { action after actor { name } organization { slug } } } } } }",
        // viewer; organizations; entries with actors, organizations and count
        same(3),
    ),
    (
        "{ auditLog(first: 100) { totalCount edges { node { subjectId actor { name image } organization { name } } } pageInfo { hasNextPage } } }",
        // viewer; entries with actors, organizations and count
        same(2),
    ),
    // Counts alone.
    (
        "{ contents { totalCount } organizations(first: 100) { nodes { contents { totalCount } members { totalCount } } } }",
        // viewer; count; organizations; counts of contents; counts of members
        ByDatabase { sqlite: 5, postgres: 3 },
    ),
    // The viewer is read to find out who asks.
    (
        "{ viewer { id name email image updatedAt } me: viewer { name contents(first: 2) { totalCount nodes { title } } } }",
        // viewer; contents with count
        same(2),
    ),
    // Three levels of lists.
    (
        "{ organizations(first: 100) { nodes { contents(first: 1) { nodes { creator { organizations(first: 1) { nodes { contents(first: 1) { nodes { title } } } } } } } } } }",
        // viewer; organizations; contents with creators; memberships with organizations; contents
        same(5),
    ),
];

/// How many statements something takes.
struct ByDatabase {
    sqlite: u64,
    postgres: u64,
}

const fn same(statements: u64) -> ByDatabase {
    ByDatabase {
        sqlite: statements,
        postgres: statements,
    }
}

impl ByDatabase {
    fn on(&self, app: &App) -> u64 {
        match app.db.get_database_backend() {
            DbBackend::Postgres => self.postgres,
            _ => self.sqlite,
        }
    }
}

/// Adds parents up to this number: each an organization with an owner, media, three pieces of content, and as many changes.
async fn grow(app: &App, viewer: &Person, from: usize, to: usize) {
    for number in from..to {
        let owner = app.person(&format!("owner{number}")).await;
        let organization = app.organization(&format!("organization-{number}")).await;
        app.member(&organization, &owner, Role::Owner).await;
        app.member(&organization, viewer, Role::Admin).await;
        let video = media(&owner, &format!("video{number}")).save(app).await;
        for piece in 0..3 {
            content(&owner, &format!("piece-{piece}"))
                .in_(&organization)
                .showing(video)
                .save(app)
                .await;
            app.entry(Some(&owner), Some(&organization)).await;
        }
    }
}

/// The texts of the statements sent since the last look.
fn reading(app: &App) -> Vec<String> {
    app.take_texts().into_keys().collect()
}

on_both! {
    async fn the_shape_alone_decides(app) {
        let viewer = app.person("viewer").await;
        let client = app.as_(&viewer);
        let mut parents = 0;
        for size in [1, 10, 100] {
            grow(&app, &viewer, parents, size).await;
            parents = size;
            for (query, expected) in SHAPES {
                let before = app.statements();
                client.data(query).await;
                assert_eq!(app.statements() - before, expected.on(&app), "with {size} parents: {query}");
            }
        }
    }

    async fn batches_hold_together_in_a_crowd(app) {
        const CROWD: u64 = 64;
        let viewer = app.person("viewer").await;
        let client = app.as_(&viewer);
        let mut parents = 0;
        for size in [1, 10, 100] {
            grow(&app, &viewer, parents, size).await;
            parents = size;
            for (query, expected) in SHAPES {
                let before = app.statements();
                let answers = join_all((0..CROWD).map(|_| client.data(query))).await;
                assert!(answers.windows(2).all(|pair| pair[0] == pair[1]), "{query}");
                assert_eq!(app.statements() - before, expected.on(&app) * CROWD, "with {size} parents: {query}");
            }
        }
    }

    async fn the_anonymous_take_one_less(app) {
        let viewer = app.person("viewer").await;
        grow(&app, &viewer, 0, 3).await;
        let (query, expected) = &SHAPES[0];
        let before = app.statements();
        app.anonymous().data(query).await;
        assert_eq!(app.statements() - before, expected.on(&app) - 1);
    }

    async fn nodes_take_at_most_one_statement_a_type(app) {
        let viewer = app.person("viewer").await;
        grow(&app, &viewer, 0, 20).await;
        let ids = "{ organizations(first: 100) { nodes { id contents { nodes { id creator { id } } } } } }";
        let found = app.as_(&viewer).data(ids).await;
        let organizations = found["organizations"]["nodes"].as_array().unwrap();
        let mut ids = Vec::new();
        for organization in organizations {
            ids.push(organization["id"].clone());
            ids.push(organization["contents"]["nodes"][0]["id"].clone());
            ids.push(organization["contents"]["nodes"][0]["creator"]["id"].clone());
        }
        let query = "query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id ... on Content { title creator { name } } ... on User { name } } }";
        let before = app.statements();
        let answer = app.as_(&viewer).data_with(query, json!({ "ids": ids })).await;
        // viewer; organizations, contents with their creators, users
        assert_eq!(app.statements() - before, ByDatabase { sqlite: 4, postgres: 2 }.on(&app));
        let answered: Vec<_> = answer["nodes"].as_array().unwrap().iter().map(|node| node["id"].clone()).collect();
        assert_eq!(answered, ids, "in the order in which they were asked for");
    }

    // More than one statement holds, and among them lists in which nothing is.
    async fn what_is_asked_for_together_is_as_if_asked_for_alone(app) {
        let viewer = app.person("viewer").await;
        grow(&app, &viewer, 0, 12).await;
        let client = app.as_(&viewer);
        let fields = [
            "contents(first: 7) { totalCount nodes { id title creator { name } organization { name } } pageInfo { hasNextPage endCursor } }",
            "contents(first: 7, orderBy: { field: CREATED_AT, direction: ASC }) { nodes { id createdAt tags } }",
            "contents(first: 7, filter: { search: \"nowhere\" }) { totalCount nodes { id } }",
            "contents(filter: { personal: true }) { totalCount }",
            "contents(last: 3) { nodes { id mediaItem { title } } }",
            "organizations(last: 4) { nodes { slug createdAt } }",
            "organizations(first: 5) { totalCount nodes {
                name
                contents(first: 2) { totalCount nodes { title creator { name } mediaItem { title } } }
                members(first: 2) { totalCount edges { node { role user { name } } } }
                auditLog(first: 2) { nodes { action actor { name } } }
            } }",
            "mediaItems(first: 6) { nodes { title creator { name } } }",
            "organization(by: { slug: \"organization-3\" }) { name viewerMembership { role } }",
            "viewer { organizations(first: 5) { edges { role node { slug } } } sessions(first: 5) { nodes { id } } }",
        ];
        let mut alone = Vec::new();
        for field in fields {
            alone.push(client.data(&format!("{{ it: {field} }}")).await["it"].take());
        }
        let together = fields.iter().enumerate().map(|(place, field)| format!("it{place}: {field}"));
        let query = format!("{{ {} }}", together.collect::<Vec<_>>().join(" "));
        let before = app.statements();
        let answer = client.data(&query).await;
        for (place, alone) in alone.iter().enumerate() {
            assert_eq!(&answer[format!("it{place}")], alone, "{}", fields[place]);
        }
        // viewer; nine lists and rows, and two lists of the viewer's; three lists of organizations
        assert_eq!(app.statements() - before, ByDatabase { sqlite: 15, postgres: 4 }.on(&app));
    }

    async fn what_is_not_asked_for_is_not_read(app) {
        let author = app.person("author").await;
        content(&author, "piece").save(&app).await;
        app.take_texts();
        app.anonymous().data("{ contents { nodes { title } pageInfo { hasNextPage } } }").await;
        let texts = reading(&app);
        assert_eq!(texts.len(), 1, "{texts:?}");
        assert!(texts[0].contains("\"title\""), "{texts:?}");
        for column in ["content_body", "description", "tags", "view_count", "count("] {
            assert!(!texts[0].to_lowercase().contains(column), "{column} is read: {texts:?}");
        }
        // A connection of which only the count is wanted does not read its rows.
        app.anonymous().data("{ contents { totalCount } }").await;
        let texts = reading(&app);
        assert_eq!(texts.len(), 1, "{texts:?}");
        assert!(texts[0].to_lowercase().contains("count("), "{texts:?}");
    }

    // Statements are kept with places for their values, and there are more of them here than a byte can number.
    async fn many_values_keep_their_places(app) {
        let author = app.person("author").await;
        let home = app.organization("home").await;
        app.member(&home, &author, Role::Creator).await;
        let drafted = |content: &mut entity::content::ActiveModel| content.category = Set(Some("essays".to_owned()));
        let draft = content(&author, "draft").in_(&home).status(Status::Draft).with(drafted).save(&app).await;

        let among_others = |kind: &str, right: &str| {
            let mut values: Vec<_> = (0..99).map(|number| format!("{kind}{number}")).collect();
            values.insert(57, right.to_owned());
            values
        };
        let organizations = (1..100).map(Uuid::from_u128).chain([home.id]);
        let organizations: Vec<_> = organizations.map(|id| global_id("Organization", id)).collect();
        let creators = among_others("person", &author.id).into_iter();
        let creators: Vec<_> = creators.map(|id| global("User", &id)).collect();
        let category = among_others("category", "essays");
        let variables =
            json!({ "filter": { "category": category, "creator": creators, "organization": organizations } });
        let query = "query ($filter: ContentFilter!) { contents(filter: $filter) { nodes { id } } }";
        let found = |answer: serde_json::Value| answer["contents"]["nodes"].clone();
        let stranger = app.person("stranger").await;
        for _ in 0..2 {
            let own = app.as_(&author).data_with(query, variables.clone()).await;
            assert_eq!(found(own), json!([{ "id": global_id("Content", draft) }]));
            for client in [app.as_(&stranger), app.anonymous()] {
                assert_eq!(found(client.data_with(query, variables.clone()).await), json!([]));
            }
        }
    }
}

/// A text is what PostgreSQL keeps a plan for.
#[tokio::test]
async fn further_memberships_make_no_further_texts() {
    let Some(database) = Database::postgres().await else {
        return;
    };
    let app = App::on(database).await;
    let viewer = app.person("viewer").await;
    let mut known: Option<Vec<String>> = None;
    for (from, to) in [(0, 2), (2, 7)] {
        grow(&app, &viewer, from, to).await;
        app.take_texts();
        for (query, _) in SHAPES {
            app.as_(&viewer).data(query).await;
        }
        let mut texts = reading(&app);
        texts.sort_unstable();
        assert_eq!(
            known.get_or_insert_with(|| texts.clone()),
            &texts,
            "with {to} memberships"
        );
    }
}
