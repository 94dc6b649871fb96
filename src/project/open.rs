//! A project on disk.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use semver::Version;

use super::memory::{LOCK, PRISTINE, RECORD, SUFFIX};
use super::{ANSWERS, Drift, ProjectError, Record, base64_lines};
use crate::merge::Contents;

/// A project with what it remembers.
#[derive(Debug)]
pub struct Project {
    root: PathBuf,
    record: Record,
    pristine: Contents,
}

impl Project {
    /// Opens the project that a folder stands in.
    ///
    /// # Errors
    /// When there is none, or its memory cannot be read by this palisade.
    pub fn open(inside: &Path, ours: &Version) -> Result<Self, ProjectError> {
        let is_root = |dir: &&Path| dir.join(ANSWERS).is_file() && dir.join(RECORD).is_file();
        let Some(root) = inside.ancestors().find(is_root) else {
            return Err(ProjectError::Absent(inside.to_owned()));
        };
        let record = load_record(root)?;
        if record.generator > *ours {
            return Err(ProjectError::Newer {
                theirs: record.generator,
                ours: ours.clone(),
            });
        }
        Ok(Self {
            pristine: load_pristine(root)?,
            root: root.to_owned(),
            record,
        })
    }

    /// Returns where the project stands.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Returns which palisade wrote it, and what.
    pub fn record(&self) -> &Record {
        &self.record
    }

    /// Returns the answers as they were last applied.
    pub fn applied_answers(&self) -> Option<&[u8]> {
        self.pristine.get(ANSWERS).map(Vec::as_slice)
    }

    /// Tells what the user changed.
    ///
    /// # Errors
    /// When a file is there and cannot be read.
    pub fn drift(&self) -> Result<Drift, ProjectError> {
        let mut there = Contents::new();
        for path in self.pristine.keys().map(String::as_str).chain([LOCK]) {
            if let Some(bytes) = load(&self.root.join(path))? {
                there.insert(path.to_owned(), bytes);
            }
        }
        Ok(Drift::of(&self.pristine, &there, &self.record))
    }
}

fn load_record(root: &Path) -> Result<Record, ProjectError> {
    let path = root.join(RECORD);
    let text = fs::read_to_string(&path).map_err(|cause| ProjectError::Read { path, cause })?;
    toml::from_str(&text).map_err(|_| ProjectError::Damaged(RECORD.to_owned()))
}

fn load_pristine(root: &Path) -> Result<Contents, ProjectError> {
    let folder = root.join(PRISTINE);
    let mut contents = Contents::new();
    let mut open = vec![folder.clone()];
    while let Some(dir) = open.pop() {
        let read = |cause| ProjectError::Read {
            path: dir.clone(),
            cause,
        };
        for entry in fs::read_dir(&dir).map_err(read)? {
            let entry = entry.map_err(read)?;
            let path = entry.path();
            if entry.file_type().map_err(read)?.is_dir() {
                open.push(path);
                continue;
            }
            let below = path
                .strip_prefix(&folder)
                .unwrap_or(&path)
                .to_string_lossy()
                .into_owned();
            let damaged = || ProjectError::Damaged(format!("{PRISTINE}{below}"));
            let name = below.strip_suffix(SUFFIX).ok_or_else(damaged)?;
            let text = fs::read_to_string(&path).map_err(|cause| ProjectError::Read {
                path: path.clone(),
                cause,
            })?;
            let bytes = base64_lines::decode(&text).map_err(|_| damaged())?;
            contents.insert(name.to_owned(), bytes);
        }
    }
    Ok(contents)
}

/// Reads a file; what is no file there counts as absent.
fn load(path: &Path) -> Result<Option<Vec<u8>>, ProjectError> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) => match error.kind() {
            io::ErrorKind::NotFound
            | io::ErrorKind::IsADirectory
            | io::ErrorKind::NotADirectory => Ok(None),
            _ => Err(ProjectError::Read {
                path: path.to_owned(),
                cause: error,
            }),
        },
    }
}
