//! A row that need not be read, since it is known.

use std::{any::Any, fmt, sync::Arc};

use entity::user;
use sea_orm::EntityTrait;

use super::{Key, Noun};
use crate::viewer::Viewer;

/// One row as it is now: the viewer's own, which was read to find out who asks; or the one that a change has changed. Whoever may
/// change a row sees it afterwards, and nobody else has been at it in between.
#[derive(Clone)]
pub struct Known {
    key: Key,
    row: Arc<dyn Any + Send + Sync>,
}

impl Known {
    /// The row with this key, as a change has left it.
    pub(super) fn new<M: Any + Send + Sync>(key: Key, row: M) -> Self {
        Self {
            key,
            row: Arc::new(row),
        }
    }

    /// The viewer's own; nothing for the anonymous. Users always see themselves.
    pub(super) fn viewers(viewer: &Viewer) -> Option<Self> {
        let row: Arc<user::Model> = Arc::clone(viewer.user()?);
        Some(Self {
            key: Key::Text(row.id.clone()),
            row,
        })
    }

    /// The row with this key, if that is the one, and if what is selected of it needs no other.
    pub(super) fn row<N: Noun>(&self, key: &Key, selection: &N::Selection) -> Option<Arc<N>> {
        if self.key != *key {
            return None;
        }
        let row = Arc::clone(&self.row)
            .downcast::<<N::Entity as EntityTrait>::Model>()
            .ok()?;
        N::alone(row, selection).map(Arc::new)
    }
}

impl fmt::Debug for Known {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.key.fmt(formatter)
    }
}
