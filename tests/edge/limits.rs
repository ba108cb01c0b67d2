//! How much a request may ask for: each limit where it ends, what an operation costs, and that nothing is read before.

use std::collections::HashSet;

use codex_gateway::graphql::Limits;
use sea_orm::ConnectionTrait;
use serde_json::{Value, json};

use crate::support::{App, Client, Database, Edge, open};

/// An introspection query as tools send it, with all that they may ask for.
const INTROSPECTION: &str = "query IntrospectionQuery { __schema { description queryType { name kind } mutationType { name kind } subscriptionType { name kind }
    types { ...FullType } directives { name description isRepeatable locations args(includeDeprecated: true) { ...InputValue } } } }
  fragment FullType on __Type { kind name description specifiedByURL isOneOf
    fields(includeDeprecated: true) { name description args(includeDeprecated: true) { ...InputValue } type { ...TypeRef } isDeprecated deprecationReason }
    inputFields(includeDeprecated: true) { ...InputValue } interfaces { ...TypeRef }
    enumValues(includeDeprecated: true) { name description isDeprecated deprecationReason } possibleTypes { ...TypeRef } }
  fragment InputValue on __InputValue { name description type { ...TypeRef } defaultValue isDeprecated deprecationReason }
  fragment TypeRef on __Type { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name
    ofType { kind name ofType { kind name ofType { kind name ofType { kind name } } } } } } } } } }";

fn edge(limits: Limits) -> Edge {
    Edge { limits, ..open() }
}

/// Levels of fields, as many as this, and none of them a list.
fn deep(levels: usize) -> String {
    let inner = (1..levels).fold("name".to_owned(), |inner, _| format!("ofType {{ {inner} }}"));
    // The outermost is `__type` itself.
    format!("{{ {} }}", inner.replacen("ofType", r#"__type(name: "Query")"#, 1))
}

/// What an operation costs, as the gateway tells whoever asks; nothing where it is not asked.
async fn cost_of(app: &App, query: &str, variables: Value, extensions: Value) -> Value {
    let body = json!({ "query": query, "variables": variables, "extensions": extensions });
    let request = reqwest::Client::new().post(format!("{}/graphql", app.url)).json(&body);
    let answer: Value = request.send().await.unwrap().json().await.unwrap();
    assert!(answer.get("errors").is_none(), "{query}: {answer}");
    answer["extensions"]["cost"].clone()
}

/// That this is just allowed, and that is refused with this code before any statement is sent.
async fn ends(app: &App, client: &Client, allowed: &str, refused: &str, code: &str, limit: u32) {
    let answer = client.send(allowed, json!({})).await;
    assert!(answer.body.get("errors").is_none(), "{allowed}: {}", answer.body);
    let before = app.statements();
    let error = client.error(refused).await;
    assert_eq!(error["extensions"]["code"], code, "{refused}: {error}");
    assert_eq!(error["extensions"]["limit"], limit, "{refused}: {error}");
    assert_eq!(app.statements(), before, "{refused}");
}

#[tokio::test]
async fn each_limit_is_where_it_is_said_to_be() {
    let limits = Limits {
        tokens: 400,
        depth: 16,
        aliases: 3,
        directives: 3,
        root_fields: 4,
        cost: 100,
        ..Limits::USUAL
    };
    let app = App::set(Database::sqlite().await, edge(limits)).await;
    let viewer = app.person("viewer").await;
    // Somebody for whom even the first look at who asks is a statement.
    let client = app.as_(&viewer);

    let fields = |count: usize| format!("{{ viewer {{ {} }} }}", "id ".repeat(count));
    ends(&app, &client, &fields(395), &fields(396), "TOO_MANY_TOKENS", 400).await;
    // Neither blanks nor comments are tokens, and a string is one.
    let blank = format!("{{ __typename {} # {} \n }}", ", \t\n".repeat(500), "a b ".repeat(500));
    let text = |count| {
        format!(
            "{{ organization(by: {{ slug: \"{}\" }}) {{ id }} }}",
            "a ( [ { ".repeat(count)
        )
    };
    client.data(&blank).await;
    client.data(&text(60)).await;

    ends(&app, &client, &deep(16), &deep(17), "TOO_DEEP", 16).await;

    let aliases = |count| {
        format!(
            "{{ viewer {{ {} }} }}",
            (0..count).map(|n| format!("a{n}: id ")).collect::<String>()
        )
    };
    ends(&app, &client, &aliases(3), &aliases(4), "TOO_MANY_ALIASES", 3).await;
    // Written out, they are as many as without a fragment.
    let spread = |count| {
        format!(
            "{{ viewer {{ {} }} }} fragment F on User {{ a: id }}",
            "...F ".repeat(count)
        )
    };
    ends(&app, &client, &spread(3), &spread(4), "TOO_MANY_ALIASES", 3).await;

    let directives = |count| {
        format!(
            "{{ viewer {{ id {} }} }}",
            "... @include(if: true) { id } ".repeat(count)
        )
    };
    ends(&app, &client, &directives(3), &directives(4), "TOO_MANY_DIRECTIVES", 3).await;
    let doubled = "{ viewer { ...F ...F } } fragment F on User { id @skip(if: false) name @skip(if: false) }";
    assert_eq!(client.error(doubled).await["extensions"]["found"], 4);

    let roots = |count| format!("{{ {} }}", "__typename ".repeat(count));
    ends(&app, &client, &roots(4), &roots(5), "TOO_MANY_ROOT_FIELDS", 4).await;

    // A page costs one, and each of its nodes one and a tenth.
    let page = |first| format!("{{ contents(first: {first}) {{ nodes {{ id }} }} }}");
    ends(&app, &client, &page(89), &page(91), "TOO_COSTLY", 100).await;
}

#[tokio::test]
async fn a_body_is_as_long_as_it_may_be() {
    let limits = Limits {
        body_bytes: 1000,
        ..Limits::USUAL
    };
    let app = App::set(Database::sqlite().await, edge(limits)).await;
    for (bytes, status) in [(1000, 200), (1001, 413)] {
        let body = json!({ "query": "{ __typename }" }).to_string();
        let body = format!("{body}{}", " ".repeat(bytes - body.len()));
        let request = reqwest::Client::new().post(format!("{}/graphql", app.url));
        let request = request.header("content-type", "application/json").body(body);
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), status);
        let answer: Value = response.json().await.unwrap();
        if status == 413 {
            assert_eq!(answer["errors"][0]["extensions"]["code"], "BODY_TOO_LARGE", "{answer}");
            assert_eq!(answer["errors"][0]["extensions"]["limit"], 1000, "{answer}");
        }
    }
}

