//! That the demo world shows what it is there to show. Whether a database takes it is for the integration tests.

use std::collections::HashSet;

use entity::{
    content::{ContentType, Status, Visibility},
    grant::AccessType,
    media_item::{self, MediaType},
    purchase,
};
use sea_orm::{DbErr, Iterable};

use super::world::World;
use crate::database;

fn world() -> Result<World, DbErr> {
    World::new(database::now())
}

#[test]
fn has_content_of_every_kind() -> Result<(), DbErr> {
    let world = world()?;
    let kinds: HashSet<_> = world
        .contents
        .iter()
        .filter(|content| content.deleted_at.is_none())
        .map(|content| {
            (
                content.status,
                content.visibility,
                content.organization_id.is_some(),
                content.price_cents.is_some(),
            )
        })
        .collect();
    for status in Status::iter() {
        for visibility in Visibility::iter() {
            for (in_organization, priced) in [(false, false), (false, true), (true, false), (true, true)] {
                let kind = (status, visibility, in_organization, priced);
                assert!(kinds.contains(&kind), "{kind:?}");
            }
        }
    }
    Ok(())
}

#[test]
fn has_media_purchases_and_grants_of_every_kind() -> Result<(), DbErr> {
    let world = world()?;
    let media: HashSet<_> = world
        .media_items
        .iter()
        .map(|item| (item.media_type, item.status))
        .collect();
    for (media_type, status) in MediaType::iter().flat_map(|kind| media_item::Status::iter().map(move |at| (kind, at)))
    {
        assert!(media.contains(&(media_type, status)), "{media_type:?} {status:?}");
    }
    for status in purchase::Status::iter() {
        assert!(
            world.purchases.iter().any(|purchase| purchase.status == status),
            "{status:?}"
        );
    }
    for access_type in AccessType::iter() {
        for expired in [false, true] {
            let shown = world.grants.iter().any(|grant| {
                grant.access_type == access_type && grant.expires_at.is_some_and(|at| at <= database::now()) == expired
            });
            assert!(shown, "{access_type:?}, expired: {expired}");
        }
    }
    Ok(())
}

#[test]
fn keeps_to_the_lifecycle() -> Result<(), DbErr> {
    let world = world()?;
    for content in &world.contents {
        let title = &content.title;
        let draft = content.status == Status::Draft;
        assert_eq!(content.published_at.is_none(), draft, "{title}");
        let media_item = world
            .media_items
            .iter()
            .find(|item| Some(item.id) == content.media_item_id);
        if let Some(item) = media_item {
            assert_eq!(item.creator_id, content.creator_id, "{title}");
            let shown_as = if item.media_type == MediaType::Video {
                ContentType::Video
            } else {
                ContentType::Audio
            };
            assert_eq!(shown_as, content.content_type, "{title}");
            assert!(
                draft || (item.status == media_item::Status::Ready && item.deleted_at.is_none()),
                "{title}"
            );
        }
        let complete = match content.content_type {
            ContentType::Written => content.content_body.is_some(),
            _ => media_item.is_some(),
        };
        assert!(draft || complete, "{title}");
        assert!(
            content.created_at <= content.updated_at && content.updated_at <= world.now,
            "{title}"
        );
        assert!(content.published_at.is_none_or(|at| content.created_at < at), "{title}");
    }
    for purchase in &world.purchases {
        let content = world.contents.iter().find(|content| content.id == purchase.content_id);
        let published_at = content.and_then(|content| content.published_at);
        assert!(published_at.is_some_and(|at| at < purchase.created_at), "{content:?}");
        assert!(purchase.amount_paid_cents > 0, "{content:?}");
    }
    Ok(())
}
