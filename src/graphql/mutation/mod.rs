//! Where a change begins: one file a noun. A change takes an `input`, and answers with a payload: the changed row as it is
//! afterwards, and what the person has to mend.

#[macro_use]
mod payload;
mod content;
mod first;
mod grant;
mod media_item;
mod membership;
mod organization;
mod purchase;
mod session;
mod user;
mod view;

pub use first::found_first;

use async_graphql::MergedObject;

use crate::store::{self, change::Change};

/// Where a change begins. A change is made as a whole or not at all; what has to be mended first, all of it, is in the
/// payload's `userErrors`. What the viewer does not see cannot be told from what is not there: `NOT_FOUND`; what they see and
/// may not change: `FORBIDDEN`; and `UNAUTHENTICATED`, where nobody is signed in.
#[derive(Default, MergedObject)]
pub struct Mutation(
    content::ContentMutation,
    organization::OrganizationMutation,
    membership::MembershipMutation,
    session::SessionMutation,
    user::UserMutation,
    media_item::MediaItemMutation,
    view::ViewMutation,
    grant::GrantMutation,
    purchase::PurchaseMutation,
);

/// Who may make which change: the field, and the rule, which goes to the end of its description.
pub const RULES: &[(&str, &str)] = &[
    ("signUp", <store::user::SignUp as Change>::RULE),
    ("signIn", <store::session::SignIn as Change>::RULE),
    ("signOut", <store::session::SignOut as Change>::RULE),
    ("revokeSession", <store::session::Revoke as Change>::RULE),
    ("revokeOtherSessions", <store::session::RevokeOthers as Change>::RULE),
    ("updateProfile", <store::user::Update as Change>::RULE),
    ("changePassword", <store::user::ChangePassword as Change>::RULE),
    ("createContent", <store::content::Create as Change>::RULE),
    ("updateContent", <store::content::Update as Change>::RULE),
    ("publishContent", <store::content::Publish as Change>::RULE),
    ("unpublishContent", <store::content::Unpublish as Change>::RULE),
    ("archiveContent", <store::content::Archive as Change>::RULE),
    ("restoreContent", <store::content::Restore as Change>::RULE),
    ("moveContent", <store::content::Move as Change>::RULE),
    ("deleteContent", <store::content::Delete as Change>::RULE),
    ("createOrganization", <store::organization::Create as Change>::RULE),
    ("updateOrganization", <store::organization::Update as Change>::RULE),
    ("deleteOrganization", <store::organization::Delete as Change>::RULE),
    ("transferOwnership", <store::organization::Transfer as Change>::RULE),
    ("inviteMember", <store::membership::Invite as Change>::RULE),
    ("acceptInvitation", <store::membership::Accept as Change>::RULE),
    ("declineInvitation", <store::membership::Decline as Change>::RULE),
    ("changeMemberRole", <store::membership::ChangeRole as Change>::RULE),
    ("removeMember", <store::membership::Remove as Change>::RULE),
    ("leaveOrganization", <store::membership::Leave as Change>::RULE),
    ("createMediaItem", <store::media_item::Create as Change>::RULE),
    ("updateMediaItem", <store::media_item::Update as Change>::RULE),
    (
        "markMediaItemUploaded",
        <store::media_item::MarkUploaded as Change>::RULE,
    ),
    (
        "restartMediaItemUpload",
        <store::media_item::RestartUpload as Change>::RULE,
    ),
    (
        "startMediaItemTranscoding",
        <store::media_item::StartTranscoding as Change>::RULE,
    ),
    (
        "completeMediaItemTranscoding",
        <store::media_item::CompleteTranscoding as Change>::RULE,
    ),
    (
        "failMediaItemTranscoding",
        <store::media_item::FailTranscoding as Change>::RULE,
    ),
    ("deleteMediaItem", <store::media_item::Delete as Change>::RULE),
    ("recordView", <store::content::RecordView as Change>::RULE),
    ("grantAccess", <store::grant::Give as Change>::RULE),
    ("revokeAccess", <store::grant::Revoke as Change>::RULE),
    ("recordPurchase", <store::purchase::Record as Change>::RULE),
];
