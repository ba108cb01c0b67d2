//! The contract: the schema is what `schema.graphql` holds, every part of it is described, and every field answers.

use std::collections::BTreeSet;

use codex_gateway::graphql::{BigInt, sdl};
use entity::{content::Visibility, membership::Role};
use serde_json::{Value, json};
use similar::TextDiff;

use crate::support::{content, global_id, media};

#[test]
fn the_file_holds_the_schema() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/schema.graphql");
    let held = std::fs::read_to_string(file).unwrap();
    let code = sdl();
    let difference = TextDiff::from_lines(&held, &code)
        .unified_diff()
        .header("schema.graphql", "the gateway")
        .to_string();
    assert!(
        held == code,
        "{difference}\nIf the change is meant: cargo run -- schema > schema.graphql"
    );
}

const INTROSPECTION: &str = "{ __schema { types {
    name kind description
    fields { name description args { name description type { kind name ofType { kind name ofType { kind name ofType { kind name } } } } } type { kind name ofType { kind name ofType { kind name ofType { kind name } } } } }
    inputFields { name description type { kind name ofType { kind name ofType { kind name ofType { kind name } } } } }
    enumValues { name description }
} } }";

/// The types of the schema that are our own.
async fn types(app: &crate::support::App) -> Vec<Value> {
    let data = app.anonymous().data(INTROSPECTION).await;
    let builtin = ["Boolean", "Float", "ID", "Int", "String"];
    let types = data["__schema"]["types"].as_array().unwrap().iter();
    let own = |name: &str| !name.starts_with("__") && !builtin.contains(&name);
    types
        .filter(|kind| own(kind["name"].as_str().unwrap()))
        .cloned()
        .collect()
}

/// The name and kind of a type, without the lists and the bangs around it.
fn inner(kind: &Value) -> (&str, &str) {
    match &kind["ofType"] {
        Value::Null => (kind["kind"].as_str().unwrap(), kind["name"].as_str().unwrap()),
        of_type => inner(of_type),
    }
}

