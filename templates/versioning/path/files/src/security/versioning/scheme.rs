//! The first step of a path names the version: `/v1/things`.

use std::sync::Arc;

use super::{Version, Versions};

impl Versions {
    /// Looks up the version that a path begins with.
    pub fn resolve(&self, path: &str) -> Option<Arc<Version>> {
        let first = path.trim_start_matches('/').split('/').next().unwrap_or_default();
        self.0.load().iter().find(|version| *version.name == *first).cloned()
    }
}

impl Version {
    /// Returns what requests call the version.
    pub(super) fn in_requests(&self) -> Arc<str> {
        Arc::clone(&self.name)
    }

    /// Returns what its answers call it: `1` for `v1`.
    pub(super) fn in_answers(&self) -> String {
        let number = self.name.strip_prefix('v').filter(|number| number.parse::<u32>().is_ok());
        number.unwrap_or(&self.name).to_owned()
    }
}

/// Returns where a path is in another version.
pub(super) fn link(other: &str, path: &str) -> String {
    let rest = path.trim_start_matches('/').split_once('/').map(|(_, rest)| format!("/{rest}"));
    format!("</{other}{}>", rest.unwrap_or_default())
}
