//! How much a request may ask for. The edge holds it; here it is told, so that a client can read it from the schema.

use async_graphql::SimpleObject;

/// The most that a request may ask for. What exceeds one of these is refused before anything is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, SimpleObject)]
pub struct Limits {
    /// The most bytes of a request's body (`BODY_TOO_LARGE`).
    pub body_bytes: u32,
    /// The most tokens of a document: names, values and punctuation (`TOO_MANY_TOKENS`).
    pub tokens: u32,
    /// The most levels of fields (`TOO_DEEP`).
    pub depth: u32,
    /// The most aliases of an operation, with its fragments written out (`TOO_MANY_ALIASES`).
    pub aliases: u32,
    /// The most directives of an operation, with its fragments written out (`TOO_MANY_DIRECTIVES`).
    pub directives: u32,
    /// The most fields on the first level of an operation (`TOO_MANY_ROOT_FIELDS`).
    pub root_fields: u32,
    /// The most fields of a document, with its fragments written out (`TOO_MANY_FIELDS`).
    pub fields: u32,
    /// The most fragments of a document (`TOO_MANY_FRAGMENTS`).
    pub fragments: u32,
    /// The most that an operation may cost (`TOO_COSTLY`): one for each object that could come back, if every list is as long
    /// as its page, one for each count, and a tenth for each other field. With `"extensions": {"cost": true}` a request is told
    /// its cost.
    pub cost: u32,
    /// The most nodes of a page (`BAD_USER_INPUT`).
    pub page_size: u32,
    /// The most operations of one request, sent as a JSON array (`BAD_USER_INPUT`). All of them together may cost as much as one.
    pub operations: u32,
}

impl Limits {
    /// Of the limits that are not settings. Each fragment that spreads another twice doubles the fields, and whatever walks
    /// through a document walks through all of them.
    pub const FIELDS: u32 = 10_000;
    /// The same, for fragments: a chain of them is walked through by recursion.
    pub const FRAGMENTS: u32 = 200;
    /// How deep brackets of any kind, or fields and fragments, may be nested in one another: the parser, the library and the
    /// edge take a document apart by recursion.
    pub const NESTED: u32 = 64;
    /// The least that `depth` can be: the introspection query that every tool sends is this deep.
    pub const LEAST_DEPTH: u32 = 15;
    /// The most that `depth` can be: what walks through a document does so by recursion.
    pub const MOST_DEPTH: u32 = 32;

    /// What holds where nothing else is set. The cost keeps the keys of one statement below the 32,766 values that SQLite binds.
    pub const USUAL: Self = Self {
        body_bytes: 1024 * 1024,
        tokens: 5000,
        depth: 20,
        aliases: 30,
        directives: 50,
        root_fields: 20,
        fields: Self::FIELDS,
        fragments: Self::FRAGMENTS,
        cost: 20_000,
        page_size: super::list::LARGEST_SIZE as u32,
        operations: 1,
    };
}

impl Default for Limits {
    fn default() -> Self {
        Self::USUAL
    }
}

/// A limit that a request can exceed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// The body's bytes.
    BodyBytes,
    /// The document's tokens.
    Tokens,
    /// The levels of fields, or of brackets.
    Depth,
    /// An operation's aliases.
    Aliases,
    /// An operation's directives.
    Directives,
    /// The fields on an operation's first level.
    RootFields,
    /// The document's fields.
    Fields,
    /// The document's fragments.
    Fragments,
    /// What an operation may cost.
    Cost,
}

impl Limit {
    /// The name of its error, as `extensions.code` has it.
    pub fn code(self) -> &'static str {
        match self {
            Self::BodyBytes => "BODY_TOO_LARGE",
            Self::Tokens => "TOO_MANY_TOKENS",
            Self::Depth => "TOO_DEEP",
            Self::Aliases => "TOO_MANY_ALIASES",
            Self::Directives => "TOO_MANY_DIRECTIVES",
            Self::RootFields => "TOO_MANY_ROOT_FIELDS",
            Self::Fields => "TOO_MANY_FIELDS",
            Self::Fragments => "TOO_MANY_FRAGMENTS",
            Self::Cost => "TOO_COSTLY",
        }
    }

    /// What is too much, as an error says it: where it is found, and of what it has too much.
    pub(super) fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::BodyBytes => ("The body", "bytes"),
            Self::Tokens => ("The document", "tokens"),
            Self::Depth => ("The document", "levels"),
            Self::Aliases => ("The operation", "aliases, once its fragments are written out"),
            Self::Directives => ("The operation", "directives, once its fragments are written out"),
            Self::RootFields => ("The operation", "fields on its first level"),
            Self::Fields => ("The document", "fields, once its fragments are written out"),
            Self::Fragments => ("The document", "fragments"),
            Self::Cost => ("The operation", "in cost"),
        }
    }
}
