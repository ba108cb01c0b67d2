//! Changes: who may make them, what they take, what they leave behind, and what they do when many come at once.

mod audit;
mod content;
mod content_lifecycle;
mod crash;
mod edits;
mod grants;
mod idempotency;
pub mod limits;
pub mod matrix;
mod media;
mod media_limits;
mod memberships;
mod organizations;
mod people;
mod purchases;
mod races;
mod retries;
mod rows;
mod signing_in;
mod views;

use entity::membership::Role;
use serde_json::{Value, json};

use crate::support::{App, Client, Organization, Person};

/// A house with its owner.
async fn house(app: &App, owner: &Person, slug: &str) -> Organization {
    let house = app.organization(slug).await;
    app.member(&house, owner, Role::Owner).await;
    house
}

/// What came of a change: that it was made, the code of the first thing to mend, or that of the refusal.
fn code(answer: &Value, change: &str) -> String {
    let refused = answer["errors"][0]["extensions"]["code"].as_str();
    let to_mend = answer["data"][change]["userErrors"][0]["code"].as_str();
    refused.or(to_mend).unwrap_or("ok").to_owned()
}

/// Hands a house over, and gives what came of it.
async fn transfer(client: &Client, house: &Organization, to: &Person) -> String {
    let input = json!({ "organizationId": house.global_id(), "userId": to.global_id() });
    let answer = client
        .try_change("transferOwnership", input, "organization { id }")
        .await;
    code(&answer, "transferOwnership")
}
