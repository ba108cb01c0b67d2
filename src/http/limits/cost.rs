//! What an operation costs: how much could come back, if every list is as long as its page.

use std::{cell::Cell, collections::HashMap, convert::Infallible};

use async_graphql::{
    Name, Positioned, Value,
    parser::types::{Directive, ExecutableDocument, Field, OperationDefinition, Selection, SelectionSet},
};
use serde_json::Map;

use super::{
    catalog::{Catalog, FieldKind},
    exceeded,
};
use crate::graphql::{ClientError, LARGEST_SIZE, Limit, USUAL_SIZE};

/// In tenths: what each field adds.
const FIELD: u64 = 1;
/// In tenths: what an object adds, which somebody has to read, or a count.
const OBJECT: u64 = 10;
/// How many a list inside of the introspection has, on the average and rounded up.
const INTROSPECTED: u64 = 5;
/// How many types the introspection lists.
const TYPES: u64 = 100;

/// What an operation costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::http) struct Cost(pub(in crate::http) u32);

impl Cost {
    /// That of whatever costs nothing else.
    pub(in crate::http) const LEAST: Self = Self(1);

    /// That of several operations.
    pub(in crate::http) fn sum(costs: impl Iterator<Item = Self>) -> Self {
        Self(costs.fold(0, |sum, cost| sum.saturating_add(cost.0)))
    }

    /// Makes sure that it is no more than `most`.
    ///
    /// # Errors
    /// If it is.
    pub(in crate::http) fn check(self, most: u32) -> Result<(), ClientError> {
        match self.0 > most {
            true => Err(exceeded(Limit::Cost, most, Some(self.0))),
            false => Ok(()),
        }
    }
}

/// The cost of an operation with these variables, and whether it is the same with any others. The document must have passed the
/// limits on its shape: this goes as deep as it does, and no fragment may contain itself.
pub(in crate::http) fn cost(
    document: &ExecutableDocument,
    operation: &OperationDefinition,
    variables: &Map<String, serde_json::Value>,
) -> (Cost, bool) {
    let mut estimate = Estimate {
        catalog: Catalog::of_the_schema(),
        document,
        variables,
        has_asked: Cell::new(false),
        fragments: HashMap::new(),
    };
    let sum = estimate.set(&operation.selection_set.node, Catalog::root(operation.ty));
    let cost = Cost(u32::try_from(sum.once.div_ceil(OBJECT)).unwrap_or(u32::MAX));
    (cost, !estimate.has_asked.get())
}

/// A sum, in tenths.
#[derive(Clone, Copy, Default)]
struct Sum {
    /// What comes once.
    once: u64,
    /// Inside of a connection: what comes once for each node of its page, however many those are.
    each: u64,
}

struct Estimate<'a> {
    catalog: &'static Catalog,
    document: &'a ExecutableDocument,
    variables: &'a Map<String, serde_json::Value>,
    /// Whether a variable had a part in it.
    has_asked: Cell<bool>,
    /// Each fragment's own, on the type it is on.
    fragments: HashMap<&'a Name, Sum>,
}

impl<'a> Estimate<'a> {
    /// What stands between two braces, on this type.
    fn set(&mut self, set: &'a SelectionSet, on: &str) -> Sum {
        let mut sum = Sum::default();
        for selection in &set.items {
            if self.is_skipped(selection.node.directives()) {
                continue;
            }
            let part = match &selection.node {
                Selection::Field(field) => self.field(&field.node, on),
                Selection::InlineFragment(fragment) => {
                    let condition = fragment.node.type_condition.as_ref();
                    let on = condition.map_or(on, |condition| condition.node.on.node.as_str());
                    self.set(&fragment.node.selection_set.node, on)
                }
                Selection::FragmentSpread(spread) => self.fragment(&spread.node.fragment_name.node),
            };
            sum.once = sum.once.saturating_add(part.once);
            sum.each = sum.each.saturating_add(part.each);
        }
        sum
    }

    fn fragment(&mut self, name: &'a Name) -> Sum {
        if let Some(sum) = self.fragments.get(name) {
            return *sum;
        }
        let document = self.document;
        let Some(fragment) = document.fragments.get(name) else {
            return Sum::default();
        };
        let sum = self.set(
            &fragment.node.selection_set.node,
            &fragment.node.type_condition.node.on.node,
        );
        self.fragments.insert(name, sum);
        sum
    }

