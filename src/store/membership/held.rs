//! Holding what a change of an organization's members looks at. Each such change holds the organization first, and then
//! memberships: so one follows another, none is in another's way, and each judges by what the one before has left.

use entity::{
    membership::{self, Role, Status},
    organization,
};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QuerySelect, QueryTrait, prelude::Uuid};

use super::Membership;
use crate::store::{
    Noun,
    change::{Hold, Refusal, Transaction},
    organization::Organization,
};

/// The membership with this key, if the viewer may see it and its organization, both of which are held.
pub(super) async fn find(transaction: &Transaction, id: Uuid) -> Result<membership::Model, Refusal> {
    let organization = membership::Entity::find()
        .select_only()
        .column(membership::Column::OrganizationId)
        .filter(membership::Column::Id.eq(id))
        .filter(Membership::visible(&transaction.viewer()));
    let organization = organization::Column::Id.in_subquery(organization.into_query());
    let organization = transaction.one::<Organization>(organization.into(), Hold::ToChange);
    organization.await?.ok_or(Refusal::NotFound)?;
    transaction.find::<Membership>(id, Hold::ToChange).await
}

/// The viewer's own membership in this organization, which is held already.
pub(super) async fn own(
    transaction: &Transaction,
    organization_id: Uuid,
) -> Result<Option<membership::Model>, Refusal> {
    let own = Condition::all()
        .add(membership::Column::OrganizationId.eq(organization_id))
        .add(membership::Column::UserId.eq(transaction.user_id()?));
    transaction.one::<Membership>(own, Hold::ToChange).await
}

/// What the viewer is in this organization, which is held already, at this moment: nothing, unless they are an active member.
pub(in crate::store) async fn own_role(
    transaction: &Transaction,
    organization_id: Uuid,
) -> Result<Option<Role>, Refusal> {
    let own = own(transaction, organization_id).await?;
    Ok(own.filter(|own| own.status == Status::Active).map(|own| own.role))
}
