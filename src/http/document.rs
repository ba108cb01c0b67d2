//! A look at a document before it is executed, for what the library lets pass or refuses without naming it.

use std::{
    convert::Infallible,
    sync::{Arc, OnceLock},
};

use async_graphql::{
    Name, ServerError, Value,
    parser::{
        parse_query,
        types::{BaseType, ExecutableDocument, OperationDefinition, Selection, SelectionSet},
    },
};
use serde_json::Map;

use super::{
    limits::{Cost, cost, shape, tokens},
    merging::merges,
    refusal::Refusal,
    validity::Validity,
};
use crate::graphql::{BigInt, ClientError, Code, Limits};

/// About how many bytes the parser keeps of a token: most of them are fields.
const BYTES_A_TOKEN: u64 = 256;

/// A document that can be executed, as far as that is a matter of its text.
#[derive(Debug)]
pub(super) struct Document {
    pub(super) parsed: ExecutableDocument,
    pub(super) text: Arc<str>,
    /// Whether it asks, or could ask, for what the schema is.
    pub(super) introspects: bool,
    /// Whether it selects something in several places that the answer has once.
    pub(super) merges: bool,
    /// Whether it is known to fit the schema.
    pub(super) validity: Validity,
    /// What its only operation costs, once that is known, and if no variable has a part in it.
    cost: OnceLock<Cost>,
    /// About how many bytes it takes, with its text.
    pub(super) bytes: u64,
}

impl Document {
    /// What one of its operations costs with these variables.
    pub(super) fn cost(&self, operation: &OperationDefinition, variables: &Map<String, serde_json::Value>) -> Cost {
        if let Some(cost) = self.cost.get() {
            return *cost;
        }
        let (cost, is_fixed) = cost(&self.parsed, operation, variables);
        if is_fixed && chosen(&self.parsed, None).nth(1).is_none() {
            let _ = self.cost.set(cost);
        }
        cost
    }
}

/// Reads a document.
///
/// # Errors
/// If it is larger than it may be, is not GraphQL, or has a whole number that does not fit into an `Int`.
pub(super) fn read(text: &str, limits: &Limits) -> Result<Document, Refusal> {
    let tokens = tokens::count(text, limits.tokens)?;
    let parsed =
        parse_query(text).map_err(|error| Refusal::operation(vec![unreadable(error.into())], Code::ParseFailed))?;
    shape::check(&parsed, limits)?;
    sets(&parsed).try_for_each(literals_fit)?;
    let introspects = sets(&parsed).any(introspects);
    let bytes = text.len() as u64 + u64::from(tokens) * BYTES_A_TOKEN;
    Ok(Document {
        merges: merges(&parsed),
        validity: Validity::of(&parsed),
        cost: OnceLock::new(),
        parsed,
        text: text.into(),
        introspects,
        bytes,
    })
}

/// What its operations select, and its fragments.
pub(super) fn sets(document: &ExecutableDocument) -> impl Iterator<Item = &SelectionSet> {
    let operations = document.operations.iter();
    let operations = operations.map(|(_, operation)| &operation.node.selection_set.node);
    let fragments = document.fragments.values();
    operations.chain(fragments.map(|fragment| &fragment.node.selection_set.node))
}

/// Whether a selection has one of the fields that tell what the schema is
/// (<https://spec.graphql.org/September2025/#sec-Schema-Introspection>).
fn introspects(set: &SelectionSet) -> bool {
    set.items.iter().any(|selection| match &selection.node {
        Selection::Field(field) => {
            matches!(field.node.name.node.as_str(), "__schema" | "__type")
                || introspects(&field.node.selection_set.node)
        }
        Selection::InlineFragment(fragment) => introspects(&fragment.node.selection_set.node),
        Selection::FragmentSpread(_) => false,
    })
}

/// What a parser says of a document, without the drawing of it that may be as long as the document.
fn unreadable(error: ServerError) -> ServerError {
    let expected = error
        .message
        .lines()
        .filter_map(|line| line.trim().strip_prefix("= "))
        .next_back();
    let message = format!(
        "The document is not GraphQL: {}.",
        expected.unwrap_or("it cannot be read")
    );
    ServerError { message, ..error }
}

