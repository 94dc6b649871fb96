//! A fragment's text: a line a crate, and a line with a blank before it a dependency.
//!
//! ```text
//! .
//!  axum 0.8.4
//! axum 0.8.4 021e862c184ae977658b36c4500f7feac3221ca5da43e3f25bd04ab6c79a29b5
//!  bytes 1.10.1
//! ```
//!
//! The dot is the service itself. Ids are always full: which names need a
//! version is not known before all fragments are together.

use std::fmt::Write as _;

use semver::Version;

use super::{Entry, Graph, PackageId};

/// A fragment that is not as `refresh-lock` writes it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, miette::Diagnostic)]
#[error("line {0} of a lock fragment cannot be read")]
#[diagnostic(
    code(palisade::render::lock),
    help("write the fragments anew: cargo run --example refresh-lock")
)]
pub struct FragmentError(usize);

/// Whose dependencies the lines are.
enum Owner {
    Root,
    Package(PackageId),
}

impl Graph {
    /// Reads a fragment.
    ///
    /// # Errors
    /// At the first line that is neither crate nor dependency.
    pub fn parse_fragment(text: &str) -> Result<Self, FragmentError> {
        let mut graph = Self::default();
        let mut owner = None;
        for (index, line) in text.lines().enumerate() {
            graph
                .take(line, &mut owner)
                .ok_or(FragmentError(index + 1))?;
        }
        Ok(graph)
    }

    fn take(&mut self, line: &str, owner: &mut Option<Owner>) -> Option<()> {
        if let Some(dependency) = line.strip_prefix(' ') {
            let (name, version) = dependency.split_once(' ')?;
            let id = parse_id(name, version)?;
            match owner.as_ref()? {
                Owner::Root => self.root.insert(id),
                Owner::Package(package) => self.packages.get_mut(package)?.dependencies.insert(id),
            };
            return Some(());
        }
        if line == "." {
            *owner = Some(Owner::Root);
            return Some(());
        }
        let (name, rest) = line.split_once(' ')?;
        let (version, checksum) = rest.split_once(' ')?;
        let id = parse_id(name, version)?;
        let entry = Entry {
            checksum: checksum.to_owned(),
            dependencies: Default::default(),
        };
        self.packages.insert(id.clone(), entry);
        *owner = Some(Owner::Package(id));
        Some(())
    }

    /// Writes this part of a lock as a fragment; a part without anything is empty.
    pub fn render_fragment(&self) -> String {
        let mut text = String::new();
        let mut line = |line: std::fmt::Arguments<'_>| {
            // Writing to a string cannot fail.
            let _ = writeln!(text, "{line}");
        };
        if !self.root.is_empty() {
            line(format_args!("."));
            self.root.iter().for_each(|id| line(format_args!(" {id}")));
        }
        for (id, entry) in &self.packages {
            line(format_args!("{id} {}", entry.checksum));
            entry
                .dependencies
                .iter()
                .for_each(|id| line(format_args!(" {id}")));
        }
        text
    }
}

fn parse_id(name: &str, version: &str) -> Option<PackageId> {
    Some(PackageId {
        name: name.to_owned(),
        version: Version::parse(version).ok()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = ".\n a 1.0.0\na 1.0.0 feed\n b 0.2.0\nb 0.2.0 beef\n";

    #[test]
    fn a_fragment_reads_back_as_it_was_written() {
        let graph = Graph::parse_fragment(TEXT);
        assert_eq!(
            graph.map(|graph| graph.render_fragment()),
            Ok(TEXT.to_owned())
        );
        assert_eq!(Graph::default().render_fragment(), "");
    }

    #[test]
    fn a_line_that_is_neither_crate_nor_dependency_is_named() {
        for (text, line) in [
            (" a 1.0.0\n", 1),
            (".\n a\n", 2),
            (".\na 1.0.0\n", 2),
            (".\n\n", 2),
        ] {
            assert_eq!(
                Graph::parse_fragment(text),
                Err(FragmentError(line)),
                "{text:?}"
            );
        }
    }
}
