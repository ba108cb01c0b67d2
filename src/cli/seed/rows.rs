//! The rows whose columns hang together: written down once, for the demo world and for bulk data.

use chrono::{DateTime, TimeDelta, Utc};
use entity::{
    content,
    media_item::{self, MediaType},
    purchase,
};
use uuid::Uuid;

/// A media file, as far as it has come.
pub(super) struct Upload {
    pub(super) id: Uuid,
    pub(super) creator: String,
    pub(super) title: String,
    pub(super) media_type: MediaType,
    pub(super) status: media_item::Status,
    pub(super) seconds: i32,
    pub(super) created_at: DateTime<Utc>,
    pub(super) deleted_at: Option<DateTime<Utc>>,
}

impl Upload {
    /// What is known of the file when it has arrived, and when it can be played, is there from then on only.
    pub(super) fn row(self) -> media_item::Model {
        let Self {
            id,
            creator,
            title,
            media_type,
            status,
            seconds,
            created_at,
            deleted_at,
        } = self;
        let arrived = status != media_item::Status::Uploading;
        let ready = status == media_item::Status::Ready;
        let video = media_type == MediaType::Video;
        let (extension, mime_type, bytes_a_second) = if video {
            ("mp4", "video/mp4", 350_000)
        } else {
            ("mp3", "audio/mpeg", 24_000)
        };
        media_item::Model {
            id,
            title,
            description: None,
            media_type,
            status,
            r2_key: format!("{creator}/{id}/original.{extension}"),
            file_size_bytes: arrived.then_some(i64::from(seconds) * bytes_a_second),
            mime_type: Some(mime_type.to_owned()),
            duration_seconds: ready.then_some(seconds),
            width: (ready && video).then_some(1_920),
            height: (ready && video).then_some(1_080),
            hls_master_playlist_key: ready.then(|| format!("{creator}/{id}/master.m3u8")),
            thumbnail_key: (ready && video).then(|| format!("{creator}/{id}/still.jpg")),
            uploaded_at: arrived.then_some(created_at),
            deleted_at,
            creator_id: creator,
            created_at,
            updated_at: deleted_at.unwrap_or(created_at),
        }
    }
}

/// A purchase of this content at its price, begun then. The platform keeps a tenth, the organization a fifth, the creator
/// the rest. What is refunded is so after three days.
pub(super) fn purchase(
    id: Uuid,
    customer: String,
    content: &content::Model,
    status: purchase::Status,
    at: DateTime<Utc>,
) -> purchase::Model {
    use purchase::Status::{Completed, Refunded};
    let amount = content.price_cents.unwrap_or_default();
    let platform_fee_cents = amount / 10;
    let organization_fee_cents = content.organization_id.map_or(0, |_| amount / 5);
    let refunded_at = (status == Refunded).then(|| at + TimeDelta::days(3));
    purchase::Model {
        id,
        customer_id: customer,
        content_id: content.id,
        amount_paid_cents: amount,
        platform_fee_cents,
        organization_fee_cents,
        creator_payout_cents: amount - platform_fee_cents - organization_fee_cents,
        currency: "usd".to_owned(),
        payment_reference: format!("seed_{}", id.simple()),
        status,
        purchased_at: matches!(status, Completed | Refunded).then_some(at),
        refunded_at,
        created_at: at,
        updated_at: refunded_at.unwrap_or(at),
    }
}
