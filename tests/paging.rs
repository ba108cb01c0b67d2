//! Pages: a walk through a list by cursors meets every row once, in order, from either end, whatever else is asked.

use chrono::{Duration, TimeZone, Utc};
use codex_gateway::database::now;
use entity::{
    content::{Status, Visibility},
    membership::Role,
};
use serde_json::{Value, json};

use crate::support::{App, Client, Person, content};

/// Walks through the connection at `path` (a function of its arguments) and gives all nodes' `id`s in the list's order.
async fn walk(client: &Client, size: usize, forward: bool, query: &dyn Fn(&str) -> String) -> Vec<String> {
    let mut ids: Vec<String> = Vec::new();
    let mut totals = Vec::new();
    let mut cursor = Value::Null;
    loop {
        let arguments = match (forward, cursor.as_str()) {
            (true, None) => format!("first: {size}"),
            (true, Some(cursor)) => format!("first: {size}, after: \"{cursor}\""),
            (false, None) => format!("last: {size}"),
            (false, Some(cursor)) => format!("last: {size}, before: \"{cursor}\""),
        };
        let data = client.data(&query(&arguments)).await;
        let page = &data["page"];
        let nodes: Vec<String> = page["nodes"]
            .as_array()
            .unwrap()
            .iter()
            .map(|node| node["id"].as_str().unwrap().to_owned())
            .collect();
        let edges: Vec<String> = page["edges"]
            .as_array()
            .unwrap()
            .iter()
            .map(|edge| edge["node"]["id"].as_str().unwrap().to_owned())
            .collect();
        assert_eq!(nodes, edges);
        let info = &page["pageInfo"];
        if let (Some(first), Some(last)) = (
            page["edges"].as_array().unwrap().first(),
            page["edges"].as_array().unwrap().last(),
        ) {
            assert_eq!(info["startCursor"], first["cursor"]);
            assert_eq!(info["endCursor"], last["cursor"]);
        }
        let (on, back, next) = match forward {
            true => ("hasNextPage", "hasPreviousPage", "endCursor"),
            false => ("hasPreviousPage", "hasNextPage", "startCursor"),
        };
        assert_eq!(
            info[back],
            json!(!ids.is_empty()),
            "looking back after {} rows",
            ids.len()
        );
        if forward {
            ids.extend(nodes);
        } else {
            ids.splice(0..0, nodes);
        }
        totals.push(page["totalCount"].as_u64().unwrap() as usize);
        if info[on] == json!(false) {
            assert_eq!(
                totals,
                vec![ids.len(); totals.len()],
                "wherever it stands, a page tells of the whole list"
            );
            return ids;
        }
        assert!(ids.len() < 1000, "the walk does not end");
        cursor = info[next].clone();
    }
}

const PAGE: &str = "{ totalCount nodes { id } edges { cursor node { id } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } }";

async fn catalogue(app: &App, author: &Person) {
    let start = Utc.with_ymd_and_hms(2026, 1, 1, 0, 0, 0).unwrap();
    for number in 0..23 {
        // Ties on both times, times of every precision, and some that were never published.
        let created = start + Duration::microseconds(i64::from(number / 3) * 250_001 * 4);
        let published = start + Duration::microseconds(i64::from(number / 4) * 500_000);
        let piece = content(author, &format!("piece-{number}")).created_at(created);
        match number % 5 {
            4 => piece.status(Status::Draft).save(app).await,
            _ => piece.published_at(published).save(app).await,
        };
    }
}

