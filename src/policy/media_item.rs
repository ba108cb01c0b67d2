//! Media items and their storage keys.

use entity::{content, media_item};
use sea_orm::{
    ColumnTrait, Condition,
    sea_query::{Expr, ExprTrait},
};

use super::{any_row, content as content_policy, same};
use crate::viewer::Viewer;

/// Who sees a row: [`visible`], in words.
pub const RULE: &str = "its creator, the platform owner, whoever may have the body of some content that uses it";
/// Who may know where it is stored: [`may_have_storage_key`], in words.
pub const STORAGE_KEY_RULE: &str = "its creator, the platform owner";

/// Who may create one: whoever is signed in, in words.
pub const CREATE_RULE: &str = "any user, as its creator";
/// Who may change, upload or delete a row that they see: [`may_edit`], in words.
pub const EDIT_RULE: &str = "its creator, the platform owner";
/// Who may tell how transcoding goes: [`may_transcode`], in words.
pub const TRANSCODE_RULE: &str = "the platform owner";

/// Of the rows that the viewer made, those that they see.
pub fn own() -> Condition {
    Condition::all().add(media_item::Column::DeletedAt.is_null())
}

/// The rows that the viewer may see: their own, and those that content uses whose body they may have.
pub fn visible(viewer: &Viewer) -> Condition {
    visible_by(viewer, content_policy::visible(viewer))
}

/// The same, for a statement that looks at few rows.
pub fn visible_one(viewer: &Viewer) -> Condition {
    visible_by(viewer, content_policy::visible_one(viewer))
}

/// The viewer's own rows, and those that some of this content uses whose body they may have.
fn visible_by(viewer: &Viewer, content: Condition) -> Condition {
    let condition = own();
    if viewer.is_platform_owner() {
        return condition;
    }
    let in_use = any_row(content::Entity)
        .and_where(same(content::Column::MediaItemId, media_item::Column::Id))
        .cond_where(content)
        .cond_where(content_policy::body(viewer))
        .take();
    let mut someone = Condition::any();
    if let Some(user_id) = viewer.user_id() {
        someone = someone.add(media_item::Column::CreatorId.eq(user_id));
    }
    // Said so, it is looked up for each row that a page reaches. An `EXISTS` may be answered for all content beforehand.
    condition.add(someone.add(Expr::cust("1").in_subquery(in_use)))
}

/// Whether the viewer may know where a media item that they see is stored.
pub fn may_have_storage_key(viewer: &Viewer, creator_id: &str) -> bool {
    viewer.is_platform_owner() || viewer.is(creator_id)
}

/// Whether the viewer may change, upload or delete a media item that they see.
pub fn may_edit(viewer: &Viewer, creator_id: &str) -> bool {
    viewer.is_platform_owner() || viewer.is(creator_id)
}

/// Whether the viewer may tell how transcoding goes: the transcoder's account is a platform owner's.
pub fn may_transcode(viewer: &Viewer) -> bool {
    viewer.is_platform_owner()
}
