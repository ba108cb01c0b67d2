//! Views, grants and purchases: what opens content, and what comes of it.

use entity::content::{Status, Visibility};
use serde_json::{Value, json};

use super::{Case, World, slug};
use crate::support::{ContentBuilder, content, global_id};

/// A piece by the creator.
fn piece(world: &World<'_>, number: usize) -> ContentBuilder {
    content(world.person("creator"), &slug(number))
}

/// What is viewed.
async fn viewed(world: &World<'_>, piece: ContentBuilder) -> Value {
    json!({ "contentId": global_id("Content", piece.save(world.app).await) })
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
];
