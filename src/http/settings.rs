//! How the edge is set.

use super::DocumentSettings;
use crate::graphql::Limits;

/// How the edge is set. The default is the safe one.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// How much a request may ask for.
    pub limits: Limits,
    /// How documents are found and kept.
    pub documents: DocumentSettings,
}
