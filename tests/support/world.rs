//! People, organizations, media and content, each in a line.

use chrono::{DateTime, Duration, Utc};
use codex_gateway::database::now;
use entity::{account, audit_entry, content, grant, media_item, membership, organization, purchase, session, user};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, prelude::Uuid};
use serde_json::json;

use super::App;

/// A password.
pub const PASSWORD: &str = "password1234";
/// What the authentication library keeps of it.
pub const STORED: &str = "000102030405060708090a0b0c0d0e0f:\
    d19e1ab00945c2d478363ca443b72fb3e2c9af5d0ca0f2315bbf973d89852985b41cd84cc306730215feaa36e1e406aeb1e39775cf8cd1a3027cc30a931ed0ac";

/// Somebody with an account and a session.
#[derive(Clone, Debug)]
pub struct Person {
    pub id: String,
    pub token: String,
}

/// An organization.
#[derive(Clone, Debug)]
pub struct Organization {
    pub id: Uuid,
    pub slug: String,
}

/// The global id of a row.
pub fn global(kind: &str, key: &str) -> String {
    use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
    URL_SAFE_NO_PAD.encode(format!("{kind}:{key}"))
}

/// The global id of a row with a uuid key.
pub fn global_id(kind: &str, key: Uuid) -> String {
    global(kind, &key.simple().to_string())
}

impl Person {
    /// Their global id.
    pub fn global_id(&self) -> String {
        global("User", &self.id)
    }

    /// The global id of their session.
    pub fn session_id(&self) -> String {
        global("Session", &format!("session-{}", self.id))
    }
}

impl Organization {
    /// Its global id.
    pub fn global_id(&self) -> String {
        global_id("Organization", self.id)
    }
}

impl App {
    /// A person of this name, signed in.
    pub async fn person(&self, name: &str) -> Person {
        self.somebody(name, user::Role::User).await
    }

    /// Somebody who runs the platform.
    pub async fn platform_owner(&self, name: &str) -> Person {
        self.somebody(name, user::Role::PlatformOwner).await
    }

    async fn somebody(&self, name: &str, role: user::Role) -> Person {
        let id = format!("user-{name}");
        let row = user::ActiveModel {
            id: Set(id.clone()),
            name: Set(name.to_owned()),
            email: Set(format!("{name}@example.com")),
            role: Set(role),
            ..Default::default()
        };
        row.insert(&self.db).await.unwrap();
        let token = format!("token{name}");
        self.session(&id, &token, now() + Duration::days(7)).await;
        Person { id, token }
    }

    /// The person's way to sign in: [`PASSWORD`].
    pub async fn password(&self, person: &Person) {
        let row = account::ActiveModel {
            id: Set(format!("account-{}", person.id)),
            account_id: Set(person.id.clone()),
            provider_id: Set("credential".to_owned()),
            user_id: Set(person.id.clone()),
            password: Set(Some(STORED.to_owned())),
            ..Default::default()
        };
        row.insert(&self.db).await.unwrap();
    }

    /// A session of this user.
    pub async fn session(&self, user_id: &str, token: &str, expires_at: DateTime<Utc>) {
        let row = session::ActiveModel {
            id: Set(format!("session-{}", token.replacen("token", "user-", 1))),
            user_id: Set(user_id.to_owned()),
            token: Set(token.to_owned()),
            expires_at: Set(expires_at),
            ip_address: Set(Some("192.0.2.7".to_owned())),
            ..Default::default()
        };
        row.insert(&self.db).await.unwrap();
    }

    /// An organization with this slug.
    pub async fn organization(&self, slug: &str) -> Organization {
        let id = Uuid::now_v7();
        let row = organization::ActiveModel {
            id: Set(id),
            name: Set(format!("The {slug}")),
            slug: Set(slug.to_owned()),
            ..Default::default()
        };
        row.insert(&self.db).await.unwrap();
        Organization {
            id,
            slug: slug.to_owned(),
        }
    }

    /// Deletes an organization, as the platform does: the row stays.
    pub async fn delete_organization(&self, organization: &Organization) {
        let row = organization::ActiveModel {
            id: Set(organization.id),
            deleted_at: Set(Some(now())),
            ..Default::default()
        };
        row.update(&self.db).await.unwrap();
    }

    /// An active membership.
    pub async fn member(&self, organization: &Organization, person: &Person, role: membership::Role) -> Uuid {
        self.membership(organization, person, role, membership::Status::Active)
            .await
    }

    /// A membership.
    pub async fn membership(
        &self,
        organization: &Organization,
        person: &Person,
        role: membership::Role,
        status: membership::Status,
    ) -> Uuid {
        let id = Uuid::now_v7();
        let row = membership::ActiveModel {
            id: Set(id),
            organization_id: Set(organization.id),
            user_id: Set(person.id.clone()),
            role: Set(role),
            status: Set(status),
            ..Default::default()
        };
        row.insert(&self.db).await.unwrap();
        id
    }