on_both! {
    async fn what_everybody_sends_is_within_the_limits(app) {
        let introspected = app.anonymous().data(INTROSPECTION).await;
        assert!(introspected["__schema"]["types"].as_array().unwrap().len() > 20);
        let viewer = app.person("viewer").await;
        let refetch = json!({ "ids": vec![viewer.global_id(); 100] });
        for (query, variables) in [
            (include_str!("../queries/feed.graphql"), json!({ "first": 100 })),
            (include_str!("../queries/organization_page.graphql"), json!({ "organizations": 50, "contents": 50 })),
            (include_str!("../queries/dashboard.graphql"), json!({})),
            (include_str!("../queries/content_by_slug.graphql"), json!({ "organization": "a", "slug": "b" })),
            (include_str!("../queries/refetch.graphql"), refetch),
        ] {
            app.as_(&viewer).data_with(query, variables).await;
        }
    }

    async fn the_limits_in_force_are_in_the_schema(app) {
        let query = "{ limits { bodyBytes tokens depth aliases directives rootFields fields fragments cost pageSize } }";
        let told = app.anonymous().data(query).await["limits"].clone();
        assert_eq!(told, json!({
            "bodyBytes": 1_048_576, "tokens": 5000, "depth": 20, "aliases": 30, "directives": 50, "rootFields": 20,
            "fields": 10_000, "fragments": 200, "cost": 20_000, "pageSize": 100,
        }));
    }

    async fn a_client_is_told_what_its_operation_costs(app) {
        let viewer = app.person("viewer").await;
        let ask = async |query: &str, variables| cost_of(&app, query, variables, json!({ "cost": true })).await;
        for (query, variables, cost) in [
            ("{ __typename }", json!({}), 1),
            ("{ contents(first: 10) { totalCount } }", json!({}), 2),
            // Ten nodes, a tenth for each field of theirs, the page, and a tenth for `nodes`.
            ("{ contents(first: 10) { nodes { id title } } }", json!({}), 14),
            ("{ contents(last: 10) { nodes { id title } } }", json!({}), 14),
            ("{ contents { nodes { id } } }", json!({}), 24),
            ("{ contents(first: 0) { nodes { id } } }", json!({}), 2),
            ("query ($n: Int) { contents(first: $n) { nodes { id } } }", json!({ "n": 100 }), 112),
            ("query ($n: Int = 50) { contents(first: $n) { nodes { id } } }", json!({}), 57),
            ("query ($n: Int = 50) { contents(first: $n) { nodes { id } } }", json!({ "n": null }), 24),
            // Lists in lists multiply: 10 organizations, each with a page of 10 nodes and their creators.
            ("{ organizations(first: 10) { nodes { contents(first: 10) { nodes { creator { id } } } } } }", json!({}), 233),
            ("{ organizations(first: 10) { edges { node { contents(first: 10) { edges { node { creator { id } } } } } } } }", json!({}), 244),
            // The same by fragments, however they are cut.
            ("{ organizations(first: 10) { ...P } } fragment P on OrganizationConnection { nodes { ... on Organization { contents(first: 10) { ...Q } } } } fragment Q on ContentConnection { nodes { creator { id } } }", json!({}), 233),
            // What is left out costs nothing.
            ("query ($no: Boolean!) { contents(first: 10) { totalCount @skip(if: $no) nodes @include(if: false) { id } } }", json!({ "no": true }), 1),
            ("query ($no: Boolean!) { contents(first: 10) { totalCount @skip(if: $no) nodes @include(if: false) { id } } }", json!({ "no": false }), 2),
            ("query ($ids: [ID!]!) { nodes(ids: $ids) { id } }", json!({ "ids": vec![viewer.global_id(); 20] }), 23),
            ("query ($ids: [ID!]!) { nodes(ids: $ids) { id } }", json!({ "ids": vec![viewer.global_id(); 2] }), 3),
            // Asked again, where no variable has a part in it.
            ("{ contents(first: 10) { totalCount } }", json!({}), 2),
        ] {
            assert_eq!(ask(query, variables.clone()).await, cost, "{query} {variables}");
        }
        // Whoever does not ask is told nothing.
        for extensions in [json!({}), Value::Null, json!({ "cost": false }), json!({ "cost": "true" })] {
            assert_eq!(cost_of(&app, "{ __typename }", json!({}), extensions).await, Value::Null);
        }
    }

    async fn each_operation_of_a_document_costs_its_own(app) {
        let query = "query Small { __typename } query Large { contents(first: 10) { nodes { id } } }";
        for (name, cost) in [("Small", 1), ("Large", 13), ("Small", 1)] {
            let body = json!({ "query": query, "operationName": name, "extensions": { "cost": true } });
            let request = reqwest::Client::new().post(format!("{}/graphql", app.url)).json(&body);
            let answer: Value = request.send().await.unwrap().json().await.unwrap();
            assert_eq!(answer["extensions"]["cost"], cost, "{name}: {answer}");
        }
    }

    async fn the_introspection_does_not_multiply_without_end(app) {
        let nested = |times| {
            let inner = (0..times).fold("name".to_owned(), |inner, _| format!("fields {{ type {{ {inner} }} }}"));
            format!("{{ __schema {{ types {{ {inner} }} }} }}")
        };
        app.anonymous().data(&nested(2)).await;
        assert_eq!(app.anonymous().error(&nested(6)).await["extensions"]["code"], json!("TOO_COSTLY"));
    }
}

