//! The viewer's own rows, about which the rules are short ones. PostgreSQL makes every part of a rule ready at each execution, and the
//! parts about everybody else's rows are most of it.

use derive_where::derive_where;
use sea_orm::{
    Condition,
    sea_query::{Query, SelectStatement},
};

use super::{Key, Noun, noun::table, scope::Access};
use crate::viewer::Viewer;

/// Whether a statement reads nobody's rows but the viewer's own, and by which column they are theirs.
#[derive_where(Clone, Copy, Hash)]
pub(super) struct Own<N: Noun> {
    by: Option<Option<N::Via>>,
    /// Whether the database is told who asks, so that it knows by itself which rows are their own.
    is_told: bool,
}

impl<N: Noun> Own<N> {
    /// Those that these keys name in this column; without one, in the primary key.
    pub(super) fn by(access: &Access, via: Option<N::Via>, keys: &[Key]) -> Self {
        let viewer = &access.viewer;
        let is_own = matches!(keys, [Key::Text(id)] if viewer.is(id));
        // Pinned to an organization, not even their own are all theirs to see.
        let is_own = is_own && viewer.tenant().is_none() && N::own(via).is_some();
        Self {
            by: is_own.then_some(via),
            is_told: access.reader.is_asking(),
        }
    }

    /// A statement over the rows that the viewer may see; `one`: of which it looks at few.
    pub(super) fn select(self, viewer: &Viewer, one: bool) -> SelectStatement {
        let mut statement = Query::select();
        match N::OWN_VIEW {
            Some(view) if self.is_own() && self.is_told => statement.from_as(view, table::<N::Entity>()),
            _ => statement.from(table::<N::Entity>()),
        };
        statement.cond_where(self.visible(viewer, one)).take()
    }

    fn visible(self, viewer: &Viewer, one: bool) -> Condition {
        let visible = if one { N::visible_one } else { N::visible };
        self.by.and_then(N::own).unwrap_or_else(|| visible(viewer))
    }

    /// Whether they are.
    pub(super) fn is_own(self) -> bool {
        self.by.is_some()
    }
}
