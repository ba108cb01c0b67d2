//! A look at a document before it is executed, for what the library lets pass or refuses without naming it.

use std::{collections::HashMap, convert::Infallible};

use async_graphql::{
    Name, ServerError, Value,
    parser::{
        parse_query,
        types::{BaseType, ExecutableDocument, OperationDefinition, Selection, SelectionSet},
    },
};
use serde_json::Map;

use super::refusal::Refusal;
use crate::graphql::{BigInt, ClientError, Code};

/// The most fields that a document may select, once its fragments are written out. Each fragment that spreads another twice
/// doubles them, and whatever walks through a document walks through all of them.
const MOST_FIELDS: u64 = 10_000;
/// The most fragments a document may have; a chain of them is walked through by recursion.
const MOST_FRAGMENTS: usize = 200;

/// Reads a document.
///
/// # Errors
/// If it is not GraphQL.
pub(super) fn parse(text: &str) -> Result<ExecutableDocument, Refusal> {
    parse_query(text).map_err(|error| Refusal::operation(vec![unreadable(error.into())], Code::ParseFailed))
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

/// Makes sure that the document is of a size that can be walked through, and that its whole numbers fit into an `Int`.
///
/// # Errors
/// If not, naming the argument.
pub(super) fn check(document: &ExecutableDocument) -> Result<(), ClientError> {
    if document.fragments.len() > MOST_FRAGMENTS {
        let message = format!("The document must not have more than {MOST_FRAGMENTS} fragments.");
        return Err(ClientError::new(Code::BadUserInput, message));
    }
    let mut walk = Walk {
        document,
        fragments: HashMap::new(),
    };
    let mut fields = 0_u64;
    for (_, operation) in document.operations.iter() {
        fields = fields.saturating_add(walk.fields(&operation.node.selection_set.node)?);
    }
    if fields > MOST_FIELDS {
        let message =
            format!("The document selects more than {MOST_FIELDS} fields, once its fragments are written out.");
        return Err(ClientError::new(Code::BadUserInput, message));
    }
    Ok(())
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

/// A walk through a document that meets each fragment once.
struct Walk<'a> {
    document: &'a ExecutableDocument,
    /// How many fields each fragment selects; nothing yet while it is being walked through, so that a circle ends.
    fragments: HashMap<&'a Name, u64>,
}

impl<'a> Walk<'a> {
    fn fields(&mut self, set: &'a SelectionSet) -> Result<u64, ClientError> {
        let mut fields = 0_u64;
        for selection in &set.items {
            let more = match &selection.node {
                Selection::Field(field) => {
                    for (name, value) in &field.node.arguments {
                        // What comes by a variable is looked at there.
                        let value = value.node.clone().into_const_with(|_| Ok::<_, Infallible>(Value::Null));
                        fits(name.node.as_str(), &value.unwrap_or_default())?;
                    }
                    self.fields(&field.node.selection_set.node)?.saturating_add(1)
                }
                Selection::InlineFragment(fragment) => {
                    self.fields(&fragment.node.selection_set.node)?.saturating_add(1)
                }
                Selection::FragmentSpread(spread) => self.fragment(&spread.node.fragment_name.node)?.saturating_add(1),
            };
            fields = fields.saturating_add(more);
        }
        Ok(fields)
    }

    fn fragment(&mut self, name: &'a Name) -> Result<u64, ClientError> {
        if let Some(fields) = self.fragments.get(name) {
            return Ok(*fields);
        }
        self.fragments.insert(name, 0);
        let document = self.document;
        let Some(fragment) = document.fragments.get(name) else {
            return Ok(0);
        };
        let fields = self.fields(&fragment.node.selection_set.node)?;
        self.fragments.insert(name, fields);
        Ok(fields)
    }
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
