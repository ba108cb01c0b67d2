//! Making, changing, handing over and deleting organizations.

use entity::{
    content::{Status, Visibility},
    membership::{self, Role},
    organization,
};
use futures_util::future::join_all;
use sea_orm::{EntityTrait, PaginatorTrait};
use serde_json::{Value, json};

use super::{house, rows, transfer};
use crate::support::{Organization, content, global_id};

/// A field, what it may just hold, and what it may not, with the code that it is refused with.
struct Edge {
    field: &'static str,
    fine: Vec<String>,
    faulty: Vec<(&'static str, String)>,
}

fn edges() -> [Edge; 5] {
    let text = |length: usize| "ü".repeat(length);
    let url = |length: usize| format!("https://x.example/{}", "x".repeat(length - 18));
    [
        Edge {
            field: "name",
            fine: vec![text(1), text(255)],
            faulty: vec![
                ("REQUIRED", "  ".to_owned()),
                ("TOO_LONG", text(256)),
                ("MALFORMED", "a\0b".to_owned()),
            ],
        },
        Edge {
            field: "slug",
            fine: vec!["a".to_owned(), "s".repeat(255), "0-a-1".to_owned()],
            faulty: vec![
                ("REQUIRED", String::new()),
                ("TOO_LONG", "s".repeat(256)),
                ("MALFORMED", "Upper".to_owned()),
                ("MALFORMED", "a--b".to_owned()),
                ("MALFORMED", "-a".to_owned()),
                ("MALFORMED", "a_b".to_owned()),
                ("MALFORMED", "a\0b".to_owned()),
            ],
        },
        Edge {
            field: "description",
            fine: vec![text(5_000)],
            faulty: vec![("TOO_LONG", text(5_001))],
        },
        Edge {
            field: "logoUrl",
            fine: vec![url(2_048), "http://x.example".to_owned()],
            faulty: vec![("TOO_LONG", url(2_049)), ("MALFORMED", "ftp://x.example".to_owned())],
        },
        Edge {
            field: "websiteUrl",
            fine: vec![url(2_048)],
            faulty: vec![
                ("TOO_LONG", url(2_049)),
                ("MALFORMED", "javascript:alert(1)".to_owned()),
            ],
        },
    ]
}

fn input(organization: &Organization) -> Value {
    json!({ "id": organization.global_id() })
}

on_both! {
    async fn a_new_one_is_its_makers(app) {
        let ann = app.person("ann").await;
        let made = json!({
            "name": " The house ", "slug": "house", "description": " ", "logoUrl": "https://x.example/logo.png", "websiteUrl": null,
        });
        let fields = "organization { id name slug description logoUrl websiteUrl viewerMembership { role status joinedAt } members { nodes { user { name } } } }";
        let payload = app.as_(&ann).changed("createOrganization", made, fields).await;
        let made = &payload["organization"];
        let row = organization::Entity::find().one(&app.db).await.unwrap().unwrap();
        let house = Organization { id: row.id, slug: row.slug.clone() };
        assert_eq!(made["id"], json!(house.global_id()));
        assert_eq!((&made["name"], &made["slug"], &made["description"]), (&json!("The house"), &json!("house"), &Value::Null));
        assert_eq!((&made["logoUrl"], &made["websiteUrl"]), (&json!("https://x.example/logo.png"), &Value::Null));
        assert_eq!((&made["viewerMembership"]["role"], &made["viewerMembership"]["status"]), (&json!("OWNER"), &json!("ACTIVE")));
        assert_eq!(made["members"], json!({ "nodes": [{ "user": { "name": "ann" } }] }));

        let members = rows::members(&app, &house).await;
        assert_eq!(members.len(), 1);
        assert_eq!((members[0].role, members[0].status, &members[0].user_id), (Role::Owner, membership::Status::Active, &ann.id));
        assert!(members[0].joined_at.is_some() && members[0].invited_at.is_none());
        let log = rows::log(&app).await;
        let said: Vec<_> = log.iter().map(|entry| (entry.action.as_str(), entry.subject_type.as_str(), entry.subject_id.clone())).collect();
        assert_eq!(said, [
            ("organization.create", "organization", house.id.to_string()),
            ("organization.create", "membership", members[0].id.to_string()),
        ]);
        for entry in &log {
            assert_eq!((entry.actor_id.as_deref(), entry.organization_id, &entry.before), (Some(ann.id.as_str()), Some(house.id), &None));
        }
        assert_eq!(log[0].after.as_ref().unwrap()["slug"], "house");
        assert_eq!(log[1].after.as_ref().unwrap()["role"], "owner");
        app.as_(&ann).changed("updateOrganization", json!({ "id": house.global_id(), "name": "Mine" }), "__typename").await;
    }

    async fn a_request_that_is_pinned_elsewhere_makes_one_that_it_does_not_see(app) {
        let ann = app.person("ann").await;
        app.organization("elsewhere").await;
        let client = app.as_(&ann).pinned("elsewhere");
        let payload = client.changed("createOrganization", json!({ "name": "House", "slug": "house" }), "organization { id }").await;
        assert_eq!(payload["organization"], Value::Null);
        let found = app.as_(&ann).data(r#"{ organizations(filter: { slug: ["house"] }) { nodes { viewerMembership { role } } } }"#).await;
        assert_eq!(found["organizations"]["nodes"][0]["viewerMembership"]["role"], "OWNER");
    }

    async fn each_limit_holds_at_its_edge(app) {
        let ann = app.person("ann").await;
        let house = house(&app, &ann, "house").await;
        let client = app.as_(&ann);
        let mut number = 0;
        for Edge { field, fine, faulty } in edges() {
            for value in fine {
                number += 1;
                let mut made = json!({ "name": "New", "slug": format!("new-{number}") });
                made[field] = json!(value);
                client.changed("createOrganization", made, "__typename").await;
                // A slug is one organization's alone.
                let value = if field == "slug" { format!("{}z", &value[..value.len() - 1]) } else { value };
                let payload = client.changed("updateOrganization", json!({ "id": house.global_id(), field: value }), &format!("organization {{ {field} }}")).await;
                assert_eq!(payload["organization"][field], json!(value));
            }
            for (code, value) in faulty {
                let mut made = json!({ "name": "New", "slug": "never" });
                made[field] = json!(value);
                let changed = json!({ "id": house.global_id(), field: value });
                for (change, input) in [("createOrganization", made), ("updateOrganization", changed)] {
                    let mut errors = client.to_mend(change, input).await;
                    errors.dedup();
                    assert_eq!(errors, [(code.to_owned(), field.to_owned())], "{change}, {field}: {value:?}");
                }
            }
        }
        let count = organization::Entity::find().count(&app.db).await.unwrap();
        assert_eq!(count, 1 + number, "what was faulty was not made");
    }

    async fn what_is_wrong_is_told_all_at_once_and_changes_nothing(app) {
        let ann = app.person("ann").await;
        let house = house(&app, &ann, "house").await;
        app.organization("taken").await;
        let before = rows::organization(&app, house.id).await;
        let wrong = || json!({ "name": " ", "slug": "taken", "description": "x".repeat(5_001), "logoUrl": "x", "websiteUrl": "y" });
        let expected = [("REQUIRED", "name"), ("TOO_LONG", "description"), ("MALFORMED", "logoUrl"), ("MALFORMED", "websiteUrl"), ("TAKEN", "slug")];
        let expected = expected.map(|(code, field)| (code.to_owned(), field.to_owned()));
        let client = app.as_(&ann);
        assert_eq!(client.to_mend("createOrganization", wrong()).await, expected);
        let mut changed = wrong();
        changed["id"] = json!(house.global_id());
        assert_eq!(client.to_mend("updateOrganization", changed).await, expected);
        let cleared = json!({ "id": house.global_id(), "name": null, "slug": null });
        let expected = [("REQUIRED", "name"), ("REQUIRED", "slug")].map(|(code, field)| (code.to_owned(), field.to_owned()));
        assert_eq!(client.to_mend("updateOrganization", cleared).await, expected);
        assert_eq!(rows::organization(&app, house.id).await, before);
        assert_eq!(organization::Entity::find().count(&app.db).await.unwrap(), 2);
        assert!(rows::log(&app).await.is_empty());
    }

    async fn a_deleted_one_keeps_its_slug(app) {
        let ann = app.person("ann").await;
        let gone = house(&app, &ann, "gone").await;
        let client = app.as_(&ann);
        client.changed("deleteOrganization", input(&gone), "deletedOrganizationId").await;
        let taken = [("TAKEN".to_owned(), "slug".to_owned())];
        assert_eq!(client.to_mend("createOrganization", json!({ "name": "New", "slug": "gone" })).await, taken);
        let house = house(&app, &ann, "house").await;
        assert_eq!(client.to_mend("updateOrganization", json!({ "id": house.global_id(), "slug": "gone" })).await, taken);
    }

    async fn an_update_changes_what_it_names(app) {
        let ann = app.person("ann").await;
        let house = house(&app, &ann, "house").await;
        let client = app.as_(&ann);
        let before = rows::organization(&app, house.id).await;
        let changed = json!({ "id": house.global_id(), "slug": "casa", "description": "Old", "websiteUrl": "http://x.example" });
        let payload = client.changed("updateOrganization", changed, "organization { name slug description websiteUrl updatedAt }").await;
        assert_eq!(payload["organization"]["name"], "The house", "what is left out stays");
        assert_eq!(payload["organization"]["slug"], "casa");
        let after = rows::organization(&app, house.id).await;
        assert!(after.updated_at > before.updated_at);
        let entry = rows::log(&app).await.remove(0);
        assert_eq!((entry.action.as_str(), entry.organization_id, entry.subject_id), ("organization.update", Some(house.id), house.id.to_string()));
        assert_eq!(entry.before, Some(json!({ "slug": "house", "description": null, "website_url": null })));
        assert_eq!(entry.after, Some(json!({ "slug": "casa", "description": "Old", "website_url": "http://x.example" })));

        let seen = payload["organization"]["updatedAt"].clone();
        let cleared = |seen: &Value| json!({ "id": house.global_id(), "description": null, "ifUnchangedSince": seen });
        let payload = client.changed("updateOrganization", cleared(&seen), "organization { description websiteUrl updatedAt }").await;
        assert_eq!(payload["organization"]["description"], Value::Null, "null clears");
        assert_eq!(payload["organization"]["websiteUrl"], "http://x.example");

        let stale = [("STALE".to_owned(), "ifUnchangedSince".to_owned())];
        assert_eq!(client.to_mend("updateOrganization", cleared(&seen)).await, stale);
        let transfer = json!({ "organizationId": house.global_id(), "userId": ann.global_id(), "ifUnchangedSince": seen });
        assert_eq!(client.to_mend("transferOwnership", transfer).await, stale);
        assert_eq!(client.to_mend("deleteOrganization", json!({ "id": house.global_id(), "ifUnchangedSince": seen })).await, stale);
        let same = client.changed("updateOrganization", json!({ "id": house.global_id(), "slug": "casa" }), "organization { updatedAt }").await;
        assert_eq!(same["organization"], json!({ "updatedAt": payload["organization"]["updatedAt"] }), "its own slug is not taken, and nothing changed");
        assert_eq!(rows::log(&app).await.len(), 2);
        client.changed("deleteOrganization", json!({ "id": house.global_id(), "ifUnchangedSince": same["organization"]["updatedAt"] }), "__typename").await;
    }

    async fn deleting_one_unpublishes_what_it_published(app) {
        let [ann, bob] = [app.person("ann").await, app.person("bob").await];
        let house = house(&app, &ann, "house").await;
        app.member(&house, &bob, Role::Creator).await;
        let elsewhere = app.organization("elsewhere").await;
        let public = content(&bob, "public").in_(&house).save(&app).await;
        let private = content(&bob, "private").in_(&house).visibility(Visibility::Private).save(&app).await;
        let archived = content(&bob, "archived").in_(&house).status(Status::Archived).save(&app).await;
        let draft = content(&bob, "draft").in_(&house).status(Status::Draft).save(&app).await;
        let other = content(&bob, "other").in_(&elsewhere).save(&app).await;
        let personal = content(&bob, "personal").save(&app).await;
        let untouched = [archived, draft, other, personal];
        let before = join_all(untouched.map(|id| rows::content(&app, id))).await;
        let published = rows::content(&app, public).await;

        let payload = app.as_(&ann).changed("deleteOrganization", input(&house), "deletedOrganizationId").await;
        assert_eq!(payload["deletedOrganizationId"], json!(house.global_id()));
        assert!(rows::organization(&app, house.id).await.deleted_at.is_some());
        for id in [public, private] {
            let row = rows::content(&app, id).await;
            assert_eq!((row.status, row.published_at), (Status::Draft, None));
            assert!(row.updated_at > published.updated_at);
        }
        let after = rows::content(&app, public).await;
        assert_eq!((after.content_body, after.organization_id), (published.content_body, Some(house.id)), "the rest stays");
        assert_eq!(join_all(untouched.map(|id| rows::content(&app, id))).await, before);

        let log = rows::log(&app).await;
        assert!(log.iter().all(|entry| entry.action == "organization.delete" && entry.organization_id == Some(house.id) && entry.actor_id.as_ref() == Some(&ann.id)));
        let mut subjects: Vec<_> = log.iter().map(|entry| (entry.subject_type.as_str(), entry.subject_id.clone())).collect();
        let mut expected = vec![("organization", house.id.to_string()), ("content", public.to_string()), ("content", private.to_string())];
        subjects.sort();
        expected.sort();
        assert_eq!(subjects, expected);
        let entry = log.iter().find(|entry| entry.subject_id == public.to_string()).unwrap();
        let time = published.published_at.unwrap().to_rfc3339_opts(chrono::SecondsFormat::Micros, true);
        assert_eq!(entry.before, Some(json!({ "status": "published", "published_at": time })));
        assert_eq!(entry.after, Some(json!({ "status": "draft", "published_at": null })));
    }

    async fn who_deleted_it_is_no_manager_any_more_in_the_same_request(app) {
        let [ann, bob] = [app.person("ann").await, app.person("bob").await];
        let house = house(&app, &ann, "house").await;
        let piece = global_id("Content", content(&bob, "piece").in_(&house).save(&app).await);
        let document = "mutation ($house: DeleteOrganizationInput!, $piece: UpdateContentInput!) {
            deleteOrganization(input: $house) { deletedOrganizationId }
            updateContent(input: $piece) { content { id } }
        }";
        let variables = json!({ "house": input(&house), "piece": { "id": piece, "title": "Mine" } });
        let answer = app.as_(&ann).send(document, variables).await.body;
        assert_eq!(answer["data"]["deleteOrganization"]["deletedOrganizationId"], json!(house.global_id()));
        assert_eq!(answer["errors"][0]["extensions"]["code"], "NOT_FOUND", "{answer}");
    }

    async fn a_deleted_one_is_there_for_no_change(app) {
        let [ann, bob, guest] = [app.person("ann").await, app.person("bob").await, app.person("guest").await];
        let boss = app.platform_owner("boss").await;
        let house = house(&app, &ann, "house").await;
        let member = global_id("OrganizationMembership", app.member(&house, &bob, Role::Member).await);
        let invitation = app.membership(&house, &guest, Role::Member, membership::Status::Invited).await;
        let invitation = global_id("OrganizationMembership", invitation);
        app.delete_organization(&house).await;
        let before = rows::members(&app, &house).await;
        let id = house.global_id();
        for (person, change, input) in [
            (&ann, "updateOrganization", json!({ "id": id, "name": "Mine" })),
            (&ann, "deleteOrganization", json!({ "id": id })),
            (&ann, "transferOwnership", json!({ "organizationId": id, "userId": bob.global_id() })),
            (&ann, "inviteMember", json!({ "organizationId": id, "email": "boss@example.com", "role": "MEMBER" })),
            (&ann, "changeMemberRole", json!({ "membershipId": member, "role": "CREATOR" })),
            (&ann, "removeMember", json!({ "membershipId": member })),
            (&guest, "acceptInvitation", json!({ "membershipId": invitation })),
            (&guest, "declineInvitation", json!({ "membershipId": invitation })),
            (&bob, "leaveOrganization", json!({ "organizationId": id })),
        ] {
            for person in [person, &boss] {
                assert_eq!(app.as_(person).refused(change, input.clone()).await, "NOT_FOUND", "{change}");
            }
        }
        assert_eq!(rows::members(&app, &house).await, before);
    }

    async fn who_hands_over_becomes_an_admin(app) {
        let [ann, bob, eve, ida, sue] = [app.person("ann").await, app.person("bob").await, app.person("eve").await, app.person("ida").await, app.person("sue").await];
        let house = house(&app, &ann, "house").await;
        app.member(&house, &bob, Role::Subscriber).await;
        app.membership(&house, &ida, Role::Admin, membership::Status::Invited).await;
        app.membership(&house, &sue, Role::Admin, membership::Status::Inactive).await;
        let client = app.as_(&ann);
        for (to, code) in [(&eve, "NOT_FOUND"), (&ida, "WRONG_STATE"), (&sue, "WRONG_STATE")] {
            let input = json!({ "organizationId": house.global_id(), "userId": to.global_id() });
            assert_eq!(client.to_mend("transferOwnership", input).await, [(code.to_owned(), "userId".to_owned())]);
        }
        assert_eq!(transfer(&client, &house, &ann).await, "ok", "to oneself");
        assert!(rows::log(&app).await.is_empty(), "nothing has changed so far");

        let input = json!({ "organizationId": house.global_id(), "userId": bob.global_id() });
        let payload = client.changed("transferOwnership", input, "organization { viewerMembership { role } members { nodes { role user { name } } } }").await;
        assert_eq!(payload["organization"]["viewerMembership"]["role"], "ADMIN");
        assert_eq!(rows::owner(&app, &house).await, bob.id);
        assert_eq!(rows::membership(&app, &house, &ann).await.unwrap().role, Role::Admin);
        let log = rows::log(&app).await;
        let said: Vec<_> = log.iter().map(|entry| (entry.action.as_str(), entry.organization_id, entry.before.clone().unwrap(), entry.after.clone().unwrap())).collect();
        assert_eq!(said, [
            ("organization.transfer", Some(house.id), json!({ "role": "owner" }), json!({ "role": "admin" })),
            ("organization.transfer", Some(house.id), json!({ "role": "subscriber" }), json!({ "role": "owner" })),
        ]);

        assert_eq!(transfer(&client, &house, &ann).await, "FORBIDDEN", "not theirs any more");
        assert_eq!(client.refused("deleteOrganization", self::input(&house)).await, "FORBIDDEN");
        assert_eq!(transfer(&app.as_(&bob), &house, &ann).await, "ok", "and back");
        assert_eq!(rows::owner(&app, &house).await, ann.id);
    }

    async fn the_platform_owner_gives_an_ownerless_one_to_a_member(app) {
        let boss = app.platform_owner("boss").await;
        let bob = app.person("bob").await;
        let house = app.organization("house").await;
        app.member(&house, &bob, Role::Member).await;
        assert_eq!(transfer(&app.as_(&bob), &house, &bob).await, "FORBIDDEN");
        assert_eq!(transfer(&app.as_(&boss), &house, &boss).await, "NOT_FOUND", "who is no member");
        assert_eq!(transfer(&app.as_(&boss), &house, &bob).await, "ok");
        assert_eq!(rows::owner(&app, &house).await, bob.id);
    }

    async fn pinned_elsewhere_it_is_not_there(app) {
        let ann = app.person("ann").await;
        let house = house(&app, &ann, "house").await;
        app.organization("elsewhere").await;
        let client = app.as_(&ann).pinned("elsewhere");
        assert_eq!(client.refused("updateOrganization", json!({ "id": house.global_id(), "name": "Mine" })).await, "NOT_FOUND");
        assert_eq!(client.refused("deleteOrganization", input(&house)).await, "NOT_FOUND");
        app.as_(&ann).pinned("house").changed("deleteOrganization", input(&house), "__typename").await;
    }

    async fn the_number_of_statements_is_a_matter_of_the_shape(app) {
        let ann = app.person("ann").await;
        let client = app.as_(&ann);
        let mut taken = Vec::new();
        for size in [1, 40] {
            let house = house(&app, &ann, &format!("house-{size}")).await;
            let mut last = None;
            for number in 0..size {
                let person = app.person(&format!("person-{size}-{number}")).await;
                app.member(&house, &person, Role::Creator).await;
                content(&person, &format!("piece-{number}")).in_(&house).save(&app).await;
                last = Some(person);
            }
            let shown = "organization { name members(first: 100) { nodes { role user { name } } } contents(first: 100) { nodes { title creator { name } } } }";
            let count = async |change: &str, input: Value, fields: &str| {
                let before = app.statements();
                client.changed(change, input, fields).await;
                app.statements() - before
            };
            let to = last.unwrap();
            let handed = json!({ "organizationId": house.global_id(), "userId": to.global_id() });
            taken.push([
                count("createOrganization", json!({ "name": "New", "slug": format!("new-{size}") }), shown).await,
                count("updateOrganization", json!({ "id": house.global_id(), "name": "New" }), shown).await,
                count("transferOwnership", handed, shown).await,
            ]);
            let before = app.statements();
            app.as_(&to).changed("deleteOrganization", input(&house), "__typename").await;
            let deleting = app.statements() - before;
            taken.push([deleting; 3]);
        }
        assert_eq!(taken[..2], taken[2..], "with 1, and with 40");
    }

    async fn what_was_deleted_can_be_purged(app) {
        let [ann, bob] = [app.person("ann").await, app.person("bob").await];
        let house = house(&app, &ann, "house").await;
        app.member(&house, &bob, Role::Creator).await;
        content(&bob, "piece").save(&app).await;
        let piece = content(&bob, "piece").in_(&house).status(Status::Draft).save(&app).await;
        app.as_(&bob).changed("publishContent", json!({ "id": global_id("Content", piece) }), "__typename").await;
        app.as_(&ann).changed("deleteOrganization", input(&house), "__typename").await;
        organization::Entity::delete_by_id(house.id).exec(&app.db).await.unwrap();
        let row = rows::content(&app, piece).await;
        assert_eq!((row.organization_id, row.slug.as_str(), row.status), (None, "piece-2", Status::Draft));
        assert!(rows::members(&app, &house).await.is_empty());
        let log = rows::log(&app).await;
        assert_eq!(log.len(), 3, "the log stays");
        assert!(log.iter().all(|entry| entry.organization_id.is_none()));
    }
}
