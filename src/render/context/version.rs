//! Words about a version of the API.

use serde::Serialize;

use super::{ResourceWords, ServiceContext};
use crate::answers::Version;

/// One version.
#[derive(Debug, Clone, Serialize)]
pub struct VersionWords {
    /// `v1`
    pub module: String,
    /// `1`
    pub number: u16,
    /// The day from which it is served: `2026-11-23`.
    pub released: String,
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
    pub(super) fn new(version: &Version) -> Self {
        Self {
            module: version.name.to_string(),
            number: version.name.number(),
            released: version.released.to_string(),
        }
    }
}
