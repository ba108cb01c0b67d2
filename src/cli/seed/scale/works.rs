//! Media, content, and who has which.

use chrono::TimeDelta;
use entity::{
    content, grant, media_item,
    purchase::{self, Status as Payment},
};
use serde_json::json;

use super::{
    super::rows::{self, Upload},
    Bulk, Draw,
    people::AUTHORS,
    words::{APPROACHES, PARAGRAPH, SUBJECTS, TAGS},
};

/// Content comes in blocks with media of their own: so a media item is about as old as what shows it, and neighbours in
/// a feed are not of one creator.
const BLOCK: u64 = 1_000;
const MEDIA_A_BLOCK: u64 = BLOCK / 5;

/// Of so many content rows one is sold, and another is granted to somebody.
const TRADE: u64 = 100;
/// Of so many content rows or media items one is deleted; never one that is traded.
const DELETED: u64 = 50;

/// Who makes something, and in which organization, by their numbers.
struct Author {
    user: u64,
    organization: Option<u64>,
}

impl Bulk {
    pub(super) fn media_items(&self) -> impl Iterator<Item = media_item::Model> {
        (0..self.media_items).map(|n| self.media_item(n))
    }

    fn media_item(&self, n: u64) -> media_item::Model {
        use media_item::{MediaType, Status};
        let (media_type, title) = match self.draw(Draw::MediaType, n, 3) {
            0 => (MediaType::Audio, "Recording"),
            _ => (MediaType::Video, "Footage"),
        };
        let status = match self.draw(Draw::MediaStatus, n, 20) {
            0 => Status::Uploading,
            1 => Status::Uploaded,
            2 => Status::Transcoding,
            3 => Status::Failed,
            _ => Status::Ready,
        };
        // Before anything shows it: some time in the day before its block of content begins.
        let earlier = TimeDelta::minutes(self.draw(Draw::Minute, n, 1_440) as i64);
        let created_at = self.begun_at(n / MEDIA_A_BLOCK * BLOCK) - earlier;
        let upload = Upload {
            id: self.key(Draw::MediaItemKey, n, created_at),
            creator: self.user_id(self.author(n).user),
            title: format!("{title} {n}"),
            media_type,
            status,
            seconds: 60 + self.draw(Draw::Length, n, 3_600) as i32,
            created_at,
            deleted_at: is_deleted(n).then_some(created_at + TimeDelta::days(1)),
        };
        upload.row()
    }

    pub(super) fn contents(&self) -> impl Iterator<Item = content::Model> {
        (0..self.contents).map(|n| self.content(n))
    }

    fn content(&self, n: u64) -> content::Model {
        use content::{ContentType, Status, Visibility};
        let media_number = self.media_of(n);
        let author = self.author(media_number);
        let sold = is_sold(n);

        let status = match self.draw(Draw::Status, n, 100) {
            _ if sold => Status::Published,
            0..15 => Status::Draft,
            15..92 => Status::Published,
            _ => Status::Archived,
        };
        let visibility = match self.draw(Draw::Visibility, n, 10) {
            _ if sold => Visibility::PurchasedOnly,
            0..4 => Visibility::Public,
            4..7 => Visibility::PurchasedOnly,
            7..9 if author.organization.is_some() => Visibility::MembersOnly,
            7..9 => Visibility::Public,
            _ => Visibility::Private,
        };
        let price = self.draw(Draw::Price, n, 50);
        let priced = visibility == Visibility::PurchasedOnly && (sold || price >= 10);

        // What is or was out shows media that is ready; a draft may wait for its own.
        let media_item = Some(self.media_item(media_number)).filter(|media_item| {
            let may_be_shown = media_item.status == media_item::Status::Ready || status == Status::Draft;
            may_be_shown && media_item.deleted_at.is_none() && self.draw(Draw::Shown, n, 10) < 6
        });
        let content_type = match media_item.as_ref().map(|media_item| media_item.media_type) {
            Some(media_item::MediaType::Video) => ContentType::Video,
            Some(media_item::MediaType::Audio) => ContentType::Audio,
            None => ContentType::Written,
        };

        let (category, subject) = *self.pick(Draw::Subject, n, &SUBJECTS);
        let title = format!("{} {subject}", self.pick(Draw::Approach, n, &APPROACHES));
        let first_tag = self.draw(Draw::Tag, n, TAGS.len() as u64) as usize;
        let tags: Vec<_> = (0..n as usize % 4)
            .map(|step| TAGS[(first_tag + 7 * step) % TAGS.len()])
            .collect();

        let created_at = self.begun_at(n);
        let later = created_at + TimeDelta::minutes(1 + self.draw(Draw::Lag, n, 5 * 1_440) as i64);
        let out = status != Status::Draft;
        content::Model {
            id: self.key(Draw::ContentKey, n, created_at),
            creator_id: self.user_id(author.user),
            organization_id: author
                .organization
                .map(|organization| self.organization_id(organization)),
            media_item_id: media_item.map(|media_item| media_item.id),
            slug: format!("{}-{n}", title.to_lowercase().replace('\'', "").replace(' ', "-")),
            description: Some(format!(
                "{title}: what it takes, where to begin, and what to leave out."
            )),
            content_type,
            thumbnail_url: None,
            content_body: (content_type == ContentType::Written).then(|| format!("{title}.\n\n{PARAGRAPH}")),
            title,
            category: Some(category.to_owned()),
            tags: json!(tags),
            visibility,
            price_cents: priced.then_some(99 + 100 * price as i32),
            status,
            published_at: out.then_some(later),
            view_count: i32::from(out) * self.draw(Draw::Views, n, 5_000) as i32,
            purchase_count: i32::from(sold && payment(n) == Payment::Completed),
            deleted_at: is_deleted(n).then_some(later + TimeDelta::hours(1)),
            created_at,
            updated_at: later,
        }
    }

