//! Who may see what: for each rule of reading, somebody who sees the row and somebody who does not, over every path that leads
//! to it. All paths must agree.

use chrono::Duration;
use codex_gateway::database::now;
use entity::{
    content::{Status, Visibility},
    membership::{self, Role},
};
use sea_orm::prelude::Uuid;
use serde_json::{Value, json};

use crate::support::{App, Client, Organization, Person, content, global_id, media};

/// The ids of the nodes at this place of an answer; none where the way there is closed.
fn ids(list: &Value) -> Vec<String> {
    let nodes = list["nodes"].as_array().map(Vec::as_slice).unwrap_or_default();
    nodes
        .iter()
        .filter_map(|node| node["id"].as_str().map(str::to_owned))
        .collect()
}

/// Asks for a row by its global id, by `node` and by `nodes`, which must agree.
async fn found(client: &Client, id: &str) -> bool {
    let data = client
        .data_with(
            "query ($id: ID!) { node(id: $id) { id } nodes(ids: [$id]) { id } }",
            json!({ "id": id }),
        )
        .await;
    assert_eq!(data["node"], data["nodes"][0], "node and nodes");
    data["node"]["id"] == json!(id)
}

/// A piece of content, and whatever leads to it.
struct Piece {
    id: Uuid,
    slug: String,
    creator: Person,
    organization: Option<Organization>,
    media_item: Option<Uuid>,
}

impl Piece {
    fn global_id(&self) -> String {
        global_id("Content", self.id)
    }

    /// Whether the client sees it, over each path; all must say the same. A path whose own beginning is hidden must hide it.
    async fn seen_by(&self, client: &Client) -> bool {
        let id = self.global_id();
        let seen = found(client, &id).await;

        let by = match &self.organization {
            Some(organization) => {
                format!(
                    "organizationSlug: {{ organization: \"{}\", slug: \"{}\" }}",
                    organization.slug, self.slug
                )
            }
            None => format!(
                "creatorSlug: {{ creator: \"{}\", slug: \"{}\" }}",
                self.creator.global_id(),
                self.slug
            ),
        };
        let root = client.data(&format!("{{ byId: content(by: {{ id: \"{id}\" }}) {{ id }} bySlug: content(by: {{ {by} }}) {{ id }} contents(first: 100) {{ totalCount nodes {{ id }} }} }}")).await;
        assert_eq!(root["byId"]["id"] == json!(id), seen, "content(by: id)");
        let organization_is_there = match &self.organization {
            Some(organization) => found(client, &organization.global_id()).await,
            None => true,
        };
        assert_eq!(
            root["bySlug"]["id"] == json!(id),
            seen && organization_is_there,
            "content(by: slug)"
        );
        assert_eq!(ids(&root["contents"]).contains(&id), seen, "contents");
        assert_eq!(
            root["contents"]["totalCount"],
            json!(ids(&root["contents"]).len()),
            "contents are counted as they are seen"
        );

        let from = |start: String| {
            let id = id.clone();
            async move {
                let query = format!(
                    "{{ node(id: \"{start}\") {{
                    ... on User {{ contents(first: 100) {{ totalCount nodes {{ id }} }} }}
                    ... on Organization {{ contents(first: 100) {{ totalCount nodes {{ id }} }} }}
                    ... on MediaItem {{ contents(first: 100) {{ totalCount nodes {{ id }} }} }}
                }} }}"
                );
                let node = client.data(&query).await["node"].clone();
                (!node.is_null()).then(|| {
                    let found = ids(&node["contents"]);
                    assert_eq!(node["contents"]["totalCount"], json!(found.len()));
                    found.contains(&id)
                })
            }
        };
        let through_creator = from(self.creator.global_id()).await;
        assert_eq!(
            through_creator.unwrap_or(false),
            seen,
            "user.contents: a visible row opens its creator's profile"
        );
        if let Some(organization) = &self.organization
            && let Some(through) = from(organization.global_id()).await
        {
            assert_eq!(through, seen, "organization.contents");
        }
        if let Some(media_item) = self.media_item
            && let Some(through) = from(global_id("MediaItem", media_item)).await
        {
            assert_eq!(through, seen, "mediaItem.contents");
        }
        seen
    }

    /// Whether the client may have the body, and with it the media item: the fields must agree.
    async fn opened_by(&self, client: &Client) -> bool {
        let query = format!(
            "{{ content(by: {{ id: \"{}\" }}) {{ contentBody viewerHasAccess mediaItem {{ id }} }} }}",
            self.global_id()
        );
        let content = client.data(&query).await["content"].clone();
        let access = content["viewerHasAccess"] == json!(true);
        assert_eq!(content["contentBody"].is_string(), access, "contentBody");
        if self.media_item.is_some() {
            assert_eq!(content["mediaItem"].is_object(), access, "mediaItem");
        }
        access
    }
}

