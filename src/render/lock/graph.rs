//! The packages of a lock and what they depend on.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use semver::Version;

/// A crate of the registry in one version.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct PackageId {
    pub name: String,
    pub version: Version,
}

impl fmt::Display for PackageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.name, self.version)
    }
}

/// What a lock says of a crate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    pub checksum: String,
    pub dependencies: BTreeSet<PackageId>,
}

/// A lock, or a part of one. The service's own package is the root, as yet without a name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Graph {
    pub root: BTreeSet<PackageId>,
    pub packages: BTreeMap<PackageId, Entry>,
}

/// Two fragments that were not cut from one superset.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, miette::Diagnostic)]
#[error("two fragments give `{0}` different checksums")]
#[diagnostic(
    code(palisade::render::lock),
    help("cut all of them anew: cargo run --example refresh-lock")
)]
pub struct Clash(pub PackageId);

impl Graph {
    /// Takes in another part of the same superset.
    ///
    /// # Errors
    /// When the checksums of a crate differ.
    pub fn unite(&mut self, other: Self) -> Result<(), Clash> {
        self.root.extend(other.root);
        for (id, entry) in other.packages {
            match self.packages.get_mut(&id) {
                Some(known) if known.checksum != entry.checksum => return Err(Clash(id)),
                Some(known) => known.dependencies.extend(entry.dependencies),
                None => drop(self.packages.insert(id, entry)),
            }
        }
        Ok(())
    }

    /// Returns what this lock has beyond a part of it.
    ///
    /// A crate that both have stays listed when it depends on more here.
    #[must_use]
    pub fn beyond(&self, part: &Self) -> Self {
        let mut packages = BTreeMap::new();
        for (id, entry) in &self.packages {
            let known = part.packages.get(id);
            let mut more = entry.clone();
            if let Some(known) = known {
                more.dependencies
                    .retain(|dependency| !known.dependencies.contains(dependency));
            }
            if known.is_none() || !more.dependencies.is_empty() {
                packages.insert(id.clone(), more);
            }
        }
        Self {
            root: self.root.difference(&part.root).cloned().collect(),
            packages,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(name: &str) -> PackageId {
        PackageId {
            name: name.to_owned(),
            version: Version::new(1, 0, 0),
        }
    }

    fn graph(root: &[&str], packages: &[(&str, &str, &[&str])]) -> Graph {
        let ids = |names: &[&str]| names.iter().map(|name| id(name)).collect();
        let entry = |checksum: &&str, on: &&[&str]| Entry {
            checksum: (*checksum).to_owned(),
            dependencies: ids(on),
        };
        Graph {
            root: ids(root),
            packages: packages
                .iter()
                .map(|(name, sum, on)| (id(name), entry(sum, on)))
                .collect(),
        }
    }

    #[test]
    fn a_difference_and_its_base_unite_to_the_whole() {
        let base = graph(&["a"], &[("a", "1", &["b"]), ("b", "2", &[])]);
        let whole = graph(
            &["a", "d"],
            &[
                ("a", "1", &["b", "c"]),
                ("b", "2", &[]),
                ("c", "3", &[]),
                ("d", "4", &["b"]),
            ],
        );
        let difference = whole.beyond(&base);
        assert_eq!(
            difference,
            graph(
                &["d"],
                &[("a", "1", &["c"]), ("c", "3", &[]), ("d", "4", &["b"])]
            )
        );
        let mut united = base;
        assert_eq!(united.unite(difference), Ok(()));
        assert_eq!(united, whole);
    }

    #[test]
    fn fragments_of_different_supersets_do_not_unite() {
        let mut base = graph(&[], &[("a", "1", &[])]);
        assert_eq!(
            base.unite(graph(&[], &[("a", "2", &[])])),
            Err(Clash(id("a")))
        );
    }
}
