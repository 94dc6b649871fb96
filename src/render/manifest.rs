//! Cargo.toml of a service: the sorted union of what its pieces ask for.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::RenderError;
use crate::catalog::{Crate, Crates, Package, Piece};

/// The head of a service's package.
#[derive(Debug, Clone, Copy)]
pub struct Head<'a> {
    pub name: &'a str,
    pub description: &'a str,
}

/// Where the service will stand, as far as cargo minds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Surroundings {
    /// No workspace above.
    #[default]
    Alone,
    /// Below a workspace, which would claim the service as a member.
    InWorkspace,
}

/// A dependency as all pieces together ask for it.
struct Union<'a> {
    version: &'a str,
    default_features: bool,
    features: BTreeSet<&'a str>,
    why: BTreeSet<&'a str>,
}

/// Writes the manifest.
///
/// # Errors
/// When no piece brings the package's head.
pub fn render_manifest(
    pieces: &[&Piece],
    head: Head<'_>,
    surroundings: Surroundings,
) -> Result<String, RenderError> {
    let package = pieces.iter().find_map(|piece| piece.package.as_ref());
    let mut text = render_head(head, package.ok_or(RenderError::NoPackage)?);
    render_table(
        &mut text,
        "dependencies",
        pieces.iter().map(|piece| &piece.crates),
    );
    render_table(
        &mut text,
        "dev-dependencies",
        pieces.iter().map(|piece| &piece.dev_crates),
    );
    for tail in pieces
        .iter()
        .filter_map(|piece| piece.manifest_tail.as_ref())
    {
        text.push('\n');
        text.push_str(tail.trim_end());
        text.push('\n');
    }
    if surroundings == Surroundings::InWorkspace {
        text.push_str("\n# Keeps the service apart from the workspace above it.\n[workspace]\n");
    }
    Ok(text)
}

fn render_head(head: Head<'_>, package: &Package) -> String {
    format!(
        "[package]\n\
         name = {name}\n\
         version = \"0.1.0\"\n\
         edition = {edition}\n\
         rust-version = {rust_version}\n\
         description = {description}\n\
         publish = false\n",
        name = quoted(head.name),
        edition = quoted(&package.edition),
        rust_version = quoted(&package.rust_version),
        description = quoted(head.description),
    )
}

fn render_table<'a>(text: &mut String, title: &str, parts: impl Iterator<Item = &'a Crates>) {
    let mut union: BTreeMap<&str, Union<'a>> = BTreeMap::new();
    for (name, asked) in parts.flatten() {
        match union.get_mut(name.as_str()) {
            Some(known) => known.add(asked),
            None => drop(union.insert(name, Union::of(asked))),
        }
    }
    if union.is_empty() {
        return;
    }
    text.push_str(&format!("\n[{title}]\n"));
    for (name, asked) in union {
        asked.render(text, name);
    }
}

impl<'a> Union<'a> {
    fn of(asked: &'a Crate) -> Self {
        Self {
            version: &asked.version,
            default_features: asked.default_features,
            features: asked.features.iter().map(String::as_str).collect(),
            why: asked.why.as_deref().into_iter().collect(),
        }
    }

    /// Takes in what another piece asks of the same crate; the versions are equal (catalog).
    fn add(&mut self, asked: &'a Crate) {
        self.default_features |= asked.default_features;
        self.features
            .extend(asked.features.iter().map(String::as_str));
        self.why.extend(asked.why.as_deref());
    }

    fn render(&self, text: &mut String, name: &str) {
        for why in &self.why {
            text.push_str(&format!("# {why}\n"));
        }
        let version = quoted(self.version);
        if self.default_features && self.features.is_empty() {
            text.push_str(&format!("{name} = {version}\n"));
            return;
        }
        text.push_str(&format!("{name} = {{ version = {version}"));
        if !self.default_features {
            text.push_str(", default-features = false");
        }
        if !self.features.is_empty() {
            let features: Vec<_> = self
                .features
                .iter()
                .map(|feature| quoted(feature))
                .collect();
            text.push_str(&format!(", features = [{}]", features.join(", ")));
        }
        text.push_str(" }\n");
    }
}

/// Writes a TOML basic string.
fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            c if c.is_control() => {
                // Writing to a string cannot fail.
                let _ = write!(quoted, "\\u{:04X}", u32::from(c));
            }
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}
