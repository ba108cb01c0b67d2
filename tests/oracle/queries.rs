//! Random queries, as trees, and how they are written.

use std::collections::{BTreeSet, HashMap};

use entity::{
    content::{self, ContentType, Visibility},
    media_item::{self, MediaType},
    membership::{self, Role},
};
use proptest::{collection::vec, option, prelude::*, sample::select, strategy::Union};

use super::{
    rules::{Kind, Row},
    world::{ACTIONS, Moment, World, changing, key, moments, organization_slug, session_key, user_key, written},
};
use crate::support;

/// One query, by somebody.
#[derive(Clone, Debug)]
pub struct Question {
    /// Which user, counted from 1; 0: nobody. As everywhere here, modulo those that there are.
    pub viewer: usize,
    pub pin: Option<Pin>,
    pub roots: Vec<Root>,
}

/// To which organization a request is pinned: one that there is (it may be deleted), or one that was never there.
#[derive(Clone, Copy, Debug)]
pub enum Pin {
    Known(usize),
    Unknown,
}

impl Pin {
    /// Its place, of so many.
    pub fn organization(self, count: usize) -> usize {
        match self {
            Self::Known(place) if count > 0 => place % count,
            _ => count,
        }
    }
}

/// A field of `Query`. Where it names a row by place, that is taken modulo the rows there are and one more, which is not there.
#[derive(Clone, Debug)]
pub enum Root {
    Viewer(Selection),
    Node(Row, Selection),
    Nodes(Vec<Row>, Vec<(Kind, Selection)>),
    Organization {
        place: usize,
        by_slug: bool,
        under: Selection,
    },
    Content {
        by: ContentBy,
        under: Selection,
    },
    MediaItem(usize, Selection),
    List(ListName, List),
}

/// By what one piece of content is found.
#[derive(Clone, Debug)]
pub enum ContentBy {
    Id(usize),
    /// By this content's slug, in this organization; in its own if none is said.
    OrganizationSlug(usize, Option<usize>),
    /// By this content's slug, among what this user made; among what its own creator made if none is said.
    CreatorSlug(usize, Option<usize>),
}

/// What stands between the braces.
#[derive(Clone, Debug)]
pub struct Selection(pub Vec<Field>);

/// A field, and what stands under it.
#[derive(Clone, Debug)]
pub struct Field {
    pub name: &'static str,
    pub under: Under,
}

#[derive(Clone, Debug)]
pub enum Under {
    Nothing,
    Row(Kind, Selection),
    List(ListName, List),
}

/// The lists of the schema, by what they list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ListName {
    Organizations,
    Members,
    /// Memberships, shown as the organizations that they are in.
    UserOrganizations,
    MediaItems,
    Contents,
    Grants,
    Purchases,
    Sessions,
    AuditLog,
}

/// A connection's arguments, and which of its fields are asked for.
#[derive(Clone, Debug)]
pub struct List {
    pub filter: Vec<Condition>,
    /// By what, and whether the largest comes first.
    pub order: Option<(OrderBy, bool)>,
    pub page: Page,
    pub total_count: bool,
    pub nodes: bool,
    pub edges: bool,
    pub page_info: Vec<&'static str>,
    pub node: Selection,
}

/// By what a list is ordered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum OrderBy {
    CreatedAt,
    UpdatedAt,
    PublishedAt,
    Name,
    Slug,
}

/// Which part of a list.
#[derive(Clone, Debug)]
pub struct Page {
    pub backward: bool,
    pub size: Option<usize>,
    /// At which row's cursor: its number among all that have one, the viewer may see it or not.
    pub cursor: Option<usize>,
}

