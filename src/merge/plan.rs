//! The verdicts over all files.

use std::collections::{BTreeMap, BTreeSet};

use super::{Contents, Verdict};
use crate::render::{File, Tree};

/// What will be done, file by file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Plan {
    files: BTreeMap<String, Planned>,
}

/// One file of a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Planned {
    pub verdict: Verdict,
    /// The file as it is wanted, if it still is.
    pub wanted: Option<File>,
}

/// Decides what becomes of each file that was written or is wanted.
pub fn plan(written: &Contents, there: &Contents, wanted: Tree) -> Plan {
    let mut wanted: BTreeMap<String, File> = wanted.into_iter().collect();
    let paths: BTreeSet<String> = written.keys().chain(wanted.keys()).cloned().collect();
    let planned = |path: String| {
        let wanted = wanted.remove(&path);
        let bytes = |contents: &Contents| contents.get(&path).cloned();
        let verdict = Verdict::of(
            bytes(written).as_deref(),
            bytes(there).as_deref(),
            wanted.as_ref().map(|file| file.bytes.as_slice()),
        );
        (path, Planned { verdict, wanted })
    };
    Plan {
        files: paths.into_iter().map(planned).collect(),
    }
}

impl Plan {
    /// Returns all files, sorted by path.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Planned)> {
        self.files
            .iter()
            .map(|(path, planned)| (path.as_str(), planned))
    }

    /// Returns the files that will be put on disk.
    pub fn writes(&self) -> impl Iterator<Item = (&str, &File)> {
        self.iter()
            .filter(|(_, planned)| planned.verdict.writes())
            .filter_map(|(path, planned)| Some((path, planned.wanted.as_ref()?)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Class;

    fn tree(files: &[(&str, &str)]) -> Tree {
        let mut tree = Tree::default();
        for (path, text) in files {
            tree.insert(*path, File::new(Class::Managed, *text));
        }
        tree
    }

    #[test]
    fn an_empty_place_gets_everything_new() {
        let plan = plan(
            &Contents::new(),
            &Contents::new(),
            tree(&[("a", "1"), ("b/c", "2")]),
        );
        let verdicts: Vec<_> = plan
            .iter()
            .map(|(path, file)| (path, file.verdict))
            .collect();
        assert_eq!(verdicts, [("a", Verdict::New), ("b/c", Verdict::New)]);
        assert_eq!(plan.writes().count(), 2);
    }

    #[test]
    fn a_file_that_is_no_longer_wanted_is_in_the_plan() {
        let written = Contents::from([("old".to_owned(), b"1".to_vec())]);
        let plan = plan(&written, &written, Tree::default());
        assert_eq!(
            plan.iter()
                .map(|(_, file)| file.verdict)
                .collect::<Vec<_>>(),
            [Verdict::Deleted]
        );
        assert_eq!(plan.writes().count(), 0);
    }
}
