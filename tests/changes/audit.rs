//! The audit log: what was changed, by whom, and who may read that.

use codex_gateway::{
    database::{Reader, now},
    store::{
        Scope,
        change::{Change, Refusal, Transaction},
    },
    viewer::{Credential, identify},
};
use entity::{account, content::Status, membership::Role, organization, session};
use sea_orm::EntityTrait;
use serde_json::{Value, json};

use crate::support::{App, Client, Organization, Person, content, global_id};

/// Gives content another title.
async fn rename(client: &Client, id: &str, title: &str) {
    let input = json!({ "id": id, "title": title });
    client.changed("updateContent", input, "__typename").await;
}

/// The log of an organization and the whole one, each by the titles that were given, and with as many entries as it says.
async fn logs(client: &Client, organization: &Organization) -> [Vec<String>; 2] {
    let query = "query ($id: ID!) {
        organization(by: { id: $id }) { auditLog { totalCount nodes { after } } }
        auditLog { totalCount nodes { after } }
    }";
    let data = client.data_with(query, json!({ "id": organization.global_id() })).await;
    let titles = |log: &Value| -> Vec<String> {
        let nodes = log["nodes"].as_array().unwrap();
        assert_eq!(log["totalCount"], json!(nodes.len()), "{log}");
        let title = |node: &Value| node["after"]["title"].as_str().unwrap().to_owned();
        nodes.iter().map(title).collect()
    };
    [titles(&data["organization"]["auditLog"]), titles(&data["auditLog"])]
}

/// A house with people in it, another house, and content in each of them and in nobody's.
struct World {
    house: Organization,
    other: Organization,
    owner: Person,
    admin: Person,
    creator: Person,
    other_owner: Person,
    platform: Person,
    in_house: String,
    in_other: String,
    personal: String,
}

impl World {
    async fn new(app: &App) -> Self {
        let (house, other) = (app.organization("house").await, app.organization("other").await);
        let [owner, admin, creator, other_owner] = [
            app.person("owner").await,
            app.person("admin").await,
            app.person("creator").await,
            app.person("otherOwner").await,
        ];
        app.member(&house, &owner, Role::Owner).await;
        app.member(&house, &admin, Role::Admin).await;
        app.member(&house, &creator, Role::Creator).await;
        app.member(&other, &other_owner, Role::Owner).await;
        let in_house = content(&creator, "piece").in_(&house).save(app).await;
        let in_other = content(&other_owner, "piece").in_(&other).save(app).await;
        let personal = content(&creator, "piece").save(app).await;
        Self {
            in_house: global_id("Content", in_house),
            in_other: global_id("Content", in_other),
            personal: global_id("Content", personal),
            platform: app.platform_owner("platform").await,
            house,
            other,
            owner,
            admin,
            creator,
            other_owner,
        }
    }
}

