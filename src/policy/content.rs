//! Content, its body, and its counts.

use entity::{content, grant, is, is_one_of};
use sea_orm::{
    ColumnTrait, Condition,
    sea_query::{Expr, ExprTrait, Query, SelectStatement},
};
use uuid::Uuid;

use super::{among, nobody, of_tenant};
use crate::{database::is_none_of, viewer::Viewer};

/// Who sees a row: [`visible`], in words.
pub const RULE: &str = "its creator, managers of its organization, the platform owner, holders of a grant while it is published \
    or archived; while it is published and its organization is not deleted: everyone if it is `PUBLIC` or `PURCHASED_ONLY`, \
    members of its organization if it is `MEMBERS_ONLY`";
/// Who may have the body of a row that they see: [`may_have_body`], in words.
pub const BODY_RULE: &str = "its creator, managers of its organization, holders of a grant, the platform owner; while it is \
    published and `PUBLIC`, `MEMBERS_ONLY`, or `PURCHASED_ONLY` without a price, everyone who sees it";
/// Who may have the counts: [`may_have_counts`], in words.
pub const COUNTS_RULE: &str = "its creator, managers of its organization, the platform owner";

/// Who may change a row that they see: [`may_edit`], in words.
pub const EDIT_RULE: &str = "its creator (in an organization: while still an author there), managers of its organization, the \
    platform owner";

/// Who may create content: [`may_create`], in words.
pub const CREATE_RULE: &str =
    "any user, personally; in an organization its authors (owner, admins, creators); the platform owner";
/// Who may move a row that they see: [`may_move`], in words.
pub const MOVE_RULE: &str = "its creator, who is an author (owner, admin, creator) in the organization that it goes to; the \
    platform owner";

/// Whose views count: those of [`body`], in words.
pub const VIEW_RULE: &str = "any user who may have the body (`viewerHasAccess`)";

/// What the rules about a visible content row's parts look at.
#[derive(Clone, Copy, Debug)]
pub struct Facts<'a> {
    /// Who made it.
    pub creator_id: &'a str,
    /// To which organization it belongs; none: it is personal.
    pub organization_id: Option<Uuid>,
    /// How far along it is.
    pub status: content::Status,
    /// Whom it is for.
    pub visibility: content::Visibility,
    /// What it costs; none: it is free.
    pub price_cents: Option<i32>,
    /// Whether the viewer holds a grant on it: [`granted`].
    pub granted: bool,
}

/// Of the rows that the viewer made, those that they see, and whose body they may have.
pub fn own() -> Condition {
    Condition::all().add(content::Column::DeletedAt.is_null())
}

/// The rows that the viewer may see.
pub fn visible(viewer: &Viewer) -> Condition {
    visible_of(viewer, |organization, deleted| organization.not_in_subquery(deleted))
}

/// The same, for a statement that looks at few rows: for each it walks through what is deleted, of which PostgreSQL would first make a
/// table to look all in.
pub fn visible_one(viewer: &Viewer) -> Condition {
    visible_of(viewer, |organization, deleted| {
        is_none_of(viewer.backend(), organization, deleted)
    })
}

fn visible_of(viewer: &Viewer, is_not_among: impl FnOnce(Expr, SelectStatement) -> Expr) -> Condition {
    let mut condition = own();
    if let Some(tenant) = viewer.tenant() {
        condition = condition.add(of_tenant(organization(), tenant));
    }
    if viewer.is_platform_owner() {
        return condition;
    }
    let mut someone = Condition::any().add(published(viewer, is_not_among));
    if let Some(user_id) = viewer.user_id() {
        let kept = is_one_of(
            content::Column::Status,
            [content::Status::Published, content::Status::Archived],
        );
        someone = someone
            .add(content::Column::CreatorId.eq(user_id))
            .add(managed(viewer))
            .add(Condition::all().add(kept).add(granted(viewer)));
    }
    condition.add(someone)
}

/// Of the visible rows, those whose body the viewer may have; asked of others, it would let some through. The same rule over one row
/// is [`may_have_body`].
pub fn body(viewer: &Viewer) -> Condition {
    if viewer.is_platform_owner() {
        return Condition::all();
    }
    let free = content::Column::PriceCents.is_null();
    let open = match viewer.user_id() {
        // Of what they see, which is `PUBLIC` or `PURCHASED_ONLY`. These are the words of `content_for_everyone_media_item_id_idx`, or
        // PostgreSQL could not tell that it has all that there is to find.
        None => Condition::any()
            .add(is(content::Column::Visibility, content::Visibility::Public))
            .add(free),
        Some(_) => {
            let sold = is(content::Column::Visibility, content::Visibility::PurchasedOnly);
            let shared = [content::Visibility::Public, content::Visibility::MembersOnly];
            Condition::any()
                .add(is_one_of(content::Column::Visibility, shared))
                .add(Condition::all().add(sold).add(free))
        }
    };
    let mut someone = Condition::any().add(
        Condition::all()
            .add(is(content::Column::Status, content::Status::Published))
            .add(open),
    );
    if let Some(user_id) = viewer.user_id() {
        someone = someone
            .add(content::Column::CreatorId.eq(user_id))
            .add(managed(viewer))
            .add(granted(viewer));
    }
    someone
}

