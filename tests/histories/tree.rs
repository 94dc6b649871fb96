//! All that stands below a folder.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

/// What stands at a path; a link with where it leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Node {
    File { bytes: Vec<u8>, executable: bool },
    Link(String),
}

pub(crate) type Tree = BTreeMap<String, Node>;

/// Reads a tree, without git's files and what stays on this machine.
pub(crate) fn read(root: &Path) -> Tree {
    let mut tree = Tree::new();
    collect(root, "", &mut tree);
    tree
}

fn collect(folder: &Path, below: &str, tree: &mut Tree) {
    for entry in fs::read_dir(folder).expect("a folder").flatten() {
        let name = entry.file_name().into_string().expect("names are text");
        let path = format!("{below}{name}");
        if [".git", ".palisade/local"].contains(&path.as_str()) {
            continue;
        }
        let kind = entry.file_type().expect("it is there");
        if kind.is_dir() {
            collect(&entry.path(), &format!("{path}/"), tree);
        } else if kind.is_symlink() {
            let to = fs::read_link(entry.path()).expect("a link");
            tree.insert(path, Node::Link(to.display().to_string()));
        } else {
            let mode = entry.metadata().expect("it is there").permissions().mode();
            let file = Node::File {
                bytes: fs::read(entry.path()).expect("a file"),
                executable: mode & 0o100 != 0,
            };
            tree.insert(path, file);
        }
    }
}

/// Returns the paths at which two trees differ.
pub(crate) fn differences<'a>(one: &'a Tree, other: &'a Tree) -> Vec<&'a str> {
    let differs = |path: &&String| one.get(*path) != other.get(*path);
    let mut paths: Vec<&str> = one
        .keys()
        .chain(other.keys())
        .filter(differs)
        .map(String::as_str)
        .collect();
    paths.sort_unstable();
    paths.dedup();
    paths
}

impl Node {
    pub(crate) fn bytes(&self) -> &[u8] {
        match self {
            Self::File { bytes, .. } => bytes,
            Self::Link(_) => &[],
        }
    }
}