    pub(super) fn purchases(&self) -> impl Iterator<Item = purchase::Model> {
        (0..self.contents).filter(|n| is_sold(*n)).map(|n| {
            let content = self.content(n);
            let at = content.updated_at + TimeDelta::hours(2);
            let customer = self.user_id(self.counterpart(n));
            rows::purchase(self.key(Draw::PurchaseKey, n, at), customer, &content, payment(n), at)
        })
    }

    /// What was bought, and as much that was given in another way, half of which has expired.
    pub(super) fn grants(&self) -> impl Iterator<Item = grant::Model> {
        use grant::AccessType::{Complimentary, Preview, Purchased, Subscription};
        let granted = (0..self.contents).filter_map(|n| match (is_sold(n), n % TRADE == TRADE / 2) {
            (true, _) if payment(n) == Payment::Completed => Some((n, Purchased)),
            (_, true) => Some((n, [Subscription, Complimentary, Preview][(n / TRADE % 3) as usize])),
            _ => None,
        });
        granted.map(|(n, access_type)| {
            let content = self.content(n);
            let at = content.updated_at + TimeDelta::hours(2);
            let expires_at = match access_type {
                Purchased | Complimentary => None,
                _ if (n / TRADE).is_multiple_of(2) => Some(at + TimeDelta::days(1)),
                _ => Some(self.now + TimeDelta::days(365)),
            };
            grant::Model {
                id: self.key(Draw::GrantKey, n, at),
                user_id: self.user_id(self.counterpart(n)),
                content_id: content.id,
                access_type,
                granted_at: at,
                expires_at,
                created_at: at,
                updated_at: at,
            }
        })
    }

    /// The media item that goes with this content.
    fn media_of(&self, content: u64) -> u64 {
        (content / BLOCK * MEDIA_A_BLOCK + content % MEDIA_A_BLOCK) % self.media_items
    }

    /// Who bought this content, or was given it: anybody but its creator.
    fn counterpart(&self, content: u64) -> u64 {
        let creator = self.author(self.media_of(content)).user;
        (creator + 1 + self.draw(Draw::Counterpart, content, self.users - 1)) % self.users
    }

    /// Who made a media item, and all content that goes with it: for themselves, or in an organization they are an
    /// author in. The lower an organization's number, the more is made there.
    fn author(&self, media_item: u64) -> Author {
        if self.draw(Draw::Personal, media_item, 10) < 3 {
            return Author {
                user: self.draw(Draw::Creator, media_item, self.users),
                organization: None,
            };
        }
        let either = self.draw(Draw::Organization, media_item, self.organizations);
        let organization = either.min(self.draw(Draw::OtherOrganization, media_item, self.organizations));
        let user = self.member(organization, self.draw(Draw::Position, media_item, AUTHORS));
        Author {
            user,
            organization: Some(organization),
        }
    }
}

fn is_sold(content: u64) -> bool {
    content.is_multiple_of(TRADE)
}

fn is_deleted(n: u64) -> bool {
    n % DELETED == DELETED / 2
}

/// What became of the sale of this content.
fn payment(content: u64) -> Payment {
    match content / TRADE % 10 {
        0..7 => Payment::Completed,
        7 => Payment::Refunded,
        8 => Payment::Pending,
        _ => Payment::Failed,
    }
}