/// One field of a filter.
#[derive(Clone, Debug)]
pub enum Condition {
    ContentStatus(Vec<content::Status>),
    ContentType(Vec<ContentType>),
    Visibility(Vec<Visibility>),
    Category(Vec<&'static str>),
    AnyTag(Vec<&'static str>),
    AllTags(Vec<&'static str>),
    PublishedAt(Moment, Option<Moment>),
    CreatedAt(Moment, Option<Moment>),
    Price(i32, Option<i32>),
    Free(bool),
    Creator(Vec<usize>),
    Organization(Vec<usize>),
    Personal(bool),
    Search(&'static str),
    MediaStatus(Vec<media_item::Status>),
    MediaType(Vec<MediaType>),
    Role(Vec<Role>),
    MembershipStatus(Vec<membership::Status>),
    Slug(Vec<usize>),
    Action(Vec<&'static str>),
    Actor(Vec<usize>),
    SubjectType(Vec<&'static str>),
    Subject(Vec<Row>),
}

impl Kind {
    /// The type's name in the schema.
    pub fn type_name(self) -> &'static str {
        match self {
            Self::User => "User",
            Self::Organization => "Organization",
            Self::Membership => "OrganizationMembership",
            Self::MediaItem => "MediaItem",
            Self::Content => "Content",
            Self::Grant => "Grant",
            Self::Purchase => "Purchase",
            Self::Session => "Session",
            Self::AuditEntry => "AuditEntry",
        }
    }

    /// The fields that have nothing under them.
    pub fn plain_fields(self) -> &'static [&'static str] {
        match self {
            Self::User => &[
                "id",
                "name",
                "image",
                "email",
                "emailVerified",
                "createdAt",
                "updatedAt",
            ],
            Self::Organization => &[
                "id",
                "name",
                "slug",
                "description",
                "logoUrl",
                "websiteUrl",
                "createdAt",
                "updatedAt",
            ],
            Self::Membership => &["id", "role", "status", "invitedAt", "joinedAt"],
            Self::MediaItem => &[
                "id",
                "title",
                "r2Key",
                "description",
                "mediaType",
                "status",
                "fileSizeBytes",
                "mimeType",
                "durationSeconds",
                "width",
                "height",
                "hlsMasterPlaylistKey",
                "thumbnailKey",
                "uploadedAt",
                "createdAt",
                "updatedAt",
            ],
            Self::Content => &[
                "id",
                "title",
                "contentBody",
                "viewerHasAccess",
                "viewerCanEdit",
                "viewCount",
                "purchaseCount",
                "slug",
                "description",
                "contentType",
                "thumbnailUrl",
                "category",
                "tags",
                "visibility",
                "priceCents",
                "status",
                "publishedAt",
                "createdAt",
                "updatedAt",
            ],
            Self::Grant => &["id", "accessType", "grantedAt", "expiresAt"],
            Self::Purchase => &[
                "id",
                "amountPaidCents",
                "currency",
                "paymentReference",
                "status",
                "purchasedAt",
                "refundedAt",
                "createdAt",
            ],
            Self::Session => &[
                "id",
                "current",
                "createdAt",
                "updatedAt",
                "lastUsedAt",
                "expiresAt",
                "ipAddress",
                "userAgent",
            ],
            Self::AuditEntry => &[
                "id",
                "createdAt",
                "action",
                "subjectType",
                "subjectId",
                "before",
                "after",
            ],
        }
    }

    /// The fields that lead to one row.
    fn row_fields(self) -> &'static [(&'static str, Kind)] {
        match self {
            Self::User | Self::Session => &[],
            Self::Organization => &[("viewerMembership", Kind::Membership)],
            Self::Membership => &[("user", Kind::User), ("organization", Kind::Organization)],
            Self::MediaItem => &[("creator", Kind::User)],
            Self::Content => &[
                ("creator", Kind::User),
                ("organization", Kind::Organization),
                ("mediaItem", Kind::MediaItem),
            ],
            Self::Grant => &[("user", Kind::User), ("content", Kind::Content)],
            Self::Purchase => &[("customer", Kind::User), ("content", Kind::Content)],
            Self::AuditEntry => &[("actor", Kind::User), ("organization", Kind::Organization)],
        }
    }

    /// The fields that lead to a list.
    fn list_fields(self) -> &'static [(&'static str, ListName)] {
        match self {
            Self::User => &[
                ("contents", ListName::Contents),
                ("organizations", ListName::UserOrganizations),
                ("mediaItems", ListName::MediaItems),
                ("sessions", ListName::Sessions),
                ("purchases", ListName::Purchases),
                ("grants", ListName::Grants),
            ],
            Self::Organization => &[
                ("contents", ListName::Contents),
                ("members", ListName::Members),
                ("auditLog", ListName::AuditLog),
            ],
            Self::MediaItem => &[("contents", ListName::Contents)],
            Self::Content => &[("grants", ListName::Grants)],
            Self::Membership | Self::Grant | Self::Purchase | Self::Session | Self::AuditEntry => &[],
        }
    }
}

impl Row {
    /// The global id.
    pub fn global_id(self) -> String {
        match self.kind {
            Kind::User => support::global("User", &user_key(self.place)),
            Kind::Session => support::global("Session", &session_key(self.place)),
            kind => support::global_id(kind.type_name(), key(self.place)),
        }
    }

