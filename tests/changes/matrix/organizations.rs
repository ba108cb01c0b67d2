//! The rows of the matrix about organizations and their members. Each try is on a house of its own, with the same people in it as
//! in the house: what one of them does to it is nobody else's matter.

use entity::membership;
use sea_orm::{ActiveValue::Set, EntityTrait, prelude::Uuid};
use serde_json::json;

use super::{Case, MEMBERS, World};
use crate::support::{Organization, global_id};

/// A house with the same people in it.
struct Copy {
    house: Organization,
    memberships: Vec<(&'static str, Uuid)>,
}

impl Copy {
    async fn of(world: &World<'_>, number: usize) -> Self {
        let house = world.app.organization(&format!("house-{number}")).await;
        let mut memberships = Vec::new();
        let mut rows = Vec::new();
        for (name, role, status) in MEMBERS {
            let id = Uuid::now_v7();
            memberships.push((name, id));
            rows.push(membership::ActiveModel {
                id: Set(id),
                organization_id: Set(house.id),
                user_id: Set(world.person(name).id.clone()),
                role: Set(role),
                status: Set(status),
                ..Default::default()
            });
        }
        membership::Entity::insert_many(rows).exec(&world.app.db).await.unwrap();
        Self { house, memberships }
    }

    fn id(&self) -> String {
        self.house.global_id()
    }

    fn membership_of(&self, name: &str) -> String {
        let (_, id) = self.memberships.iter().find(|(member, _)| *member == name).unwrap();
        global_id("OrganizationMembership", *id)
    }
}

/// A change of this person's membership.
macro_rules! member {
    ($change:literal, $on:literal, $fields:expr, $name:literal $(, role $role:literal)?) => {
        case!($change, $on, $fields, |world, n| {
            json!({ "membershipId": Copy::of(world, n).await.membership_of($name) $(, "role": $role)? })
        })
    };
}

/// Handing the house over to this person.
macro_rules! transfer {
    ($on:literal, $name:literal) => {
        case!("transferOwnership", $on, "organization { id }", |world, n| {
            let copy = Copy::of(world, n).await;
            json!({ "organizationId": copy.id(), "userId": world.person($name).global_id() })
        })
    };
}

/// Inviting somebody to the house in this role.
macro_rules! invite {
    ($on:literal, $role:literal) => {
        case!("inviteMember", $on, SHOWN, |world, n| {
            let guest = format!("guest{n}");
            world.app.person(&guest).await;
            json!({ "organizationId": Copy::of(world, n).await.id(), "email": format!("{guest}@example.com"), "role": $role })
        })
    };
}

/// What the payload shows where a membership is gone.
const GONE: &str = "removedMembershipId organization { id }";
/// What it shows where one is left.
const SHOWN: &str = "membership { id }";

pub const CASES: &[Case] = &[
    case!("createOrganization", "a new one", "organization { id }", |_world, n| {
        json!({ "name": "A new one", "slug": format!("new-{n}") })
    }),
    case!("updateOrganization", "the house", "organization { id }", |world, n| {
        json!({ "id": Copy::of(world, n).await.id(), "name": "Changed" })
    }),
    case!(
        "updateOrganization",
        "a deleted organization",
        "organization { id }",
        |world, n| {
            let copy = Copy::of(world, n).await;
            world.app.delete_organization(&copy.house).await;
            json!({ "id": copy.id(), "name": "Changed" })
        }
    ),
    case!(
        "deleteOrganization",
        "the house",
        "deletedOrganizationId",
        |world, n| json!({ "id": Copy::of(world, n).await.id() })
    ),
    transfer!("to a member", "member"),
    transfer!("to who owns it", "owner"),
    transfer!("to who is invited", "invited"),
    transfer!("to who is suspended", "inactive"),
    transfer!("to a stranger", "stranger"),
    invite!("as a member", "MEMBER"),
    invite!("as an admin", "ADMIN"),
    invite!("as the owner", "OWNER"),
    member!("acceptInvitation", "an invitation", SHOWN, "invited"),
    member!("acceptInvitation", "a member's", SHOWN, "member"),
    member!("declineInvitation", "an invitation", GONE, "invited"),
    member!(
        "changeMemberRole",
        "a member, to creator",
        SHOWN,
        "member",
        role "CREATOR"
    ),
    member!(
        "changeMemberRole",
        "a member, to admin",
        SHOWN,
        "member",
        role "ADMIN"
    ),
    member!(
        "changeMemberRole",
        "a member, to owner",
        SHOWN,
        "member",
        role "OWNER"
    ),
    member!(
        "changeMemberRole",
        "an admin, to member",
        SHOWN,
        "admin",
        role "MEMBER"
    ),
    member!(
        "changeMemberRole",
        "a suspended admin, to member",
        SHOWN,
        "inactive",
        role "MEMBER"
    ),
    member!(
        "changeMemberRole",
        "the owner, to admin",
        SHOWN,
        "owner",
        role "ADMIN"
    ),
    member!("removeMember", "a member", GONE, "member"),
    member!("removeMember", "a creator", GONE, "creator"),
    member!("removeMember", "an admin", GONE, "admin"),
    member!("removeMember", "a suspended admin", GONE, "inactive"),
    member!("removeMember", "an admin's invitation", GONE, "invited"),
    member!("removeMember", "the owner", GONE, "owner"),
    case!(
        "leaveOrganization",
        "the house",
        GONE,
        |world, n| json!({ "organizationId": Copy::of(world, n).await.id() })
    ),
];