/// The operations that may be meant: one, unless the request is wrong, which the execution then says.
pub(super) fn chosen<'a>(
    document: &'a ExecutableDocument,
    name: Option<&'a str>,
) -> impl Iterator<Item = &'a OperationDefinition> {
    let operations = document.operations.iter();
    let meant = move |own: Option<&Name>| name.is_none_or(|name| own.is_some_and(|own| own == name));
    operations
        .filter(move |(own, _)| meant(*own))
        .map(|(_, operation)| &operation.node)
}

/// Completes the variables of an operation by their defaults, since the library does not know them in `@include` and `@skip`.
///
/// # Errors
/// If a variable is missing that must be given, or has a whole number that does not fit into an `Int`; naming it.
pub(super) fn complete(
    operation: &OperationDefinition,
    variables: &mut Map<String, serde_json::Value>,
) -> Result<(), ClientError> {
    for definition in &operation.variable_definitions {
        let (definition, name) = (&definition.node, definition.node.name.node.as_str());
        match (variables.get(name), &definition.default_value) {
            (None, Some(default)) => {
                let default = default.node.clone().into_json().unwrap_or_default();
                variables.insert(name.to_owned(), default);
            }
            (None | Some(serde_json::Value::Null), _) if !definition.var_type.node.nullable => {
                let message = format!(
                    "of type `{}` must be given, and must not be null",
                    definition.var_type.node
                );
                return Err(ClientError::argument(&format!("${name}"), message));
            }
            _ => (),
        }
    }
    let of_large_numbers = |name: &str| {
        let mut definitions = operation.variable_definitions.iter().map(|definition| &definition.node);
        definitions.any(|definition| definition.name.node == name && is_big(&definition.var_type.node.base))
    };
    let mut variables = variables.iter().filter(|(name, _)| !of_large_numbers(name));
    variables.try_for_each(|(name, value)| {
        fits(
            &format!("${name}"),
            &Value::from_json(value.clone()).unwrap_or_default(),
        )
    })
}

/// Whether this is the type of whole numbers that may be larger than an `Int`, or a list of them.
fn is_big(kind: &BaseType) -> bool {
    match kind {
        BaseType::Named(name) => name == BigInt::NAME,
        BaseType::List(of) => is_big(&of.base),
    }
}

/// Makes sure that the whole numbers in a selection's arguments fit into an `Int`.
fn literals_fit(set: &SelectionSet) -> Result<(), ClientError> {
    set.items.iter().try_for_each(|selection| match &selection.node {
        Selection::Field(field) => {
            for (name, value) in &field.node.arguments {
                // What comes by a variable is looked at there.
                let value = value.node.clone().into_const_with(|_| Ok::<_, Infallible>(Value::Null));
                fits(name.node.as_str(), &value.unwrap_or_default())?;
            }
            literals_fit(&field.node.selection_set.node)
        }
        Selection::InlineFragment(fragment) => literals_fit(&fragment.node.selection_set.node),
        Selection::FragmentSpread(_) => Ok(()),
    })
}

/// Makes sure that the whole numbers in a value fit into an `Int`, except where the schema takes larger ones.
fn fits(argument: &str, value: &Value) -> Result<(), ClientError> {
    let name = argument.rsplit('.').next().unwrap_or(argument);
    match value {
        _ if BigInt::INPUTS.contains(&name) => Ok(()),
        Value::Number(number)
            if !number.is_f64() && number.as_i64().is_none_or(|number| i32::try_from(number).is_err()) =>
        {
            Err(ClientError::argument(
                argument,
                "must be a whole number of at most 32 bits",
            ))
        }
        Value::List(values) => values.iter().try_for_each(|value| fits(argument, value)),
        Value::Object(fields) => fields
            .iter()
            .try_for_each(|(name, value)| fits(&format!("{argument}.{name}"), value)),
        _ => Ok(()),
    }
}
