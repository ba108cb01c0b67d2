//! Rows that are written at once read as those that the library resolves, for everyone; and none of their fields is forgotten.

use std::collections::BTreeMap;

use chrono::{TimeDelta, TimeZone, Utc};
use codex_gateway::graphql::ready_fields;
use entity::{
    content::{Status, Visibility},
    membership::Role,
};
use sea_orm::ActiveValue::Set;
use serde_json::{Value, json};

use crate::support::{App, content, media};

/// For each type that is a row, the ways to lists of such rows. `@` stands for what is selected of each.
const WAYS: [(&str, &str); 9] = [
    ("AuditEntry", "organizations { nodes { auditLog { nodes { @ } } } }"),
    ("Content", "contents { nodes { @ } }"),
    ("Grant", "contents { nodes { grants { nodes { @ } } } }"),
    ("MediaItem", "mediaItems { nodes { @ } }"),
    ("Organization", "organizations { nodes { @ } }"),
    (
        "OrganizationMembership",
        "organizations { nodes { members { nodes { @ } } } }",
    ),
    ("Purchase", "viewer { purchases { nodes { @ } } }"),
    ("Session", "viewer { sessions { nodes { @ } } }"),
    ("User", "contents { nodes { creator { @ } } }"),
];

const INTROSPECTION: &str =
    "{ __schema { types { name fields { name args { name } type { ...T ofType { ...T ofType { ...T } } } } } } }
    fragment T on __Type { kind name }";

/// The fields without arguments of each type, and to what type of rows they lead, if to any.
async fn fields(app: &App) -> BTreeMap<String, Vec<(String, Option<String>)>> {
    fn leads_to(kind: &Value) -> Option<String> {
        match &kind["ofType"] {
            Value::Null => (kind["kind"] == "OBJECT").then(|| kind["name"].as_str().unwrap().to_owned()),
            inner => leads_to(inner),
        }
    }
    let data = app.anonymous().data(INTROSPECTION).await;
    let types = data["__schema"]["types"].as_array().unwrap().iter();
    let of = |kind: &Value| {
        let fields = kind["fields"].as_array().into_iter().flatten();
        fields
            .filter(|field| field["args"].as_array().unwrap().is_empty())
            .map(|field| (field["name"].as_str().unwrap().to_owned(), leads_to(&field["type"])))
            .collect()
    };
    types
        .map(|kind| (kind["name"].as_str().unwrap().to_owned(), of(kind)))
        .collect()
}

/// All fields of the type, and of what its relations lead to. `first` stands before the fields of each.
fn selection(fields: &BTreeMap<String, Vec<(String, Option<String>)>>, kind: &str, first: &str, deep: usize) -> String {
    let selected = fields[kind].iter().map(|(name, leads_to)| match leads_to {
        None => name.clone(),
        Some(_) if deep == 0 => String::new(),
        Some(kind) => format!("{name} {{ {} }}", selection(fields, kind, first, deep - 1)),
    });
    format!("{first} __typename {}", selected.collect::<Vec<_>>().join(" "))
}

