//! Changes of who belongs to an organization.

use async_graphql::{Context, ID, InputObject, Object};

use super::payload::{Done, change, row};
use crate::{
    graphql::{
        error::Result,
        id::Kind,
        input,
        membership::{MembershipRole, OrganizationMembership},
        organization::Organization,
        user_error::UserError,
    },
    store::{self, Key, membership::Removed},
};

/// Whom to invite.
#[derive(InputObject)]
pub struct InviteMemberInput {
    /// The organization's id.
    organization_id: ID,
    /// The email address of the person's account.
    email: String,
    /// What the person is to be there: any role below `OWNER`.
    role: MembershipRole,
}

impl InviteMemberInput {
    fn into_change(self) -> Result<store::membership::Invite> {
        Ok(store::membership::Invite {
            organization_id: input::uuid_key("input.organizationId", &self.organization_id, Kind::Organization)?,
            email: self.email,
            role: self.role.into(),
        })
    }
}

row_payload! {
    /// What came of `inviteMember`.
    InviteMemberPayload {
        /// The invitation; null if nobody was invited.
        membership: OrganizationMembership of uuid::Uuid
    }
}

/// Which invitation to accept.
#[derive(InputObject)]
pub struct AcceptInvitationInput {
    /// The membership's id.
    membership_id: ID,
}

impl AcceptInvitationInput {
    fn into_change(self) -> Result<store::membership::Accept> {
        let id = membership_key(&self.membership_id)?;
        Ok(store::membership::Accept { id })
    }
}

row_payload! {
    /// What came of `acceptInvitation`.
    AcceptInvitationPayload {
        /// The membership as it is now; null if nothing has changed.
        membership: OrganizationMembership of uuid::Uuid
    }
}

/// Which invitation to decline.
#[derive(InputObject)]
pub struct DeclineInvitationInput {
    /// The membership's id.
    membership_id: ID,
}

impl DeclineInvitationInput {
    fn into_change(self) -> Result<store::membership::Decline> {
        let id = membership_key(&self.membership_id)?;
        Ok(store::membership::Decline { id })
    }
}

/// Whose role to change, and to what.
#[derive(InputObject)]
pub struct ChangeMemberRoleInput {
    /// The membership's id.
    membership_id: ID,
    /// What the member is to be: any role below `OWNER`.
    role: MembershipRole,
}

impl ChangeMemberRoleInput {
    fn into_change(self) -> Result<store::membership::ChangeRole> {
        Ok(store::membership::ChangeRole {
            id: membership_key(&self.membership_id)?,
            role: self.role.into(),
        })
    }
}

row_payload! {
    /// What came of `changeMemberRole`.
    ChangeMemberRolePayload {
        /// The membership as it is now; null if nothing has changed.
        membership: OrganizationMembership of uuid::Uuid
    }
}

/// Whom to remove.
#[derive(InputObject)]
pub struct RemoveMemberInput {
    /// The membership's id.
    membership_id: ID,
}

impl RemoveMemberInput {
    fn into_change(self) -> Result<store::membership::Remove> {
        let id = membership_key(&self.membership_id)?;
        Ok(store::membership::Remove { id })
    }
}

/// What to leave.
#[derive(InputObject)]
pub struct LeaveOrganizationInput {
    /// The organization's id.
    organization_id: ID,
}

impl LeaveOrganizationInput {
    fn into_change(self) -> Result<store::membership::Leave> {
        let organization_id = input::uuid_key("input.organizationId", &self.organization_id, Kind::Organization)?;
        Ok(store::membership::Leave { organization_id })
    }
}

fn membership_key(id: &ID) -> Result<uuid::Uuid> {
    input::uuid_key("input.membershipId", id, Kind::Membership)
}

/// Makes the payload of a change after which a membership is gone.
macro_rules! removed_payload {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        pub struct $name(Done<Removed>);

        impl From<Done<Removed>> for $name {
            fn from(done: Done<Removed>) -> Self {
                Self(done)
            }
        }

        $(#[$doc])*
        #[Object]
        impl $name {
            /// The id of the membership that is gone; null if nothing has changed.
            async fn removed_membership_id(&self) -> Option<ID> {
                self.0.made().map(|removed| Kind::Membership.id(&Key::Uuid(removed.id)))
            }

            /// The organization as it is now; null if nothing has changed.
            async fn organization(&self, context: &Context<'_>) -> Option<Result<Organization>> {
                row(context, self.0.made().map(|removed| Key::Uuid(removed.organization_id))).await
            }

            /// What has to be mended first, all of it. If there is anything, nothing has changed.
            async fn user_errors(&self) -> &[UserError] {
                self.0.user_errors()
            }
        }
    };
}

removed_payload! {
    /// What came of `declineInvitation`.
    DeclineInvitationPayload
}

removed_payload! {
    /// What came of `removeMember`.
    RemoveMemberPayload
}

removed_payload! {
    /// What came of `leaveOrganization`.
    LeaveOrganizationPayload
}

/// Changes of who belongs to an organization.
#[derive(Default)]
pub struct MembershipMutation;

/// Changes of who belongs to an organization.
#[Object]
impl MembershipMutation {
    /// Invites a person who has an account: an address that is nobody's is `NOT_FOUND`, that of somebody who belongs to the
    /// organization, or is invited already, `TAKEN`.
    async fn invite_member(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Whom to invite.")] input: InviteMemberInput,
    ) -> Option<Result<InviteMemberPayload>> {
        change(context, input.into_change()).await
    }

    /// Accepts an invitation: from then on the viewer is a member.
    async fn accept_invitation(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which invitation to accept.")] input: AcceptInvitationInput,
    ) -> Option<Result<AcceptInvitationPayload>> {
        change(context, input.into_change()).await
    }

    /// Declines an invitation. The person can be invited again.
    async fn decline_invitation(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which invitation to decline.")] input: DeclineInvitationInput,
    ) -> Option<Result<DeclineInvitationPayload>> {
        change(context, input.into_change()).await
    }

    /// Gives a member, or a person who is invited, another role. Ownership is handed over with `transferOwnership` instead.
    async fn change_member_role(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Whose role to change, and to what.")] input: ChangeMemberRoleInput,
    ) -> Option<Result<ChangeMemberRolePayload>> {
        change(context, input.into_change()).await
    }

    /// Removes a member, or takes an invitation back. What the person has made in the organization stays there. The owner
    /// cannot be removed.
    async fn remove_member(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Whom to remove.")] input: RemoveMemberInput,
    ) -> Option<Result<RemoveMemberPayload>> {
        change(context, input.into_change()).await
    }

    /// Ends the viewer's own membership. What they have made in the organization stays there.
    async fn leave_organization(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "What to leave.")] input: LeaveOrganizationInput,
    ) -> Option<Result<LeaveOrganizationPayload>> {
        change(context, input.into_change()).await
    }
}
