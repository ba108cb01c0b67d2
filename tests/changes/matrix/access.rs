//! Views, grants and purchases: what opens content, and what comes of it.

use entity::content::{Status, Visibility};
use serde_json::{Value, json};

use super::{Case, World, slug};
use crate::support::{ContentBuilder, content, global_id};

/// A piece by the creator.
fn piece(world: &World<'_>, number: usize) -> ContentBuilder {
    content(world.person("creator"), &slug(number))
}

/// What gives the stranger access to this content.
async fn to_stranger(world: &World<'_>, piece: ContentBuilder) -> Value {
    let id = piece.save(world.app).await;
    json!({ "contentId": global_id("Content", id), "userId": world.person("stranger").global_id() })
}

/// What takes from the stranger the access that they have to this content.
async fn from_stranger(world: &World<'_>, piece: ContentBuilder) -> Value {
    let id = piece.save(world.app).await;
    let grant = world.app.grant(world.person("stranger"), id, None).await;
    json!({ "grantId": global_id("Grant", grant) })
}

/// What is viewed.
async fn viewed(world: &World<'_>, piece: ContentBuilder) -> Value {
    json!({ "contentId": global_id("Content", piece.save(world.app).await) })
}

/// What says that the stranger has bought this content.
async fn bought(world: &World<'_>, piece: ContentBuilder) -> Value {
    let id = piece.save(world.app).await;
    json!({
        "customerId": world.person("stranger").global_id(), "contentId": global_id("Content", id), "amountPaidCents": 5,
        "platformFeeCents": 1, "organizationFeeCents": 1, "creatorPayoutCents": 3, "currency": "usd",
        "paymentReference": format!("pay-{id}"),
    })
}

pub const CASES: &[Case] = &[
    case!(
        "recordView",
        "published in the house, for everyone",
        "content { id }",
        |world, n| viewed(world, piece(world, n).in_(&world.house)).await
    ),
    case!(
        "recordView",
        "published in the house, for members",
        "content { id }",
        |world, n| {
            let piece = piece(world, n).in_(&world.house).visibility(Visibility::MembersOnly);
            viewed(world, piece).await
        }
    ),
    case!(
        "recordView",
        "published in the house, for sale",
        "content { id }",
        |world, n| {
            let piece = piece(world, n).in_(&world.house).visibility(Visibility::PurchasedOnly);
            viewed(world, piece.price(5)).await
        }
    ),
    case!("recordView", "a draft in the house", "content { id }", |world, n| {
        viewed(world, piece(world, n).in_(&world.house).status(Status::Draft)).await
    }),
    case!(
        "grantAccess",
        "to what is published in the house, for everyone",
        "grant { id }",
        |world, n| to_stranger(world, piece(world, n).in_(&world.house)).await
    ),
    case!(
        "grantAccess",
        "to what is personal, a draft",
        "grant { id }",
        |world, n| to_stranger(world, piece(world, n).status(Status::Draft)).await
    ),
    case!(
        "revokeAccess",
        "the stranger's, to what is published in the house",
        "revokedGrantId",
        |world, n| from_stranger(world, piece(world, n).in_(&world.house)).await
    ),
    case!(
        "revokeAccess",
        "the stranger's, to what is personal, a draft",
        "revokedGrantId",
        |world, n| from_stranger(world, piece(world, n).status(Status::Draft)).await
    ),
    case!(
        "recordPurchase",
        "of what is published in the house, for everyone",
        "purchase { id }",
        |world, n| bought(world, piece(world, n).in_(&world.house)).await
    ),
    case!(
        "recordPurchase",
        "of what is personal, a draft",
        "purchase { id }",
        |world, n| bought(world, piece(world, n).status(Status::Draft)).await
    ),
];