    /// A grant on content.
    pub async fn grant(&self, person: &Person, content_id: Uuid, expires_at: Option<DateTime<Utc>>) -> Uuid {
        let id = Uuid::now_v7();
        let row = grant::ActiveModel {
            id: Set(id),
            user_id: Set(person.id.clone()),
            content_id: Set(content_id),
            access_type: Set(grant::AccessType::Complimentary),
            expires_at: Set(expires_at),
            ..Default::default()
        };
        row.insert(&self.db).await.unwrap();
        id
    }

    /// An entry in the audit log: this person has changed the name of an organization.
    pub async fn entry(&self, actor: Option<&Person>, organization: Option<&Organization>) -> Uuid {
        let id = Uuid::now_v7();
        let row = audit_entry::ActiveModel {
            id: Set(id),
            actor_id: Set(actor.map(|person| person.id.clone())),
            organization_id: Set(organization.map(|organization| organization.id)),
            action: Set("organization.update".to_owned()),
            subject_type: Set("organization".to_owned()),
            subject_id: Set(organization.map_or(id, |organization| organization.id).to_string()),
            before: Set(Some(json!({ "name": "Old" }))),
            after: Set(Some(json!({ "name": "New" }))),
            ..Default::default()
        };
        row.insert(&self.db).await.unwrap();
        id
    }

    /// A completed purchase of content.
    pub async fn purchase(&self, person: &Person, content_id: Uuid) -> Uuid {
        let id = Uuid::now_v7();
        let row = purchase::ActiveModel {
            id: Set(id),
            customer_id: Set(person.id.clone()),
            content_id: Set(content_id),
            amount_paid_cents: Set(999),
            creator_payout_cents: Set(999),
            payment_reference: Set(format!("payment-{id}")),
            status: Set(purchase::Status::Completed),
            purchased_at: Set(Some(now())),
            ..Default::default()
        };
        row.insert(&self.db).await.unwrap();
        id
    }
}

/// Content by this person: personal, written, public and published, until something else is said.
pub fn content(creator: &Person, slug: &str) -> ContentBuilder {
    ContentBuilder(content::ActiveModel {
        id: Set(Uuid::now_v7()),
        creator_id: Set(creator.id.clone()),
        title: Set(format!("About {slug}")),
        slug: Set(slug.to_owned()),
        content_type: Set(content::ContentType::Written),
        content_body: Set(Some(format!("The body of {slug}"))),
        tags: Set(json!([])),
        visibility: Set(content::Visibility::Public),
        status: Set(content::Status::Published),
        published_at: Set(Some(now())),
        view_count: Set(7),
        ..Default::default()
    })
}

/// Content in the making.
pub struct ContentBuilder(content::ActiveModel);

impl ContentBuilder {
    pub fn in_(mut self, organization: &Organization) -> Self {
        self.0.organization_id = Set(Some(organization.id));
        self
    }

    pub fn visibility(mut self, visibility: content::Visibility) -> Self {
        self.0.visibility = Set(visibility);
        self
    }

    pub fn status(mut self, status: content::Status) -> Self {
        self.0.status = Set(status);
        if status == content::Status::Draft {
            self.0.published_at = Set(None);
        }
        self
    }

    pub fn price(mut self, cents: i32) -> Self {
        self.0.price_cents = Set(Some(cents));
        self
    }

    pub fn showing(mut self, media_item_id: Uuid) -> Self {
        self.0.media_item_id = Set(Some(media_item_id));
        self.0.content_type = Set(content::ContentType::Video);
        self
    }

    pub fn published_at(mut self, time: DateTime<Utc>) -> Self {
        self.0.published_at = Set(Some(time));
        self
    }

    pub fn created_at(mut self, time: DateTime<Utc>) -> Self {
        self.0.created_at = Set(time);
        self
    }

    pub fn with(mut self, change: impl FnOnce(&mut content::ActiveModel)) -> Self {
        change(&mut self.0);
        self
    }

    pub fn deleted(mut self) -> Self {
        self.0.deleted_at = Set(Some(now()));
        self
    }

    pub async fn save(self, app: &App) -> Uuid {
        self.0.insert(&app.db).await.unwrap().id
    }
}

/// A media item by this person: a video that is ready, until something else is said.
pub fn media(creator: &Person, title: &str) -> MediaBuilder {
    MediaBuilder(media_item::ActiveModel {
        id: Set(Uuid::now_v7()),
        creator_id: Set(creator.id.clone()),
        title: Set(title.to_owned()),
        media_type: Set(media_item::MediaType::Video),
        status: Set(media_item::Status::Ready),
        r2_key: Set(format!("originals/{title}.mp4")),
        file_size_bytes: Set(Some(5_000_000_000)),
        duration_seconds: Set(Some(60)),
        ..Default::default()
    })
}

/// A media item in the making.
pub struct MediaBuilder(media_item::ActiveModel);

impl MediaBuilder {
    pub fn with(mut self, change: impl FnOnce(&mut media_item::ActiveModel)) -> Self {
        change(&mut self.0);
        self
    }

    pub async fn save(self, app: &App) -> Uuid {
        self.0.insert(&app.db).await.unwrap().id
    }
}