    /// The same, or the one that is not there.
    pub fn among(self, world: &World) -> Self {
        self.kind.at(self.place % (self.kind.count(world) + 1))
    }
}

impl ListName {
    /// What its rows are.
    pub fn rows(self) -> Kind {
        match self {
            Self::Organizations => Kind::Organization,
            Self::Members | Self::UserOrganizations => Kind::Membership,
            Self::MediaItems => Kind::MediaItem,
            Self::Contents => Kind::Content,
            Self::Grants => Kind::Grant,
            Self::Purchases => Kind::Purchase,
            Self::Sessions => Kind::Session,
            Self::AuditLog => Kind::AuditEntry,
        }
    }

    /// What its nodes are.
    pub fn nodes(self) -> Kind {
        match self {
            Self::UserOrganizations => Kind::Organization,
            _ => self.rows(),
        }
    }

    /// By what it can be ordered, the usual order first.
    pub fn orders(self) -> &'static [OrderBy] {
        match self {
            Self::Contents => &[OrderBy::CreatedAt, OrderBy::UpdatedAt, OrderBy::PublishedAt],
            Self::Organizations => &[OrderBy::CreatedAt, OrderBy::Name, OrderBy::Slug],
            _ => &[OrderBy::CreatedAt],
        }
    }

    /// The field of `Query` that has it.
    pub fn root(self) -> Option<&'static str> {
        match self {
            Self::Organizations => Some("organizations"),
            Self::MediaItems => Some("mediaItems"),
            Self::Contents => Some("contents"),
            Self::AuditLog => Some("auditLog"),
            _ => None,
        }
    }

    fn type_name(self) -> String {
        match self {
            Self::UserOrganizations => "UserOrganization".to_owned(),
            _ => self.nodes().type_name().to_owned(),
        }
    }
}

impl OrderBy {
    pub fn name(self) -> String {
        screaming(self)
    }
}

impl List {
    /// By what it is ordered, and whether the largest comes first.
    pub fn order(&self) -> (OrderBy, bool) {
        // "default order newest created first"
        self.order.unwrap_or((OrderBy::CreatedAt, true))
    }

    /// At which row's cursor the page begins, and the cursor.
    pub fn cursor<'a>(&self, name: ListName, world: &World, cursors: &'a Cursors) -> Option<(Row, &'a str)> {
        let number = self.page.cursor?;
        let order = self.order().0;
        let rows = (0..name.rows().count(world)).map(|place| name.rows().at(place));
        let known: Vec<(Row, &str)> = rows
            .filter_map(|row| Some((row, cursors.get(&(name, order, row))?.as_str())))
            .collect();
        (!known.is_empty()).then(|| known[number % known.len()])
    }
}

/// The cursors of all living rows, in every order.
pub type Cursors = HashMap<(ListName, OrderBy, Row), String>;

/// An enum's value as the schema writes it.
pub fn screaming(value: impl std::fmt::Debug) -> String {
    let mut name = String::new();
    for letter in format!("{value:?}").chars() {
        if letter.is_uppercase() && !name.is_empty() {
            name.push('_');
        }
        name.push(letter.to_ascii_uppercase());
    }
    name
}

// Names in the answer ------------------------------------------------------------------------------------------------------

/// The keys in the answer: the name, and for a field that is asked for again another.
pub fn keys<'a>(names: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut counts: HashMap<&str, usize> = HashMap::new();
    let mut keys = Vec::new();
    for name in names {
        let count = counts.entry(name).or_default();
        *count += 1;
        keys.push(match count {
            1 => name.to_owned(),
            more => format!("{name}_{more}"),
        });
    }
    keys
}

impl Selection {
    /// The fields, with their keys in the answer.
    pub fn keyed(&self) -> impl Iterator<Item = (String, &Field)> {
        keys(self.0.iter().map(|field| field.name)).into_iter().zip(&self.0)
    }
}

impl Root {
    pub fn name(&self) -> &'static str {
        match self {
            Self::Viewer(_) => "viewer",
            Self::Node(..) => "node",
            Self::Nodes(..) => "nodes",
            Self::Organization { .. } => "organization",
            Self::Content { .. } => "content",
            Self::MediaItem(..) => "mediaItem",
            Self::List(name, _) => name.root().unwrap(),
        }
    }
}

/// The key in the answer of a field under one of several fragments, whose fields of one name may be of different types.
pub fn fragment_key(kind: Kind, key: &str) -> String {
    format!("{kind:?}_{key}")
}

// Text ---------------------------------------------------------------------------------------------------------------------

