//! The whole matrix: every kind of viewer against every kind of row, asked through GraphQL and written out as a text that a
//! person can read, and review in a diff: `snapshots/access_matrix.txt`. Its legend stands on top of it.

use std::fmt::Write as _;

use entity::{
    content::{ContentType, Status, Visibility},
    grant::AccessType,
    media_item::{self, MediaType},
    membership::{self, Role},
    purchase,
};
use serde_json::{Value, json};
use similar::{ChangeTag, TextDiff};

use crate::{
    oracle::{
        rules::{Kind, Row},
        world::{
            AuditEntry, Content, FUTURE, Grant, MediaItem, Membership, Organization, PAST, Purchase, Session, User,
            World, organization_slug, token,
        },
    },
    support::App,
};

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/snapshots/access_matrix.txt");

const LEGEND: &str = "\
Who sees what. Each column is a kind of viewer, each row a kind of row. Three times: not pinned to an organization, pinned to
the house, and pinned to another house.

The house is an organization; so is the other one; the gone house is one that is deleted, in which everybody is what they are
in the house. Customers hold, or held, a grant on every piece of content.

.  not visible
s  seen
b  content: the body too, and the media item
c  content: body and counts too
e  content: body and counts too, and may be edited
k  media: seen with its storage key
p  user: the private fields too (email, emailVerified, createdAt, sessions, purchases)
!  the gateway contradicts itself

an  anonymous                                 OW  the owner of another house
st  a stranger                                AD  an admin there
au  the creator of the content or media,      CR  a creator there
    who is a creator in the house             SU  a subscriber there
le  as au, but has left the house             ME  a member there
ow  the owner of the house                    cu  a customer with a valid grant
ad  an admin of it                            la  a customer whose grant has expired
cr  another creator in it                     po  the platform owner
su  a subscriber of it                        se  the user whom the row is about
me  a member of it
in  invited there, as an admin
ia  an inactive admin of it
";

/// Kinds of viewers: their users' places in the world are theirs here, less one for the anonymous.
const VIEWERS: [&str; 19] = [
    "an", "po", "st", "au", "le", "ow", "ad", "cr", "su", "me", "in", "ia", "OW", "AD", "CR", "SU", "ME", "cu", "la",
];
/// In which order the columns come; the last asks as the user whom the row is about.
const COLUMNS: [&str; 20] = [
    "an", "st", "au", "le", "ow", "ad", "cr", "su", "me", "in", "ia", "OW", "AD", "CR", "SU", "ME", "cu", "la", "po",
    "se",
];

/// The user who is this kind of viewer; none: the anonymous.
fn viewer(name: &str) -> Option<usize> {
    VIEWERS
        .iter()
        .position(|viewer| *viewer == name)
        .unwrap()
        .checked_sub(1)
}

const HOUSE: usize = 0;
const OTHER: usize = 1;
const GONE: usize = 2;

/// Where something belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Home {
    House,
    GoneHouse,
    Personal,
}

impl Home {
    const ALL: [Self; 3] = [Self::House, Self::GoneHouse, Self::Personal];

    fn organization(self) -> Option<usize> {
        match self {
            Self::House => Some(HOUSE),
            Self::GoneHouse => Some(GONE),
            Self::Personal => None,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::House => "house",
            Self::GoneHouse => "gone house",
            Self::Personal => "personal",
        }
    }
}

/// A kind of content.
#[derive(Clone, Copy)]
struct Piece {
    home: Home,
    status: Status,
    visibility: Visibility,
    price: Option<i32>,
    deleted: bool,
}

impl Piece {
    fn new(home: Home, status: Status, visibility: Visibility) -> Self {
        Self {
            home,
            status,
            visibility,
            price: None,
            deleted: false,
        }
    }

    /// What is sold.
    fn sold(home: Home, status: Status) -> Self {
        Self {
            price: Some(500),
            ..Self::new(home, status, Visibility::PurchasedOnly)
        }
    }

    fn deleted(self) -> Self {
        Self { deleted: true, ..self }
    }

