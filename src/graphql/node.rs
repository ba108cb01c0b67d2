//! Anything with a global id.

use std::sync::Arc;

use async_graphql::{Context, ID, Interface, SelectionField};

use super::{
    audit_entry::AuditEntry,
    connection::{Listed, scope},
    content::Content,
    error::Result,
    grant::Grant,
    id::Kind,
    look_ahead::LookAhead,
    media_item::MediaItem,
    membership::OrganizationMembership,
    organization::Organization,
    purchase::Purchase,
    session::Session,
    user::User,
};
use crate::store::{Key, Noun};

/// Anything with a global id.
#[derive(Interface)]
#[graphql(field(name = "id", ty = "ID", desc = "The global id."))]
pub enum Node {
    /// An entry in the audit log.
    AuditEntry(AuditEntry),
    /// Content.
    Content(Content),
    /// A grant.
    Grant(Grant),
    /// A media item.
    MediaItem(MediaItem),
    /// A membership.
    OrganizationMembership(OrganizationMembership),
    /// An organization.
    Organization(Organization),
    /// A purchase.
    Purchase(Purchase),
    /// A session.
    Session(Session),
    /// A user.
    User(User),
}

/// The row with this key, as a type of the schema, if the viewer may see it.
///
/// # Errors
/// If the database fails.
pub async fn find<T: Listed>(context: &Context<'_>, key: Key, field: SelectionField<'_>) -> Result<Option<T>>
where
    <T::Noun as Noun>::Selection: LookAhead,
{
    let selection = Arc::new(<T::Noun as Noun>::Selection::under(field));
    Ok(scope(context)?.row(key, selection).await?.map(T::from))
}

/// The row with this global id, whatever its type, if the viewer may see it.
///
/// # Errors
/// If the database fails.
pub async fn find_any(context: &Context<'_>, (kind, key): (Kind, Key)) -> Result<Option<Node>> {
    let field = context.field();
    Ok(match kind {
        Kind::AuditEntry => find(context, key, field).await?.map(Node::AuditEntry),
        Kind::Content => find(context, key, field).await?.map(Node::Content),
        Kind::Grant => find(context, key, field).await?.map(Node::Grant),
        Kind::MediaItem => find(context, key, field).await?.map(Node::MediaItem),
        Kind::Membership => find(context, key, field).await?.map(Node::OrganizationMembership),
        Kind::Organization => find(context, key, field).await?.map(Node::Organization),
        Kind::Purchase => find(context, key, field).await?.map(Node::Purchase),
        Kind::Session => find(context, key, field).await?.map(Node::Session),
        Kind::User => find(context, key, field).await?.map(Node::User),
    })
}
