//! How large a document is once its fragments are written out, told without writing them out.

use std::collections::HashMap;

use async_graphql::{
    Name,
    parser::types::{ExecutableDocument, Selection, SelectionSet},
};

use super::exceeded;
use crate::graphql::{ClientError, Code, Limit, Limits};

/// The size of what stands between two braces.
#[derive(Clone, Copy, Default)]
struct Shape {
    /// Fields and fragments: each of them is walked through.
    fields: u32,
    aliases: u32,
    directives: u32,
    /// The levels of fields.
    depth: u32,
    /// The levels of fields and of fragments: so deep is the recursion of whoever walks through it.
    nested: u32,
    /// The fields on the first level.
    first: u32,
}

/// Makes sure that a document exceeds none of the limits that have to do with its text alone.
///
/// # Errors
/// If it does.
pub(in crate::http) fn check(document: &ExecutableDocument, limits: &Limits) -> Result<(), ClientError> {
    let within = |limit, found: u32, most: u32| match found > most {
        true => Err(exceeded(limit, most, Some(found))),
        false => Ok(()),
    };
    let fragments = u32::try_from(document.fragments.len()).unwrap_or(u32::MAX);
    within(Limit::Fragments, fragments, limits.fragments)?;
    let mut walk = Walk {
        document,
        fragments: HashMap::new(),
    };
    let mut fields = 0_u32;
    for (_, operation) in document.operations.iter() {
        let operation = &operation.node;
        let mut shape = walk.set(&operation.selection_set.node, 0)?;
        shape.add_directives(operation.directives.len());
        let variables = operation.variable_definitions.iter();
        variables.for_each(|variable| shape.add_directives(variable.node.directives.len()));
        within(Limit::Depth, shape.depth, limits.depth)?;
        within(Limit::Depth, shape.nested, Limits::NESTED)?;
        within(Limit::RootFields, shape.first, limits.root_fields)?;
        within(Limit::Aliases, shape.aliases, limits.aliases)?;
        within(Limit::Directives, shape.directives, limits.directives)?;
        fields = fields.saturating_add(shape.fields);
        within(Limit::Fields, fields, limits.fields)?;
    }
    Ok(())
}

/// A walk through a document that meets each fragment once.
struct Walk<'a> {
    document: &'a ExecutableDocument,
    /// Each fragment's own; nothing yet while it is being walked through.
    fragments: HashMap<&'a Name, Option<Shape>>,
}

impl<'a> Walk<'a> {
    fn set(&mut self, set: &'a SelectionSet, nested: u32) -> Result<Shape, ClientError> {
        if nested > Limits::NESTED {
            return Err(exceeded(Limit::Depth, Limits::NESTED, None));
        }
        let mut whole = Shape::default();
        for selection in &set.items {
            let mut part = match &selection.node {
                Selection::Field(field) => {
                    let under = self.set(&field.node.selection_set.node, nested + 1)?;
                    Shape {
                        aliases: under.aliases.saturating_add(u32::from(field.node.alias.is_some())),
                        depth: under.depth.saturating_add(1),
                        first: 1,
                        ..under
                    }
                }
                Selection::InlineFragment(fragment) => self.set(&fragment.node.selection_set.node, nested + 1)?,
                Selection::FragmentSpread(spread) => self.fragment(&spread.node.fragment_name.node, nested + 1)?,
            };
            part.add_directives(selection.node.directives().len());
            whole.add(part);
        }
        Ok(whole)
    }

    fn fragment(&mut self, name: &'a Name, nested: u32) -> Result<Shape, ClientError> {
        match self.fragments.get(name) {
            Some(Some(shape)) => return Ok(*shape),
            // Whoever walks through it from here on would never come to an end.
            Some(None) => {
                let message = format!("The fragment `{name}` contains itself.");
                return Err(ClientError::new(Code::ValidationFailed, message));
            }
            None => self.fragments.insert(name, None),
        };
        let document = self.document;
        let Some(fragment) = document.fragments.get(name) else {
            return Ok(Shape::default());
        };
        let mut shape = self.set(&fragment.node.selection_set.node, nested)?;
        shape.add_directives(fragment.node.directives.len());
        self.fragments.insert(name, Some(shape));
        Ok(shape)
    }
}

impl Shape {
    /// Adds one selection, with what stands under it.
    fn add(&mut self, part: Self) {
        self.fields = self.fields.saturating_add(part.fields).saturating_add(1);
        self.aliases = self.aliases.saturating_add(part.aliases);
        self.directives = self.directives.saturating_add(part.directives);
        self.first = self.first.saturating_add(part.first);
        self.depth = self.depth.max(part.depth);
        self.nested = self.nested.max(part.nested.saturating_add(1));
    }

    fn add_directives(&mut self, count: usize) {
        self.directives = self.directives.saturating_add(u32::try_from(count).unwrap_or(u32::MAX));
    }
}