#[tokio::test]
async fn the_most_that_is_allowed_can_be_read() {
    // SQLite binds no more than 32,766 values in a statement. Here each of many nodes has a key that no other has.
    let app = App::on(Database::sqlite().await).await;
    let count = 97;
    for sql in [
        format!(
            "WITH RECURSIVE n(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM n WHERE n + 1 < {count})
             INSERT INTO organizations (id, name, slug) SELECT randomblob(16), 'organization', 'o' || n FROM n"
        ),
        format!(
            "WITH RECURSIVE n(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM n WHERE n + 1 < {})
             INSERT INTO users (id, name, email) SELECT 'u' || n, 'user', n || '@example.com' FROM n",
            count * count
        ),
        format!(
            "INSERT INTO content (id, creator_id, organization_id, title, slug, content_type, visibility, status, published_at)
             SELECT randomblob(16), users.id, organizations.id, 'content', users.id, 'written', 'public', 'published', users.created_at
             FROM users JOIN organizations ON organizations.slug = 'o' || (substr(users.id, 2) % {count})"
        ),
    ] {
        app.db.execute_unprepared(&sql).await.unwrap();
    }
    let query = "{ organizations(first: 97) { nodes { contents(first: 97) { nodes { creator { id } } } } } }";
    let cost = cost_of(&app, query, json!({}), json!({ "cost": true })).await;
    assert!(
        cost.as_u64().unwrap() > u64::from(Limits::USUAL.cost) * 9 / 10,
        "{cost}"
    );
    let data = app.anonymous().data(query).await;
    let mut creators = HashSet::new();
    for organization in data["organizations"]["nodes"].as_array().unwrap() {
        for content in organization["contents"]["nodes"].as_array().unwrap() {
            creators.insert(content["creator"]["id"].as_str().unwrap().to_owned());
        }
    }
    assert_eq!(creators.len(), count * count);
}
