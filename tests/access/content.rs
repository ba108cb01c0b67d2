//! Content, its body and its counts.

use super::*;

const MEMBERS_AND_HOLDER: [&str; 8] = [
    "owner",
    "admin",
    "creator",
    "platform_owner",
    "holder",
    "colleague",
    "subscriber",
    "member",
];

/// Makes sure that of everybody these see the row, and these have its body; each unpinned, pinned to the row's tenant, and
/// pinned to another one.
async fn audience(app: &App, world: &World, piece: &Piece, what: &str, sees: &[&str], opens: &[&str]) {
    for (name, person) in world.everybody() {
        let unpinned = client(app, person);
        assert_eq!(
            piece.seen_by(&unpinned).await,
            sees.contains(&name),
            "{name} sees {what}"
        );
        assert_eq!(
            piece.opened_by(&unpinned).await,
            opens.contains(&name),
            "{name} opens {what}"
        );
        let counts = unpinned
            .data(&format!(
                "{{ content(by: {{ id: \"{}\" }}) {{ viewCount purchaseCount }} }}",
                piece.global_id()
            ))
            .await;
        let looks_after = ["creator", "platform_owner"].contains(&name)
            || (piece.organization.is_some() && ["owner", "admin"].contains(&name));
        assert_eq!(
            counts["content"]["viewCount"] == json!(7),
            looks_after && sees.contains(&name),
            "{name} counts {what}"
        );
        assert_eq!(
            counts["content"]["purchaseCount"] == json!(0),
            looks_after && sees.contains(&name),
            "{name} counts {what}"
        );

        let tenant = piece.organization.as_ref();
        let (own, foreign) = match tenant {
            Some(tenant) => (Some(tenant.slug.as_str()), world.other_house.slug.as_str()),
            None => (None, world.house.slug.as_str()),
        };
        if let Some(own) = own {
            assert_eq!(
                piece.seen_by(&unpinned.clone().pinned(own)).await,
                sees.contains(&name),
                "{name}, pinned to it, sees {what}"
            );
        }
        let elsewhere = piece.seen_by(&unpinned.pinned(foreign)).await;
        assert_eq!(
            elsewhere,
            tenant.is_none() && sees.contains(&name),
            "{name}, pinned elsewhere, sees {what}"
        );
    }
}