/// Writes queries.
pub struct Writer<'a> {
    pub world: &'a World,
    pub cursors: &'a Cursors,
}

impl Writer<'_> {
    /// The document.
    pub fn question(&self, question: &Question) -> String {
        let keys = keys(question.roots.iter().map(Root::name));
        let roots = question.roots.iter().zip(keys);
        let fields: Vec<String> = roots.map(|(root, key)| format!("{key}: {}", self.root(root))).collect();
        format!("{{\n  {}\n}}", fields.join("\n  "))
    }

    fn root(&self, root: &Root) -> String {
        let id = |row: Row| format!("\"{}\"", row.among(self.world).global_id());
        let name = root.name();
        match root {
            Root::Viewer(under) => format!("{name} {}", self.selection(under)),
            Root::Node(row, under) => format!(
                "{name}(id: {}) {{ __typename id ... on {} {} }}",
                id(*row),
                row.kind.type_name(),
                self.selection(under)
            ),
            Root::Nodes(rows, fragments) => {
                let ids: Vec<String> = rows.iter().map(|row| id(*row)).collect();
                let fragments: Vec<String> = fragments
                    .iter()
                    .map(|(kind, under)| {
                        let fields = under
                            .keyed()
                            .map(|(key, field)| format!("{}: {}", fragment_key(*kind, &key), self.field(field)));
                        let fields: Vec<String> = fields.collect();
                        format!("... on {} {{ {} }}", kind.type_name(), fields.join(" "))
                    })
                    .collect();
                format!(
                    "{name}(ids: [{}]) {{ __typename id {} }}",
                    ids.join(", "),
                    fragments.join(" ")
                )
            }
            Root::Organization { place, by_slug, under } => {
                let row = Kind::Organization.at(*place).among(self.world);
                let by = match by_slug {
                    true => format!("slug: \"{}\"", organization_slug(row.place)),
                    false => format!("id: {}", id(row)),
                };
                format!("{name}(by: {{ {by} }}) {}", self.selection(under))
            }
            Root::Content { by, under } => {
                let by = match by {
                    ContentBy::Id(place) => format!("id: {}", id(Kind::Content.at(*place))),
                    ContentBy::OrganizationSlug(..) => {
                        let (house, slug) = by.organization_slug(self.world);
                        format!(
                            "organizationSlug: {{ organization: \"{}\", slug: \"{slug}\" }}",
                            organization_slug(house)
                        )
                    }
                    ContentBy::CreatorSlug(..) => {
                        let (creator, slug) = by.creator_slug(self.world);
                        let creator = Kind::User.at(creator).global_id();
                        format!("creatorSlug: {{ creator: \"{creator}\", slug: \"{slug}\" }}")
                    }
                };
                format!("{name}(by: {{ {by} }}) {}", self.selection(under))
            }
            Root::MediaItem(place, under) => {
                format!(
                    "{name}(id: {}) {}",
                    id(Kind::MediaItem.at(*place)),
                    self.selection(under)
                )
            }
            Root::List(list_name, list) => format!("{name}{}", self.list(*list_name, list)),
        }
    }

    fn selection(&self, selection: &Selection) -> String {
        let fields: Vec<String> = selection
            .keyed()
            .map(|(key, field)| match key == field.name {
                true => self.field(field),
                false => format!("{key}: {}", self.field(field)),
            })
            .collect();
        format!("{{ {} }}", fields.join(" "))
    }

    fn field(&self, field: &Field) -> String {
        match &field.under {
            Under::Nothing => field.name.to_owned(),
            Under::Row(_, under) => format!("{} {}", field.name, self.selection(under)),
            Under::List(name, list) => format!("{}{}", field.name, self.list(*name, list)),
        }
    }

    /// A connection's arguments, and what is asked of it.
    fn list(&self, name: ListName, list: &List) -> String {
        let mut arguments = Vec::new();
        let (size, cursor) = match list.page.backward {
            true => ("last", "before"),
            false => ("first", "after"),
        };
        if let Some(number) = list.page.size {
            arguments.push(format!("{size}: {number}"));
        }
        if let Some((_, text)) = list.cursor(name, self.world, self.cursors) {
            arguments.push(format!("{cursor}: \"{text}\""));
        }
        if !list.filter.is_empty() {
            let fields: Vec<String> = list.filter.iter().map(|condition| self.condition(condition)).collect();
            arguments.push(format!("filter: {{ {} }}", fields.join(", ")));
        }
        if let Some((by, descending)) = list.order {
            // The smallest first is what comes if nothing is said.
            let direction = if descending { ", direction: DESC" } else { "" };
            arguments.push(format!("orderBy: {{ field: {}{direction} }}", by.name()));
        }
        let arguments = match arguments.is_empty() {
            true => String::new(),
            false => format!("({})", arguments.join(", ")),
        };

        let node = self.selection(&list.node);
        let mut wanted = Vec::new();
        if list.total_count {
            wanted.push("totalCount".to_owned());
        }
        if list.nodes {
            wanted.push(format!("nodes {node}"));
        }
        if list.edges {
            let more = if name == ListName::UserOrganizations {
                "role status "
            } else {
                ""
            };
            wanted.push(format!("edges {{ cursor {more}node {node} }}"));
        }
        if !list.page_info.is_empty() {
            wanted.push(format!("pageInfo {{ {} }}", list.page_info.join(" ")));
        }
        format!("{arguments} {{ {} }}", wanted.join(" "))
    }

    fn condition(&self, condition: &Condition) -> String {
        let ids = |kind: Kind, places: &[usize]| -> Vec<String> {
            let rows = places.iter().map(|place| kind.at(*place).among(self.world));
            rows.map(|row| format!("\"{}\"", row.global_id())).collect()
        };
        let value = match condition {
            Condition::ContentStatus(values) => any_of(values.iter().map(screaming)),
            Condition::ContentType(values) => any_of(values.iter().map(screaming)),
            Condition::Visibility(values) => any_of(values.iter().map(screaming)),
            Condition::MediaStatus(values) => any_of(values.iter().map(screaming)),
            Condition::MediaType(values) => any_of(values.iter().map(screaming)),
            Condition::Role(values) => any_of(values.iter().map(screaming)),
            Condition::MembershipStatus(values) => any_of(values.iter().map(screaming)),
            Condition::Category(values)
            | Condition::AnyTag(values)
            | Condition::AllTags(values)
            | Condition::Action(values)
            | Condition::SubjectType(values) => any_of(values.iter().map(|value| format!("\"{value}\""))),
            Condition::PublishedAt(from, before) | Condition::CreatedAt(from, before) => match before {
                Some(before) => format!("{{ from: \"{}\", before: \"{}\" }}", written(*from), written(*before)),
                None => format!("{{ from: \"{}\" }}", written(*from)),
            },
            Condition::Price(from, to) => match to {
                Some(to) => format!("{{ fromCents: {from}, toCents: {to} }}"),
                None => format!("{{ fromCents: {from} }}"),
            },
            Condition::Free(value) | Condition::Personal(value) => value.to_string(),
            Condition::Creator(places) | Condition::Actor(places) => any_of(ids(Kind::User, places).into_iter()),
            Condition::Subject(rows) => any_of(
                rows.iter()
                    .map(|row| format!("\"{}\"", row.among(self.world).global_id())),
            ),
            Condition::Organization(places) => any_of(ids(Kind::Organization, places).into_iter()),
            // JSON's texts are GraphQL's.
            Condition::Search(words) => serde_json::Value::from(*words).to_string(),
            Condition::Slug(places) => any_of(places.iter().map(|place| {
                let house = Kind::Organization.at(*place).among(self.world);
                format!("\"{}\"", organization_slug(house.place))
            })),
        };
        format!("{}: {value}", condition.name())
    }
}