/// Whether the viewer may have the body (and play the media) of a row that they see.
pub fn may_have_body(viewer: &Viewer, facts: &Facts<'_>) -> bool {
    let open = match facts.visibility {
        content::Visibility::Public | content::Visibility::MembersOnly => true,
        content::Visibility::PurchasedOnly => facts.price_cents.is_none(),
        content::Visibility::Private => false,
    };
    looks_after(viewer, facts.creator_id, facts.organization_id)
        || facts.granted
        || (facts.status == content::Status::Published && open)
}

/// Whether everyone who sees a row in one of these states, and for one of these audiences, may have its body, whatever it costs.
pub fn is_open(statuses: &[content::Status], visibilities: &[content::Visibility]) -> bool {
    let is_open = |visibility: &_| {
        matches!(
            visibility,
            content::Visibility::Public | content::Visibility::MembersOnly
        )
    };
    statuses.iter().all(|status| *status == content::Status::Published) && visibilities.iter().all(is_open)
}

/// Whether the viewer may have the counts of a row that they see.
pub fn may_have_counts(viewer: &Viewer, creator_id: &str, organization_id: Option<Uuid>) -> bool {
    looks_after(viewer, creator_id, organization_id)
}

/// Whether the viewer may edit, publish, archive or delete a row that they see.
pub fn may_edit(viewer: &Viewer, creator_id: &str, organization_id: Option<Uuid>) -> bool {
    let still_author = organization_id.is_none_or(|id| viewer.is_author_in(id));
    viewer.is_platform_owner()
        || organization_id.is_some_and(|id| viewer.is_manager_of(id))
        || (viewer.is(creator_id) && still_author)
}

/// Whether the viewer may create content in this organization; without one, personally.
pub fn may_create(viewer: &Viewer, organization_id: Option<Uuid>) -> bool {
    viewer.is_platform_owner()
        || (viewer.user_id().is_some() && organization_id.is_none_or(|id| viewer.is_author_in(id)))
}

/// Whether the viewer may move a row that they see to this organization; without one, to its creator's profile.
pub fn may_move(viewer: &Viewer, creator_id: &str, target: Option<Uuid>) -> bool {
    viewer.is_platform_owner() || (viewer.is(creator_id) && target.is_none_or(|id| viewer.is_author_in(id)))
}

/// Whether the viewer holds a grant on the row that has not expired.
pub fn granted(viewer: &Viewer) -> Expr {
    let Some(user_id) = viewer.user_id() else {
        return nobody();
    };
    // The list of what they hold does not depend on the row, so it is made once a statement.
    let held = Query::select()
        .column((grant::Entity, grant::Column::ContentId))
        .from(grant::Entity)
        .and_where(grant::Column::UserId.eq(user_id))
        .cond_where(
            Condition::any()
                .add(grant::Column::ExpiresAt.is_null())
                .add(grant::Column::ExpiresAt.gt(viewer.at())),
        )
        .take();
    Expr::col(content::Column::Id.as_column_ref()).in_subquery(held)
}

/// The rows of the organizations that the viewer manages.
fn managed(viewer: &Viewer) -> Expr {
    among(
        viewer,
        content::Column::OrganizationId.as_column_ref(),
        viewer.manager_of(),
    )
}

/// Which organization owns a row.
fn organization() -> Expr {
    Expr::col(content::Column::OrganizationId.as_column_ref())
}

pub(super) fn looks_after(viewer: &Viewer, creator_id: &str, organization_id: Option<Uuid>) -> bool {
    viewer.is_platform_owner() || viewer.is(creator_id) || organization_id.is_some_and(|id| viewer.is_manager_of(id))
}

/// What is published to the viewer as one of many.
fn published(viewer: &Viewer, is_not_among: impl FnOnce(Expr, SelectStatement) -> Expr) -> Condition {
    // A view, since row-level security would leave none of them in the table.
    let deleted = Query::select().column("id").from("deleted_organizations").take();
    let alive = organization().is_null().or(is_not_among(organization(), deleted));
    let everyone = is_one_of(
        content::Column::Visibility,
        [content::Visibility::Public, content::Visibility::PurchasedOnly],
    );
    let mut audience = Condition::any().add(everyone);
    if viewer.user_id().is_some() {
        let members = among(
            viewer,
            content::Column::OrganizationId.as_column_ref(),
            viewer.member_of(),
        );
        audience = audience.add(
            Condition::all()
                .add(is(content::Column::Visibility, content::Visibility::MembersOnly))
                .add(members),
        );
    }
    Condition::all()
        .add(is(content::Column::Status, content::Status::Published))
        .add(audience)
        .add(alive)
}
