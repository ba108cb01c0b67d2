//! From a query's selection to what the store must read: columns, and the to-one relations under them.

use async_graphql::SelectionField;

/// What the store takes as a selection. A field's name in the schema says what it needs.
pub trait LookAhead: Default {
    /// Adds what one field needs. A name that the type does not have is another type's, in a fragment beside it.
    fn see(&mut self, field: SelectionField<'_>);

    /// Adds what all fields under this one need.
    fn see_under(&mut self, field: SelectionField<'_>) {
        for field in field.selection_set() {
            self.see(field);
        }
    }

    /// What all fields under this one need.
    fn under(field: SelectionField<'_>) -> Self {
        let mut selection = Self::default();
        selection.see_under(field);
        selection
    }
}