/// A list of values; one alone needs no brackets.
fn any_of(values: impl Iterator<Item = String>) -> String {
    let values: Vec<String> = values.collect();
    match &values[..] {
        [one] => one.clone(),
        _ => format!("[{}]", values.join(", ")),
    }
}

impl Condition {
    /// The filter's field.
    fn name(&self) -> &'static str {
        match self {
            Self::ContentStatus(_) | Self::MediaStatus(_) | Self::MembershipStatus(_) => "status",
            Self::ContentType(_) => "contentType",
            Self::Visibility(_) => "visibility",
            Self::Category(_) => "category",
            Self::AnyTag(_) => "anyTag",
            Self::AllTags(_) => "allTags",
            Self::PublishedAt(..) => "publishedAt",
            Self::CreatedAt(..) => "createdAt",
            Self::Price(..) => "price",
            Self::Free(_) => "free",
            Self::Creator(_) => "creator",
            Self::Organization(_) => "organization",
            Self::Personal(_) => "personal",
            Self::Search(_) => "search",
            Self::MediaType(_) => "mediaType",
            Self::Role(_) => "role",
            Self::Slug(_) => "slug",
            Self::Action(_) => "action",
            Self::Actor(_) => "actor",
            Self::SubjectType(_) => "subjectType",
            Self::Subject(_) => "subject",
        }
    }
}