    fn name(self) -> String {
        let status = match self.status {
            Status::Draft => "draft",
            Status::Published => "published",
            Status::Archived => "archived",
        };
        let visibility = match (self.visibility, self.price) {
            (Visibility::Public, _) => "public",
            (Visibility::Private, _) => "private",
            (Visibility::MembersOnly, _) => "members only",
            (Visibility::PurchasedOnly, None) => "purchased only, free",
            (Visibility::PurchasedOnly, Some(_)) => "purchased only",
        };
        format!("{:<11}{status:<10}{visibility}", self.home.name())
    }
}

/// A kind of row.
struct Line {
    name: String,
    deleted: bool,
    /// The row.
    row: Row,
    /// The like that the creator who has left has made; the same if it does not matter who made it.
    of_left: Row,
    /// The user whom it is about; there is one of all rows of a table or of none.
    about: Option<usize>,
}

/// A table of the matrix.
struct Table {
    title: &'static str,
    lines: Vec<Line>,
}

/// The world of the matrix, and the tables in the making.
struct Making {
    world: World,
    tables: Vec<Table>,
}

impl Making {
    /// The viewers, and the houses that they are in.
    fn new() -> Self {
        let house = |deleted| Organization {
            name: "House",
            deleted,
            created: 0,
            updated: 0,
        };
        let mut making = Self {
            world: World {
                users: Vec::new(),
                organizations: vec![house(false), house(false), house(true)],
                memberships: Vec::new(),
                media_items: Vec::new(),
                contents: Vec::new(),
                grants: Vec::new(),
                purchases: Vec::new(),
                sessions: Vec::new(),
                audit_entries: Vec::new(),
            },
            tables: Vec::new(),
        };
        for name in &VIEWERS[1..] {
            making.user(*name == "po");
        }
        use membership::Status::{Active, Inactive, Invited};
        for (name, role, status) in [
            ("au", Role::Creator, Active),
            ("ow", Role::Owner, Active),
            ("ad", Role::Admin, Active),
            ("cr", Role::Creator, Active),
            ("su", Role::Subscriber, Active),
            ("me", Role::Member, Active),
            ("in", Role::Admin, Invited),
            ("ia", Role::Admin, Inactive),
        ] {
            making.membership(HOUSE, viewer(name).unwrap(), role, status);
            making.membership(GONE, viewer(name).unwrap(), role, status);
        }
        for (name, role) in [
            ("OW", Role::Owner),
            ("AD", Role::Admin),
            ("CR", Role::Creator),
            ("SU", Role::Subscriber),
            ("ME", Role::Member),
        ] {
            making.membership(OTHER, viewer(name).unwrap(), role, Active);
        }
        making
    }

    fn user(&mut self, platform_owner: bool) -> usize {
        let user = self.world.users.len();
        self.world.users.push(User {
            platform_owner,
            email_verified: true,
            created: 0,
        });
        // What the user asks with has the user's place, so all other sessions come after these.
        assert_eq!(self.world.sessions.len(), user);
        self.world.sessions.push(Session {
            user,
            expired: false,
            created: 0,
        });
        user
    }

    /// Somebody who is nothing yet.
    fn somebody(&mut self) -> usize {
        self.user(false)
    }

    fn membership(&mut self, organization: usize, user: usize, role: Role, status: membership::Status) -> Row {
        self.world.memberships.push(Membership {
            organization,
            user,
            role,
            status,
            joined: None,
            created: 0,
        });
        Kind::Membership.at(self.world.memberships.len() - 1)
    }

    fn media_item(&mut self, creator: usize, deleted: bool) -> Row {
        self.world.media_items.push(MediaItem {
            creator,
            title: "Item",
            description: None,
            media_type: MediaType::Video,
            status: media_item::Status::Ready,
            deleted,
            created: 0,
            updated: 0,
        });
        Kind::MediaItem.at(self.world.media_items.len() - 1)
    }

