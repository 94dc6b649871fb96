//! The files of a service, in memory.

use std::collections::BTreeMap;

use crate::catalog::Class;

/// Files by their path in the service, with `/` between its steps.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tree {
    files: BTreeMap<String, File>,
}

/// One file, ready to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    pub bytes: Vec<u8>,
    pub executable: bool,
    pub class: Class,
    /// Whether its lines, or its arrays, are lists in which both sides' additions hold.
    pub list: bool,
    /// Paths that it had in the past.
    pub was: Vec<String>,
}

impl File {
    /// Returns a plain file of that class.
    pub fn new(class: Class, bytes: impl Into<Vec<u8>>) -> Self {
        Self {
            bytes: bytes.into(),
            executable: false,
            class,
            list: false,
            was: Vec::new(),
        }
    }
}

impl File {
    /// Makes its arrays lists.
    #[must_use]
    pub fn as_list(self) -> Self {
        Self { list: true, ..self }
    }
}

impl Tree {
    /// Puts a file in place; an earlier one at that path is returned.
    pub fn insert(&mut self, path: impl Into<String>, file: File) -> Option<File> {
        self.files.insert(path.into(), file)
    }

    /// Takes a file out.
    pub fn remove(&mut self, path: &str) -> Option<File> {
        self.files.remove(path)
    }

    /// Returns the file at a path.
    pub fn get(&self, path: &str) -> Option<&File> {
        self.files.get(path)
    }

    /// Returns all files, sorted by path.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &File)> {
        self.files.iter().map(|(path, file)| (path.as_str(), file))
    }

    /// Returns all paths, sorted.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.files.keys().map(String::as_str)
    }

    /// Returns how many files there are.
    pub fn len(&self) -> usize {
        self.files.len()
    }

    /// Whether there is no file.
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }
}

impl Extend<(String, File)> for Tree {
    fn extend<T: IntoIterator<Item = (String, File)>>(&mut self, files: T) {
        self.files.extend(files);
    }
}

impl IntoIterator for Tree {
    type Item = (String, File);
    type IntoIter = std::collections::btree_map::IntoIter<String, File>;

    fn into_iter(self) -> Self::IntoIter {
        self.files.into_iter()
    }
}
