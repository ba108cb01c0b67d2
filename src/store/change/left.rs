//! The row that a change has left behind.

use std::{any::Any, fmt, sync::Arc};

use sea_orm::EntityTrait;

use crate::store::{Key, Noun};

/// The one row that a change has changed, as it is now. Whoever may change a row sees it afterwards, and nobody else has been at it in
/// between, so it need not be read again.
#[derive(Clone)]
pub struct Left {
    key: Key,
    row: Arc<dyn Any + Send + Sync>,
}

impl Left {
    pub(super) fn new(key: Key, row: impl Any + Send + Sync) -> Self {
        Self {
            key,
            row: Arc::new(row),
        }
    }

    /// The row with this key, if that is the one, and if what is selected of it needs no other.
    pub fn row<N: Noun>(&self, key: &Key, selection: &N::Selection) -> Option<Arc<N>> {
        if self.key != *key {
            return None;
        }
        let row = self.row.downcast_ref::<<N::Entity as EntityTrait>::Model>()?;
        N::alone(row, selection).map(Arc::new)
    }
}

impl fmt::Debug for Left {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.key.fmt(formatter)
    }
}