impl ContentBy {
    fn slug(world: &World, place: usize) -> String {
        let place = Kind::Content.at(place).among(world).place;
        let content = world.contents.get(place);
        content.map_or_else(|| "nothing".to_owned(), |content| content.slug.clone())
    }

    /// In which organization (perhaps none that is there), and with which slug.
    pub fn organization_slug(&self, world: &World) -> (usize, String) {
        let Self::OrganizationSlug(place, house) = self else {
            unreachable!()
        };
        let own = world.contents.get(*place % (world.contents.len() + 1));
        let own = own.and_then(|content| content.organization);
        let house = house.or(own).unwrap_or_default();
        (
            Kind::Organization.at(house).among(world).place,
            Self::slug(world, *place),
        )
    }

    /// Among whose personal content, and with which slug.
    pub fn creator_slug(&self, world: &World) -> (usize, String) {
        let Self::CreatorSlug(place, creator) = self else {
            unreachable!()
        };
        let own = world.contents.get(*place % (world.contents.len() + 1));
        let own = own.map(|content| content.creator);
        let creator = creator.or(own).unwrap_or_default();
        (Kind::User.at(creator).among(world).place, Self::slug(world, *place))
    }
}

// Chance -------------------------------------------------------------------------------------------------------------------

fn place() -> impl Strategy<Value = usize> + Clone {
    0..60_usize
}

fn some<T: Clone + std::fmt::Debug + 'static>(values: Vec<T>) -> impl Strategy<Value = Vec<T>> + Clone {
    vec(select(values), 0..=2)
}

fn conditions(name: ListName) -> Option<BoxedStrategy<Condition>> {
    use Condition as C;
    let searches = || {
        let words = vec![
            "bread", " BREAD ", "%", "_", "\\", "100%_r", "b", "zzz", "  ", "mill", "baking",
        ];
        select(words).prop_map(C::Search)
    };
    let created = || (moments(), option::of(moments())).prop_map(|(from, before)| C::CreatedAt(from, before));
    let users = || vec(place(), 0..=2).prop_map(C::Creator);
    let conditions: Vec<BoxedStrategy<Condition>> = match name {
        ListName::Contents => {
            use content::Status::{Archived, Draft, Published};
            let tags = || some(vec!["rye", "oat", "it's"]);
            vec![
                Just(C::ContentStatus(vec![Published])).boxed(),
                some(vec![Published, Archived, Draft])
                    .prop_map(C::ContentStatus)
                    .boxed(),
                some(vec![ContentType::Written, ContentType::Video])
                    .prop_map(C::ContentType)
                    .boxed(),
                some(vec![
                    Visibility::Public,
                    Visibility::Private,
                    Visibility::MembersOnly,
                    Visibility::PurchasedOnly,
                ])
                .prop_map(C::Visibility)
                .boxed(),
                some(vec!["baking", "Cooking", "cooking"]).prop_map(C::Category).boxed(),
                tags().prop_map(C::AnyTag).boxed(),
                tags().prop_map(C::AllTags).boxed(),
                (moments(), option::of(moments()))
                    .prop_map(|(from, before)| C::PublishedAt(from, before))
                    .boxed(),
                created().boxed(),
                (select(vec![0, 1, 500]), option::of(select(vec![0, 500, 800])))
                    .prop_map(|(from, to)| C::Price(from, to))
                    .boxed(),
                any::<bool>().prop_map(C::Free).boxed(),
                users().boxed(),
                vec(place(), 0..=2).prop_map(C::Organization).boxed(),
                any::<bool>().prop_map(C::Personal).boxed(),
                searches().boxed(),
            ]
        }
        ListName::MediaItems => {
            use media_item::Status::{Failed, Ready, Uploading};
            vec![
                some(vec![Ready, Uploading, Failed]).prop_map(C::MediaStatus).boxed(),
                some(vec![MediaType::Video, MediaType::Audio])
                    .prop_map(C::MediaType)
                    .boxed(),
                created().boxed(),
                users().boxed(),
                searches().boxed(),
            ]
        }
        ListName::Organizations => vec![vec(place(), 0..=3).prop_map(C::Slug).boxed(), searches().boxed()],
        ListName::Members => {
            use membership::Status::{Active, Inactive, Invited};
            vec![
                some(vec![Role::Owner, Role::Admin, Role::Creator, Role::Member])
                    .prop_map(C::Role)
                    .boxed(),
                some(vec![Active, Inactive, Invited])
                    .prop_map(C::MembershipStatus)
                    .boxed(),
            ]
        }
        ListName::AuditLog => vec![
            some(ACTIONS.to_vec()).prop_map(C::Action).boxed(),
            vec(place(), 0..=2).prop_map(C::Actor).boxed(),
            some(vec!["content", "membership", "account", "user"])
                .prop_map(C::SubjectType)
                .boxed(),
            vec(changing(), 0..=3).prop_map(C::Subject).boxed(),
            created().boxed(),
        ],
        ListName::UserOrganizations | ListName::Grants | ListName::Purchases | ListName::Sessions => return None,
    };
    Some(Union::new(conditions).boxed())
}

