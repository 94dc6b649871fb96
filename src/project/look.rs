//! What stands on disk where palisade writes.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use super::ProjectError;
use crate::merge::{Disk, There};

/// Looks at paths of a project, without following a link.
///
/// A name that differs from a path of those by case alone is told too, where the path itself
/// has nothing: on some file systems both are one file.
///
/// # Errors
/// When something is there and cannot be read.
pub fn look<'a>(
    root: &Path,
    paths: impl IntoIterator<Item = &'a str>,
) -> Result<Disk, ProjectError> {
    let mut folders = Folders::new(root);
    let mut disk = Disk::new();
    for path in paths {
        match folders.there(path)? {
            Some(there) => drop(disk.insert(path.to_owned(), there)),
            None => {
                if let Some(alike) = folders.alike(path)
                    && let Some(there) = folders.there(&alike)?
                {
                    disk.insert(alike, there);
                }
            }
        }
    }
    Ok(disk)
}

/// What is known of folders, so that each is looked at once.
struct Folders<'a> {
    root: &'a Path,
    open: BTreeMap<PathBuf, Step>,
    names: BTreeMap<PathBuf, BTreeSet<String>>,
}

/// What stands where a folder is expected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Folder,
    Absent,
    Blocked,
}

impl<'a> Folders<'a> {
    fn new(root: &'a Path) -> Self {
        let open = BTreeMap::from([(root.to_owned(), Step::Folder)]);
        Self {
            root,
            open,
            names: BTreeMap::new(),
        }
    }

    fn there(&mut self, path: &str) -> Result<Option<There>, ProjectError> {
        let path = self.root.join(path);
        match self.step(path.parent().unwrap_or(self.root))? {
            Step::Folder => {}
            Step::Absent => return Ok(None),
            Step::Blocked => return Ok(Some(There::Blocked)),
        }
        let Some(found) = metadata(&path)? else {
            return Ok(None);
        };
        Ok(Some(match found.file_type() {
            kind if kind.is_symlink() => There::Link,
            kind if kind.is_file() => There::File {
                executable: found.permissions().mode() & 0o100 != 0,
                bytes: fs::read(&path).map_err(|cause| ProjectError::Read { path, cause })?,
            },
            _ => There::Other,
        }))
    }

    fn step(&mut self, folder: &Path) -> Result<Step, ProjectError> {
        if let Some(known) = self.open.get(folder) {
            return Ok(*known);
        }
        let above = match folder.parent() {
            Some(parent) => self.step(parent)?,
            None => Step::Absent,
        };
        let step = match above {
            Step::Folder => match metadata(folder)? {
                Some(found) if found.is_dir() => Step::Folder,
                Some(_) => Step::Blocked,
                None => Step::Absent,
            },
            other => other,
        };
        self.open.insert(folder.to_owned(), step);
        Ok(step)
    }

    /// Returns a path that differs in its last step by case alone, if there is one.
    fn alike(&mut self, path: &str) -> Option<String> {
        let (above, name) = path.rsplit_once('/').unwrap_or(("", path));
        let folder = self.root.join(above);
        let names = self.names.entry(folder.clone()).or_insert_with(|| {
            let entries = fs::read_dir(&folder).into_iter().flatten().flatten();
            entries
                .filter_map(|entry| entry.file_name().into_string().ok())
                .collect()
        });
        let lower = name.to_lowercase();
        let found = names.iter().find(|other| other.to_lowercase() == lower)?;
        Some(match above {
            "" => found.clone(),
            _ => format!("{above}/{found}"),
        })
    }
}

fn metadata(path: &Path) -> Result<Option<fs::Metadata>, ProjectError> {
    match fs::symlink_metadata(path) {
        Ok(found) => Ok(Some(found)),
        Err(error) => match error.kind() {
            io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => Ok(None),
            _ => Err(ProjectError::Read {
                path: path.to_owned(),
                cause: error,
            }),
        },
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn links_and_what_blocks_the_way_are_told_from_files() {
        let folder = tempfile::tempdir().expect("a folder");
        let root = folder.path();
        fs::create_dir(root.join("src")).expect("a folder");
        fs::write(root.join("src/Main.rs"), "fn main() {}\n").expect("a file");
        fs::write(root.join("file"), "").expect("a file");
        symlink(root, root.join("link")).expect("a link");
        let paths = [
            "src/main.rs",
            "src",
            "file",
            "file/below",
            "link",
            "link/file",
            "no/where",
        ];
        let disk = look(root, paths).expect("it can be read");
        let file = |text: &str| There::File {
            bytes: text.into(),
            executable: false,
        };
        let expected = [
            ("file", file("")),
            ("file/below", There::Blocked),
            ("link", There::Link),
            ("link/file", There::Blocked),
            ("src", There::Other),
            ("src/Main.rs", file("fn main() {}\n")),
        ];
        let expected = expected.map(|(path, there)| (path.to_owned(), there));
        assert_eq!(disk, Disk::from(expected));
    }
}
