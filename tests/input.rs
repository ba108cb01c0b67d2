//! Bad input gets one clear error that names the argument, and internal errors say nothing but an id.

use entity::media_item::Status;
use sea_orm::{ActiveValue::Set, ConnectionTrait, prelude::Uuid};
use serde_json::json;

use crate::support::{content, global, global_id, media};

/// A change that takes a large number.
const UPLOADED: &str = "mutation ($input: MarkMediaItemUploadedInput!) { markMediaItemUploaded(input: $input) { mediaItem { fileSizeBytes } } }";

on_both! {
    async fn an_error_names_the_argument(app) {
        let author = app.person("author").await;
        content(&author, "one").save(&app).await;
        content(&author, "two").save(&app).await;
        let client = app.as_(&author);
        let data = client.data("{ contents(first: 1) { nodes { id } pageInfo { endCursor } } organizations { pageInfo { endCursor } } }").await;
        let cursor = data["contents"]["pageInfo"]["endCursor"].as_str().unwrap();
        let id = data["contents"]["nodes"][0]["id"].as_str().unwrap();
        let by_name = client.data("{ viewer { sessions { pageInfo { endCursor } } } }").await;
        let session_cursor = by_name["viewer"]["sessions"]["pageInfo"]["endCursor"].as_str().unwrap();
        let entry = global_id("AuditEntry", Uuid::nil());
        let long = "x".repeat(501);
        let many = vec!["\"x\""; 101].join(",");
        let many_ids = vec![format!("\"{id}\""); 101].join(",");

        for (query, argument, words) in [
            ("{ contents(first: 101) { totalCount } }".to_owned(), "first", "from 0 to 100"),
            ("{ contents(first: -1) { totalCount } }".to_owned(), "first", "from 0 to 100"),
            ("{ contents(last: 101) { totalCount } }".to_owned(), "last", "from 0 to 100"),
            ("{ contents(first: 1, last: 1) { totalCount } }".to_owned(), "first", "together"),
            (format!("{{ contents(before: \"{cursor}\") {{ totalCount }} }}"), "before", "goes with `last`"),
            (format!("{{ contents(last: 1, after: \"{cursor}\") {{ totalCount }} }}"), "after", "goes with `first`"),
            ("{ contents(after: \"nonsense\") { totalCount } }".to_owned(), "after", "is not a cursor"),
            ("{ contents(after: \"\") { totalCount } }".to_owned(), "after", "is not a cursor"),
            ("{ contents(last: 1, before: \"e30\") { totalCount } }".to_owned(), "before", "is not a cursor"),
            (format!("{{ contents(after: \"{}\") {{ totalCount }} }}", "A".repeat(5000)), "after", "is not a cursor"),
            (format!("{{ contents(after: \"{cursor}\", orderBy: {{ field: PUBLISHED_AT }}) {{ nodes {{ id }} }} }}"), "after", "another order"),
            (format!("{{ contents(after: \"{session_cursor}\") {{ nodes {{ id }} }} }}"), "after", "is not a cursor"),
            ("{ node(id: \"nonsense\") { id } }".to_owned(), "id", "is not a global id"),
            ("{ node(id: \"\") { id } }".to_owned(), "id", "is not a global id"),
            (format!("{{ nodes(ids: [\"{id}\", \"nonsense\"]) {{ id }} }}"), "ids.1", "is not a global id"),
            (format!("{{ nodes(ids: [{many_ids}]) {{ id }} }}"), "ids", "more than 100"),
            (format!("{{ mediaItem(id: \"{id}\") {{ id }} }}"), "id", "must be a global id of type MediaItem"),
            (format!("{{ organization(by: {{ id: \"{id}\" }}) {{ id }} }}"), "by.id", "must be a global id of type Organization"),
            (format!("{{ content(by: {{ creatorSlug: {{ creator: \"{id}\", slug: \"x\" }} }}) {{ id }} }}"), "by.creatorSlug.creator", "must be a global id of type User"),
            (format!("{{ contents(filter: {{ creator: \"{id}\" }}) {{ totalCount }} }}"), "filter.creator", "must be a global id of type User"),
            ("{ contents(filter: { organization: [\"x\"] }) { totalCount } }".to_owned(), "filter.organization", "is not a global id"),
            (format!("{{ contents(filter: {{ search: \"{long}\" }}) {{ totalCount }} }}"), "filter.search", "longer than 500"),
            ("{ contents(filter: { search: \"a\\u0000b\" }) { totalCount } }".to_owned(), "filter.search", "U+0000"),
            (format!("{{ contents(filter: {{ anyTag: [{many}] }}) {{ totalCount }} }}"), "filter.anyTag", "more than 100"),
            ("{ auditLog(filter: { actor: \"x\" }) { totalCount } }".to_owned(), "filter.actor", "is not a global id"),
            ("{ auditLog(filter: { subject: \"x\" }) { totalCount } }".to_owned(), "filter.subject", "is not a global id"),
            (format!("{{ auditLog(filter: {{ subject: \"{entry}\" }}) {{ totalCount }} }}"), "filter.subject", "does not speak of"),
            ("{ auditLog(filter: { action: \"a\\u0000b\" }) { totalCount } }".to_owned(), "filter.action", "U+0000"),
            (format!("{{ auditLog(filter: {{ subjectType: [{many}] }}) {{ totalCount }} }}"), "filter.subjectType", "more than 100"),
            ("{ content(by: { organizationSlug: { organization: \"\\u0000\", slug: \"x\" } }) { id } }".to_owned(), "by.organizationSlug.organization", "U+0000"),
        ] {
            let before = app.statements();
            let error = client.error(&query).await;
            assert_eq!(error["extensions"]["code"], "BAD_USER_INPUT", "{query}\n{error}");
            assert_eq!(error["extensions"]["argument"], argument, "{query}\n{error}");
            let message = error["message"].as_str().unwrap();
            assert!(message.contains(argument) && message.contains(words), "{query}\n{message}");
            assert_eq!(app.statements() - before, 1, "nothing is read but who asks: {query}");
        }
    }

    async fn values_that_do_not_fit_the_schema_are_refused_before_anything_is_read(app) {
        for (query, variables, words) in [
            ("{ contents(filter: { status: LOST }) { totalCount } }", json!({}), "filter.status"),
            ("{ contents(orderBy: { field: TITLE }) { totalCount } }", json!({}), "orderBy"),
            ("{ contents(first: \"ten\") { totalCount } }", json!({}), "first"),
            ("{ contents(filter: { createdAt: { from: \"yesterday\" } }) { totalCount } }", json!({}), "filter.createdAt.from"),
            ("query ($time: DateTime) { contents(filter: { createdAt: { from: $time } }) { totalCount } }", json!({ "time": "2026-13-01T00:00:00Z" }), "filter.createdAt.from"),
            ("query ($first: Int) { contents(first: $first) { totalCount } }", json!({ "first": "ten" }), "first"),
            ("query ($by: ContentBy!) { content(by: $by) { id } }", json!({ "by": {} }), "by"),
            ("query ($by: ContentBy!) { content(by: $by) { id } }", json!({ "by": { "id": "x", "creatorSlug": { "creator": "x", "slug": "y" } } }), "by"),
            ("{ content(by: { id: \"x\", organizationSlug: { organization: \"x\", slug: \"y\" } }) { id } }", json!({}), "by"),
            ("{ content { id } }", json!({}), "by"),
            ("{ contents(sort: 1) { totalCount } }", json!({}), "sort"),
            ("{ nothing }", json!({}), "nothing"),
            ("query ($id: ID!) { node(id: $id) { id } }", json!({}), "$id"),
            ("{ contents(first: 99999999999) { totalCount } }", json!({}), "`first`"),
            ("{ contents(filter: { price: { fromCents: -99999999999 } }) { totalCount } }", json!({}), "`filter.price.fromCents`"),
            ("query ($filter: ContentFilter) { contents(filter: $filter) { totalCount } }", json!({ "filter": { "price": { "toCents": 4294967296_u64 } } }), "`$filter.price.toCents`"),
            ("{ contents(filter: { createdAt: { before: \"9999-12-31T23:59:59-12:00\" } }) { totalCount } }", json!({}), "filter.createdAt.before"),
            (UPLOADED, json!({ "input": { "id": "x", "fileSizeBytes": 1.5 } }), "input.fileSizeBytes"),
            (UPLOADED, json!({ "input": { "id": "x", "fileSizeBytes": u64::MAX } }), "input.fileSizeBytes"),
            (UPLOADED, json!({ "input": { "id": "x", "width": 4294967296_u64 } }), "`$input.width`"),
        ] {
            let before = app.statements();
            let answer = app.anonymous().send(query, variables).await;
            let errors = answer.body["errors"].as_array().unwrap_or_else(|| panic!("{query}: {}", answer.body));
            assert_eq!(errors.len(), 1, "{query}: {}", answer.body);
            let code = errors[0]["extensions"]["code"].as_str().unwrap_or_default();
            assert!(["GRAPHQL_VALIDATION_FAILED", "BAD_USER_INPUT"].contains(&code), "{query}: {}", answer.body);
            assert!(errors[0]["message"].as_str().unwrap().contains(words), "{query}: {}", answer.body);
            assert_eq!(app.statements() - before, 0, "{query}");
        }
    }

    async fn large_numbers_come_in_every_way(app) {
        let ann = app.person("ann").await;
        let bytes = 5_000_000_000_u64;
        for way in ["literal", "variable", "object"] {
            let id = media(&ann, way).with(|row| row.status = Set(Status::Uploading)).save(&app).await;
            let id = global_id("MediaItem", id);
            let fields = "{ mediaItem { fileSizeBytes } }";
            let (query, variables) = match way {
                "literal" => (format!("mutation {{ markMediaItemUploaded(input: {{ id: \"{id}\", fileSizeBytes: {bytes} }}) {fields} }}"), json!({})),
                "variable" => (
                    format!("mutation ($id: ID!, $size: BigInt) {{ markMediaItemUploaded(input: {{ id: $id, fileSizeBytes: $size }}) {fields} }}"),
                    json!({ "id": id, "size": bytes }),
                ),
                _ => (UPLOADED.to_owned(), json!({ "input": { "id": id, "fileSizeBytes": bytes } })),
            };
            let data = app.as_(&ann).data_with(&query, variables).await;
            assert_eq!(data["markMediaItemUploaded"]["mediaItem"]["fileSizeBytes"], json!(bytes), "{way}");
        }
    }

    async fn a_text_is_never_part_of_a_statement(app) {
        let author = app.person("author").await;
        let piece = content(&author, "one").save(&app).await;
        // Ends a text, a statement, a comment or a name in one of the languages that it could come to.
        const HOSTILE: &str = "4711'\"`\\; DROP TABLE a; -- /* $1 $(id) http://1.1";
        app.take_statements();
        let client = app.as_(&author);
        let query = "query ($text: String!, $id: ID!) {
            contents(filter: { search: $text, anyTag: [$text], category: [$text] }) { totalCount nodes { id } }
            mediaItems(filter: { search: $text }) { totalCount }
            organization(by: { slug: $text }) { id } node(id: $id) { id } nodes(ids: [$id]) { id }
            content(by: { organizationSlug: { organization: $text, slug: $text } }) { id }
        }";
        let data = client.data_with(query, json!({ "text": HOSTILE, "id": global("User", HOSTILE) })).await;
        assert_eq!(data["contents"]["totalCount"], 0);
        let input = json!({ "id": global_id("Content", piece), "title": HOSTILE, "description": HOSTILE, "tags": [HOSTILE] });
        let changed = client.changed("updateContent", input, "content { title description tags }").await;
        assert_eq!(changed["content"], json!({ "title": HOSTILE, "description": HOSTILE, "tags": [HOSTILE] }), "it is kept as it is");
        let found = client.data_with("query ($text: String!) { contents(filter: { search: $text, anyTag: [$text] }) { totalCount } }", json!({ "text": HOSTILE }));
        assert_eq!(found.await["contents"]["totalCount"], 1, "and found");
        let statements = app.take_statements();
        assert!(statements.len() > 5);
        for statement in statements {
            assert!(!statement.sql.contains("4711"), "{}", statement.sql);
        }
    }

    async fn an_internal_error_shows_an_id_and_nothing_else(app) {
        let author = app.person("author").await;
        content(&author, "one").save(&app).await;
        app.db.execute_unprepared("ALTER TABLE content RENAME COLUMN title TO elsewhere").await.unwrap();
        let answer = app.anonymous().send("{ contents { nodes { title } } }", json!({})).await;
        assert_eq!(answer.status, 200);
        let error = &answer.body["errors"][0];
        assert_eq!(error["extensions"]["code"], "INTERNAL", "{}", answer.body);
        let id = error["extensions"]["id"].as_str().unwrap();
        assert!(error["message"].as_str().unwrap().contains(id));
        let text = answer.body.to_string();
        for word in ["title", "select", "sql", "elsewhere"] {
            assert!(!text.to_lowercase().contains(word), "{word}: {text}");
        }
        app.db.execute_unprepared("ALTER TABLE sessions RENAME TO elsewhere_too").await.unwrap();
        let answer = app.as_(&author).send("{ viewer { id } }", json!({})).await;
        assert_eq!(answer.status, 500);
        assert_eq!(answer.body["errors"][0]["extensions"]["code"], "INTERNAL", "{}", answer.body);
        assert!(!answer.body.to_string().contains("sessions"), "{}", answer.body);
    }

    async fn a_nullable_field_that_fails_leaves_its_siblings(app) {
        let author = app.person("author").await;
        content(&author, "one").save(&app).await;
        app.db.execute_unprepared("ALTER TABLE media_items RENAME TO elsewhere").await.unwrap();
        let query = "{ contents { totalCount } mediaItem(id: \"TWVkaWFJdGVtOjAxOTAwMDAwMDAwMDcwMDA4MDAwMDAwMDAwMDAwMDAw\") { id } }";
        let answer = app.anonymous().send(query, json!({})).await;
        assert_eq!(answer.body["data"], json!({ "contents": { "totalCount": 1 }, "mediaItem": null }), "{}", answer.body);
        assert_eq!(answer.body["errors"].as_array().unwrap().len(), 1);
        assert_eq!(answer.body["errors"][0]["path"], json!(["mediaItem"]));
    }
}