on_both! {
    async fn rows_are_written_as_the_library_resolves_them(app) {
        let [maker, reader] = [app.person("maker").await, app.person("reader").await];
        let manager = app.person("manager").await;
        let owner = app.platform_owner("owner").await;
        let house = app.organization("house").await;
        app.member(&house, &manager, Role::Admin).await;
        app.member(&house, &maker, Role::Creator).await;
        app.member(&house, &reader, Role::Member).await;
        let film = media(&maker, "Film \"\\\u{1}").save(&app).await;
        let odd = "A \"title\" \\ with\n\u{8}\u{c}\r\t\u{1f}\u{7f} é 🎬";
        let times = [
            Utc.timestamp_opt(1_700_000_000, 0),
            Utc.timestamp_opt(1_700_000_000, 120_000_000),
            Utc.timestamp_opt(1_700_000_000, 1_000),
            Utc.timestamp_opt(-86_400 * 36_500, 999_999_000),
        ];
        let mut ids = Vec::new();
        for (place, (time, visibility)) in times
            .into_iter()
            .zip([Visibility::Public, Visibility::MembersOnly, Visibility::PurchasedOnly, Visibility::Private])
            .enumerate()
        {
            let builder = content(&maker, &format!("piece-{place}")).in_(&house).visibility(visibility);
            let builder = builder.price(990).published_at(time.unwrap()).with(|row| {
                row.title = Set(odd.to_owned());
                row.tags = Set(json!(["plain", odd, ""]));
                row.description = Set(Some(String::new()));
            });
            let builder = if place % 2 == 0 { builder.showing(film) } else { builder };
            ids.push(builder.save(&app).await);
        }
        content(&reader, "personal").status(Status::Draft).save(&app).await;
        for person in [&maker, &reader, &manager, &owner] {
            app.purchase(person, ids[2]).await;
            app.grant(person, ids[3], None).await;
            app.entry(Some(person), Some(&house)).await;
        }
        app.entry(None, None).await;

        let fields = fields(&app).await;
        let pages = WAYS.into_iter().filter(|(kind, _)| *kind != "User");
        let pages = pages.map(|(kind, way)| (kind, way.replacen("nodes { @ }", "@", 1), ""));
        let pages: Vec<_> = pages.chain([("User", "viewer { organizations { @ } }".to_owned(), "role status")]).collect();
        let people = [
            ("anonymous", app.anonymous()),
            ("reader", app.as_(&reader)),
            ("maker", app.as_(&maker)),
            ("manager", app.as_(&manager)),
            ("platform owner", app.as_(&owner)),
        ];
        // What is selected twice is the library's.
        let same = async |kind: &str, query: &dyn Fn(&str) -> String, twice: &str| {
            for (who, client) in &people {
                let [ours, theirs] = [client.send(&query(""), json!({})).await, client.send(&query(twice), json!({})).await];
                assert!(ours.body["errors"].is_null(), "{who}: {:?}", ours.body);
                assert_eq!(ours.body["data"], theirs.body["data"], "{kind} for {who}");
            }
        };
        for (kind, way, of_edge) in &pages {
            let page = |first: &str| format!("{first} __typename pageInfo {{ endCursor hasPreviousPage startCursor hasNextPage __typename {first} }}
                totalCount edges {{ cursor {of_edge} __typename {first} node {{ id __typename {first} }} }} nodes {{ __typename }}");
            same(&format!("pages of {kind}"), &|first| format!("{{ {} }}", way.replace('@', &page(first))), "__typename").await;
        }
        for (kind, way) in WAYS {
            let query = |first: &str| format!("{{ {} }}", way.replace('@', &selection(&fields, kind, first, 1)));
            same(kind, &query, "id id").await;
            let seen = people[4].1.data(&query("")).await.to_string();
            assert!(seen.contains(&format!("\"__typename\":\"{kind}\"")), "no {kind} at all");
        }
    }

    async fn values_are_shown_as_they_are_kept(app) {
        let maker = app.person("maker").await;
        let before = Utc.with_ymd_and_hms(1999, 12, 31, 23, 59, 59).unwrap() + TimeDelta::microseconds(999_999);
        let long_before = Utc.with_ymd_and_hms(1, 1, 1, 0, 0, 0).unwrap();
        let long_after = Utc.with_ymd_and_hms(9999, 12, 31, 23, 59, 59).unwrap();
        let text = |tag: &str| json!(tag);
        for (slug, tags, shown, published) in [
            ("plain", json!(["one", "two"]), vec![text("one"), text("two")], before),
            ("escaped", json!(["a\"b", "c\\d", "é"]), vec![text("a\"b"), text("c\\d"), text("é")], long_before),
            // Nothing that the gateway writes.
            ("other", json!(["one", 1, null, ["two"], { "three": 3 }]), vec![text("one")], long_after),
            ("none", json!({ "one": "two" }), vec![], before),
        ] {
            let kept = |row: &mut entity::content::ActiveModel| {
                row.tags = Set(tags);
                row.published_at = Set(Some(published));
            };
            content(&maker, slug).with(kept).save(&app).await;
            for twice in ["", "tags"] {
                let query = format!("{{ contents(filter: {{ search: \"{slug}\" }}) {{ nodes {{ tags publishedAt {twice} }} }} }}");
                let data = app.anonymous().data(&query).await;
                let time = published.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true);
                assert_eq!(data["contents"]["nodes"], json!([{ "tags": shown, "publishedAt": time }]), "{slug}");
            }
        }
    }

    async fn lists_of_rows_stand_where_they_belong(app) {
        let maker = app.person("maker").await;
        let house = app.organization("house").await;
        app.organization("empty").await;
        app.member(&house, &maker, Role::Owner).await;
        for slug in ["one", "two"] {
            content(&maker, slug).in_(&house).save(&app).await;
        }
        let client = app.as_(&maker);
        let send = async |first: &str, size: i32| {
            let query = format!("{{ organizations(first: 2) {{ nodes {{
                {first} start: contents(first: 1) {{ nodes {{ slug }} pageInfo {{ hasNextPage }} }} name
                members(first: 2) {{ nodes {{ user {{ {first} organizations(first: 2) {{ edges {{ node {{ slug contents {{ totalCount nodes {{ title }} }} }} }} }} }} role }} }}
                all: contents(first: {size}) {{ totalCount edges {{ node {{ slug }} }} }} slug
            }} }} }}");
            client.send(&query, json!({})).await.body
        };
        let whole = send("id", 20).await;
        assert_eq!(whole, send("id id", 20).await);
        assert!(whole["errors"].is_null() && whole.to_string().contains("\"totalCount\":2"), "{whole}");
        // Errors, too. (The library's own path for them ends with the row.)
        let [mut ours, mut theirs] = [send("id", 101).await, send("id id", 101).await];
        assert_eq!(ours["errors"][0]["path"].take(), json!(["organizations", "nodes", 0, "all"]));
        assert_eq!(theirs["errors"][0]["path"].take(), json!(["organizations", "nodes", 0]));
        assert_eq!(ours, theirs);
    }

    async fn lists_of_many_rows_have_their_arguments(app) {
        let [maker, reader] = [app.person("maker").await, app.person("reader").await];
        for house in ["first", "second"] {
            let house = app.organization(house).await;
            app.member(&house, &maker, Role::Owner).await;
            app.member(&house, &reader, Role::Member).await;
            for slug in ["one", "two", "three"] {
                let film = media(&maker, slug).save(&app).await;
                let status = if slug == "three" { Status::Draft } else { Status::Published };
                let piece = content(&maker, slug).in_(&house).showing(film).status(status).save(&app).await;
                app.grant(&reader, piece, None).await;
                app.grant(&maker, piece, None).await;
            }
            app.entry(Some(&maker), Some(&house)).await;
            app.entry(Some(&reader), Some(&house)).await;
        }
        let client = app.as_(&maker);
        const VARIABLES: [(&str, &str); 5] = [
            ("$size", "Int"),
            ("$other", "Int"),
            ("$cursor", "String"),
            ("$filter", "ContentFilter"),
            ("$order", "ContentOrder"),
        ];
        let send = async |query: &str, first: &str, variables: &Value| {
            let used = VARIABLES.iter().filter(|(name, _)| query.contains(name));
            let used: Vec<_> = used.map(|(name, kind)| format!("{name}: {kind}")).collect();
            let query = format!("query ({}) {{ {} }}", used.join(", "), query.replace('@', first));
            client.send(&query, variables.clone()).await.body
        };
        let start = "organizations(first: 1) { nodes { contents(first: 1) { pageInfo { endCursor } } } }";
        let start = client.data(&format!("{{ {start} }}")).await;
        let cursor = &start["organizations"]["nodes"][0]["contents"]["pageInfo"]["endCursor"];
        let lists = [
            ("organizations", "contents(first: $size, last: $other, after: $cursor, filter: $filter, orderBy: $order)"),
            ("organizations", "all: contents(first: $size, filter: { status: [PUBLISHED] }, orderBy: { field: PUBLISHED_AT, direction: DESC })"),
            ("organizations", "members(first: $size, last: $other, filter: { role: [OWNER] })"),
            ("organizations", "auditLog(last: $size, filter: { subjectType: [\"content\"] })"),
            ("mediaItems", "contents(first: $size, filter: $filter)"),
            ("contents", "grants(first: $size, last: $other)"),
            ("contents", "creator { @ contents(first: $size, filter: $filter) { nodes { id } } mediaItems(filter: { search: \"tw\" }) { nodes { title } } grants(last: $size) { nodes { id } } } grants"),
        ];
        for variables in [
            json!({}),
            json!({ "size": 1 }),
            json!({ "size": 0, "filter": { "status": ["DRAFT"] } }),
            json!({ "size": 2, "cursor": cursor, "filter": null }),
            json!({ "order": { "field": "UPDATED_AT" }, "filter": { "status": ["PUBLISHED"], "search": "tw" } }),
            // Errors are the library's.
            json!({ "size": 1, "other": 1 }),
            json!({ "size": 101 }),
            json!({ "cursor": "none" }),
            json!({ "filter": { "creator": ["none"] } }),
        ] {
            for (parents, list) in lists {
                let query = format!("{parents} {{ nodes {{ @ {list} {{ totalCount nodes {{ id }} pageInfo {{ startCursor hasNextPage hasPreviousPage }} }} }} }}");
                let [mut ours, mut theirs] = [send(&query, "id", &variables).await, send(&query, "id id", &variables).await];
                // Of several errors either tells the first that it comes upon.
                for errors in [&mut ours, &mut theirs].into_iter().filter_map(|body| body["errors"].as_array_mut()) {
                    errors.iter_mut().for_each(|error| *error = error["message"].take());
                }
                assert_eq!(ours, theirs, "{query} with {variables}");
            }
        }
    }

    async fn what_is_selected_in_several_places_is_merged(app) {
        let maker = app.person("maker").await;
        let house = app.organization("house").await;
        app.member(&house, &maker, Role::Owner).await;
        content(&maker, "piece").in_(&house).save(&app).await;
        let client = app.as_(&maker);
        let whole = client.data("{
            contents { totalCount nodes { slug title creator { name image } } edges { cursor node { slug title } } pageInfo { hasNextPage endCursor } }
            viewer { name image organizations { totalCount edges { role node { slug name } } } contents { totalCount nodes { slug title } } }
            organizations { nodes { slug name contents { totalCount nodes { slug title } } } }
            organization(by: { slug: \"house\" }) { slug name }
        }").await;
        for parted in [
            // The fields themselves.
            "{
                contents { totalCount } contents { nodes { slug } } contents { nodes { title creator { name } } }
                contents { nodes { creator { image } } edges { cursor } edges { node { slug } } edges { node { title } } pageInfo { hasNextPage } pageInfo { endCursor } }
                viewer { name } viewer { image organizations { totalCount } } viewer { organizations { edges { role node { slug } } } }
                viewer { organizations { edges { node { name } } } contents { totalCount } } viewer { contents { nodes { slug title } } }
                organizations { nodes { slug } } organizations { nodes { name contents { totalCount } } } organizations { nodes { contents { nodes { slug } } } }
                organizations { nodes { contents { nodes { title } } } }
                organization(by: { slug: \"house\" }) { slug } organization(by: { slug: \"house\" }) { name }
            }",
            // In fragments, of a name and without.
            "{
                contents { ...Count ...Nodes ... on ContentConnection { nodes { title } pageInfo { hasNextPage } } ...Info }
                viewer { ...Name ...Lists } ...Query organization(by: { slug: \"house\" }) { slug ... { name } }
            }
            fragment Count on ContentConnection { totalCount nodes { slug } edges { ...Cursor } }
            fragment Cursor on ContentEdge { cursor node { slug } }
            fragment Nodes on ContentConnection { nodes { creator { name } ...Image } edges { node { title } } }
            fragment Image on Content { creator { image } }
            fragment Info on ContentConnection { pageInfo { endCursor } }
            fragment Name on User { name organizations { totalCount } contents { totalCount } }
            fragment Lists on User { image organizations { edges { role node { slug name } } } contents { nodes { slug title } } }
            fragment Query on Query { organizations { nodes { slug } } organizations { nodes { name contents { totalCount } contents { nodes { slug title } } } } }",
            // One fragment in two places of a level.
            "{
                contents { totalCount ...Page ...Page nodes { slug } edges { cursor node { slug } } pageInfo { hasNextPage endCursor } }
                viewer { name image organizations { totalCount edges { role node { slug name } } } ...Own }
                organizations { nodes { slug name ...Listed ... on Organization { ...Listed } } }
                organization(by: { slug: \"house\" }) { slug name }
            }
            fragment Page on ContentConnection { nodes { title creator { name image } } edges { node { title } } }
            fragment Own on User { contents { totalCount nodes { slug title } } }
            fragment Listed on Organization { contents { totalCount nodes { slug title } } }",
        ] {
            // The second time it is known to be valid.
            for _ in 0..2 {
                assert_eq!(client.data(parted).await, whole, "{parted}");
            }
        }
    }

    async fn what_is_skipped_leaves_an_empty_object(app) {
        let maker = app.person("maker").await;
        content(&maker, "piece").save(&app).await;
        let query = "query ($skip: Boolean!) { contents {
            nodes { title @skip(if: $skip) } pageInfo { hasNextPage @skip(if: $skip) } edges { cursor @skip(if: $skip) node { id @skip(if: $skip) } }
        } all: contents { totalCount @skip(if: $skip) } }";
        let data = app.anonymous().data_with(query, json!({ "skip": true })).await;
        let page = json!({ "nodes": [{}], "pageInfo": {}, "edges": [{ "node": {} }] });
        assert_eq!(data, json!({ "contents": page, "all": {} }));
    }

    async fn every_field_that_is_ready_is_written(app) {
        let fields = fields(&app).await;
        assert_eq!(ready_fields().map(|(kind, _)| kind), WAYS.map(|(kind, _)| kind));
        for (kind, ready) in ready_fields() {
            let mut ready = ready.to_vec();
            let mut fields: Vec<_> = fields[kind].iter().map(|(name, _)| name.as_str()).collect();
            ready.sort_unstable();
            fields.sort_unstable();
            assert_eq!(ready, fields, "{kind}");
        }
    }
}
