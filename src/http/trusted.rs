//! The documents that the gateway is started with.

use std::{collections::HashMap, fs, path::Path, sync::Arc};

use anyhow::{Context, bail, ensure};
use serde::Deserialize;

use super::{
    document::{self, Document},
    documents::Hash,
};
use crate::graphql::Limits;

/// The documents that are known from the start, by their hash.
#[derive(Clone, Debug, Default)]
pub struct Trusted(HashMap<Hash, Arc<Document>>);

/// The two forms of a manifest.
#[derive(Deserialize)]
#[serde(untagged)]
enum Manifest {
    /// Apollo's, as its tools extract it from a client's source.
    Operations { operations: Vec<Operation> },
    /// Texts by their hash, as Relay and GraphQL Code Generator write them.
    Texts(HashMap<String, String>),
}

#[derive(Deserialize)]
struct Operation {
    id: String,
    body: String,
}

impl Trusted {
    /// Reads them: all `.graphql` files of a folder and of those in it, or a manifest.
    ///
    /// # Errors
    /// If a file cannot be read, is not a document that could be executed under these limits, or has another hash than the
    /// manifest says.
    pub fn load(path: &Path, limits: &Limits) -> anyhow::Result<Self> {
        let mut trusted = Self::default();
        if path.is_dir() {
            trusted.add_folder(path, limits)?;
        } else {
            trusted.add_manifest(path, limits)?;
        }
        ensure!(!trusted.0.is_empty(), "{} has no documents", path.display());
        Ok(trusted)
    }

    /// The names of their operations.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        let operations = self.0.values().flat_map(|document| document.parsed.operations.iter());
        operations.filter_map(|(name, _)| name.map(|name| name.as_str()))
    }

    /// The document with this hash.
    pub(super) fn get(&self, hash: &Hash) -> Option<Arc<Document>> {
        self.0.get(hash).cloned()
    }

    fn add_folder(&mut self, folder: &Path, limits: &Limits) -> anyhow::Result<()> {
        let name = folder.display();
        for entry in fs::read_dir(folder).with_context(|| format!("cannot read {name}"))? {
            let path = entry.with_context(|| format!("cannot read {name}"))?.path();
            if path.is_dir() {
                self.add_folder(&path, limits)?;
            } else if path.extension().is_some_and(|extension| extension == "graphql") {
                let text = read(&path)?;
                // An editor ends a file with a line's end, and a client may leave that out.
                for text in [text.as_str(), text.trim()] {
                    self.add(&path.display().to_string(), text, limits)?;
                }
            }
        }
        Ok(())
    }

    fn add_manifest(&mut self, path: &Path, limits: &Limits) -> anyhow::Result<()> {
        let name = path.display();
        let manifest = serde_json::from_str(&read(path)?).with_context(|| {
            format!("{name} is neither a folder nor a manifest: `{{hash: text}}`, or with `operations` that have `id` and `body`")
        })?;
        let documents: Vec<(String, String)> = match manifest {
            Manifest::Operations { operations } => operations
                .into_iter()
                .map(|operation| (operation.id, operation.body))
                .collect(),
            Manifest::Texts(texts) => texts.into_iter().collect(),
        };
        for (id, text) in documents {
            let place = format!("{name}, {id}");
            let hash = id.strip_prefix("sha256:").unwrap_or(&id);
            if Hash::read(hash) != Some(Hash::of(&text)) {
                bail!("{place}: this is not the SHA-256 of its document");
            }
            self.add(&place, &text, limits)?;
        }
        Ok(())
    }

    fn add(&mut self, place: &str, text: &str, limits: &Limits) -> anyhow::Result<()> {
        let document = match document::read(text, limits) {
            Ok(document) => document,
            Err(refusal) => bail!("{place}: {refusal}"),
        };
        self.0.insert(Hash::of(text), Arc::new(document));
        Ok(())
    }
}

fn read(path: &Path) -> anyhow::Result<String> {
    fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))
}
