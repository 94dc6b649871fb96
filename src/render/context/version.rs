//! Words about a version of the API.

use serde::Serialize;

use super::{PathWords, ResourceWords, ServiceContext};
use crate::answers::Version;

/// One version.
#[derive(Debug, Clone, Serialize)]
pub struct VersionWords {
    /// `v1`
    pub module: String,
    /// `1`
    pub number: u16,
    /// Whether there is none before it.
    pub is_first: bool,
    /// The version before it, whose resources it goes on with: `v1` for `v2`; empty for the first.
    pub before: String,
    /// The day from which it is served: `2026-11-23`.
    pub released: String,
    /// The paths of its resources, sorted as JSON's members are.
    pub paths: Vec<PathWords>,
}

/// What a template with `__version__` in its path can name.
#[derive(Debug, Clone, Serialize)]
pub struct VersionContext<'a> {
    #[serde(flatten)]
    pub common: &'a ServiceContext,
    pub version: &'a VersionWords,
}

/// What a template with `__version__` and a resource in its path can name.
#[derive(Debug, Clone, Serialize)]
pub struct VersionedResourceContext<'a> {
    #[serde(flatten)]
    pub common: &'a ServiceContext,
    pub version: &'a VersionWords,
    pub resource: &'a ResourceWords,
}

impl VersionWords {
    /// Puts the words together, for versions that are given oldest first.
    pub(super) fn all(versions: &[Version], resources: &[ResourceWords]) -> Vec<Self> {
        let mut before = None;
        let words = versions.iter().map(|version| Self {
            module: version.name.to_string(),
            number: version.name.number(),
            is_first: before.is_none(),
            before: before
                .replace(version.name)
                .map(|name| name.to_string())
                .unwrap_or_default(),
            released: version.released.to_string(),
            paths: PathWords::all(version.name, resources),
        });
        words.collect()
    }
}
