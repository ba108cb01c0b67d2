//! What the oracle answers to a query.

use std::cmp::Ordering;

use serde_json::{Map, Value, json};

use super::{
    queries::{
        Condition, ContentBy, Cursors, Field, List, ListName, OrderBy, Question, Root, Selection, Under, fragment_key,
        keys, screaming,
    },
    rules::{Kind, Row, Viewer},
    world::{Moment, World, key, organization_slug, session_key, written},
};

/// Answers for one viewer.
pub struct Oracle<'a> {
    pub viewer: Viewer<'a>,
    pub cursors: &'a Cursors,
}

/// By what rows are ordered: a time (none: before all times), a text, and between equals the key.
type Place = (Option<Moment>, String, Vec<u8>);

impl Oracle<'_> {
    fn world(&self) -> &World {
        self.viewer.world
    }

    /// The whole answer.
    pub fn question(&self, question: &Question) -> Value {
        let keys = keys(question.roots.iter().map(Root::name));
        let roots = question.roots.iter().zip(keys);
        roots.map(|(root, key)| (key, self.root(root))).collect()
    }

    fn root(&self, root: &Root) -> Value {
        match root {
            Root::Viewer(under) => match self.viewer.user {
                Some(user) => self.row(Kind::User.at(user), under),
                None => Value::Null,
            },
            Root::Node(row, under) => {
                let row = row.among(self.world());
                let mut answer = self.row(row, under);
                if let Value::Object(fields) = &mut answer {
                    fields.insert("__typename".into(), json!(row.kind.type_name()));
                    fields.insert("id".into(), json!(row.global_id()));
                }
                answer
            }
            Root::Nodes(rows, fragments) => rows
                .iter()
                .map(|row| self.node(row.among(self.world()), fragments))
                .collect(),
            Root::Organization { place, under, .. } => {
                self.row(Kind::Organization.at(*place).among(self.world()), under)
            }
            Root::Content { by, under } => match self.content(by) {
                Some(row) => self.row(row, under),
                None => Value::Null,
            },
            Root::MediaItem(place, under) => self.row(Kind::MediaItem.at(*place).among(self.world()), under),
            Root::List(name, list) => self.list(None, *name, list),
        }
    }

    /// A row among others of any kind.
    fn node(&self, row: Row, fragments: &[(Kind, Selection)]) -> Value {
        if !self.viewer.sees(row) {
            return Value::Null;
        }
        let mut fields = Map::new();
        fields.insert("__typename".into(), json!(row.kind.type_name()));
        fields.insert("id".into(), json!(row.global_id()));
        for (kind, under) in fragments {
            if *kind == row.kind {
                for (key, field) in under.keyed() {
                    fields.insert(fragment_key(*kind, &key), self.field(row, field));
                }
            }
        }
        Value::Object(fields)
    }

    fn content(&self, by: &ContentBy) -> Option<Row> {
        let fits = |place: usize| match by {
            ContentBy::Id(wanted) => Kind::Content.at(*wanted).among(self.world()).place == place,
            ContentBy::OrganizationSlug(..) => {
                let (house, slug) = by.organization_slug(self.world());
                let content = &self.world().contents[place];
                // An organization that is not to be seen has no addresses in it.
                content.organization == Some(house)
                    && content.slug == slug
                    && self.viewer.sees(Kind::Organization.at(house))
            }
            ContentBy::CreatorSlug(..) => {
                let (creator, slug) = by.creator_slug(self.world());
                let content = &self.world().contents[place];
                content.organization.is_none() && content.creator == creator && content.slug == slug
            }
        };
        let mut places = 0..self.world().contents.len();
        let place = places.find(|place| fits(*place) && self.viewer.sees(Kind::Content.at(*place)))?;
        Some(Kind::Content.at(place))
    }

    /// What is asked of a row; null if it is not to be seen.
    fn row(&self, row: Row, under: &Selection) -> Value {
        if !self.viewer.sees(row) {
            return Value::Null;
        }
        under
            .keyed()
            .map(|(key, field)| (key, self.field(row, field)))
            .collect()
    }

    fn field(&self, row: Row, field: &Field) -> Value {
        match &field.under {
            Under::Nothing => self.plain(row, field.name),
            Under::Row(_, under) => match self.leads_to(row, field.name) {
                Some(row) => self.row(row, under),
                None => Value::Null,
            },
            Under::List(name, list) => self.list(Some(row), *name, list),
        }
    }

    /// The one row that a field leads to, seen or not.
    fn leads_to(&self, row: Row, field: &str) -> Option<Row> {
        let world = self.world();
        let place = row.place;
        match (row.kind, field) {
            (Kind::Organization, "viewerMembership") => {
                let mut places = 0..world.memberships.len();
                let own = places.find(|other| {
                    let membership = &world.memberships[*other];
                    membership.organization == place && Some(membership.user) == self.viewer.user
                });
                Some(Kind::Membership.at(own?))
            }
            (Kind::Membership, "user") => Some(Kind::User.at(world.memberships[place].user)),
            (Kind::Membership, "organization") => Some(Kind::Organization.at(world.memberships[place].organization)),
            (Kind::MediaItem, "creator") => Some(Kind::User.at(world.media_items[place].creator)),
            (Kind::Content, "creator") => Some(Kind::User.at(world.contents[place].creator)),
            (Kind::Content, "organization") => Some(Kind::Organization.at(world.contents[place].organization?)),
            (Kind::Content, "mediaItem") => Some(Kind::MediaItem.at(world.contents[place].media_item?)),
            (Kind::Grant, "user") => Some(Kind::User.at(world.grants[place].user)),
            (Kind::Grant, "content") => Some(Kind::Content.at(world.grants[place].content)),
            (Kind::Purchase, "customer") => Some(Kind::User.at(world.purchases[place].customer)),
            (Kind::Purchase, "content") => Some(Kind::Content.at(world.purchases[place].content)),
            (Kind::AuditEntry, "actor") => Some(Kind::User.at(world.audit_entries[place].actor?)),
            (Kind::AuditEntry, "organization") => Some(Kind::Organization.at(world.audit_entries[place].organization?)),
            _ => unreachable!("{:?}.{field}", row.kind),
        }
    }

    /// Whether the row is one of the parent's in this list.
    fn belongs(&self, parent: Option<Row>, name: ListName, row: Row) -> bool {
        let Some(parent) = parent else { return true };
        let world = self.world();
        let (of, place) = (parent.place, row.place);
        match (parent.kind, name) {
            (Kind::User, ListName::Contents) => world.contents[place].creator == of,
            (Kind::User, ListName::UserOrganizations) => world.memberships[place].user == of,
            (Kind::User, ListName::MediaItems) => world.media_items[place].creator == of,
            (Kind::User, ListName::Sessions) => world.sessions[place].user == of,
            (Kind::User, ListName::Purchases) => world.purchases[place].customer == of,
            (Kind::User, ListName::Grants) => world.grants[place].user == of,
            (Kind::Organization, ListName::Contents) => world.contents[place].organization == Some(of),
            (Kind::Organization, ListName::Members) => world.memberships[place].organization == of,
            (Kind::Organization, ListName::AuditLog) => world.audit_entries[place].organization == Some(of),
            (Kind::MediaItem, ListName::Contents) => world.contents[place].media_item == Some(of),
            (Kind::Content, ListName::Grants) => world.grants[place].content == of,
            _ => unreachable!("{name:?} of {parent:?}"),
        }
    }

    fn list(&self, parent: Option<Row>, name: ListName, list: &List) -> Value {
        // "for anybody else these fields are null"
        let private = matches!(name, ListName::Sessions | ListName::Purchases);
        if private && parent.is_some_and(|user| !self.viewer.has_private_fields(user.place)) {
            return Value::Null;
        }

        let mut rows = Vec::new();
        for place in 0..name.rows().count(self.world()) {
            let row = name.rows().at(place);
            if self.belongs(parent, name, row)
                && self.viewer.sees(row)
                // What is shown of these is the organization.
                && (name != ListName::UserOrganizations || self.viewer.sees(self.leads_to(row, "organization").unwrap()))
                && list.filter.iter().all(|condition| self.matches(row, condition))
            {
                rows.push(row);
            }
        }
        let (by, descending) = list.order();
        let compare = |one: Row, other: Row| -> Ordering {
            let order = self.place(one, by).cmp(&self.place(other, by));
            if descending { order.reverse() } else { order }
        };
        rows.sort_by(|one, other| compare(*one, *other));

        let size = list.page.size.unwrap_or(20);
        let cursor = list.cursor(name, self.world(), self.cursors);
        let (start, end) = match (list.page.backward, cursor) {
            (false, None) => (0, size),
            (true, None) => (rows.len().saturating_sub(size), rows.len()),
            (false, Some((cursor, _))) => {
                let start = rows.iter().filter(|row| compare(**row, cursor).is_le()).count();
                (start, start + size)
            }
            (true, Some((cursor, _))) => {
                let end = rows.iter().filter(|row| compare(**row, cursor).is_lt()).count();
                (end.saturating_sub(size), end)
            }
        };
        let end = end.min(rows.len());
        let page = &rows[start..end];

        let node = |row: Row| match name {
            ListName::UserOrganizations => self.row(self.leads_to(row, "organization").unwrap(), &list.node),
            _ => self.row(row, &list.node),
        };
        let cursor_of = |row: Row| match self.cursors.get(&(name, by, row)) {
            Some(cursor) => json!(cursor),
            None => json!(format!("the platform owner saw no cursor of {row:?}")),
        };
        let mut answer = Map::new();
        if list.total_count {
            answer.insert("totalCount".into(), json!(rows.len()));
        }
        if list.nodes {
            answer.insert("nodes".into(), page.iter().map(|row| node(*row)).collect());
        }
        if list.edges {
            let edge = |row: &Row| {
                let mut edge = json!({ "cursor": cursor_of(*row), "node": node(*row) });
                if name == ListName::UserOrganizations {
                    edge["role"] = self.plain(*row, "role");
                    edge["status"] = self.plain(*row, "status");
                }
                edge
            };
            answer.insert("edges".into(), page.iter().map(edge).collect());
        }
        if !list.page_info.is_empty() {
            let info = |field: &&str| {
                let value = match *field {
                    "hasPreviousPage" => json!(start > 0),
                    "hasNextPage" => json!(end < rows.len()),
                    "startCursor" => page.first().map_or(Value::Null, |row| cursor_of(*row)),
                    "endCursor" => page.last().map_or(Value::Null, |row| cursor_of(*row)),
                    _ => unreachable!(),
                };
                ((*field).to_owned(), value)
            };
            answer.insert("pageInfo".into(), list.page_info.iter().map(info).collect());
        }
        Value::Object(answer)
    }

    fn place(&self, row: Row, by: OrderBy) -> Place {
        let world = self.world();
        let place = row.place;
        let created = match row.kind {
            Kind::User => world.users[place].created,
            Kind::Organization => world.organizations[place].created,
            Kind::Membership => world.memberships[place].created,
            Kind::MediaItem => world.media_items[place].created,
            Kind::Content => world.contents[place].created,
            Kind::Grant => world.grants[place].created,
            Kind::Purchase => world.purchases[place].created,
            Kind::Session => world.sessions[place].created,
            Kind::AuditEntry => world.audit_entries[place].created,
        };
        let (time, text) = match by {
            OrderBy::CreatedAt => (Some(created), String::new()),
            OrderBy::UpdatedAt => (Some(world.contents[place].updated), String::new()),
            // "What has not been published counts as the oldest."
            OrderBy::PublishedAt => (world.contents[place].published, String::new()),
            OrderBy::Name => (None, world.organizations[place].name.to_owned()),
            OrderBy::Slug => (None, organization_slug(place)),
        };
        let key = match row.kind {
            Kind::Session => session_key(place).into_bytes(),
            _ => key(place).as_bytes().to_vec(),
        };
        (time, text, key)
    }

    fn matches(&self, row: Row, condition: &Condition) -> bool {
        let world = self.world();
        let place = row.place;
        let named = |kind: Kind, places: &[usize], wanted: usize| {
            places.iter().any(|place| kind.at(*place).among(world).place == wanted)
        };
        let content = || &world.contents[place];
        let item = || &world.media_items[place];
        let membership = || &world.memberships[place];
        let entry = || &world.audit_entries[place];
        let inside = |time: Moment, from: Moment, before: Option<Moment>| {
            from <= time && before.is_none_or(|before| time < before)
        };
        match condition {
            Condition::ContentStatus(values) => values.contains(&content().status),
            Condition::ContentType(values) => values.contains(&content().content_type),
            Condition::Visibility(values) => values.contains(&content().visibility),
            Condition::Category(values) => content().category.is_some_and(|category| values.contains(&category)),
            Condition::AnyTag(values) => values.iter().any(|tag| content().tags.contains(tag)),
            Condition::AllTags(values) => values.iter().all(|tag| content().tags.contains(tag)),
            Condition::PublishedAt(from, before) => {
                content().published.is_some_and(|time| inside(time, *from, *before))
            }
            Condition::CreatedAt(from, before) => {
                let created = match row.kind {
                    Kind::Content => content().created,
                    Kind::AuditEntry => entry().created,
                    _ => item().created,
                };
                inside(created, *from, *before)
            }
            Condition::Price(from, to) => {
                let fits = |price: i32| *from <= price && to.is_none_or(|to| price <= to);
                content().price.is_some_and(fits)
            }
            Condition::Free(free) => (content().price.unwrap_or(0) == 0) == *free,
            Condition::Creator(places) => {
                let creator = match row.kind {
                    Kind::Content => content().creator,
                    _ => item().creator,
                };
                named(Kind::User, places, creator)
            }
            Condition::Organization(places) => content()
                .organization
                .is_some_and(|house| named(Kind::Organization, places, house)),
            Condition::Personal(personal) => content().organization.is_none() == *personal,
            Condition::Search(words) => {
                let words = words.trim().to_lowercase();
                let texts = match row.kind {
                    Kind::Content => [Some(content().title), content().description],
                    Kind::MediaItem => [Some(item().title), item().description],
                    _ => [Some(world.organizations[place].name), None],
                };
                texts.iter().flatten().any(|text| text.to_lowercase().contains(&words))
            }
            Condition::MediaStatus(values) => values.contains(&item().status),
            Condition::MediaType(values) => values.contains(&item().media_type),
            Condition::Role(values) => values.contains(&membership().role),
            Condition::MembershipStatus(values) => values.contains(&membership().status),
            Condition::Slug(places) => named(Kind::Organization, places, place),
            Condition::Action(values) => values.contains(&entry().action),
            Condition::Actor(places) => entry().actor.is_some_and(|user| named(Kind::User, places, user)),
            Condition::SubjectType(values) => values.contains(&entry().subject_type()),
            Condition::Subject(rows) => rows.iter().any(|row| Some(row.among(world)) == entry().subject),
        }
    }

    /// The value of a field of a row that the viewer sees.
    fn plain(&self, row: Row, field: &str) -> Value {
        let (viewer, place) = (&self.viewer, row.place);
        let at = |moment: Option<Moment>| moment.map_or(Value::Null, |moment| json!(written(moment)));
        let only_if = |may: bool, value: Value| if may { value } else { Value::Null };
        if field == "id" {
            return json!(row.global_id());
        }
        match row.kind {
            Kind::User => {
                let user = &viewer.world.users[place];
                let private = viewer.has_private_fields(place);
                match field {
                    "name" => json!(format!("Person {place}")),
                    "image" => json!(format!("https://images.example/{place}")),
                    "email" => only_if(private, json!(format!("person{place}@example.com"))),
                    "emailVerified" => only_if(private, json!(user.email_verified)),
                    "createdAt" | "updatedAt" => only_if(private, at(Some(user.created))),
                    _ => unreachable!("{field}"),
                }
            }
            Kind::Organization => {
                let organization = &viewer.world.organizations[place];
                match field {
                    "name" => json!(organization.name),
                    "slug" => json!(organization_slug(place)),
                    "description" => json!(format!("About organization {place}")),
                    "logoUrl" => json!(format!("https://logos.example/{place}")),
                    "websiteUrl" => Value::Null,
                    "createdAt" => at(Some(organization.created)),
                    "updatedAt" => at(Some(organization.updated)),
                    _ => unreachable!("{field}"),
                }
            }
            Kind::Membership => {
                let membership = &viewer.world.memberships[place];
                match field {
                    "role" => json!(screaming(membership.role)),
                    "status" => json!(screaming(membership.status)),
                    "invitedAt" => Value::Null,
                    "joinedAt" => at(membership.joined),
                    _ => unreachable!("{field}"),
                }
            }
            Kind::MediaItem => {
                let item = &viewer.world.media_items[place];
                match field {
                    "title" => json!(item.title),
                    "description" => json!(item.description),
                    "mediaType" => json!(screaming(item.media_type)),
                    "status" => json!(screaming(item.status)),
                    "r2Key" => only_if(viewer.has_storage_keys(place), json!(format!("originals/{place}"))),
                    "fileSizeBytes" => json!(5_000_000_000 + place),
                    "durationSeconds" => json!(place),
                    "hlsMasterPlaylistKey" => json!(format!("hls/{place}")),
                    "thumbnailKey" => json!(format!("stills/{place}")),
                    "mimeType" | "width" | "height" | "uploadedAt" => Value::Null,
                    "createdAt" => at(Some(item.created)),
                    "updatedAt" => at(Some(item.updated)),
                    _ => unreachable!("{field}"),
                }
            }
            Kind::Content => {
                let content = &viewer.world.contents[place];
                match field {
                    "title" => json!(content.title),
                    "slug" => json!(content.slug),
                    "description" => json!(content.description),
                    "contentType" => json!(screaming(content.content_type)),
                    "thumbnailUrl" => json!(format!("https://pictures.example/{place}")),
                    "contentBody" => only_if(
                        content.has_body && viewer.has_body(place),
                        json!(format!("Body {place}")),
                    ),
                    "viewerHasAccess" => json!(viewer.has_body(place)),
                    "viewerCanEdit" => json!(viewer.can_edit(place)),
                    "viewCount" => only_if(viewer.has_counts(place), json!(100 + place)),
                    "purchaseCount" => only_if(viewer.has_counts(place), json!(200 + place)),
                    "category" => json!(content.category),
                    "tags" => json!(content.tags),
                    "visibility" => json!(screaming(content.visibility)),
                    "priceCents" => json!(content.price),
                    "status" => json!(screaming(content.status)),
                    "publishedAt" => at(content.published),
                    "createdAt" => at(Some(content.created)),
                    "updatedAt" => at(Some(content.updated)),
                    _ => unreachable!("{field}"),
                }
            }
            Kind::Grant => {
                let grant = &viewer.world.grants[place];
                match field {
                    "accessType" => json!(screaming(grant.access_type)),
                    "grantedAt" => at(Some(grant.granted)),
                    "expiresAt" => at(grant.expires),
                    _ => unreachable!("{field}"),
                }
            }
            Kind::Purchase => {
                let purchase = &viewer.world.purchases[place];
                match field {
                    "amountPaidCents" => json!(purchase.amount),
                    "currency" => json!("usd"),
                    "paymentReference" => json!(format!("payment {place}")),
                    "status" => json!(screaming(purchase.status)),
                    "purchasedAt" => at(purchase.purchased),
                    "refundedAt" => Value::Null,
                    "createdAt" => at(Some(purchase.created)),
                    _ => unreachable!("{field}"),
                }
            }
            Kind::Session => {
                let session = &viewer.world.sessions[place];
                match field {
                    // Everybody asks with the first of their sessions, whose place is theirs.
                    "current" => json!(viewer.user == Some(place)),
                    "createdAt" | "updatedAt" | "lastUsedAt" => at(Some(session.created)),
                    "expiresAt" => at(Some(session.expires())),
                    "ipAddress" => json!(format!("192.0.2.{place}")),
                    "userAgent" => json!(format!("browser {place}")),
                    _ => unreachable!("{field}"),
                }
            }
            Kind::AuditEntry => {
                let entry = &viewer.world.audit_entries[place];
                let said = |json: Option<&str>| json.map_or(Value::Null, |json| serde_json::from_str(json).unwrap());
                match field {
                    "createdAt" => at(Some(entry.created)),
                    "action" => json!(entry.action),
                    "subjectType" => json!(entry.subject_type()),
                    "subjectId" => json!(entry.subject.map(Row::global_id)),
                    "before" => said(entry.before),
                    "after" => said(entry.after),
                    _ => unreachable!("{field}"),
                }
            }
        }
    }
}
