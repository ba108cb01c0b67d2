//! The demo world: two organizations and those around them, in which every rule about who may see what has somebody to
//! show it. What is in it stands in tables, one file for each place; here they become rows.

#[rustfmt::skip] // Told to be read, a line or two a piece.
mod ember;
#[rustfmt::skip] // Tables, a line a row.
mod people;
#[rustfmt::skip] // As above.
mod personal;
mod piece;
#[rustfmt::skip] // As above.
mod stillwater;
#[cfg(test)]
mod tests;
mod trade;
mod world;

use std::collections::HashMap;

use entity::{content, grant, media_item, membership, organization, purchase, session, user};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseConnection, DbErr, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder,
    TransactionTrait,
};

use super::insert;
use crate::database;
use people::{ORGANIZATIONS, PEOPLE, USERS};
use world::World;

/// Somebody to act as.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// Their name.
    pub name: String,
    /// Who they are, and what they show, in a line.
    pub role: String,
    /// The token of a session of theirs.
    pub token: String,
}

/// Makes the demo world: all of it, or nothing if it fails. Where it is already, nothing happens.
///
/// # Errors
/// If the database fails, or somebody else has one of the organizations' slugs.
pub async fn demo(db: &DatabaseConnection) -> Result<(), DbErr> {
    let transaction = db.begin().await?;
    let ids = USERS.map(|(id, ..)| id);
    if user::Entity::find()
        .filter(user::Column::Id.is_in(ids))
        .count(&transaction)
        .await?
        > 0
    {
        return Ok(());
    }
    let slugs = ORGANIZATIONS.map(|(slug, ..)| slug);
    let taken = organization::Entity::find()
        .filter(organization::Column::Slug.is_in(slugs))
        .one(&transaction)
        .await?;
    if let Some(organization) = taken {
        let error = format!(
            "the demo world needs the slug {}, which another organization has",
            organization.slug
        );
        return Err(DbErr::Custom(error));
    }
    insert_world(&transaction, World::new(database::now())?).await?;
    transaction.commit().await
}

async fn insert_world(db: &impl ConnectionTrait, world: World) -> Result<(), DbErr> {
    let World {
        users,
        sessions,
        organizations,
        memberships,
        media_items,
        contents,
        purchases,
        grants,
        ..
    } = world;
    insert::<user::Entity>(db, users, |_| ()).await?;
    insert::<session::Entity>(db, sessions, |_| ()).await?;
    insert::<organization::Entity>(db, organizations, |_| ()).await?;
    insert::<membership::Entity>(db, memberships, |_| ()).await?;
    insert::<media_item::Entity>(db, media_items, |_| ()).await?;
    insert::<content::Entity>(db, contents, |_| ()).await?;
    insert::<purchase::Entity>(db, purchases, |_| ()).await?;
    insert::<grant::Entity>(db, grants, |_| ()).await
}

/// The demo people who are signed in, in a fixed order; nobody where there is no demo world.
///
/// # Errors
/// If the database fails.
pub async fn people(db: &DatabaseConnection) -> Result<Vec<Person>, DbErr> {
    let signed_in = session::Entity::find()
        .find_also_related(user::Entity)
        .filter(session::Column::UserId.is_in(PEOPLE.map(|(id, _)| id)))
        .filter(session::Column::ExpiresAt.gt(database::now()))
        // Of several sessions the one that lasts longest comes last, and stays.
        .order_by_asc(session::Column::ExpiresAt)
        .all(db)
        .await?;
    let mut by_id: HashMap<String, (String, String)> = signed_in
        .into_iter()
        .filter_map(|(session, user)| user.map(|user| (user.id, (user.name, session.token))))
        .collect();
    let person = |(id, role): (&str, &str)| {
        by_id.remove(id).map(|(name, token)| Person {
            name,
            role: role.to_owned(),
            token,
        })
    };
    Ok(PEOPLE.into_iter().filter_map(person).collect())
}