    fn field(&mut self, field: &'a Field, on: &str) -> Sum {
        let name = field.name.node.as_str();
        let under = &field.selection_set.node;
        if name.starts_with("__") || on.starts_with("__") {
            return once(self.introspected(field));
        }
        // What is not in the schema is not executed either.
        let Some(kind) = self.catalog.field(on, name) else {
            return Sum::default();
        };
        match kind {
            FieldKind::Leaf => once(FIELD),
            FieldKind::Count => once(OBJECT),
            // To tell where the page stands, its rows are read.
            FieldKind::Part(of) => Sum {
                once: self.set(under, of).once.saturating_add(FIELD),
                each: FIELD,
            },
            FieldKind::Object(of) => once(self.set(under, of).once.saturating_add(OBJECT)),
            FieldKind::Connection(of) => {
                let inside = self.set(under, of);
                once(
                    inside
                        .each
                        .saturating_mul(self.page_size(field))
                        .saturating_add(inside.once)
                        .saturating_add(OBJECT),
                )
            }
            FieldKind::Nodes(of) => Sum {
                once: FIELD,
                each: self.set(under, of).once.saturating_add(match name {
                    // The node that stands in an edge is the object.
                    "edges" => FIELD,
                    _ => OBJECT,
                }),
            },
            FieldKind::Found(of) => self.many(under, of, self.ids(field)),
            FieldKind::Many(of) => self.many(under, of, USUAL_SIZE),
        }
    }

    fn many(&mut self, under: &'a SelectionSet, of: &str, count: u64) -> Sum {
        let each = self.set(under, of).once.saturating_add(OBJECT);
        once(each.saturating_mul(count).saturating_add(FIELD))
    }

    /// What the introspection gives is read from no database, but it can be much: each type has fields that have types.
    fn introspected(&mut self, field: &'a Field) -> u64 {
        let under = &field.selection_set.node;
        let count = match field.name.node.as_str() {
            "types" => TYPES,
            "fields" | "args" | "inputFields" | "interfaces" | "possibleTypes" | "enumValues" | "directives" => {
                INTROSPECTED
            }
            _ => 1,
        };
        // Any type of that kind will do, since all of them are looked at alike.
        let each = self.set(under, "__Type").once.saturating_add(FIELD);
        each.saturating_mul(count)
    }

    /// How many nodes the page of a connection may have. What is no size is refused later.
    fn page_size(&self, field: &Field) -> u64 {
        let size = |name| match self.argument(field, name) {
            Some(Value::Number(number)) => number.as_i64(),
            _ => None,
        };
        match size("first").or_else(|| size("last")) {
            Some(size) => u64::try_from(size).unwrap_or_default().min(LARGEST_SIZE),
            None => USUAL_SIZE,
        }
    }

    /// How many ids a field is given.
    fn ids(&self, field: &Field) -> u64 {
        match self.argument(field, "ids") {
            Some(Value::List(ids)) => u64::try_from(ids.len()).unwrap_or(u64::MAX),
            // One that is no list counts as a list of it.
            _ => 1,
        }
    }

    /// Whether these directives leave something out of the answer.
    fn is_skipped(&self, directives: &[Positioned<Directive>]) -> bool {
        directives.iter().any(|directive| {
            let unwanted = match directive.node.name.node.as_str() {
                "skip" => true,
                "include" => false,
                _ => return false,
            };
            let condition = directive.node.get_argument("if").cloned();
            let condition = condition.and_then(|condition| condition.node.into_const_with(self.variables()).ok());
            condition == Some(Value::Boolean(unwanted))
        })
    }

    /// What an argument is, with the variables in it.
    fn argument(&self, field: &Field, name: &str) -> Option<Value> {
        let written = field.get_argument(name)?.node.clone();
        written.into_const_with(self.variables()).ok()
    }

    fn variables(&self) -> impl Fn(Name) -> Result<Value, Infallible> {
        |name| {
            self.has_asked.set(true);
            let value = self.variables.get(name.as_str()).cloned();
            Ok(Value::from_json(value.unwrap_or_default()).unwrap_or_default())
        }
    }
}

fn once(tenths: u64) -> Sum {
    Sum { once: tenths, each: 0 }
}