fn filters(name: ListName) -> BoxedStrategy<Vec<Condition>> {
    let Some(conditions) = conditions(name) else {
        return Just(Vec::new()).boxed();
    };
    let one_each = |conditions: Vec<Condition>| {
        let mut kept: Vec<Condition> = Vec::new();
        for condition in conditions {
            if !kept.iter().any(|other| other.name() == condition.name()) {
                kept.push(condition);
            }
        }
        kept
    };
    // Two of three lists are not filtered: what matters is who sees what.
    prop_oneof![2 => Just(Vec::new()), 1 => vec(conditions, 1..=2).prop_map(one_each)].boxed()
}

fn pages() -> impl Strategy<Value = Page> {
    let size = prop_oneof![2 => Just(None), 3 => (0..=4_usize).prop_map(Some)];
    let page = (any::<bool>(), size, option::weighted(0.4, place()));
    page.prop_map(|(backward, size, cursor)| Page {
        // A page from the end has to say how long it is.
        backward: backward && size.is_some(),
        size,
        cursor,
    })
}

fn lists(name: ListName, node: BoxedStrategy<Selection>) -> BoxedStrategy<List> {
    let orders = match name.orders() {
        [_] => Just(None).boxed(),
        orders => option::of((select(orders), any::<bool>())).boxed(),
    };
    let page_info = prop::sample::subsequence(
        vec!["hasNextPage", "hasPreviousPage", "startCursor", "endCursor"],
        0..=4,
    );
    let wants = (any::<bool>(), any::<bool>(), any::<bool>(), page_info);
    let list = (filters(name), orders, pages(), wants, node);
    let list = list.prop_map(
        |(filter, order, page, (total_count, nodes, edges, page_info), node)| List {
            filter,
            order,
            page,
            total_count: total_count || !(nodes || edges || !page_info.is_empty()),
            nodes,
            edges,
            page_info,
            node,
        },
    );
    list.boxed()
}

/// Selections of each kind, whose trees are at most this deep.
fn selections(depth: usize) -> HashMap<Kind, BoxedStrategy<Selection>> {
    let below = (depth > 0).then(|| selections(depth - 1));
    Kind::ALL
        .into_iter()
        .map(|kind| {
            let plain = select(kind.plain_fields());
            let plain = plain.prop_map(|name| Field {
                name,
                under: Under::Nothing,
            });
            let mut fields = vec![(4, plain.boxed())];
            if let Some(below) = &below {
                for &(name, kind) in kind.row_fields() {
                    let field = below[&kind].clone().prop_map(move |under| Field {
                        name,
                        under: Under::Row(kind, under),
                    });
                    fields.push((2, field.boxed()));
                }
                for &(name, list_name) in kind.list_fields() {
                    let list = lists(list_name, below[&list_name.nodes()].clone());
                    let field = list.prop_map(move |list| Field {
                        name,
                        under: Under::List(list_name, list),
                    });
                    fields.push((2, field.boxed()));
                }
            }
            let selection = vec(Union::new_weighted(fields), 1..=5).prop_map(Selection);
            (kind, selection.boxed())
        })
        .collect()
}

