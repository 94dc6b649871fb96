//! A project on disk.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use semver::Version;

use super::memory::{ATTRIBUTES_FILE, LOCK, PRISTINE, RECORD, SUFFIX};
use super::{ANSWERS, Drift, ProjectError, Record, base64_lines};
use crate::catalog::Class;
use crate::merge::{Contents, Disk, There, Written};
use crate::render::Place;

/// A project with what it remembers.
#[derive(Debug)]
pub struct Project {
    root: PathBuf,
    record: Record,
    /// Each managed file as it was rendered.
    pristine: Contents,
    /// The very bytes of the files that remember it, by their path in the project.
    memory: Contents,
}

impl Project {
    /// Finds the root of the project that a folder stands in.
    ///
    /// # Errors
    /// When there is none.
    pub fn find(inside: &Path) -> Result<PathBuf, ProjectError> {
        let is_root = |dir: &&Path| dir.join(ANSWERS).is_file() && dir.join(RECORD).is_file();
        let root = inside.ancestors().find(is_root);
        root.map(Path::to_owned)
            .ok_or_else(|| ProjectError::Absent(inside.to_owned()))
    }

    /// Loads what a project remembers.
    ///
    /// # Errors
    /// When its memory cannot be read by this palisade.
    pub fn load(root: &Path, ours: &Version) -> Result<Self, ProjectError> {
        let mut memory = Contents::new();
        let record = load_record(root, &mut memory)?;
        if record.generator > *ours {
            return Err(ProjectError::Newer {
                theirs: record.generator,
                ours: ours.clone(),
            });
        }
        Ok(Self {
            pristine: load_pristine(root, &mut memory)?,
            memory,
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

    /// Returns each managed file as it was rendered, palisade.toml among them.
    pub fn pristine(&self) -> &Contents {
        &self.pristine
    }

    /// Returns the answers as they were last applied.
    ///
    /// # Errors
    /// When the project does not remember them.
    pub fn applied_answers(&self) -> Result<&str, ProjectError> {
        let text = self
            .pristine
            .get(ANSWERS)
            .map(|bytes| str::from_utf8(bytes));
        match text {
            Some(Ok(text)) => Ok(text),
            _ => Err(ProjectError::Damaged(format!(
                "{PRISTINE}{ANSWERS}{SUFFIX}"
            ))),
        }
    }

    /// Loads the answers as they are on disk, for the user may edit them.
    ///
    /// # Errors
    /// When they cannot be read.
    pub fn answers(&self) -> Result<String, ProjectError> {
        let path = self.root.join(ANSWERS);
        fs::read_to_string(&path).map_err(|cause| ProjectError::Read { path, cause })
    }

    /// Returns what was written, for a merge with what stands on disk.
    ///
    /// `lock` is Cargo.lock as palisade wants it now, since of the one that it wrote only a
    /// hash is remembered.
    pub fn written(&self, places: &[Place], disk: &Disk, lock: &[u8]) -> Written {
        let mut files = self.pristine.clone();
        let there = disk.get(LOCK).and_then(There::bytes);
        let known = there
            .into_iter()
            .chain([lock])
            .find(|lock| self.record.holds(lock));
        files.extend(known.map(|lock| (LOCK.to_owned(), lock.to_vec())));
        let paths = |wanted: fn(&Place) -> bool| {
            let places = places.iter().filter(|place| wanted(place));
            places.map(|place| place.path.clone()).collect()
        };
        Written {
            generator: self.record.generator.clone(),
            files,
            executable: paths(|place| place.executable),
            once: paths(|place| place.class != Class::Managed),
        }
    }

    /// Returns what remembers the project on disk.
    pub fn memory(&self) -> Disk {
        let there = |(path, bytes): (&String, &Vec<u8>)| {
            let file = There::File {
                bytes: bytes.clone(),
                executable: false,
            };
            (path.clone(), file)
        };
        self.memory.iter().map(there).collect()
    }

    /// Whether it was written to stand apart from a workspace above it.
    pub fn stands_apart(&self) -> bool {
        let manifest = self.pristine.get("Cargo.toml").map(Vec::as_slice);
        let manifest = String::from_utf8_lossy(manifest.unwrap_or_default());
        manifest.lines().any(|line| line == "[workspace]")
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

fn load_record(root: &Path, memory: &mut Contents) -> Result<Record, ProjectError> {
    let path = root.join(RECORD);
    let text = fs::read_to_string(&path).map_err(|cause| ProjectError::Read { path, cause })?;
    let record = toml::from_str(&text).map_err(|_| ProjectError::Damaged(RECORD.to_owned()))?;
    memory.insert(RECORD.to_owned(), text.into_bytes());
    let attributes = load(&root.join(ATTRIBUTES_FILE))?;
    memory.extend(attributes.map(|bytes| (ATTRIBUTES_FILE.to_owned(), bytes)));
    Ok(record)
}

fn load_pristine(root: &Path, memory: &mut Contents) -> Result<Contents, ProjectError> {
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
            memory.insert(format!("{PRISTINE}{below}"), text.into_bytes());
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
