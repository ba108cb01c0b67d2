//! Changes: who may make them, what they take, what they leave behind, and what they do when many come at once.

mod content;
pub mod matrix;
mod memberships;
mod rows;

use entity::membership::Role;

use crate::support::{App, Organization, Person};

/// A house with its owner.
async fn house(app: &App, owner: &Person, slug: &str) -> Organization {
    let house = app.organization(slug).await;
    app.member(&house, owner, Role::Owner).await;
    house
}
