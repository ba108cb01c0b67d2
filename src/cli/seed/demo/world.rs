//! From the tables to rows.

use chrono::{DateTime, TimeDelta, Utc};
use entity::{
    content,
    grant::{self, AccessType},
    media_item, membership, organization, purchase, session, user,
};
use sea_orm::DbErr;
use serde_json::json;
use uuid::Uuid;

use super::{
    super::{
        key,
        rows::{self, Upload},
        token,
    },
    ember,
    people::{ADA, MEMBERSHIPS, ORGANIZATIONS, PEOPLE, SAM, TOM, USERS},
    personal,
    piece::{Piece, Shelf, Shows},
    stillwater,
    trade::{GRANTS, PURCHASES, UPLOADS, Until},
};

/// All rows of the demo world.
#[derive(Default)]
pub(super) struct World {
    pub(super) now: DateTime<Utc>,
    pub(super) users: Vec<user::Model>,
    pub(super) sessions: Vec<session::Model>,
    pub(super) organizations: Vec<organization::Model>,
    pub(super) memberships: Vec<membership::Model>,
    pub(super) media_items: Vec<media_item::Model>,
    pub(super) contents: Vec<content::Model>,
    pub(super) purchases: Vec<purchase::Model>,
    pub(super) grants: Vec<grant::Model>,
}

impl World {
    /// The world as it is now: everything in it happened a number of days ago.
    ///
    /// # Errors
    /// If a table names something that no table has.
    pub(super) fn new(now: DateTime<Utc>) -> Result<Self, DbErr> {
        let mut world = Self { now, ..Self::default() };
        world.add_users();
        world.add_sessions();
        world.add_organizations();
        world.add_memberships()?;
        for shelf in [ember::shelves(), stillwater::shelves(), personal::shelves()]
            .into_iter()
            .flatten()
        {
            world.add_shelf(shelf)?;
        }
        for (creator, title, media_type, status, minutes, days, deleted) in UPLOADS {
            let created_at = world.ago(days);
            let upload = Upload {
                id: new_key(created_at),
                creator: creator.to_owned(),
                title: title.to_owned(),
                media_type,
                status,
                seconds: seconds(minutes),
                created_at,
                deleted_at: deleted.map(|days| world.ago(days)),
            };
            world.media_items.push(upload.row());
        }
        for (customer, slug, status, days) in PURCHASES {
            world.add_purchase(customer, slug, status, days)?;
        }
        for (user, slug, access_type, days, until) in GRANTS {
            let content_id = world.content(slug)?.id;
            let granted_at = world.ago(days);
            let expires_at = match until {
                Until::Forever => None,
                Until::NextYear => Some(now + TimeDelta::days(365)),
                Until::DaysAgo(days) => Some(world.ago(days)),
            };
            world.add_grant(user, content_id, access_type, granted_at, expires_at);
        }
        Ok(world)
    }

    /// So many days ago; each time at another hour, or everything would have happened at the hour of the seeding.
    fn ago(&self, days: i64) -> DateTime<Utc> {
        self.now - TimeDelta::days(days) - TimeDelta::minutes(5 + days * 337 % 1_200)
    }

    fn add_users(&mut self) {
        for (id, name, days) in USERS {
            let at = self.ago(days);
            let handle = id.trim_start_matches("demo-");
            self.users.push(user::Model {
                id: id.to_owned(),
                name: name.to_owned(),
                email: format!("{handle}@demo.example"),
                // He signed up the other day, and has not opened the mail yet.
                email_verified: id != SAM,
                image: (id != SAM).then(|| format!("https://demo.example/people/{handle}.jpg")),
                role: if id == ADA {
                    user::Role::PlatformOwner
                } else {
                    user::Role::User
                },
                created_at: at,
                updated_at: at,
            });
        }
    }

    /// One for each of the people to act as, for ten years, so that a printed token goes on working; and one that has
    /// ended.
    fn add_sessions(&mut self) {
        for (user_id, _) in PEOPLE {
            self.add_session(
                user_id.to_owned(),
                user_id,
                "demo data",
                self.now,
                self.now + TimeDelta::days(3_650),
            );
        }
        let ended = format!("{TOM}-ended");
        self.add_session(ended, TOM, "a telephone", self.ago(30), self.ago(23));
    }

    fn add_session(&mut self, id: String, user_id: &str, agent: &str, at: DateTime<Utc>, expires_at: DateTime<Utc>) {
        self.sessions.push(session::Model {
            id,
            user_id: user_id.to_owned(),
            token: token(),
            expires_at,
            ip_address: None,
            user_agent: Some(agent.to_owned()),
            created_at: at,
            updated_at: at,
        });
    }

    fn add_organizations(&mut self) {
        for (slug, name, about, days, deleted) in ORGANIZATIONS {
            let created_at = self.ago(days);
            let deleted_at = deleted.map(|days| self.ago(days));
            self.organizations.push(organization::Model {
                id: new_key(created_at),
                name: name.to_owned(),
                slug: slug.to_owned(),
                description: Some(about.to_owned()),
                logo_url: Some(format!("https://demo.example/logos/{slug}.svg")),
                website_url: Some(format!("https://{slug}.example")),
                deleted_at,
                created_at,
                updated_at: deleted_at.unwrap_or(created_at),
            });
        }
    }