on_both! {
    async fn a_manager_reads_what_was_changed(app) {
        let world = World::new(&app).await;
        let before = now();
        let input = json!({ "id": world.in_house, "title": "New", "description": "More", "tags": ["a"], "priceCents": 500 });
        app.as_(&world.creator).changed("updateContent", input, "__typename").await;

        let query = "query ($id: ID!) { organization(by: { id: $id }) { auditLog { totalCount nodes {
            id __typename createdAt action actor { id name email } organization { slug } subjectType subjectId before after
        } } } }";
        let client = app.as_(&world.owner);
        let data = client.data_with(query, json!({ "id": world.house.global_id() })).await;
        let entry = &data["organization"]["auditLog"]["nodes"][0];
        let time: chrono::DateTime<chrono::Utc> = entry["createdAt"].as_str().unwrap().parse().unwrap();
        assert!((before..=now()).contains(&time), "{time}");
        assert_eq!(data["organization"]["auditLog"], json!({ "totalCount": 1, "nodes": [{
            "id": entry["id"],
            "__typename": "AuditEntry",
            "createdAt": entry["createdAt"],
            "action": "content.update",
            "actor": { "id": world.creator.global_id(), "name": "creator", "email": null },
            "organization": { "slug": "house" },
            "subjectType": "content",
            "subjectId": world.in_house,
            "before": { "title": "About piece", "description": null, "tags": [], "price_cents": null },
            "after": { "title": "New", "description": "More", "tags": ["a"], "price_cents": 500 },
        }] }));

        // What was changed can be looked up, and so can the entry.
        let nodes = "query ($ids: [ID!]!) { nodes(ids: $ids) { ... on Content { title } ... on AuditEntry { action } } }";
        let ids = json!({ "ids": [entry["subjectId"], entry["id"]] });
        let found = client.data_with(nodes, ids.clone()).await;
        assert_eq!(found["nodes"], json!([{ "title": "New" }, { "action": "content.update" }]));
        let found = app.as_(&world.creator).data_with(nodes, ids).await;
        assert_eq!(found["nodes"], json!([{ "title": "New" }, null]));
    }

    async fn others_read_nothing_of_it_and_count_nothing(app) {
        let world = World::new(&app).await;
        let [subscriber, stranger] = [app.person("subscriber").await, app.person("stranger").await];
        app.member(&world.house, &subscriber, Role::Subscriber).await;
        rename(&app.as_(&world.creator), &world.in_house, "in the house").await;
        rename(&app.as_(&world.other_owner), &world.in_other, "elsewhere").await;
        rename(&app.as_(&world.creator), &world.personal, "at home").await;
        rename(&app.as_(&world.admin), &world.in_house, "in the house again").await;

        let house = ["in the house again", "in the house"].map(str::to_owned).to_vec();
        let nothing = Vec::new();
        for person in [&world.owner, &world.admin] {
            assert_eq!(logs(&app.as_(person), &world.house).await, [house.clone(), house.clone()], "{person:?}");
            assert_eq!(logs(&app.as_(person), &world.other).await, [nothing.clone(), house.clone()], "{person:?}");
        }
        for person in [&world.creator, &subscriber, &stranger] {
            assert_eq!(logs(&app.as_(person), &world.house).await, [nothing.clone(), nothing.clone()], "{person:?}");
        }
        assert_eq!(logs(&app.anonymous(), &world.house).await, [nothing.clone(), nothing.clone()]);
        let elsewhere = vec!["elsewhere".to_owned()];
        assert_eq!(logs(&app.as_(&world.other_owner), &world.house).await, [nothing, elsewhere]);

        let platform = app.as_(&world.platform);
        let all = ["in the house again", "at home", "elsewhere", "in the house"].map(str::to_owned).to_vec();
        assert_eq!(logs(&platform, &world.house).await, [house.clone(), all]);
        // Pinned, what others own is gone; what nobody owns is not.
        let here = ["in the house again", "at home", "in the house"].map(str::to_owned).to_vec();
        assert_eq!(logs(&platform.pinned("house"), &world.house).await, [house, here]);
    }

    async fn whoever_reads_what_somebody_did_sees_who_that_is(app) {
        let world = World::new(&app).await;
        let query = "query ($id: ID!) { node(id: $id) { ... on User { name email } } }";
        let who = json!({ "id": world.platform.global_id() });
        assert_eq!(app.as_(&world.owner).data_with(query, who.clone()).await["node"], Value::Null);
        rename(&app.as_(&world.platform), &world.in_house, "mended").await;
        let seen = app.as_(&world.owner).data_with(query, who.clone()).await;
        assert_eq!(seen["node"], json!({ "name": "platform", "email": null }));
        for person in [&world.creator, &world.other_owner] {
            assert_eq!(app.as_(person).data_with(query, who.clone()).await["node"], Value::Null, "{person:?}");
        }
    }

    async fn entries_are_found_by_what_they_say(app) {
        let world = World::new(&app).await;
        let draft = content(&world.creator, "draft").in_(&world.house).status(Status::Draft).save(&app).await;
        let draft = global_id("Content", draft);
        rename(&app.as_(&world.creator), &world.in_house, "first").await;
        rename(&app.as_(&world.admin), &world.in_house, "second").await;
        app.as_(&world.admin).changed("publishContent", json!({ "id": draft }), "__typename").await;
        rename(&app.as_(&world.creator), &world.personal, "at home").await;

        let [creator, admin] = [world.creator.global_id(), world.admin.global_id()];
        let [piece, personal, house] = [world.in_house, world.personal, world.house.global_id()];
        let time = now().to_rfc3339();
        for (filter, expected) in [
            (json!({ "action": "content.publish" }), 1),
            (json!({ "action": ["content.publish", "content.update"] }), 3),
            (json!({ "action": "content.forget" }), 0),
            (json!({ "actor": creator }), 1),
            (json!({ "actor": [creator, admin] }), 3),
            (json!({ "subjectType": "content" }), 3),
            (json!({ "subjectType": "membership" }), 0),
            (json!({ "subject": piece }), 2),
            (json!({ "subject": [piece, draft] }), 3),
            (json!({ "subject": [house, creator, personal] }), 0),
            (json!({ "subject": [] }), 0),
            (json!({ "subject": piece, "actor": admin }), 1),
            (json!({ "createdAt": { "before": time } }), 3),
            (json!({ "createdAt": { "from": time } }), 0),
        ] {
            let query = "query ($filter: AuditEntryFilter!) { auditLog(filter: $filter) { totalCount nodes { id } } }";
            let data = app.as_(&world.owner).data_with(query, json!({ "filter": filter })).await;
            assert_eq!(data["auditLog"]["totalCount"], json!(expected), "{filter}");
            assert_eq!(data["auditLog"]["nodes"].as_array().unwrap().len(), expected, "{filter}");
        }
    }

    async fn what_was_changed_in_a_purged_organization_is_left_to_the_platform_owner(app) {
        let world = World::new(&app).await;
        rename(&app.as_(&world.creator), &world.in_house, "in the house").await;
        organization::Entity::delete_by_id(world.house.id).exec(&app.db).await.unwrap();
        let query = "{ auditLog { totalCount nodes { organization { slug } after } } }";
        assert_eq!(app.as_(&world.owner).data(query).await["auditLog"]["totalCount"], 0);
        let left = app.as_(&world.platform).data(query).await;
        assert_eq!(left["auditLog"]["nodes"], json!([{ "organization": null, "after": { "title": "in the house" } }]));
    }

    async fn secrets_never_show(app) {
        let [ann, platform] = [app.person("ann").await, app.platform_owner("platform").await];
        let reader = Reader::new(app.db.clone(), None);
        let (viewer, _) = identify(&reader, &Credential::Bearer(ann.token.clone()), None, None).await.unwrap();
        Scope::new(viewer, reader, None).change("secrets", &Secrets { user_id: ann.id }).await.unwrap();

        let query = "{ auditLog { nodes { subjectType subjectId before after } } }";
        let log = app.as_(&platform).data(query).await;
        assert!(!log.to_string().contains("secret"), "{log}");
        let nodes = log["auditLog"]["nodes"].as_array().unwrap().iter();
        let said = nodes.map(|node| {
            let kind = node["subjectType"].as_str().unwrap();
            let secret = if kind == "account" { "password" } else { "token" };
            // A session has a global id, and an account has none.
            assert_eq!(node["subjectId"].is_null(), kind == "account", "{node}");
            (kind, node["before"][secret].as_str(), node["after"][secret].as_str())
        });
        let said: Vec<_> = said.collect();
        let hidden = Some("[hidden]");
        let expected = [
            ("session", hidden, None),
            ("account", hidden, hidden),
            ("session", None, hidden),
            ("account", None, hidden),
        ];
        assert_eq!(said, expected);
    }
}

