//! Where the manifests and template files come from.

use std::borrow::Cow;
use std::collections::BTreeMap;

use include_dir::{Dir, DirEntry, include_dir};

use super::{CatalogError, Fault};

static TEMPLATES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/templates");

/// The files of `templates/`, by path below it.
///
/// A value, so that a test can seed a fault in one file and read the rest.
#[derive(Debug, Clone, Default)]
pub struct Source {
    files: BTreeMap<String, Cow<'static, [u8]>>,
}

impl Source {
    /// Returns the templates that were compiled into this program.
    pub fn embedded() -> Self {
        let mut source = Self::default();
        source.take(&TEMPLATES);
        source
    }

    /// Puts a file in place, instead of one that may be there.
    #[must_use]
    pub fn with(mut self, path: &str, bytes: impl AsRef<[u8]>) -> Self {
        self.files
            .insert(path.to_owned(), Cow::Owned(bytes.as_ref().to_vec()));
        self
    }

    /// Takes a file away.
    #[must_use]
    pub fn without(mut self, path: &str) -> Self {
        self.files.remove(path);
        self
    }

    /// Returns all files, sorted by path.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Cow<'static, [u8]>)> {
        self.files
            .iter()
            .map(|(path, bytes)| (path.as_str(), bytes))
    }

    /// Returns the files below a folder, by their path below it.
    pub fn below(&self, folder: &str) -> impl Iterator<Item = (&str, &Cow<'static, [u8]>)> {
        let prefix = format!("{folder}/");
        self.files
            .range(prefix.clone()..)
            .map_while(move |(path, bytes)| Some((path.strip_prefix(&prefix)?, bytes)))
    }

    /// Returns the text of one file, if it is there.
    pub(super) fn text(&self, path: &str) -> Result<Option<Cow<'static, str>>, CatalogError> {
        self.files
            .get(path)
            .map(|bytes| as_text(path, bytes.clone()))
            .transpose()
    }

    fn take(&mut self, dir: &'static Dir<'static>) {
        for entry in dir.entries() {
            match entry {
                DirEntry::Dir(dir) => self.take(dir),
                DirEntry::File(file) => {
                    // The crate may be built where the separator is another.
                    let path = file.path().to_string_lossy().replace('\\', "/");
                    self.files.insert(path, Cow::Borrowed(file.contents()));
                }
            }
        }
    }
}

/// Reads bytes as UTF-8, without a copy.
pub(super) fn as_text(
    path: &str,
    bytes: Cow<'static, [u8]>,
) -> Result<Cow<'static, str>, CatalogError> {
    let text = match bytes {
        Cow::Borrowed(bytes) => std::str::from_utf8(bytes).map(Cow::Borrowed).ok(),
        Cow::Owned(bytes) => String::from_utf8(bytes).map(Cow::Owned).ok(),
    };
    text.ok_or_else(|| CatalogError::file(path, Fault::NotText))
}
