//! The viewer's own rows, about which the rules are short ones. PostgreSQL makes every part of a rule ready at each execution, and the
//! parts about everybody else's rows are most of it.

use derive_where::derive_where;
use sea_orm::Condition;

use super::{Key, Noun};
use crate::viewer::Viewer;

/// Whether a statement reads nobody's rows but the viewer's own, and by which column they are theirs.
#[derive_where(Clone, Copy, Hash)]
pub(super) struct Own<N: Noun>(Option<Option<N::Via>>);

impl<N: Noun> Own<N> {
    /// Those that these keys name in this column; without one, in the primary key.
    pub(super) fn by(viewer: &Viewer, via: Option<N::Via>, keys: &[Key]) -> Self {
        let is_own = matches!(keys, [Key::Text(id)] if viewer.is(id));
        // Pinned to an organization, not even their own are all theirs to see.
        Self((is_own && viewer.tenant().is_none() && N::own(via).is_some()).then_some(via))
    }

    /// The rows that the viewer may see; `one`: of which the statement looks at few.
    pub(super) fn visible(self, viewer: &Viewer, one: bool) -> Condition {
        let visible = if one { N::visible_one } else { N::visible };
        self.0.and_then(N::own).unwrap_or_else(|| visible(viewer))
    }

    /// Whether they are.
    pub(super) fn is_own(self) -> bool {
        self.0.is_some()
    }
}
