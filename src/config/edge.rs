//! The edge's settings: how documents are found, and how much a request may ask for.

use std::path::PathBuf;

use anyhow::Context;
use clap::Args;

use crate::{graphql::Limits, http};

/// How documents are found and kept.
#[derive(Clone, Debug, Args)]
pub struct DocumentSettings {
    /// The memory for documents that were read before, and for persisted queries, in MiB each
    #[arg(long, env = "CODEX_DOCUMENT_CACHE", value_name = "MIB", default_value_t = 32)]
    pub document_cache: u32,
    /// Documents that can be asked for by their hash: a folder of `.graphql` files, or a JSON manifest
    #[arg(long, env = "CODEX_TRUSTED", value_name = "PATH")]
    pub trusted: Option<PathBuf>,
    /// Execute no other documents
    #[arg(long, env = "CODEX_TRUSTED_ONLY", requires = "trusted")]
    pub trusted_only: bool,
}

/// How much a request may ask for.
#[derive(Clone, Debug, Args)]
pub struct LimitSettings {
    /// The most bytes of a request's body
    #[arg(long, env = "CODEX_MAX_BODY", value_name = "BYTES", default_value_t = Limits::USUAL.body_bytes,
        value_parser = count())]
    pub max_body: u32,
    /// The most tokens of a document
    #[arg(long, env = "CODEX_MAX_TOKENS", value_name = "N", default_value_t = Limits::USUAL.tokens,
        value_parser = count())]
    pub max_tokens: u32,
    /// The most levels of fields
    #[arg(long, env = "CODEX_MAX_DEPTH", value_name = "N", default_value_t = Limits::USUAL.depth,
        value_parser = clap::value_parser!(u32).range(i64::from(Limits::LEAST_DEPTH)..=i64::from(Limits::MOST_DEPTH)))]
    pub max_depth: u32,
    /// The most aliases of an operation
    #[arg(long, env = "CODEX_MAX_ALIASES", value_name = "N", default_value_t = Limits::USUAL.aliases,
        value_parser = count())]
    pub max_aliases: u32,
    /// The most directives of an operation
    #[arg(long, env = "CODEX_MAX_DIRECTIVES", value_name = "N", default_value_t = Limits::USUAL.directives,
        value_parser = count())]
    pub max_directives: u32,
    /// The most fields on the first level of an operation
    #[arg(long, env = "CODEX_MAX_ROOT_FIELDS", value_name = "N", default_value_t = Limits::USUAL.root_fields,
        value_parser = count())]
    pub max_root_fields: u32,
    /// The most that an operation may cost: about as many objects may come back
    #[arg(long, env = "CODEX_MAX_COST", value_name = "N", default_value_t = Limits::USUAL.cost,
        value_parser = count())]
    pub max_cost: u32,
}

/// A count that GraphQL's `Int` can tell.
fn count() -> clap::builder::RangedI64ValueParser<u32> {
    clap::value_parser!(u32).range(1..=i64::from(i32::MAX))
}

impl DocumentSettings {
    pub(super) fn resolve(&self, limits: &Limits) -> anyhow::Result<http::DocumentSettings> {
        let trusted = self.trusted.as_deref().map(|path| http::Trusted::load(path, limits));
        Ok(http::DocumentSettings {
            cache_bytes: u64::from(self.document_cache) * 1024 * 1024,
            trusted: trusted.transpose().context("--trusted")?.unwrap_or_default(),
            trusted_only: self.trusted_only,
        })
    }
}

impl LimitSettings {
    pub(super) fn resolve(&self) -> Limits {
        Limits {
            body_bytes: self.max_body,
            tokens: self.max_tokens,
            depth: self.max_depth,
            aliases: self.max_aliases,
            directives: self.max_directives,
            root_fields: self.max_root_fields,
            cost: self.max_cost,
            ..Limits::USUAL
        }
    }
}
