//! What stands above a new project, as far as cargo minds.

use std::fs;
use std::path::{Path, PathBuf};

/// Returns the manifest of the workspace that cargo would count a folder to.
pub fn workspace_above(folder: &Path) -> Option<PathBuf> {
    let manifests = folder.ancestors().map(|folder| folder.join("Cargo.toml"));
    manifests
        .into_iter()
        .find(|manifest| has_workspace(manifest))
}

fn has_workspace(manifest: &Path) -> bool {
    let text = fs::read_to_string(manifest).unwrap_or_default();
    text.parse::<toml::Table>()
        .is_ok_and(|manifest| manifest.contains_key("workspace"))
}
