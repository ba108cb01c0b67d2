//! Organizations, media items, memberships, users, sessions, purchases and grants.

use super::*;

on_both! {
    async fn organizations_are_everyones(app) {
        let world = World::new(&app).await;
        for (name, person) in world.everybody() {
            let client = client(&app, person);
            let list = "{ organizations { totalCount nodes { slug } } }";
            assert!(found(&client, &world.house.global_id()).await, "{name}");
            assert_eq!(client.data(list).await["organizations"]["totalCount"], json!(2), "{name}");
            let pinned = client.pinned("house");
            assert!(found(&pinned, &world.house.global_id()).await, "{name}");
            assert!(!found(&pinned, &world.other_house.global_id()).await, "{name}");
            assert_eq!(pinned.data(list).await["organizations"], json!({ "totalCount": 1, "nodes": [{ "slug": "house" }] }), "{name}");
            let by_slug = pinned.data("{ organization(by: { slug: \"other-house\" }) { id } }").await;
            assert_eq!(by_slug["organization"], Value::Null, "{name}");
        }
    }

    async fn media_items(app) {
        let world = World::new(&app).await;
        let unused = media(&world.creator, "unused").save(&app).await;
        let paid = world.piece(&app, &world.creator, Some(&world.house), Status::Published, Visibility::PurchasedOnly, Some(500)).await;
        let public = world.piece(&app, &world.creator, Some(&world.house), Status::Published, Visibility::Public, None).await;
        let draft = world.piece(&app, &world.creator, Some(&world.house), Status::Draft, Visibility::Public, None).await;
        let gone = media(&world.creator, "gone").with(|row| row.deleted_at = sea_orm::ActiveValue::Set(Some(now()))).save(&app).await;
        content(&world.creator, "shows-nothing").in_(&world.house).showing(gone).save(&app).await;
        for (what, id, sees) in [
            ("an unused media item", unused, &["creator", "platform_owner"][..]),
            ("what is sold", paid.media_item.unwrap(), &KEEPERS_AND_HOLDER[..]),
            ("what is public", public.media_item.unwrap(), &EVERYBODY[..]),
            ("what a draft shows", draft.media_item.unwrap(), &KEEPERS[..]),
            ("a deleted media item", gone, &[][..]),
        ] {
            for (name, person) in world.everybody() {
                let client = client(&app, person);
                let id = global_id("MediaItem", id);
                let seen = sees.contains(&name);
                assert_eq!(found(&client, &id).await, seen, "{name} sees {what}: node");
                let data = client.data(&format!("{{ mediaItem(id: \"{id}\") {{ id r2Key }} mediaItems(first: 100) {{ totalCount nodes {{ id }} }} node(id: \"{}\") {{ ... on User {{ mediaItems(first: 100) {{ totalCount nodes {{ id }} }} }} }} }}", world.creator.global_id())).await;
                assert_eq!(data["mediaItem"]["id"] == json!(id), seen, "{name} sees {what}: mediaItem");
                assert_eq!(ids(&data["mediaItems"]).contains(&id), seen, "{name} sees {what}: mediaItems");
                assert_eq!(data["mediaItems"]["totalCount"], json!(ids(&data["mediaItems"]).len()), "{name}");
                assert_eq!(ids(&data["node"]["mediaItems"]).contains(&id), seen, "{name} sees {what}: user.mediaItems");
                let owns = ["creator", "platform_owner"].contains(&name);
                assert_eq!(data["mediaItem"]["r2Key"].is_string(), seen && owns, "{name} knows where {what} is stored");
                // Pinned to another tenant, what that one's content opens is closed again.
                let elsewhere = found(&client.clone().pinned("other-house"), &id).await;
                assert_eq!(elsewhere, seen && owns, "{name}, pinned elsewhere, sees {what}");
            }
        }
        let shown = app.anonymous().data("{ content(by: { organizationSlug: { organization: \"house\", slug: \"shows-nothing\" } }) { mediaItem { id } } }").await;
        assert_eq!(shown["content"]["mediaItem"], Value::Null);
    }

    async fn a_media_item_is_seen_over_closed_content_if_other_content_opens_it(app) {
        let world = World::new(&app).await;
        let video = media(&world.creator, "shared").save(&app).await;
        content(&world.creator, "free").in_(&world.house).showing(video).save(&app).await;
        content(&world.creator, "paid").in_(&world.house).showing(video).visibility(Visibility::PurchasedOnly).price(500).save(&app).await;
        let data = app.as_(&world.stranger).data("{ contents(orderBy: { field: CREATED_AT }) { nodes { viewerHasAccess mediaItem { title } } } }").await;
        let shown = json!({ "title": "shared" });
        let expected = json!([{ "viewerHasAccess": true, "mediaItem": shown }, { "viewerHasAccess": false, "mediaItem": shown }]);
        assert_eq!(data["contents"]["nodes"], expected, "a row is visible or not, whichever path reached it");
    }

    async fn no_filter_opens_what_a_price_closes(app) {
        let world = World::new(&app).await;
        let visibilities = [Visibility::Public, Visibility::MembersOnly, Visibility::PurchasedOnly, Visibility::Private];
        for status in [Status::Published, Status::Archived, Status::Draft] {
            for visibility in visibilities {
                for price in [None, Some(500)] {
                    world.piece(&app, &world.creator, Some(&world.house), status, visibility, price).await;
                }
            }
        }
        let every = ["PUBLIC", "MEMBERS_ONLY", "PURCHASED_ONLY", "PRIVATE"];
        for (name, person) in world.everybody() {
            let mut seen = 0;
            for wanted in 1..1 << every.len() {
                let wanted: Vec<_> = every.iter().enumerate().filter(|(place, _)| wanted >> place & 1 == 1).map(|(_, one)| one).collect();
                for statuses in [json!(["PUBLISHED"]), json!(["PUBLISHED", "ARCHIVED"]), Value::Null] {
                    let filter = json!({ "filter": { "visibility": wanted, "status": statuses } });
                    let query = "query ($filter: ContentFilter) {
                        contents(first: 100, filter: $filter) { nodes { viewerHasAccess mediaItem { id } } }
                        organizations { nodes { contents(first: 100, filter: $filter) { nodes { viewerHasAccess mediaItem { id } } } } }
                    }";
                    let answer = client(&app, person).send(query, filter.clone()).await.body;
                    let houses = answer["data"]["organizations"]["nodes"].as_array().unwrap().iter();
                    for list in houses.map(|house| &house["contents"]).chain([&answer["data"]["contents"]]) {
                        for row in list["nodes"].as_array().unwrap() {
                            seen += 1;
                            assert_eq!(row["viewerHasAccess"], json!(!row["mediaItem"].is_null()), "{name}, {filter}");
                        }
                    }
                }
            }
            assert!(seen > 0, "{name}");
        }
    }

    async fn memberships(app) {
        let world = World::new(&app).await;
        let person = app.person("watched").await;
        for (role, status, authors_see) in [
            (Role::Admin, membership::Status::Active, true),
            (Role::Creator, membership::Status::Active, true),
            (Role::Subscriber, membership::Status::Active, false),
            (Role::Member, membership::Status::Active, false),
            (Role::Creator, membership::Status::Invited, false),
            (Role::Creator, membership::Status::Inactive, false),
        ] {
            use sea_orm::EntityTrait;
            membership::Entity::delete_many().filter_by_user(&person.id).exec(&app.db).await.unwrap();
            let id = global_id("OrganizationMembership", app.membership(&world.house, &person, role, status).await);
            let mut viewers = world.everybody();
            viewers.push(("watched", Some(&person)));
            for (name, viewer) in viewers {
                let client = client(&app, viewer);
                let manager = ["owner", "admin", "platform_owner"].contains(&name)
                    || (name == "watched" && role == Role::Admin && status == membership::Status::Active);
                let author = ["creator", "colleague"].contains(&name);
                let seen = name == "watched" || manager || (author && authors_see);
                let what = format!("{name} sees {role:?} {status:?}");
                assert_eq!(found(&client, &id).await, seen, "{what}: node");
                let query = format!("{{ organization(by: {{ slug: \"house\" }}) {{ members(first: 100) {{ totalCount nodes {{ id }} }} viewerMembership {{ id }} }} node(id: \"{}\") {{ ... on User {{ organizations(first: 100) {{ totalCount nodes {{ slug }} edges {{ role status }} }} }} }} }}", person.global_id());
                let data = client.data(&query).await;
                let members = &data["organization"]["members"];
                assert_eq!(ids(members).contains(&id), seen, "{what}: members");
                assert_eq!(members["totalCount"], json!(ids(members).len()), "{what}");
                assert_eq!(data["organization"]["viewerMembership"]["id"] == json!(id), name == "watched", "{what}: viewerMembership");
                // The membership is all that names the person, so it is also what shows the person.
                let organizations = &data["node"]["organizations"];
                assert_eq!(organizations["totalCount"] == json!(1), seen, "{what}: organizations");
                assert_eq!(organizations.is_null(), !seen, "{what}: the person");
                assert!(!found(&client.clone().pinned("other-house"), &id).await, "{what}: pinned elsewhere");
                assert_eq!(found(&client.pinned("house"), &id).await, seen, "{what}: pinned");
            }
        }
    }

    async fn users(app) {
        let world = World::new(&app).await;
        let silent = app.person("silent").await;
        let drafting = app.person("drafting").await;
        content(&drafting, "draft").status(Status::Draft).save(&app).await;
        let public = app.person("public").await;
        let piece = content(&public, "piece").in_(&world.house).save(&app).await;
        let selling = app.person("selling").await;
        content(&selling, "sold").visibility(Visibility::PurchasedOnly).price(5).save(&app).await;
        let inward = app.person("inward").await;
        content(&inward, "inside").in_(&world.house).visibility(Visibility::MembersOnly).save(&app).await;
        app.grant(&silent, piece, None).await;
        for (what, person, sees) in [
            ("somebody whom only a grant names", &silent, &["owner", "admin", "platform_owner"][..]),
            ("somebody who has published nothing", &drafting, &["platform_owner"][..]),
            ("somebody who has published", &public, &EVERYBODY[..]),
            ("somebody who sells", &selling, &EVERYBODY[..]),
            ("somebody who has published for members", &inward, &["owner", "admin", "creator", "colleague", "subscriber", "member", "platform_owner"][..]),
        ] {
            let mut viewers = world.everybody();
            viewers.push(("self", Some(person)));
            for (name, viewer) in viewers {
                let client = client(&app, viewer);
                let seen = name == "self" || sees.contains(&name);
                assert_eq!(found(&client, &person.global_id()).await, seen, "{name} sees {what}");
                let private = client.data(&format!("{{ node(id: \"{}\") {{ ... on User {{ name email emailVerified createdAt sessions {{ totalCount nodes {{ id }} }} purchases {{ totalCount }} }} }} }}", person.global_id())).await;
                let user = &private["node"];
                let own = name == "self" || name == "platform_owner";
                assert_eq!(user["name"].is_string(), seen, "{name}: {what}");
                for field in ["email", "emailVerified", "createdAt", "sessions", "purchases"] {
                    assert_eq!(!user[field].is_null(), own, "{name} knows the {field} of {what}");
                }
            }
        }
        // Pinned to another tenant, what was published here names nobody.
        assert!(!found(&app.anonymous().pinned("other-house"), &public.global_id()).await);
        assert!(found(&app.anonymous().pinned("house"), &public.global_id()).await);
        // The edges lead to the same rows.
        let data = app.as_(&world.owner).data(&format!("{{ content(by: {{ id: \"{}\" }}) {{ creator {{ id email }} grants {{ totalCount nodes {{ user {{ id }} }} }} }} }}", global_id("Content", piece))).await;
        assert_eq!(data["content"]["creator"], json!({ "id": public.global_id(), "email": null }));
        assert_eq!(data["content"]["grants"], json!({ "totalCount": 1, "nodes": [{ "user": { "id": silent.global_id() } }] }));
    }

    async fn sessions(app) {
        let world = World::new(&app).await;
        let id = world.creator.session_id();
        for (name, person) in world.everybody() {
            let client = client(&app, person);
            let seen = ["creator", "platform_owner"].contains(&name);
            assert_eq!(found(&client, &id).await, seen, "{name}");
            let query = format!("{{ node(id: \"{}\") {{ ... on User {{ sessions {{ nodes {{ id current ipAddress }} }} }} }} }}", world.creator.global_id());
            let sessions = client.data(&query).await["node"]["sessions"].clone();
            assert_eq!(ids(&sessions).contains(&id), seen, "{name}");
            if seen {
                assert_eq!(sessions["nodes"][0]["current"], json!(name == "creator"));
            }
        }
        let schema = app.anonymous().data("{ __type(name: \"Session\") { fields { name } } }").await;
        let fields = schema["__type"]["fields"].as_array().unwrap();
        assert!(fields.iter().all(|field| field["name"] != json!("token")), "a token is never read back");
    }

    async fn purchases(app) {
        let world = World::new(&app).await;
        let piece = world.piece(&app, &world.creator, Some(&world.house), Status::Published, Visibility::PurchasedOnly, Some(999)).await;
        let id = global_id("Purchase", app.purchase(&world.stranger, piece.id).await);
        for (name, person) in world.everybody() {
            let client = client(&app, person);
            let seen = ["stranger", "platform_owner"].contains(&name);
            assert_eq!(found(&client, &id).await, seen, "{name}");
            let query = format!("{{ node(id: \"{}\") {{ ... on User {{ purchases {{ totalCount nodes {{ id content {{ id }} customer {{ id }} }} }} }} }} }}", world.stranger.global_id());
            let purchases = client.data(&query).await["node"]["purchases"].clone();
            assert_eq!(ids(&purchases).contains(&id), seen, "{name}");
            if seen {
                assert_eq!(purchases["nodes"][0]["content"]["id"], json!(piece.global_id()));
                assert_eq!(purchases["nodes"][0]["customer"]["id"], json!(world.stranger.global_id()));
            }
            assert_eq!(found(&client.clone().pinned("house"), &id).await, seen, "{name}, pinned");
            assert!(!found(&client.pinned("other-house"), &id).await, "{name}, pinned elsewhere");
        }
    }

    async fn grants(app) {
        let world = World::new(&app).await;
        let piece = content(&world.creator, "piece").in_(&world.house).save(&app).await;
        let id = global_id("Grant", app.grant(&world.holder, piece, None).await);
        for (name, person) in world.everybody() {
            let client = client(&app, person);
            let seen = ["holder", "creator", "owner", "admin", "platform_owner"].contains(&name);
            assert_eq!(found(&client, &id).await, seen, "{name}");
            let query = format!("{{ content(by: {{ id: \"{}\" }}) {{ grants {{ totalCount nodes {{ id }} }} }} node(id: \"{}\") {{ ... on User {{ grants {{ totalCount nodes {{ id content {{ id }} }} }} }} }} }}", global_id("Content", piece), world.holder.global_id());
            let data = client.data(&query).await;
            assert_eq!(ids(&data["content"]["grants"]).contains(&id), seen, "{name}: content.grants");
            assert_eq!(data["content"]["grants"]["totalCount"], json!(u8::from(seen)), "{name}");
            assert_eq!(ids(&data["node"]["grants"]).contains(&id), seen, "{name}: user.grants");
            assert!(!found(&client.pinned("other-house"), &id).await, "{name}, pinned elsewhere");
        }
    }
}

/// Deleting a person's memberships, in the words of the test.
trait FilterByUser {
    fn filter_by_user(self, user_id: &str) -> Self;
}

impl FilterByUser for sea_orm::DeleteMany<membership::Entity> {
    fn filter_by_user(self, user_id: &str) -> Self {
        use sea_orm::{ColumnTrait, QueryFilter};
        self.filter(membership::Column::UserId.eq(user_id))
    }
}