fn roots() -> BoxedStrategy<Root> {
    let under = selections(2);
    let of = |kind: Kind| under[&kind].clone();
    let flat = selections(1);

    let node = Union::new(Kind::ALL.map(|kind| {
        let node = (place(), of(kind));
        node.prop_map(move |(place, under)| Root::Node(kind.at(place), under))
            .boxed()
    }));
    let rows = (select(&Kind::ALL[..]), place()).prop_map(|(kind, place)| kind.at(place));
    let fragments = Union::new(Kind::ALL.map(|kind| {
        let fragment = flat[&kind].clone();
        fragment.prop_map(move |under| (kind, under)).boxed()
    }));
    let one_each = |fragments: Vec<(Kind, Selection)>| {
        let mut kept: Vec<(Kind, Selection)> = Vec::new();
        for (kind, under) in fragments {
            if !kept.iter().any(|(other, _)| *other == kind) {
                kept.push((kind, under));
            }
        }
        kept
    };
    let nodes = (vec(rows, 0..=6), vec(fragments, 1..=3).prop_map(one_each));
    let organization = (place(), any::<bool>(), of(Kind::Organization));
    let content_by = prop_oneof![
        place().prop_map(ContentBy::Id),
        (place(), option::weighted(0.3, place()))
            .prop_map(|(content, house)| ContentBy::OrganizationSlug(content, house)),
        (place(), option::weighted(0.3, place()))
            .prop_map(|(content, creator)| ContentBy::CreatorSlug(content, creator)),
    ];
    let list = |name: ListName| {
        let list = lists(name, of(name.nodes()));
        list.prop_map(move |list| Root::List(name, list)).boxed()
    };
    prop_oneof![
        1 => of(Kind::User).prop_map(Root::Viewer),
        5 => node,
        2 => nodes.prop_map(|(rows, fragments)| Root::Nodes(rows, fragments)),
        3 => organization.prop_map(|(place, by_slug, under)| Root::Organization { place, by_slug, under }),
        2 => (content_by, of(Kind::Content)).prop_map(|(by, under)| Root::Content { by, under }),
        1 => (place(), of(Kind::MediaItem)).prop_map(|(place, under)| Root::MediaItem(place, under)),
        4 => list(ListName::Contents),
        2 => list(ListName::MediaItems),
        2 => list(ListName::Organizations),
        2 => list(ListName::AuditLog),
    ]
    .boxed()
}

/// Any question.
pub fn questions() -> BoxedStrategy<Question> {
    let pin = prop_oneof![
        19 => Just(None),
        20 => place().prop_map(|place| Some(Pin::Known(place))),
        1 => Just(Some(Pin::Unknown))
    ];
    let question = (place(), pin, vec(roots(), 1..=2));
    question
        .prop_map(|(viewer, pin, roots)| Question { viewer, pin, roots })
        .boxed()
}

// Coverage -----------------------------------------------------------------------------------------------------------------

/// The fields of the schema that a question asks for, as `Type.field`.
pub fn fields_of(question: &Question) -> BTreeSet<String> {
    let mut fields = BTreeSet::new();
    for root in &question.roots {
        fields.insert(format!("Query.{}", root.name()));
        match root {
            Root::Viewer(under) => fields_under(Kind::User, under, &mut fields),
            Root::Node(row, under) => fields_under(row.kind, under, &mut fields),
            Root::Nodes(_, fragments) => {
                for (kind, under) in fragments {
                    fields_under(*kind, under, &mut fields);
                }
            }
            Root::Organization { under, .. } => fields_under(Kind::Organization, under, &mut fields),
            Root::Content { under, .. } => fields_under(Kind::Content, under, &mut fields),
            Root::MediaItem(_, under) => fields_under(Kind::MediaItem, under, &mut fields),
            Root::List(name, list) => fields_of_list(*name, list, &mut fields),
        }
    }
    fields
}

fn fields_under(kind: Kind, selection: &Selection, fields: &mut BTreeSet<String>) {
    for field in &selection.0 {
        fields.insert(format!("{}.{}", kind.type_name(), field.name));
        match &field.under {
            Under::Nothing => (),
            Under::Row(kind, under) => fields_under(*kind, under, fields),
            Under::List(name, list) => fields_of_list(*name, list, fields),
        }
    }
}

fn fields_of_list(name: ListName, list: &List, fields: &mut BTreeSet<String>) {
    let kind = name.type_name();
    if list.total_count {
        fields.insert(format!("{kind}Connection.totalCount"));
    }
    if list.nodes {
        fields.insert(format!("{kind}Connection.nodes"));
    }
    if list.edges {
        fields.insert(format!("{kind}Connection.edges"));
        fields.insert(format!("{kind}Edge.cursor"));
        fields.insert(format!("{kind}Edge.node"));
        if name == ListName::UserOrganizations {
            fields.insert(format!("{kind}Edge.role"));
            fields.insert(format!("{kind}Edge.status"));
        }
    }
    for field in &list.page_info {
        fields.insert(format!("{kind}Connection.pageInfo"));
        fields.insert(format!("PageInfo.{field}"));
    }
    if list.nodes || list.edges {
        fields_under(name.nodes(), &list.node, fields);
    }
}
