//! The hidden folder in which a service is put together before it is renamed.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use super::ApplyError;

const PREFIX: &str = ".palisade-stage-";
const LOCK: &str = "lock";
const TREE: &str = "tree";

/// A stage of this run. Dropping it removes it.
#[derive(Debug)]
pub(super) struct Stage {
    folder: PathBuf,
    /// Held while the run lives; the system lets go of it however the run ends.
    _lock: File,
}

impl Stage {
    /// Removes the stages of dead runs, and makes a new one. Says how many were removed.
    pub(super) fn make(
        parent: &Path,
        interrupted: &dyn Fn() -> bool,
    ) -> Result<(Self, usize), ApplyError> {
        // Between a folder's birth and its lock it would look dead to others.
        let births = Births::wait(parent, interrupted)?;
        let removed = if births.are_ours() {
            remove_dead(parent)
        } else {
            0
        };
        let failed = ApplyError::stage(parent);
        let made = make_folder(parent).and_then(|folder| {
            let stage = lock(&folder.join(LOCK)).map(|lock| Self {
                folder: folder.clone(),
                _lock: lock,
            });
            if stage.is_err() {
                // What could not be locked holds nothing yet.
                let _ = fs::remove_dir_all(&folder);
            }
            let stage = stage?;
            fs::create_dir(stage.tree())?;
            Ok(stage)
        });
        Ok((made.map_err(failed)?, removed))
    }

    /// Returns where the service is put together.
    pub(super) fn tree(&self) -> PathBuf {
        self.folder.join(TREE)
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        // Whatever stays is found dead by the next run beside it.
        let _ = fs::remove_dir_all(&self.folder);
    }
}

fn make_folder(parent: &Path) -> io::Result<PathBuf> {
    let process = std::process::id();
    let mut attempt = 0_u32;
    loop {
        let folder = parent.join(format!("{PREFIX}{process}-{attempt}"));
        match fs::create_dir(&folder) {
            Ok(()) => return Ok(folder),
            // Another machine or container may count its processes alike.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists && attempt < 1000 => {
                attempt += 1;
            }
            Err(error) => return Err(error),
        }
    }
}

fn lock(path: &Path) -> io::Result<File> {
    let file = File::create_new(path)?;
    match file.try_lock() {
        // A file system without locks: no other run will be able to tell that we are dead.
        Ok(()) | Err(TryLockError::WouldBlock) => Ok(file),
        Err(TryLockError::Error(error)) if error.kind() == io::ErrorKind::Unsupported => Ok(file),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

/// The right to make and remove stages in a folder, one run at a time.
struct Births(Option<File>);

impl Births {
    fn wait(parent: &Path, interrupted: &dyn Fn() -> bool) -> Result<Self, ApplyError> {
        let Ok(folder) = File::open(parent) else {
            return Ok(Self(None));
        };
        for _ in 0..500 {
            match folder.try_lock() {
                Ok(()) => return Ok(Self(Some(folder))),
                Err(TryLockError::WouldBlock) if interrupted() => {
                    return Err(ApplyError::Interrupted);
                }
                Err(TryLockError::WouldBlock) => thread::sleep(Duration::from_millis(10)),
                Err(TryLockError::Error(_)) => break,
            }
        }
        Ok(Self(None))
    }

    /// Whether no other run can be making a stage right now.
    fn are_ours(&self) -> bool {
        self.0.is_some()
    }
}

fn remove_dead(parent: &Path) -> usize {
    let Ok(entries) = fs::read_dir(parent) else {
        return 0;
    };
    entries
        .flatten()
        .filter(|entry| entry.file_name().to_string_lossy().starts_with(PREFIX))
        .map(|entry| entry.path())
        .filter(|folder| is_dead(folder) && fs::remove_dir_all(folder).is_ok())
        .count()
}

/// Whether a folder is a stage, by what is in it, and nobody holds its lock.
fn is_dead(folder: &Path) -> bool {
    let Ok(entries) = fs::read_dir(folder) else {
        return false;
    };
    let is_ours = |entry: io::Result<fs::DirEntry>| {
        entry.is_ok_and(|entry| entry.file_name() == LOCK || entry.file_name() == TREE)
    };
    if !entries.into_iter().all(is_ours) {
        return false;
    }
    match File::open(folder.join(LOCK)) {
        Ok(lock) => lock.try_lock().is_ok(),
        Err(error) => error.kind() == io::ErrorKind::NotFound,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folders(parent: &Path) -> Vec<String> {
        let entries = fs::read_dir(parent).expect("the folder is there").flatten();
        entries
            .map(|entry| entry.file_name().to_string_lossy().into_owned())
            .collect()
    }

    #[test]
    fn a_stage_goes_when_it_is_dropped() {
        let parent = tempfile::tempdir().expect("a folder");
        let (stage, removed) = Stage::make(parent.path(), &|| false).expect("a stage");
        assert_eq!(removed, 0);
        assert_eq!(folders(parent.path()).len(), 1);
        drop(stage);
        assert_eq!(folders(parent.path()), [""; 0]);
    }

    #[test]
    fn a_dead_stage_is_removed_and_a_live_one_stays() {
        let parent = tempfile::tempdir().expect("a folder");
        let (live, _) = Stage::make(parent.path(), &|| false).expect("a stage");
        for (name, file) in [("dead", LOCK), ("newborn", ""), ("foreign", "notes.txt")] {
            let folder = parent.path().join(format!("{PREFIX}{name}"));
            fs::create_dir_all(folder.join(TREE)).expect("a folder");
            if !file.is_empty() {
                fs::write(folder.join(file), "").expect("a file");
            }
        }
        let (second, removed) = Stage::make(parent.path(), &|| false).expect("a stage");
        assert_eq!(removed, 2);
        assert_eq!(
            folders(parent.path()).len(),
            3,
            "{:?}",
            folders(parent.path())
        );
        drop((live, second));
        assert_eq!(folders(parent.path()), [format!("{PREFIX}foreign")]);
    }
}
