//! Whether a document selects the same object, or the same list, in several places, of which the answer has one
//! (<https://spec.graphql.org/September2025/#sec-Field-Selection-Merging>).

use std::collections::HashSet;

use async_graphql::parser::types::{ExecutableDocument, Selection, SelectionSet};

use super::document;

/// Whether there may be something to merge: two fields of one name in the answer that select something in turn, or a fragment that
/// stands twice, on one level. Those of other types, and what is skipped, count as well.
pub(super) fn merges(document: &ExecutableDocument) -> bool {
    document::sets(document).any(|set| merges_in(document, set))
}

fn merges_in(document: &ExecutableDocument, set: &SelectionSet) -> bool {
    let level = &mut Level {
        document,
        fields: HashSet::new(),
        fragments: HashSet::new(),
    };
    level.repeats(set) || merges_under(document, set)
}

/// Whether this is so further down. What fragments of a name select is looked at where they are defined.
fn merges_under(document: &ExecutableDocument, set: &SelectionSet) -> bool {
    set.items.iter().any(|selection| match &selection.node {
        Selection::Field(field) => merges_in(document, &field.node.selection_set.node),
        Selection::InlineFragment(fragment) => merges_under(document, &fragment.node.selection_set.node),
        Selection::FragmentSpread(_) => false,
    })
}

/// What was met on one level so far, in all fragments.
struct Level<'a> {
    document: &'a ExecutableDocument,
    fields: HashSet<&'a str>,
    fragments: HashSet<&'a str>,
}

impl<'a> Level<'a> {
    fn repeats(&mut self, set: &'a SelectionSet) -> bool {
        set.items.iter().any(|selection| match &selection.node {
            Selection::Field(field) => {
                let field = &field.node;
                let is_more = !field.selection_set.node.items.is_empty();
                is_more && !self.fields.insert(field.response_key().node.as_str())
            }
            Selection::InlineFragment(fragment) => self.repeats(&fragment.node.selection_set.node),
            Selection::FragmentSpread(spread) => {
                let name = &spread.node.fragment_name.node;
                if !self.fragments.insert(name.as_str()) {
                    return true;
                }
                let fragment = self.document.fragments.get(name);
                fragment.is_some_and(|fragment| self.repeats(&fragment.node.selection_set.node))
            }
        })
    }
}
