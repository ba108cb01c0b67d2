//! Who may see what: for each rule of reading, somebody who sees the row and somebody who does not, over every path that leads
//! to it. All paths must agree.

mod content;
mod others;

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
