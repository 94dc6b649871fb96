//! A project on disk.

use std::fs;
use std::path::{Path, PathBuf};

use semver::Version;

use super::memory::{ATTRIBUTES_FILE, LOCK, PRISTINE, RECORD, SUFFIX};
use super::{ANSWERS, Drift, ProjectError, Record, base64_lines, look, unmerged};
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
    /// Those among them in which a merge was left open.
    unmerged: Vec<String>,
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
        let pristine = load_pristine(root, &mut memory)?;
        let is_open = |text: &Vec<u8>| str::from_utf8(text).is_ok_and(unmerged::is_open);
        let unmerged = memory.iter().filter(|(_, text)| is_open(text));
        Ok(Self {
            unmerged: unmerged.map(|(path, _)| path.clone()).collect(),
            pristine,
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

    /// Returns the files that remember it and in which git left a merge open; both sides of
    /// each were read, and whatever changes the project writes them anew.
    pub fn unmerged(&self) -> &[String] {
        &self.unmerged
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
    /// When they cannot be read, or git left both sides of a merge in them.
    pub fn answers(&self) -> Result<String, ProjectError> {
        let path = self.root.join(ANSWERS);
        let text = fs::read_to_string(&path);
        let text = text.map_err(|cause| ProjectError::Read { path, cause })?;
        match unmerged::is_open(&text) {
            true => Err(ProjectError::Unmerged(ANSWERS.to_owned())),
            false => Ok(text),
        }
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
        let paths = |wanted: fn(&Record, &Place) -> bool| {
            let places = places.iter().filter(|place| wanted(&self.record, place));
            places.map(|place| place.path.clone()).collect()
        };
        Written {
            generator: self.record.generator.clone(),
            files,
            executable: paths(Record::wrote_executable),
            once: paths(Record::wrote_once),
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
        let paths = self.pristine.keys().map(String::as_str).chain([LOCK]);
        let there = look(&self.root, paths)?;
        Ok(Drift::of(&self.pristine, &there, &self.record))
    }
}

fn load_record(root: &Path, memory: &mut Contents) -> Result<Record, ProjectError> {
    let path = root.join(RECORD);
    let text = fs::read_to_string(&path).map_err(|cause| ProjectError::Read { path, cause })?;
    let record = Record::parse(&text).ok_or_else(|| ProjectError::Damaged(RECORD.to_owned()))?;
    memory.insert(RECORD.to_owned(), text.into_bytes());
    let attributes = look(root, [ATTRIBUTES_FILE])?;
    let attributes = attributes.get(ATTRIBUTES_FILE).and_then(There::bytes);
    memory.extend(attributes.map(|bytes| (ATTRIBUTES_FILE.to_owned(), bytes.to_vec())));
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
            let kind = entry.file_type().map_err(read)?;
            if kind.is_dir() {
                open.push(path);
                continue;
            }
            let below = path
                .strip_prefix(&folder)
                .unwrap_or(&path)
                .to_string_lossy()
                .into_owned();
            let damaged = || ProjectError::Damaged(format!("{PRISTINE}{below}"));
            // A link could lead anywhere, and what is no file may never end.
            let name = below.strip_suffix(SUFFIX).filter(|_| kind.is_file());
            let name = name.ok_or_else(damaged)?;
            let text = fs::read_to_string(&path).map_err(|cause| ProjectError::Read {
                path: path.clone(),
                cause,
            })?;
            let bytes = decode(name, &text).ok_or_else(damaged)?;
            contents.insert(name.to_owned(), bytes);
            memory.insert(format!("{PRISTINE}{below}"), text.into_bytes());
        }
    }
    Ok(contents)
}

/// Decodes a file's rendering; of one in which a merge was left open, what both sides have.
fn decode(path: &str, text: &str) -> Option<Vec<u8>> {
    if !unmerged::is_open(text) {
        return base64_lines::decode(text).ok();
    }
    if path != ANSWERS {
        return base64_lines::decode(&unmerged::both(text)).ok();
    }
    let answers = |side: &String| {
        let text = String::from_utf8(base64_lines::decode(side).ok()?).ok()?;
        text.parse::<toml::Table>().ok()
    };
    let [ours, theirs] = unmerged::sides(text)?;
    let mut united = answers(&ours)?;
    unmerged::unite(&mut united, answers(&theirs)?);
    Some(united.to_string().into_bytes())
}
