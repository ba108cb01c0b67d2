//! Where a request's document comes from: its own text, or the hash of one that is known.
//!
//! Whoever sends the hash of a document beside its text may send the hash alone from then on (Apollo's automatic persisted
//! queries); and with trusted documents, which the gateway was started with, nothing else has to be executed at all. What was
//! read once is kept, within bounds, so that it is not parsed again.

use std::sync::Arc;

use axum::http::StatusCode;
use quick_cache::{Weighter, sync::Cache};
use sha2::{Digest, Sha256};

use super::{
    document::{self, Document},
    refusal::Refusal,
    trusted::Trusted,
};
use crate::graphql::{ClientError, Code, Limits};

/// How documents are found and kept.
#[derive(Clone, Debug)]
pub struct DocumentSettings {
    /// About how many bytes are kept of documents by their text, and as many by their hash.
    pub cache_bytes: u64,
    /// The documents that are known from the start.
    pub trusted: Trusted,
    /// Whether no others are executed.
    pub trusted_only: bool,
}

impl Default for DocumentSettings {
    fn default() -> Self {
        Self {
            cache_bytes: 32 * 1024 * 1024,
            trusted: Trusted::default(),
            trusted_only: false,
        }
    }
}

/// The name of a document: the SHA-256 of its text, in lower case hexadecimal digits.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Hash(String);

impl Hash {
    /// That of this text.
    pub(super) fn of(text: &str) -> Self {
        Self(hex::encode(Sha256::digest(text)))
    }

    /// Reads one; nothing if it is none.
    pub(super) fn read(text: &str) -> Option<Self> {
        let is_one = text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        is_one.then(|| Self(text.to_ascii_lowercase()))
    }
}

/// What a request says of its document: at least one of the two.
#[derive(Debug)]
pub(super) struct Asked {
    pub(super) text: Option<String>,
    pub(super) hash: Option<Hash>,
}

impl Asked {
    /// The document's digest, whichever way it was asked for.
    pub(super) fn digest(&self) -> String {
        match (&self.text, &self.hash) {
            (Some(text), _) => Hash::of(text).0,
            (None, Some(hash)) => hash.0.clone(),
            (None, None) => String::new(),
        }
    }
}

/// The documents that are known.
pub(super) struct Documents {
    limits: Limits,
    read: Cache<Arc<str>, Arc<Document>, Bytes>,
    persisted: Cache<Hash, Arc<Document>, Bytes>,
    trusted: Trusted,
    trusted_only: bool,
}

/// Documents weigh what they take.
#[derive(Clone)]
struct Bytes;

impl<K> Weighter<K, Arc<Document>> for Bytes {
    fn weight(&self, _: &K, document: &Arc<Document>) -> u64 {
        document.bytes
    }
}

impl Documents {
    pub(super) fn new(limits: Limits, settings: DocumentSettings) -> Self {
        // A guess, from which the cache's own tables grow.
        const SOME: usize = 1000;
        Self {
            limits,
            read: Cache::with_weighter(SOME, settings.cache_bytes, Bytes),
            persisted: Cache::with_weighter(SOME, settings.cache_bytes, Bytes),
            trusted: settings.trusted,
            trusted_only: settings.trusted_only,
        }
    }

    /// The document that a request asks for.
    ///
    /// # Errors
    /// If it cannot be executed, is not known, or is not trusted where it has to be.
    pub(super) fn find(&self, asked: Asked) -> Result<Arc<Document>, Refusal> {
        let Asked { text, hash } = asked;
        let Some(text) = text else {
            let known = hash.and_then(|hash| self.trusted.get(&hash).or_else(|| self.remembered(&hash)));
            return known.ok_or_else(unknown);
        };
        let own = (hash.is_some() || self.trusted_only).then(|| Hash::of(&text));
        if hash.is_some() && hash != own {
            let message = "The hash in `extensions.persistedQuery` is not the SHA-256 of `query`.";
            return Err(Refusal::bad_request(message));
        }
        if self.trusted_only {
            return own.and_then(|own| self.trusted.get(&own)).ok_or_else(untrusted);
        }
        let document = match self.read.get(text.as_str()) {
            Some(document) => document,
            None => {
                let document = Arc::new(document::read(&text, &self.limits)?);
                self.read.insert(Arc::clone(&document.text), Arc::clone(&document));
                document
            }
        };
        if let Some(hash) = hash {
            self.persisted.insert(hash, Arc::clone(&document));
        }
        Ok(document)
    }

    fn remembered(&self, hash: &Hash) -> Option<Arc<Document>> {
        match self.trusted_only {
            true => None,
            false => self.persisted.get(hash),
        }
    }
}

/// Clients know this by its message, and then send the text.
fn unknown() -> Refusal {
    ClientError::new(Code::PersistedQueryNotFound, "PersistedQueryNotFound").into()
}

fn untrusted() -> Refusal {
    let message = "Only the documents that this gateway was started with are executed; this is none of them.";
    Refusal::new(StatusCode::FORBIDDEN, Code::UntrustedDocument, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(text: &str) -> Asked {
        Asked {
            text: Some(text.to_owned()),
            hash: None,
        }
    }

    fn found(documents: &Documents, text: &str) -> Arc<Document> {
        documents
            .find(asked(text))
            .unwrap_or_else(|refusal| panic!("{refusal}"))
    }

    #[test]
    fn what_was_read_is_kept_within_bounds() {
        let documents = Documents::new(Limits::USUAL, DocumentSettings::default());
        assert!(Arc::ptr_eq(&found(&documents, "{ a }"), &found(&documents, "{ a }")));
        assert!(!Arc::ptr_eq(&found(&documents, "{ a }"), &found(&documents, "{ b }")));

        let cache_bytes = 100_000;
        let small = DocumentSettings {
            cache_bytes,
            ..DocumentSettings::default()
        };
        let documents = Documents::new(Limits::USUAL, small);
        for number in 0..1000 {
            found(&documents, &format!("{{ a{number} }}"));
        }
        assert!(documents.read.weight() <= cache_bytes, "{}", documents.read.weight());
        assert!(documents.read.len() > 10, "{}", documents.read.len());
    }
}