    /// Content that shows this media item.
    fn content(&mut self, creator: usize, piece: Piece, media_item: Option<Row>) -> Row {
        let place = self.world.contents.len();
        self.world.contents.push(Content {
            creator,
            organization: piece.home.organization(),
            media_item: media_item.map(|row| row.place),
            title: "Piece",
            slug: format!("piece{place}"),
            description: None,
            content_type: ContentType::Video,
            has_body: true,
            category: None,
            tags: Vec::new(),
            visibility: piece.visibility,
            price: piece.price,
            status: piece.status,
            published: (piece.status != Status::Draft).then_some(0),
            deleted: piece.deleted,
            created: 0,
            updated: 0,
        });
        Kind::Content.at(place)
    }

    fn grant(&mut self, user: usize, content: Row, expires: Option<i64>) -> Row {
        self.world.grants.push(Grant {
            user,
            content: content.place,
            access_type: AccessType::Complimentary,
            expires,
            granted: 0,
            created: 0,
        });
        Kind::Grant.at(self.world.grants.len() - 1)
    }

    fn purchase(&mut self, customer: usize, content: Row, status: purchase::Status) -> Row {
        self.world.purchases.push(Purchase {
            customer,
            content: content.place,
            amount: 500,
            status,
            purchased: None,
            created: 0,
        });
        Kind::Purchase.at(self.world.purchases.len() - 1)
    }

    /// An entry about something of this organization's.
    fn entry(&mut self, actor: usize, organization: Option<usize>) -> Row {
        self.world.audit_entries.push(AuditEntry {
            actor: Some(actor),
            organization,
            action: "content.update",
            subject: Some(Kind::Content.at(0)),
            before: None,
            after: None,
            created: 0,
        });
        Kind::AuditEntry.at(self.world.audit_entries.len() - 1)
    }

    /// Content of this kind with a media item, on which customers hold grants.
    fn piece(&mut self, creator: &str, piece: Piece) -> Row {
        let creator = viewer(creator).unwrap();
        let item = self.media_item(creator, false);
        let content = self.content(creator, piece, Some(item));
        self.sell(content);
        content
    }

    fn sell(&mut self, content: Row) {
        self.grant(viewer("cu").unwrap(), content, Some(FUTURE));
        self.grant(viewer("la").unwrap(), content, Some(PAST));
    }

    fn organizations(&mut self) {
        let named = [("the house", HOUSE), ("another house", OTHER), ("the gone house", GONE)];
        let lines = named.map(|(name, place)| Line {
            name: name.to_owned(),
            deleted: false,
            row: Kind::Organization.at(place),
            of_left: Kind::Organization.at(place),
            about: None,
        });
        self.table("Organizations", lines.into());
    }

    fn contents(&mut self) {
        let mut lines = Vec::new();
        for deleted in [false, true] {
            for home in Home::ALL {
                for status in [Status::Published, Status::Archived, Status::Draft] {
                    let mut pieces = vec![
                        Piece::new(home, status, Visibility::Public),
                        Piece::new(home, status, Visibility::MembersOnly),
                        Piece::new(home, status, Visibility::PurchasedOnly),
                        Piece::sold(home, status),
                        Piece::new(home, status, Visibility::Private),
                    ];
                    for piece in &mut pieces {
                        piece.deleted = deleted;
                        lines.push(Line {
                            name: piece.name(),
                            deleted,
                            row: self.piece("au", *piece),
                            of_left: self.piece("le", *piece),
                            about: None,
                        });
                    }
                }
            }
        }
        self.table("Content", lines);
    }

