//! What a change is going to find first, as far as its arguments say so: that is found together with who asks.

use async_graphql::{
    Name, Value,
    parser::types::{OperationDefinition, Selection},
};
use serde_json::Map;

use crate::{
    graphql::{id::Kind, input},
    store::{change::beside, content::Content, media_item::MediaItem, organization::Organization},
    viewer::Beside,
};

/// The row that an operation's only change finds first: that of its input's `id`, for changes that do no more than to change
/// this row. What else there is takes its own way, whatever is found.
pub fn found_first(operation: &OperationDefinition, variables: &Map<String, serde_json::Value>) -> Option<Beside> {
    let [selection] = operation.selection_set.node.items.as_slice() else {
        return None;
    };
    let Selection::Field(field) = &selection.node else {
        return None;
    };
    let (kind, beside): (_, fn(_) -> _) = match field.node.name.node.as_str() {
        "updateContent" | "unpublishContent" | "archiveContent" | "restoreContent" => {
            (Kind::Content, beside::<Content>)
        }
        "updateMediaItem" => (Kind::MediaItem, beside::<MediaItem>),
        "updateOrganization" => (Kind::Organization, beside::<Organization>),
        _ => return None,
    };
    // Of a variable that is the whole input, the id is all that is wanted.
    let id_in = |name: Name| {
        let variable = variables.get(name.as_str());
        let id = variable.map(|variable| variable.get("id").unwrap_or(variable));
        Value::from_json(id.cloned().unwrap_or_default())
    };
    let input = field.node.get_argument("input")?.node.clone().into_const_with(id_in);
    let id = match input.ok()? {
        Value::Object(mut fields) => fields.swap_remove("id")?,
        id => id,
    };
    let Value::String(id) = id else { return None };
    // Whatever is wrong with it, the change itself says.
    input::uuid_key("input.id", &id.into(), kind).ok().map(beside)
}
