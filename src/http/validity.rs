//! Whether an operation still has to be validated. What a document says is valid or not once and for all; of what comes with a
//! request only the variables can be wrong. Where they are plain values of their types, the library's rules have nothing left to
//! find, and looking at them again takes longer than most answers.

use std::{
    convert::Infallible,
    sync::atomic::{AtomicBool, Ordering},
};

use async_graphql::{
    Value as Constant,
    parser::types::{BaseType, ExecutableDocument, Field, OperationDefinition, Selection, SelectionSet, Type},
};
use serde_json::{Map, Value};

use super::document;

/// Whether a document has been found valid.
#[derive(Debug)]
pub(super) struct Validity {
    found: AtomicBool,
    /// Whether variables stand within larger values.
    mixes: bool,
}

impl Validity {
    /// Of a document of which nothing is known yet.
    pub(super) fn of(document: &ExecutableDocument) -> Self {
        Self {
            found: AtomicBool::new(false),
            mixes: document::sets(document).any(mixes),
        }
    }

    /// All rules have been asked about the document with these variables, and had nothing to say. Of a value in which a variable
    /// stands that was not given, they have not looked at the rest.
    pub(super) fn found(&self, document: &ExecutableDocument, variables: &Map<String, Value>) {
        let given = |operation: &OperationDefinition| {
            let mut definitions = operation.variable_definitions.iter();
            definitions.all(|definition| variables.contains_key(definition.node.name.node.as_str()))
        };
        // Nor have they looked at such values in an operation that was not meant.
        let mut operations = document::chosen(document, None);
        let all_seen = operations.next().is_some_and(given) && operations.next().is_none();
        if !self.mixes || all_seen {
            self.found.store(true, Ordering::Relaxed);
        }
    }

    /// Whether this document is valid with these variables, without asking again.
    pub(super) fn is_known(&self, document: &ExecutableDocument, variables: &Map<String, Value>) -> bool {
        self.found.load(Ordering::Relaxed)
            && document::chosen(document, None).all(|operation| plain(operation, variables))
    }
}

/// Whether variables stand within larger values in a selection's arguments.
fn mixes(set: &SelectionSet) -> bool {
    set.items.iter().any(|selection| match &selection.node {
        Selection::Field(field) => mixes_in(&field.node) || mixes(&field.node.selection_set.node),
        Selection::InlineFragment(fragment) => mixes(&fragment.node.selection_set.node),
        Selection::FragmentSpread(_) => false,
    })
}

fn mixes_in(field: &Field) -> bool {
    field.arguments.iter().any(|(_, value)| {
        let mut variables = 0;
        let _: Result<Constant, Infallible> = value.node.clone().into_const_with(|_| {
            variables += 1;
            Ok(Constant::Null)
        });
        // A variable alone is written as its name.
        variables > 0 && !value.node.to_string().starts_with('$')
    })
}

/// Whether all variables are plain values of their types.
fn plain(operation: &OperationDefinition, variables: &Map<String, Value>) -> bool {
    let definitions = operation.variable_definitions.iter();
    let mut given = definitions.filter_map(|definition| {
        let definition = &definition.node;
        Some((&definition.var_type.node, variables.get(definition.name.node.as_str())?))
    });
    given.all(|(kind, value)| is_plain(kind, value))
}

/// Whether this is a value of a type that every schema has, in the form in which no other type has it
/// (<https://spec.graphql.org/September2025/#sec-Scalars.Built-in-Scalars>).
fn is_plain(kind: &Type, value: &Value) -> bool {
    let BaseType::Named(name) = &kind.base else {
        return false;
    };
    match name.as_str() {
        "String" | "ID" => value.is_string(),
        "Boolean" => value.is_boolean(),
        "Int" => value.as_i64().is_some_and(|number| i32::try_from(number).is_ok()),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use async_graphql::parser::parse_query;
    use serde_json::json;

    use super::*;

    fn object(value: Value) -> Map<String, Value> {
        match value {
            Value::Object(fields) => fields,
            value => panic!("{value} is no object"),
        }
    }

    /// Whether a document that was found valid with some variables is known to be with others.
    fn known(document: &str, found: Value, then: Value) -> bool {
        let document = parse_query(document).unwrap();
        let validity = Validity::of(&document);
        let then = object(then);
        assert!(!validity.is_known(&document, &then), "nobody has found it valid");
        validity.found(&document, &object(found));
        validity.is_known(&document, &then)
    }

    #[test]
    fn what_stands_beside_a_missing_variable_was_not_looked_at() {
        let beside = "query ($s: String) { a(b: {c: $s, d: 1}) }";
        assert!(!known(beside, json!({}), json!({"s": "a"})));
        assert!(known(beside, json!({"s": "a"}), json!({"s": "b"})));
        let fragment = "query ($s: String) { ...f } fragment f on Query { a(b: [$s]) }";
        assert!(!known(fragment, json!({}), json!({"s": "a"})));
        let alone = "query ($s: String) { a(b: $s) }";
        assert!(known(alone, json!({}), json!({"s": "a"})));
    }

    #[test]
    fn an_operation_that_was_not_meant_was_not_looked_at() {
        let two = "query A ($s: String) { a(b: {c: $s}) } query B ($s: String) { a(b: {c: $s, d: 1}) }";
        assert!(!known(two, json!({"s": "a"}), json!({"s": "a"})));
        let plain = "query A ($s: String) { a(b: $s) } query B ($s: String) { a(b: $s) }";
        assert!(known(plain, json!({"s": "a"}), json!({"s": "a"})));
    }

    #[test]
    fn nothing_but_plain_values_passes() {
        let document = "query ($s: String, $i: Int, $b: Boolean!, $d: ID, $l: [ID!], $o: ContentFilter) { a }";
        for variables in [json!({}), json!({"s": "a", "i": 1, "b": true, "d": "x"})] {
            assert!(known(document, json!({}), variables.clone()), "{variables}");
        }
        for variables in [
            json!({"s": 1}),
            json!({"s": null}),
            json!({"s": ["a"]}),
            json!({"i": "1"}),
            json!({"i": 1.5}),
            json!({"i": 4_000_000_000_i64}),
            json!({"b": "true"}),
            json!({"d": 1}),
            json!({"l": ["x"]}),
            json!({"o": {}}),
        ] {
            assert!(!known(document, json!({}), variables.clone()), "{variables}");
        }
    }
}