    fn media_items(&mut self) {
        use Home::{GoneHouse, House, Personal};
        use Status::{Archived, Draft, Published};
        use Visibility::{MembersOnly, Private, Public, PurchasedOnly};
        let shown_by = [
            None,
            Some(Piece::new(House, Published, Public)),
            Some(Piece::new(House, Published, MembersOnly)),
            Some(Piece::new(House, Published, PurchasedOnly)),
            Some(Piece::sold(House, Published)),
            Some(Piece::new(House, Published, Private)),
            Some(Piece::new(House, Archived, Public)),
            Some(Piece::new(House, Draft, Public)),
            Some(Piece::new(House, Published, Public).deleted()),
            Some(Piece::new(GoneHouse, Published, Public)),
            Some(Piece::new(Personal, Published, Public)),
            Some(Piece::sold(Personal, Published)),
            Some(Piece::new(Personal, Draft, Public)),
        ];
        let mut lines = Vec::new();
        for deleted in [false, true] {
            for piece in shown_by {
                let mut item = |creator: &str| {
                    let creator = viewer(creator).unwrap();
                    let item = self.media_item(creator, deleted);
                    if let Some(piece) = piece {
                        let content = self.content(creator, piece, Some(item));
                        self.sell(content);
                    }
                    item
                };
                let gone = if piece.is_some_and(|piece| piece.deleted) {
                    ", deleted"
                } else {
                    ""
                };
                lines.push(Line {
                    name: piece.map_or_else(
                        || "shown by nothing".to_owned(),
                        |piece| format!("in {}{gone}", piece.name()),
                    ),
                    deleted,
                    row: item("au"),
                    of_left: item("le"),
                    about: None,
                });
            }
        }
        // What one closes the other opens.
        let mut shared = |creator: &str| {
            let creator = viewer(creator).unwrap();
            let item = self.media_item(creator, false);
            self.content(creator, Piece::sold(House, Published), Some(item));
            self.content(creator, Piece::new(House, Published, MembersOnly), Some(item));
            item
        };
        lines.push(Line {
            name: "in house purchased only + members only".to_owned(),
            deleted: false,
            row: shared("au"),
            of_left: shared("le"),
            about: None,
        });
        self.table("Media items", lines);
    }

    fn memberships(&mut self) {
        use membership::Status::{Active, Inactive, Invited};
        let mut lines = Vec::new();
        for (home, organization) in [(Home::House, HOUSE), (Home::GoneHouse, GONE)] {
            for status in [Active, Inactive, Invited] {
                for role in [Role::Owner, Role::Admin, Role::Creator, Role::Subscriber, Role::Member] {
                    let (row, about) = match (role, status) {
                        // There is one, and it is there already.
                        (Role::Owner, Active) => {
                            let owner = viewer("ow").unwrap();
                            let own = |row: &Membership| row.user == owner && row.organization == organization;
                            let place = self.world.memberships.iter().position(own).unwrap();
                            (Kind::Membership.at(place), owner)
                        }
                        (Role::Owner, _) => continue,
                        _ => {
                            let user = self.somebody();
                            (self.membership(organization, user, role, status), user)
                        }
                    };
                    let (role, status) = (format!("{role:?}").to_lowercase(), format!("{status:?}").to_lowercase());
                    lines.push(Line {
                        name: format!("{:<11}{status:<10}{role}", home.name()),
                        deleted: false,
                        row,
                        of_left: row,
                        about: Some(about),
                    });
                }
            }
        }
        self.table("Memberships", lines);
    }

