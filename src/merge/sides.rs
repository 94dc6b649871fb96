//! The three sides of a merge.

use std::collections::{BTreeMap, BTreeSet};

use semver::Version;

use super::Contents;
use crate::render::Tree;

/// What palisade wrote last, as the project remembers it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// The palisade that wrote it; the base of a conflict is labelled with it.
    pub generator: Version,
    /// Each managed file as it was rendered.
    ///
    /// Of Cargo.lock a project remembers a hash alone: it belongs in here when the file on
    /// disk, or else the wanted one, has that hash.
    pub files: Contents,
    /// Those among `files` that were written as executable.
    pub executable: BTreeSet<String>,
    /// The files that are written once: seeded, append-only, derived, and Cargo.lock.
    pub once: BTreeSet<String>,
}

/// What stands on disk now, at each path that was written or is wanted.
///
/// A path that has nothing is left out. A name that differs from a wanted one by case alone
/// belongs in here too.
pub type Disk = BTreeMap<String, There>;

/// What stands at a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum There {
    File {
        bytes: Vec<u8>,
        executable: bool,
    },
    /// A symbolic link, wherever it leads: nothing is read or written through it.
    Link,
    /// A folder, or something stranger.
    Other,
    /// Nothing, since a folder on the way is no folder: a file, or a link to one.
    Blocked,
}

/// What palisade would write now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// The palisade that rendered it; its side of a conflict is labelled with it.
    pub generator: Version,
    pub tree: Tree,
    /// Files that come back although the user deleted them.
    pub restored: BTreeSet<String>,
    /// Files in whose conflicts the user decided for what is there.
    pub settled: BTreeSet<String>,
}

impl Written {
    /// Returns the memory of a place where nothing was written yet.
    pub fn nothing(generator: Version) -> Self {
        Self {
            generator,
            files: Contents::new(),
            executable: BTreeSet::new(),
            once: BTreeSet::new(),
        }
    }
}

impl Wanted {
    /// Wants a tree, and nothing besides.
    pub fn new(generator: Version, tree: Tree) -> Self {
        Self {
            generator,
            tree,
            restored: BTreeSet::new(),
            settled: BTreeSet::new(),
        }
    }
}

impl There {
    /// Returns the bytes of a file.
    pub fn bytes(&self) -> Option<&[u8]> {
        match self {
            Self::File { bytes, .. } => Some(bytes),
            Self::Link | Self::Other | Self::Blocked => None,
        }
    }
}