/// Two houses with everybody who can be in one, and somebody who is in neither.
struct World {
    house: Organization,
    other_house: Organization,
    owner: Person,
    admin: Person,
    creator: Person,
    colleague: Person,
    subscriber: Person,
    member: Person,
    invited: Person,
    inactive: Person,
    left: Person,
    other_owner: Person,
    stranger: Person,
    holder: Person,
    late_holder: Person,
    platform_owner: Person,
}

impl World {
    async fn new(app: &App) -> Self {
        let house = app.organization("house").await;
        let other_house = app.organization("other-house").await;
        let join = |name: &'static str, role: Role, status: membership::Status| {
            let house = &house;
            async move {
                let person = app.person(name).await;
                app.membership(house, &person, role, status).await;
                person
            }
        };
        use membership::Status::{Active, Inactive, Invited};
        let other_owner = app.person("otherOwner").await;
        app.member(&other_house, &other_owner, Role::Owner).await;
        Self {
            owner: join("owner", Role::Owner, Active).await,
            admin: join("admin", Role::Admin, Active).await,
            creator: join("creator", Role::Creator, Active).await,
            colleague: join("colleague", Role::Creator, Active).await,
            subscriber: join("subscriber", Role::Subscriber, Active).await,
            member: join("member", Role::Member, Active).await,
            invited: join("invited", Role::Admin, Invited).await,
            inactive: join("inactive", Role::Admin, Inactive).await,
            left: app.person("left").await,
            stranger: app.person("stranger").await,
            holder: app.person("holder").await,
            late_holder: app.person("lateHolder").await,
            platform_owner: app.platform_owner("platformOwner").await,
            other_owner,
            house,
            other_house,
        }
    }

    /// Everybody, by name; nobody is the anonymous.
    fn everybody(&self) -> Vec<(&'static str, Option<&Person>)> {
        vec![
            ("anonymous", None),
            ("owner", Some(&self.owner)),
            ("admin", Some(&self.admin)),
            ("creator", Some(&self.creator)),
            ("colleague", Some(&self.colleague)),
            ("subscriber", Some(&self.subscriber)),
            ("member", Some(&self.member)),
            ("invited", Some(&self.invited)),
            ("inactive", Some(&self.inactive)),
            ("left", Some(&self.left)),
            ("other_owner", Some(&self.other_owner)),
            ("stranger", Some(&self.stranger)),
            ("holder", Some(&self.holder)),
            ("late_holder", Some(&self.late_holder)),
            ("platform_owner", Some(&self.platform_owner)),
        ]
    }

    /// Content of the house with these traits, on which one person holds a grant and another held one.
    async fn piece(
        &self,
        app: &App,
        creator: &Person,
        house: Option<&Organization>,
        status: Status,
        visibility: Visibility,
        price: Option<i32>,
    ) -> Piece {
        let slug = format!("piece-{}", Uuid::now_v7().simple());
        let video = media(creator, &slug).save(app).await;
        let mut builder = content(creator, &slug)
            .status(status)
            .visibility(visibility)
            .showing(video);
        if let Some(house) = house {
            builder = builder.in_(house);
        }
        if let Some(price) = price {
            builder = builder.price(price);
        }
        let id = builder.save(app).await;
        app.grant(&self.holder, id, Some(now() + Duration::hours(1))).await;
        app.grant(&self.late_holder, id, Some(now() - Duration::hours(1))).await;
        Piece {
            id,
            slug,
            creator: creator.clone(),
            organization: house.cloned(),
            media_item: Some(video),
        }
    }
}

fn client(app: &App, person: Option<&Person>) -> Client {
    person.map_or_else(|| app.anonymous(), |person| app.as_(person))
}

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

const EVERYBODY: [&str; 15] = [
    "anonymous",
    "owner",
    "admin",
    "creator",
    "colleague",
    "subscriber",
    "member",
    "invited",
    "inactive",
    "left",
    "other_owner",
    "stranger",
    "holder",
    "late_holder",
    "platform_owner",
];
const KEEPERS: [&str; 4] = ["owner", "admin", "creator", "platform_owner"];
const KEEPERS_AND_HOLDER: [&str; 5] = ["owner", "admin", "creator", "platform_owner", "holder"];
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