    /// Users, by what names them; each is named by that alone.
    fn users(&mut self) {
        use Home::{GoneHouse, House, Personal};
        use Status::{Archived, Draft, Published};
        use Visibility::{MembersOnly, Private, Public};
        use membership::Status::{Active, Inactive, Invited};
        let mut named: Vec<(String, usize)> = vec![("nothing".to_owned(), self.somebody())];
        for piece in [
            Piece::new(House, Published, Public),
            Piece::new(House, Published, MembersOnly),
            Piece::sold(House, Published),
            Piece::new(House, Published, Private),
            Piece::new(House, Archived, Public),
            Piece::new(House, Draft, Public),
            Piece::new(House, Published, Public).deleted(),
            Piece::new(GoneHouse, Published, Public),
            Piece::new(Personal, Published, Public),
            Piece::new(Personal, Draft, Public),
        ] {
            let user = self.somebody();
            self.content(user, piece, None);
            let gone = if piece.deleted { ", deleted" } else { "" };
            named.push((format!("{}{gone}", piece.name()), user));
        }
        let houses = viewer("au").unwrap();
        let open = Piece::new(House, Published, Public);
        for (name, item_deleted) in [("media in public content", false), ("the same, deleted", true)] {
            let user = self.somebody();
            let item = self.media_item(user, item_deleted);
            // Somebody else's content, which no rule forbids here.
            self.content(houses, open, Some(item));
            named.push((name.to_owned(), user));
        }
        for (name, role, status) in [
            ("an active creator's membership", Role::Creator, Active),
            ("an active member's membership", Role::Member, Active),
            ("an inactive creator's membership", Role::Creator, Inactive),
            ("an invited creator's membership", Role::Creator, Invited),
        ] {
            let user = self.somebody();
            self.membership(HOUSE, user, role, status);
            named.push((name.to_owned(), user));
        }
        for (name, expires) in [("a valid grant", Some(FUTURE)), ("an expired grant", Some(PAST))] {
            let user = self.somebody();
            let content = self.content(houses, open, None);
            self.grant(user, content, expires);
            named.push((name.to_owned(), user));
        }
        let user = self.somebody();
        let content = self.content(houses, open, None);
        self.purchase(user, content, purchase::Status::Completed);
        named.push(("a purchase".to_owned(), user));
        for (name, organization) in [
            ("an audit entry", Some(HOUSE)),
            ("an audit entry of the gone house", Some(GONE)),
            ("an audit entry of no house", None),
        ] {
            let user = self.somebody();
            self.entry(user, organization);
            named.push((name.to_owned(), user));
        }
        let lines = named.into_iter().map(|(name, user)| Line {
            name,
            deleted: false,
            row: Kind::User.at(user),
            of_left: Kind::User.at(user),
            about: Some(user),
        });
        let lines = lines.collect();
        self.table("Users, by what names them (in the house, unless it is said)", lines);
    }

    fn sessions(&mut self) {
        let user = self.somebody();
        let mut lines = Vec::new();
        for (name, expired) in [("valid", false), ("expired", true)] {
            self.world.sessions.push(Session {
                user,
                expired,
                created: 0,
            });
            let row = Kind::Session.at(self.world.sessions.len() - 1);
            lines.push(Line {
                name: name.to_owned(),
                deleted: false,
                row,
                of_left: row,
                about: Some(user),
            });
        }
        self.table("Sessions", lines);
    }

    fn purchases(&mut self) {
        use purchase::Status::{Completed, Failed, Pending, Refunded};
        let user = self.somebody();
        let mut lines = Vec::new();
        for home in Home::ALL {
            for status in [Completed, Pending, Refunded, Failed] {
                let piece = Piece::sold(home, Status::Published);
                let (content, of_left) = (self.piece("au", piece), self.piece("le", piece));
                lines.push(Line {
                    name: format!("{:<11}{}", home.name(), format!("{status:?}").to_lowercase()),
                    deleted: false,
                    row: self.purchase(user, content, status),
                    of_left: self.purchase(user, of_left, status),
                    about: Some(user),
                });
            }
            let piece = Piece::sold(home, Status::Published).deleted();
            let (content, of_left) = (self.piece("au", piece), self.piece("le", piece));
            lines.push(Line {
                name: format!("{:<11}completed, content deleted", home.name()),
                deleted: false,
                row: self.purchase(user, content, Completed),
                of_left: self.purchase(user, of_left, Completed),
                about: Some(user),
            });
        }
        self.table("Purchases, of somebody else than the customers in the columns", lines);
    }

    fn grants(&mut self) {
        let user = self.somebody();
        let mut lines = Vec::new();
        for home in Home::ALL {
            for (what, piece) in [
                ("published", Piece::sold(home, Status::Published)),
                ("draft", Piece::sold(home, Status::Draft)),
                ("deleted", Piece::sold(home, Status::Published).deleted()),
            ] {
                for (name, expires) in [("valid", None), ("expired", Some(PAST))] {
                    let (content, of_left) = (self.piece("au", piece), self.piece("le", piece));
                    lines.push(Line {
                        name: format!("{:<11}{what:<10}{name}", home.name()),
                        deleted: false,
                        row: self.grant(user, content, expires),
                        of_left: self.grant(user, of_left, expires),
                        about: Some(user),
                    });
                }
            }
        }
        self.table("Grants, of somebody else than the customers in the columns", lines);
    }