on_both! {
    async fn everything_is_described(app) {
        let mut silent = Vec::new();
        let mut look = |what: &Value, place: String| {
            if what["description"].as_str().is_none_or(|text| text.trim().is_empty()) {
                silent.push(place);
            }
        };
        for kind in types(&app).await {
            let name = kind["name"].as_str().unwrap();
            look(&kind, name.to_owned());
            for (part, sub) in [("fields", Some("args")), ("inputFields", None), ("enumValues", None)] {
                for part in kind[part].as_array().into_iter().flatten() {
                    let place = format!("{name}.{}", part["name"].as_str().unwrap());
                    look(part, place.clone());
                    for argument in sub.and_then(|sub| part[sub].as_array()).into_iter().flatten() {
                        look(argument, format!("{place}({})", argument["name"].as_str().unwrap()));
                    }
                }
            }
        }
        assert!(silent.is_empty(), "without a description: {silent:#?}");
    }

    async fn large_numbers_are_taken_by_name(app) {
        // What looks at numbers before anything is executed knows an input's name, and not its type.
        let mut inputs = Vec::new();
        for kind in types(&app).await {
            let parts = |parts: &Value| parts.as_array().cloned().unwrap_or_default();
            inputs.extend(parts(&kind["inputFields"]));
            inputs.extend(parts(&kind["fields"]).iter().flat_map(|field| parts(&field["args"])));
        }
        let (large, others): (Vec<_>, Vec<_>) = inputs.iter().partition(|input| inner(&input["type"]).1 == BigInt::NAME);
        let names = |inputs: Vec<&Value>| inputs.iter().map(|input| input["name"].as_str().unwrap().to_owned()).collect::<BTreeSet<_>>();
        let (large, others) = (names(large), names(others));
        assert_eq!(large, BigInt::INPUTS.iter().map(|name| (*name).to_owned()).collect());
        assert!(large.is_disjoint(&others), "{large:?}");
    }

    async fn every_field_answers_by_itself(app) {
        // A field whose columns the look-ahead forgot would be an internal error, so each is asked for alone.
        let owner = app.person("owner").await;
        let house = app.organization("house").await;
        let membership = app.member(&house, &owner, Role::Owner).await;
        let video = media(&owner, "video").save(&app).await;
        let piece = content(&owner, "piece").in_(&house).showing(video).save(&app).await;
        let rows = [
            ("AuditEntry", global_id("AuditEntry", app.entry(Some(&owner), Some(&house)).await)),
            ("Content", global_id("Content", piece)),
            ("Grant", global_id("Grant", app.grant(&owner, piece, None).await)),
            ("MediaItem", global_id("MediaItem", video)),
            ("Organization", house.global_id()),
            ("OrganizationMembership", global_id("OrganizationMembership", membership)),
            ("Purchase", global_id("Purchase", app.purchase(&owner, piece).await)),
            ("Session", owner.session_id()),
            ("User", owner.global_id()),
        ];
        let types = types(&app).await;
        let nodes = types.iter().filter(|kind| kind["fields"].as_array().is_some_and(|fields| fields.iter().any(|field| field["name"] == "id")));
        let nodes: Vec<&str> = nodes.map(|kind| kind["name"].as_str().unwrap()).filter(|name| *name != "Node").collect();
        assert_eq!(nodes, rows.each_ref().map(|(name, _)| *name), "a type with an id has no row here");

        for (name, id) in &rows {
            let kind = types.iter().find(|kind| kind["name"] == *name).unwrap();
            for field in kind["fields"].as_array().unwrap() {
                let field_name = field["name"].as_str().unwrap();
                let (kind, of) = inner(&field["type"]);
                let selection = match kind {
                    "OBJECT" if of.ends_with("Connection") => "{ nodes { __typename } totalCount }",
                    "OBJECT" => "{ __typename }",
                    _ => "",
                };
                let query = format!("query ($id: ID!) {{ node(id: $id) {{ ... on {name} {{ {field_name} {selection} }} }} }}");
                let data = app.as_(&owner).data_with(&query, json!({ "id": id })).await;
                assert!(data["node"].is_object(), "{name}.{field_name}: {data}");
            }
        }
    }

    async fn what_is_hidden_from_somebody_says_from_whom(app) {
        let owner = app.person("owner").await;
        let stranger = app.person("stranger").await;
        let house = app.organization("house").await;
        app.member(&house, &owner, Role::Owner).await;
        let video = media(&owner, "video").save(&app).await;
        let sold = content(&owner, "sold").in_(&house).visibility(Visibility::PurchasedOnly).price(5).save(&app).await;
        content(&owner, "free").in_(&house).showing(video).save(&app).await;
        app.purchase(&owner, sold).await;
        let rows = [
            ("Content", global_id("Content", sold)),
            ("MediaItem", global_id("MediaItem", video)),
            ("Organization", house.global_id()),
            ("User", owner.global_id()),
        ];
        let types = types(&app).await;
        let mut guarded = Vec::new();
        for kind in &types {
            let name = kind["name"].as_str().unwrap();
            let is_row = kind["fields"].as_array().is_some_and(|fields| fields.iter().any(|field| field["name"] == "id"));
            if is_row && name != "Node" {
                let last = kind["description"].as_str().unwrap().lines().last().unwrap();
                assert!(last.starts_with("Visible to: "), "{name}: {last}");
            }
            let Some((_, id)) = rows.iter().find(|(row, _)| *row == name) else { continue };
            for field in kind["fields"].as_array().unwrap() {
                let field_name = field["name"].as_str().unwrap();
                let selection = if inner(&field["type"]).0 == "OBJECT" { "{ __typename }" } else { "" };
                let query = format!("query ($id: ID!) {{ node(id: $id) {{ ... on {name} {{ value: {field_name} {selection} }} }} }}");
                let variables = json!({ "id": id });
                let own = app.as_(&owner).data_with(&query, variables.clone()).await;
                let other = app.as_(&stranger).data_with(&query, variables).await;
                // What is about the viewer is another matter: their own membership is nobody else's.
                let about_the_viewer = field_name.starts_with("viewer");
                if !own["node"]["value"].is_null() && other["node"]["value"].is_null() && !about_the_viewer {
                    guarded.push(format!("{name}.{field_name}"));
                    let last = field["description"].as_str().unwrap().lines().last().unwrap();
                    assert!(last.starts_with("Visible to: "), "{name}.{field_name}: {last}");
                }
            }
        }
        let expected = [
            "Content.contentBody", "Content.viewCount", "Content.purchaseCount", "MediaItem.r2Key", "User.email",
            "User.emailVerified", "User.createdAt", "User.updatedAt", "User.sessions", "User.purchases",
        ];
        assert_eq!(guarded, expected);
    }

    async fn the_reference_queries_run_as_they_stand(app) {
        let owner = app.person("owner").await;
        let house = app.organization("house").await;
        let membership = app.member(&house, &owner, Role::Owner).await;
        let video = media(&owner, "video").save(&app).await;
        let piece = content(&owner, "piece").in_(&house).showing(video).save(&app).await;
        let ids = [
            global_id("Content", piece),
            global_id("MediaItem", video),
            global_id("OrganizationMembership", membership),
            house.global_id(),
            owner.global_id(),
        ];
        let client = app.as_(&owner);

        let feed = client.data(include_str!("queries/feed.graphql")).await;
        let node = &feed["contents"]["nodes"][0];
        assert_eq!(node["id"], json!(ids[0]));
        assert_eq!(node["creator"], json!({ "id": ids[4], "name": "owner", "image": null }));
        assert_eq!(node["organization"]["slug"], "house");
        assert_eq!(node["mediaItem"], json!({ "id": ids[1], "title": "video", "mediaType": "VIDEO", "durationSeconds": 60 }));

        let page = client.data(include_str!("queries/organization_page.graphql")).await;
        assert_eq!(page["organizations"]["nodes"][0]["contents"]["nodes"][0]["creator"]["name"], "owner");

        let variables = json!({ "organization": "house", "slug": "piece" });
        let one = client.data_with(include_str!("queries/content_by_slug.graphql"), variables).await;
        assert_eq!(one["content"]["contentBody"], "The body of piece");
        assert_eq!(one["content"]["viewerCanEdit"], json!(true));

        let dashboard = client.data(include_str!("queries/dashboard.graphql")).await;
        let viewer = &dashboard["viewer"];
        assert_eq!(viewer["email"], "owner@example.com");
        assert_eq!(viewer["organizations"]["edges"][0]["role"], "OWNER");
        assert_eq!(viewer["contents"]["totalCount"], json!(1));
        assert_eq!(viewer["mediaItems"]["totalCount"], json!(0), "a video that is ready is none of those");
        assert_eq!(viewer["sessions"]["nodes"][0]["current"], json!(true));

        let refetched = client.data_with(include_str!("queries/refetch.graphql"), json!({ "ids": ids })).await;
        let names: Vec<&str> = refetched["nodes"].as_array().unwrap().iter().map(|node| node["__typename"].as_str().unwrap()).collect();
        assert_eq!(names, ["Content", "MediaItem", "OrganizationMembership", "Organization", "User"]);
        assert_eq!(refetched["nodes"][2]["user"]["id"], json!(ids[4]));
    }

    async fn values_have_the_forms_that_the_schema_promises(app) {
        let owner = app.person("owner").await;
        let video = media(&owner, "video").save(&app).await;
        content(&owner, "piece").showing(video).price(0).save(&app).await;
        let data = app.as_(&owner).data("{ contents { nodes { createdAt priceCents status mediaItem { fileSizeBytes } } } }").await;
        let node = &data["contents"]["nodes"][0];
        chrono::DateTime::parse_from_rfc3339(node["createdAt"].as_str().unwrap()).unwrap();
        assert_eq!(node["priceCents"], json!(0));
        assert_eq!(node["status"], "PUBLISHED");
        assert_eq!(node["mediaItem"]["fileSizeBytes"], json!(5_000_000_000_u64), "beyond 32 bits");
    }
}