on_both! {
    async fn content_of_an_organization(app) {
        let world = World::new(&app).await;
        let house = Some(&world.house);
        for (status, visibility, price, sees, opens) in [
            (Status::Published, Visibility::Public, None, &EVERYBODY[..], &EVERYBODY[..]),
            (Status::Published, Visibility::MembersOnly, None, &MEMBERS_AND_HOLDER[..], &MEMBERS_AND_HOLDER[..]),
            (Status::Published, Visibility::PurchasedOnly, None, &EVERYBODY[..], &EVERYBODY[..]),
            (Status::Published, Visibility::PurchasedOnly, Some(500), &EVERYBODY[..], &KEEPERS_AND_HOLDER[..]),
            (Status::Published, Visibility::Private, None, &KEEPERS_AND_HOLDER[..], &KEEPERS_AND_HOLDER[..]),
            (Status::Archived, Visibility::Public, None, &KEEPERS_AND_HOLDER[..], &KEEPERS_AND_HOLDER[..]),
            (Status::Archived, Visibility::MembersOnly, None, &KEEPERS_AND_HOLDER[..], &KEEPERS_AND_HOLDER[..]),
            (Status::Draft, Visibility::Public, None, &KEEPERS[..], &KEEPERS[..]),
        ] {
            let piece = world.piece(&app, &world.creator, house, status, visibility, price).await;
            audience(&app, &world, &piece, &format!("{status:?} {visibility:?} {price:?}"), sees, opens).await;
        }
    }

    async fn personal_content(app) {
        let world = World::new(&app).await;
        let own = ["creator", "platform_owner"];
        let own_and_holder = ["creator", "platform_owner", "holder"];
        for (status, visibility, price, sees, opens) in [
            (Status::Published, Visibility::Public, None, &EVERYBODY[..], &EVERYBODY[..]),
            (Status::Published, Visibility::MembersOnly, None, &own_and_holder[..], &own_and_holder[..]),
            (Status::Published, Visibility::PurchasedOnly, Some(500), &EVERYBODY[..], &own_and_holder[..]),
            (Status::Published, Visibility::Private, None, &own_and_holder[..], &own_and_holder[..]),
            (Status::Archived, Visibility::Public, None, &own_and_holder[..], &own_and_holder[..]),
            (Status::Draft, Visibility::Public, None, &own[..], &own[..]),
        ] {
            let piece = world.piece(&app, &world.creator, None, status, visibility, price).await;
            audience(&app, &world, &piece, &format!("personal {status:?} {visibility:?} {price:?}"), sees, opens).await;
        }
    }

    async fn deleted_content_is_nobodys(app) {
        let world = World::new(&app).await;
        let id = content(&world.creator, "gone").in_(&world.house).deleted().save(&app).await;
        app.grant(&world.holder, id, None).await;
        let piece = Piece { id, slug: "gone".into(), creator: world.creator.clone(), organization: Some(world.house.clone()), media_item: None };
        for (name, person) in world.everybody() {
            // Its creator made nothing else, so for most the way through the creator is closed as well.
            assert!(!piece.seen_by(&client(&app, person)).await, "{name} sees deleted content");
        }
    }

    async fn content_of_a_deleted_organization(app) {
        let world = World::new(&app).await;
        let piece = world.piece(&app, &world.creator, Some(&world.house), Status::Published, Visibility::Public, None).await;
        app.delete_organization(&world.house).await;
        // Nobody is a manager or a member there any more.
        for (name, person) in world.everybody() {
            let client = client(&app, person);
            let sees = ["creator", "holder", "platform_owner"].contains(&name);
            assert_eq!(found(&client, &piece.global_id()).await, sees, "{name}");
            assert!(!found(&client, &world.house.global_id()).await, "{name} sees a deleted organization");
            let data = client.data(&format!("{{ content(by: {{ id: \"{}\" }}) {{ organization {{ id }} }} organization(by: {{ slug: \"house\" }}) {{ id }} organizations {{ totalCount nodes {{ slug }} }} }}", piece.global_id())).await;
            assert_eq!(data["content"]["organization"], Value::Null, "{name}: a deleted organization hangs on nothing");
            assert_eq!(data["organization"], Value::Null, "{name}");
            assert_eq!(data["organizations"], json!({ "totalCount": 1, "nodes": [{ "slug": "other-house" }] }), "{name}");
        }
        let pinned = app.anonymous().pinned("house").send("{ viewer { id } }", json!({})).await;
        assert_eq!(pinned.status, 400, "{}", pinned.body);
    }

    async fn a_creator_who_left_sees_but_may_not_edit(app) {
        let world = World::new(&app).await;
        let id = content(&world.left, "farewell").in_(&world.house).status(Status::Draft).save(&app).await;
        let query = format!("{{ content(by: {{ id: \"{}\" }}) {{ viewerCanEdit }} }}", global_id("Content", id));
        for (name, person, expected) in [
            ("left", &world.left, json!({ "viewerCanEdit": false })),
            ("owner", &world.owner, json!({ "viewerCanEdit": true })),
            ("admin", &world.admin, json!({ "viewerCanEdit": true })),
            ("platform owner", &world.platform_owner, json!({ "viewerCanEdit": true })),
            ("colleague", &world.colleague, Value::Null),
        ] {
            assert_eq!(app.as_(person).data(&query).await["content"], expected, "{name}");
        }
        let own = content(&world.creator, "own").in_(&world.house).save(&app).await;
        let personal = content(&world.left, "personal").save(&app).await;
        for (person, id, expected) in [
            (&world.creator, own, true),
            (&world.colleague, own, false),
            (&world.subscriber, own, false),
            (&world.left, personal, true),
            (&world.owner, personal, false),
        ] {
            let query = format!("{{ content(by: {{ id: \"{}\" }}) {{ viewerCanEdit }} }}", global_id("Content", id));
            assert_eq!(app.as_(person).data(&query).await["content"]["viewerCanEdit"], json!(expected), "{}", person.id);
        }
    }
}