    fn audit_entries(&mut self) {
        let user = self.somebody();
        let lines = [
            ("house", Some(HOUSE)),
            ("another house", Some(OTHER)),
            ("gone house", Some(GONE)),
            ("no house", None),
        ]
        .map(|(name, organization)| {
            let row = self.entry(user, organization);
            Line {
                name: name.to_owned(),
                deleted: false,
                row,
                of_left: row,
                about: Some(user),
            }
        });
        self.table("Audit entries, by the house whose row was changed", lines.into());
    }

    fn table(&mut self, title: &'static str, lines: Vec<Line>) {
        self.tables.push(Table { title, lines });
    }
}

const FIELDS: &str = "__typename id
    ... on Content { viewerHasAccess viewerCanEdit contentBody viewCount purchaseCount mediaItem { id } }
    ... on MediaItem { r2Key }
    ... on User { email emailVerified createdAt sessions { totalCount } purchases { totalCount } }";

/// One letter for what a viewer got of a row.
fn cell(node: &Value) -> char {
    if node.is_null() {
        return '.';
    }
    let there = |fields: &[&str]| -> Option<bool> {
        let there = fields.iter().filter(|field| !node[**field].is_null()).count();
        // All of it, nothing of it, or a contradiction.
        match there {
            0 => Some(false),
            all if all == fields.len() => Some(true),
            _ => None,
        }
    };
    match node["__typename"].as_str().unwrap() {
        "Content" => {
            let access = node["viewerHasAccess"] == json!(true);
            let edit = node["viewerCanEdit"] == json!(true);
            let body = there(&["contentBody", "mediaItem"]);
            let counts = there(&["viewCount", "purchaseCount"]);
            match (access, body, counts, edit) {
                (false, Some(false), Some(false), false) => 's',
                (true, Some(true), Some(false), false) => 'b',
                (true, Some(true), Some(true), false) => 'c',
                (true, Some(true), Some(true), true) => 'e',
                _ => '!',
            }
        }
        "MediaItem" if node["r2Key"].is_string() => 'k',
        "User" => match there(&["email", "emailVerified", "createdAt", "sessions", "purchases"]) {
            Some(false) => 's',
            Some(true) => 'p',
            None => '!',
        },
        _ => 's',
    }
}

/// What one viewer gets of these rows.
async fn cells(app: &App, user: Option<usize>, pin: Option<usize>, rows: &[Row]) -> Vec<char> {
    let mut client = app.anonymous();
    if let Some(user) = user {
        client = client.bearer(&token(user));
    }
    if let Some(house) = pin {
        client = client.pinned(&organization_slug(house));
    }
    let ids: Vec<String> = rows.iter().map(|row| row.global_id()).collect();
    let mut cells = Vec::new();
    // As many as the gateway takes at once.
    for ids in ids.chunks(100) {
        let query = format!("query ($ids: [ID!]!) {{ nodes(ids: $ids) {{ {FIELDS} }} }}");
        let data = client.data_with(&query, json!({ "ids": ids })).await;
        for (id, node) in ids.iter().zip(data["nodes"].as_array().unwrap()) {
            assert!(
                node.is_null() || node["id"] == json!(id),
                "another row than was asked for"
            );
            cells.push(cell(node));
        }
    }
    cells
}