    fn add_memberships(&mut self) -> Result<(), DbErr> {
        for (slug, user_id, role, status, days) in MEMBERSHIPS {
            let at = self.ago(days);
            let organization_id = self.organization(slug)?;
            // The owner, who stands first, invited everybody else.
            let owner = self.memberships.iter().find(|membership| {
                membership.organization_id == organization_id && membership.role == membership::Role::Owner
            });
            let invited_by = owner.map(|owner| owner.user_id.clone());
            self.memberships.push(membership::Model {
                id: new_key(at),
                organization_id,
                user_id: user_id.to_owned(),
                role,
                status,
                invited_at: invited_by.as_ref().map(|_| at),
                invited_by,
                joined_at: (status != membership::Status::Invited).then_some(at),
                created_at: at,
                updated_at: at,
            });
        }
        Ok(())
    }

    fn add_shelf(&mut self, shelf: Shelf) -> Result<(), DbErr> {
        let organization_id = shelf.organization.map(|slug| self.organization(slug)).transpose()?;
        for piece in shelf.pieces {
            self.add_piece(organization_id, shelf.creator, shelf.category, piece)?;
        }
        Ok(())
    }

    fn add_piece(
        &mut self,
        organization: Option<Uuid>,
        creator: &str,
        category: &str,
        piece: Piece,
    ) -> Result<(), DbErr> {
        use content::Status;
        let slug = piece.slug();
        let days = piece.days;
        // Work on what was published began some days before, and went on afterwards.
        let (created_at, published_at, touched_at) = match piece.status {
            Status::Draft => (self.ago(days), None, self.ago(days / 2)),
            Status::Published => (
                self.ago(days + 1 + days % 5),
                Some(self.ago(days)),
                self.ago(days - days / 4),
            ),
            Status::Archived => (self.ago(days + 1 + days % 5), Some(self.ago(days)), self.ago(days / 3)),
        };
        let deleted_at = piece.deleted.map(|days| self.ago(days));
        let media_item_id = match piece.shows {
            Shows::Text(_) | Shows::Nothing => None,
            Shows::MediaOf(other) => self.content(other)?.media_item_id,
            Shows::Media {
                media_type,
                minutes,
                status,
                deleted,
            } => {
                let upload = Upload {
                    id: new_key(created_at),
                    creator: creator.to_owned(),
                    title: piece.title.to_owned(),
                    media_type,
                    status,
                    seconds: seconds(minutes),
                    created_at,
                    deleted_at: deleted.then_some(touched_at),
                };
                let id = upload.id;
                self.media_items.push(upload.row());
                Some(id)
            }
        };
        let content_body = match piece.shows {
            Shows::Text(paragraphs) if !paragraphs.is_empty() => Some(paragraphs.join("\n\n")),
            _ => None,
        };
        // The longer it is out, the more often it was opened; one title draws more than another.
        let views = published_at.map_or(0, |_| days * (3 + piece.title.len() as i64 % 11));
        self.contents.push(content::Model {
            id: new_key(created_at),
            creator_id: creator.to_owned(),
            organization_id: organization,
            media_item_id,
            title: piece.title.to_owned(),
            description: Some(piece.about.to_owned()),
            content_type: piece.content_type,
            thumbnail_url: media_item_id.map(|_| format!("https://demo.example/stills/{slug}.jpg")),
            slug,
            content_body,
            category: Some(category.to_owned()),
            tags: json!(piece.tags),
            visibility: piece.visibility,
            price_cents: piece.price_cents,
            status: piece.status,
            published_at,
            view_count: i32::try_from(views).unwrap_or_default(),
            purchase_count: 0,
            deleted_at,
            created_at,
            updated_at: deleted_at.unwrap_or(touched_at),
        });
        Ok(())
    }

    fn add_purchase(&mut self, customer: &str, slug: &str, status: purchase::Status, days: i64) -> Result<(), DbErr> {
        let at = self.ago(days);
        let content = self.content(slug)?;
        let content_id = content.id;
        let purchase = rows::purchase(new_key(at), customer.to_owned(), content, status, at);
        if status == purchase::Status::Completed {
            content.purchase_count += 1;
            self.add_grant(customer, content_id, AccessType::Purchased, at, None);
        }
        self.purchases.push(purchase);
        Ok(())
    }

    fn add_grant(
        &mut self,
        user: &str,
        content_id: Uuid,
        access_type: AccessType,
        granted_at: DateTime<Utc>,
        expires_at: Option<DateTime<Utc>>,
    ) {
        self.grants.push(grant::Model {
            id: new_key(granted_at),
            user_id: user.to_owned(),
            content_id,
            access_type,
            granted_at,
            expires_at,
            created_at: granted_at,
            updated_at: granted_at,
        });
    }

    fn organization(&self, slug: &str) -> Result<Uuid, DbErr> {
        let organization = self.organizations.iter().find(|organization| organization.slug == slug);
        organization
            .map(|organization| organization.id)
            .ok_or_else(|| missing(slug))
    }

    /// The content with this slug; rather one that lives than one that is deleted.
    fn content(&mut self, slug: &str) -> Result<&mut content::Model, DbErr> {
        let contents = self.contents.iter_mut().filter(|content| content.slug == slug);
        contents
            .min_by_key(|content| content.deleted_at.is_some())
            .ok_or_else(|| missing(slug))
    }
}

/// So many minutes, and some seconds that are not the same everywhere.
fn seconds(minutes: i32) -> i32 {
    minutes * 60 + minutes * 7 % 60
}

fn new_key(at: DateTime<Utc>) -> Uuid {
    key(at, rand::random())
}

fn missing(slug: &str) -> DbErr {
    DbErr::Custom(format!("the demo world names {slug}, and does not have it"))
}
