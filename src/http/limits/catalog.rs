//! What of the schema tells how much of it can come back: which fields are objects, and which of those are many.

use std::{collections::HashMap, sync::LazyLock};

use async_graphql::parser::{
    parse_schema,
    types::{BaseType, FieldDefinition, OperationType, ServiceDocument, Type, TypeKind, TypeSystemDefinition},
};

use crate::graphql::sdl;

/// The types with fields, by name.
#[derive(Debug, Default)]
pub(super) struct Catalog {
    types: HashMap<String, HashMap<String, FieldKind>>,
}

/// What a field gives.
#[derive(Clone, Debug)]
pub(super) enum FieldKind {
    /// Neither an object nor many of them.
    Leaf,
    /// The number of a list's nodes, for which they have to be counted.
    Count,
    /// An object of this type.
    Object(String),
    /// A part of a connection that is no node: where the page stands.
    Part(String),
    /// A page of a list.
    Connection(String),
    /// The nodes (or the edges) of a connection: as many as its page has.
    Nodes(String),
    /// The rows with these ids: as many as the argument has.
    Found(String),
    /// Another list.
    Many(String),
}

impl Catalog {
    /// The one of the gateway's schema, which is the same whatever the settings are.
    pub(super) fn of_the_schema() -> &'static Self {
        static CATALOG: LazyLock<Catalog> = LazyLock::new(|| match parse_schema(sdl()) {
            Ok(schema) => Catalog::new(&schema),
            Err(error) => {
                tracing::error!("the schema's own text cannot be read, so no query costs anything: {error}");
                Catalog::default()
            }
        });
        &CATALOG
    }

    fn new(schema: &ServiceDocument) -> Self {
        let mut fields = HashMap::new();
        for definition in &schema.definitions {
            let TypeSystemDefinition::Type(definition) = definition else {
                continue;
            };
            let own = match &definition.node.kind {
                TypeKind::Object(object) => &object.fields,
                TypeKind::Interface(interface) => &interface.fields,
                _ => continue,
            };
            fields.insert(definition.node.name.node.to_string(), own);
        }
        let types = fields.iter().map(|(name, own)| {
            let kinds = own
                .iter()
                .map(|field| (field.node.name.node.to_string(), kind(name, &field.node, &fields)));
            (name.clone(), kinds.collect())
        });
        Self { types: types.collect() }
    }

    /// What this field of this type gives; nothing if there is none.
    pub(super) fn field(&self, of: &str, name: &str) -> Option<&FieldKind> {
        self.types.get(of)?.get(name)
    }

    /// Where an operation begins.
    pub(super) fn root(operation: OperationType) -> &'static str {
        match operation {
            OperationType::Query => "Query",
            OperationType::Mutation => "Mutation",
            OperationType::Subscription => "Subscription",
        }
    }
}

fn kind<T>(of: &str, field: &FieldDefinition, types: &HashMap<String, T>) -> FieldKind {
    let (name, many) = innermost(&field.ty.node);
    let in_connection = is_connection(of);
    if !types.contains_key(name) {
        return match field.name.node.as_str() {
            "totalCount" if in_connection => FieldKind::Count,
            _ => FieldKind::Leaf,
        };
    }
    let name = name.to_owned();
    let takes_ids = || field.arguments.iter().any(|argument| argument.node.name.node == "ids");
    match many {
        true if in_connection => FieldKind::Nodes(name),
        true if takes_ids() => FieldKind::Found(name),
        true => FieldKind::Many(name),
        false if is_connection(&name) => FieldKind::Connection(name),
        false if in_connection => FieldKind::Part(name),
        false => FieldKind::Object(name),
    }
}

fn is_connection(name: &str) -> bool {
    name.ends_with("Connection")
}

/// The name of a type, without what is around it, and whether it is a list.
fn innermost(ty: &Type) -> (&str, bool) {
    match &ty.base {
        BaseType::Named(name) => (name, false),
        BaseType::List(of) => (innermost(of).0, true),
    }
}