/// A table's part for one pin.
async fn block(app: &App, table: &Table, pin: Option<usize>) -> String {
    let lines = &table.lines;
    let about = lines.iter().any(|line| line.about.is_some());
    let columns = if about {
        &COLUMNS[..]
    } else {
        &COLUMNS[..COLUMNS.len() - 1]
    };
    let mut grid: Vec<Vec<char>> = Vec::new();
    for column in columns {
        grid.push(match *column {
            "se" => {
                let mut column = Vec::new();
                for line in lines {
                    column.extend(cells(app, line.about, pin, &[line.row]).await);
                }
                column
            }
            name => {
                let row = |line: &Line| if name == "le" { line.of_left } else { line.row };
                let rows: Vec<Row> = lines.iter().map(row).collect();
                cells(app, viewer(name), pin, &rows).await
            }
        });
    }

    let mut text = String::new();
    let mut write = |name: &str, cells: &mut dyn Iterator<Item = String>| {
        let cells: Vec<String> = cells.map(|cell| format!("{cell:<2}")).collect();
        let line = format!("  {name:<42}{}", cells.join(" "));
        writeln!(text, "{}", line.trim_end()).unwrap();
    };
    write("", &mut columns.iter().map(|name| (*name).to_owned()));
    for (number, line) in lines.iter().enumerate() {
        if !line.deleted {
            write(&line.name, &mut grid.iter().map(|column| column[number].to_string()));
        }
    }
    // Many lines that should all say the same, and are written out only where they do not.
    let deleted: Vec<usize> = (0..lines.len()).filter(|number| lines[*number].deleted).collect();
    if deleted
        .iter()
        .all(|number| grid.iter().all(|column| column[*number] == '.'))
    {
        if !deleted.is_empty() {
            let name = format!("deleted: each of {} kinds", deleted.len());
            write(&name, &mut columns.iter().map(|_| ".".to_owned()));
        }
    } else {
        for number in deleted {
            let name = format!("deleted {}", lines[number].name);
            write(&name, &mut grid.iter().map(|column| column[number].to_string()));
        }
    }
    text
}

/// What has changed, each line under its table, its pin and its columns.
fn difference(held: &str, text: &str) -> String {
    let difference = TextDiff::from_lines(held, text);
    let (mut table, mut pin, mut columns) = ("", "", "");
    let (mut output, mut place) = (String::new(), ("", ""));
    let changes: Vec<_> = difference.iter_all_changes().collect();
    for (number, change) in changes.iter().enumerate() {
        let line = change.value().trim_end();
        let underlined = changes
            .get(number + 1)
            .is_some_and(|next| next.value().starts_with("==="));
        match line {
            title if underlined => (table, pin, columns) = (title, "", ""),
            title if title.contains("pinned") && !title.starts_with(' ') => pin = title,
            line if line.trim_start().starts_with("an st au") => columns = line,
            _ => (),
        }
        if change.tag() != ChangeTag::Equal {
            if place != (table, pin) {
                place = (table, pin);
                writeln!(output, "\n{table}, {pin}\n {columns}").unwrap();
            }
            writeln!(output, "{}{line}", change.tag()).unwrap();
        }
    }
    output
}

on_both! {
    async fn the_matrix_is_the_one_in_the_file(app) {
        let mut making = Making::new();
        making.organizations();
        making.contents();
        making.media_items();
        making.memberships();
        making.users();
        making.purchases();
        making.grants();
        making.audit_entries();
        making.sessions();
        making.world.move_in(&app).await;

        let mut text = LEGEND.to_owned();
        for table in &making.tables {
            writeln!(text, "\n\n{}\n{}", table.title, "=".repeat(table.title.len())).unwrap();
            for (name, pin) in [("not pinned", None), ("pinned to the house", Some(HOUSE)), ("pinned to another house", Some(OTHER))] {
                writeln!(text, "\n{name}").unwrap();
                text += &block(&app, table, pin).await;
            }
        }

        if std::env::var_os("UPDATE_SNAPSHOTS").is_some() {
            std::fs::write(FILE, &text).unwrap();
        }
        let held = std::fs::read_to_string(FILE).unwrap_or_default();
        let difference = difference(&held, &text);
        assert!(held == text, "who sees what has changed\n{difference}\nIf the change is meant: UPDATE_SNAPSHOTS=1 cargo test --test gateway -- matrix::");
        assert!(!text.lines().skip(LEGEND.lines().count()).any(|line| line.contains('!')), "the gateway contradicts itself");
    }
}