/// Writes, changes and removes what holds secrets.
struct Secrets {
    user_id: String,
}

impl Change for Secrets {
    const ACTION: &'static str = "user.test";
    const RULE: &'static str = "tests";
    type Outcome = ();

    async fn run(&self, transaction: &mut Transaction) -> Result<(), Refusal> {
        let account = account::Model {
            id: "account".to_owned(),
            account_id: self.user_id.clone(),
            provider_id: "credential".to_owned(),
            user_id: self.user_id.clone(),
            access_token: Some("secret-1".to_owned()),
            refresh_token: Some("secret-2".to_owned()),
            id_token: Some("secret-3".to_owned()),
            scope: None,
            password: Some("secret-4".to_owned()),
            access_token_expires_at: None,
            refresh_token_expires_at: None,
            created_at: now(),
            updated_at: now(),
        };
        let session = session::Model {
            id: "another".to_owned(),
            user_id: self.user_id.clone(),
            token: "secret-5".to_owned(),
            expires_at: now(),
            ip_address: None,
            user_agent: None,
            created_at: now(),
            updated_at: now(),
        };
        transaction.insert::<account::Entity>(account.clone(), None).await?;
        transaction.insert::<session::Entity>(session.clone(), None).await?;
        let changed = account::Model {
            password: Some("secret-6".to_owned()),
            ..account.clone()
        };
        transaction.update::<account::Entity>(&account, &changed, None).await?;
        transaction.delete::<session::Entity>(&session).await
    }
}