on_both! {
    async fn every_order_is_walked_without_gap_or_repeat(app) {
        let author = app.person("author").await;
        catalogue(&app, &author).await;
        let client = app.as_(&author);
        for field in ["CREATED_AT", "UPDATED_AT", "PUBLISHED_AT"] {
            for direction in ["ASC", "DESC"] {
                for filter in ["", ", filter: { status: PUBLISHED }"] {
                    let query = |arguments: &str| {
                        format!("{{ page: contents({arguments}, orderBy: {{ field: {field}, direction: {direction} }}{filter}) {PAGE} }}")
                    };
                    let all = walk(&client, 100, true, &query).await;
                    let total = client.data(&query("first: 0")).await["page"]["totalCount"].as_u64().unwrap();
                    assert_eq!(all.len() as u64, total, "{field} {direction} {filter}");
                    assert_eq!(total, if filter.is_empty() { 23 } else { 19 });
                    for size in [1, 2, 7] {
                        for forward in [true, false] {
                            assert_eq!(walk(&client, size, forward, &query).await, all, "{field} {direction} {filter} by {size}, forward: {forward}");
                        }
                    }
                }
            }
        }
    }

    async fn an_order_is_the_one_that_was_asked_for(app) {
        let author = app.person("author").await;
        catalogue(&app, &author).await;
        let query = "{ viewer { contents(first: 100, orderBy: { field: PUBLISHED_AT, direction: DESC }) { nodes { publishedAt } } } }";
        let data = app.as_(&author).data(query).await;
        let times: Vec<Option<chrono::DateTime<Utc>>> = data["viewer"]["contents"]["nodes"]
            .as_array().unwrap().iter()
            .map(|node| node["publishedAt"].as_str().map(|time| time.parse().unwrap()))
            .collect();
        assert!(times.windows(2).all(|pair| pair[0] >= pair[1]), "{times:?}");
        assert_eq!(times.iter().filter(|time| time.is_none()).count(), 4, "what was never published comes too, last");
    }

    async fn the_anonymous_walk_through_what_is_published(app) {
        let author = app.person("author").await;
        catalogue(&app, &author).await;
        for direction in ["ASC", "DESC"] {
            let query = |arguments: &str| {
                format!("{{ page: contents({arguments}, orderBy: {{ field: PUBLISHED_AT, direction: {direction} }}) {PAGE} }}")
            };
            let all = walk(&app.anonymous(), 100, true, &query).await;
            assert_eq!(all.len(), 19);
            for forward in [true, false] {
                assert_eq!(walk(&app.anonymous(), 4, forward, &query).await, all);
            }
        }
    }

    async fn each_parent_has_its_own_page(app) {
        let author = app.person("author").await;
        for (organization, pieces) in [("none", 0), ("few", 2), ("many", 5)] {
            let organization = app.organization(organization).await;
            app.member(&organization, &author, Role::Creator).await;
            for number in 0..pieces {
                content(&author, &format!("piece-{number}")).in_(&organization).save(&app).await;
            }
        }
        let query = "{ organizations(orderBy: { field: SLUG, direction: ASC }) { nodes { slug contents(first: 3) { totalCount nodes { slug organization { slug } } pageInfo { hasNextPage endCursor } } } } }";
        let data = app.anonymous().data(query).await;
        let pages: Vec<(String, u64, usize, bool)> = data["organizations"]["nodes"].as_array().unwrap().iter().map(|node| {
            let contents = &node["contents"];
            let nodes = contents["nodes"].as_array().unwrap();
            assert!(nodes.iter().all(|content| content["organization"]["slug"] == node["slug"]));
            (node["slug"].as_str().unwrap().to_owned(), contents["totalCount"].as_u64().unwrap(), nodes.len(), contents["pageInfo"]["hasNextPage"].as_bool().unwrap())
        }).collect();
        let expected = [("few", 2, 2, false), ("many", 5, 3, true), ("none", 0, 0, false)];
        assert_eq!(pages, expected.map(|(slug, total, nodes, more)| (slug.to_owned(), total, nodes, more)));

        // A parent's cursor leads on in its own list, and looks back there.
        let cursor = data["organizations"]["nodes"][1]["contents"]["pageInfo"]["endCursor"].as_str().unwrap();
        let query = format!("{{ organizations(orderBy: {{ field: SLUG, direction: ASC }}) {{ nodes {{ contents(first: 3, after: \"{cursor}\") {{ totalCount nodes {{ slug }} pageInfo {{ hasNextPage hasPreviousPage }} }} }} }} }}");
        let data = app.anonymous().data(&query).await;
        let totals: Vec<_> = data["organizations"]["nodes"].as_array().unwrap().iter().map(|node| node["contents"]["totalCount"].clone()).collect();
        assert_eq!(totals, [2, 5, 0], "wherever the page begins");
        let many = &data["organizations"]["nodes"][1]["contents"];
        assert_eq!(many["nodes"], json!([{ "slug": "piece-1" }, { "slug": "piece-0" }]));
        assert_eq!(many["pageInfo"], json!({ "hasNextPage": false, "hasPreviousPage": true }));
        assert_eq!(data["organizations"]["nodes"][2]["contents"]["pageInfo"]["hasPreviousPage"], json!(false));
    }

    async fn every_list_can_be_walked(app) {
        let owner = app.person("owner").await;
        for number in 0..5 {
            let organization = app.organization(&format!("organization-{number}")).await;
            app.member(&organization, &owner, Role::Owner).await;
            let other = app.person(&format!("other{number}")).await;
            app.session(&owner.id, &format!("tokenx{number}"), now() + Duration::days(1)).await;
            let video = crate::support::media(&owner, &format!("video{number}")).save(&app).await;
            let piece = content(&owner, &format!("piece-{number}")).in_(&organization).showing(video).save(&app).await;
            app.grant(&other, piece, None).await;
            app.grant(&owner, piece, None).await;
            app.purchase(&owner, piece).await;
        }
        let client = app.as_(&owner);
        for (before, list, after, length) in [
            ("", "organizations", "", 5),
            ("", "contents", "", 5),
            ("", "mediaItems", "", 5),
            ("viewer {", "contents", "}", 5),
            ("viewer {", "mediaItems", "}", 5),
            ("viewer {", "organizations", "}", 5),
            ("viewer {", "sessions", "}", 6),
            ("viewer {", "purchases", "}", 5),
            ("viewer {", "grants", "}", 5),
        ] {
            let nested = !before.is_empty();
            for forward in [true, false] {
                let mut cursor: Option<String> = None;
                let mut seen = Vec::new();
                loop {
                    let place = cursor.as_ref().map(|cursor| format!(", {}: \"{cursor}\"", if forward { "after" } else { "before" })).unwrap_or_default();
                    let end = if forward { "first" } else { "last" };
                    let data = client.data(&format!("{{ {before} {list}({end}: 2{place}) {PAGE} {after} }}")).await;
                    let page = if nested { &data["viewer"][list] } else { &data[list] };
                    assert_eq!(page["totalCount"], json!(length), "{before}{list}");
                    seen.extend(page["nodes"].as_array().unwrap().iter().map(|node| node["id"].as_str().unwrap().to_owned()));
                    let (on, next) = if forward { ("hasNextPage", "endCursor") } else { ("hasPreviousPage", "startCursor") };
                    if page["pageInfo"][on] == json!(false) {
                        break;
                    }
                    cursor = page["pageInfo"][next].as_str().map(str::to_owned);
                }
                assert_eq!(seen.len(), length, "{before}{list}");
                seen.sort();
                seen.dedup();
                assert_eq!(seen.len(), length, "{before}{list} repeats a row");
            }
        }
    }

    async fn filters_let_through_what_they_name(app) {
        let author = app.person("author").await;
        let other = app.person("other").await;
        let organization = app.organization("house").await;
        app.member(&organization, &author, Role::Creator).await;
        let at = |day| Utc.with_ymd_and_hms(2026, 3, day, 12, 0, 0).unwrap();
        content(&author, "bread").created_at(at(1)).published_at(at(2)).with(|row| {
            row.title = sea_orm::ActiveValue::Set("Bread for 100%_of beginners".into());
            row.category = sea_orm::ActiveValue::Set(Some("baking".into()));
            row.tags = sea_orm::ActiveValue::Set(json!(["bread", "sour dough"]));
        }).save(&app).await;
        content(&author, "cake").created_at(at(3)).published_at(at(4)).in_(&organization).with(|row| {
            row.description = sea_orm::ActiveValue::Set(Some("A CAKE of layers".into()));
            row.category = sea_orm::ActiveValue::Set(Some("baking".into()));
            row.tags = sea_orm::ActiveValue::Set(json!(["cake"]));
        }).price(500).visibility(Visibility::PurchasedOnly).save(&app).await;
        content(&other, "soup").created_at(at(5)).published_at(at(6)).price(0).with(|row| {
            row.tags = sea_orm::ActiveValue::Set(json!(["soup", "bread"]));
        }).save(&app).await;
        content(&author, "plan").created_at(at(7)).status(Status::Draft).save(&app).await;

        let house = organization.global_id();
        let me = author.global_id();
        for (filter, expected) in [
            ("{}".to_owned(), "bread cake plan soup"),
            ("{ status: DRAFT }".to_owned(), "plan"),
            ("{ status: [DRAFT, PUBLISHED] }".to_owned(), "bread cake plan soup"),
            ("{ status: [] }".to_owned(), ""),
            ("{ contentType: VIDEO }".to_owned(), ""),
            ("{ visibility: PURCHASED_ONLY }".to_owned(), "cake"),
            ("{ category: \"baking\" }".to_owned(), "bread cake"),
            ("{ anyTag: [\"cake\", \"soup\"] }".to_owned(), "cake soup"),
            ("{ anyTag: [] }".to_owned(), ""),
            ("{ allTags: [\"bread\", \"soup\"] }".to_owned(), "soup"),
            ("{ allTags: [\"sour dough\"] }".to_owned(), "bread"),
            ("{ publishedAt: { from: \"2026-03-04T12:00:00Z\" } }".to_owned(), "cake soup"),
            ("{ publishedAt: { from: \"2026-03-04T13:00:00+01:00\", before: \"2026-03-06T12:00:00Z\" } }".to_owned(), "cake"),
            ("{ createdAt: { before: \"2026-03-03T12:00:00Z\" } }".to_owned(), "bread"),
            ("{ price: { fromCents: 1 } }".to_owned(), "cake"),
            ("{ price: { toCents: 499 } }".to_owned(), "soup"),
            ("{ free: true }".to_owned(), "bread plan soup"),
            ("{ free: false }".to_owned(), "cake"),
            (format!("{{ creator: \"{me}\" }}"), "bread cake plan"),
            (format!("{{ organization: [\"{house}\"] }}"), "cake"),
            ("{ personal: true }".to_owned(), "bread plan soup"),
            ("{ personal: false }".to_owned(), "cake"),
            ("{ search: \"cake of\" }".to_owned(), "cake"),
            ("{ search: \"100%_OF\" }".to_owned(), "bread"),
            ("{ search: \"100%of\" }".to_owned(), ""),
            ("{ search: \"\\\\\" }".to_owned(), ""),
            ("{ search: \"   \" }".to_owned(), "bread cake plan soup"),
            ("{ status: PUBLISHED, free: true, personal: true, anyTag: \"bread\" }".to_owned(), "bread soup"),
        ] {
            let query = format!("{{ contents(filter: {filter}) {{ totalCount nodes {{ slug }} }} }}");
            let data = app.as_(&author).data(&query).await;
            let mut slugs: Vec<&str> = data["contents"]["nodes"].as_array().unwrap().iter().map(|node| node["slug"].as_str().unwrap()).collect();
            slugs.sort_unstable();
            assert_eq!(slugs.join(" "), expected, "{filter}");
            assert_eq!(data["contents"]["totalCount"], json!(slugs.len()), "{filter}");
        }
    }
}
