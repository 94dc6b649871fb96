//! Changes to an existing project, all of them or none.
//!
//! 1. The wanted files, and copies of those they replace, are written to
//!    `.palisade/local/run/`.
//! 2. Each file is looked at again: it must be as the plan has seen it.
//! 3. The journal is put beside them. A run that ends before that has changed
//!    nothing; one that ends later is finished by whoever comes next.
//! 4. Each file is put in place by a rename.
//! 5. `run` becomes `undo`: what is needed to take the run back.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use super::ApplyError;
use super::change::{After, Change};
use super::disk::{
    Mode, Seen, is_executable, place, remove_empty_folders, sync_folder, with_executable, write_new,
};
use super::journal::{Entry, JOURNAL, Journal, Progress, state};

const LOCAL: &str = ".palisade/local";
const RUN: &str = "run";
const UNDO: &str = "undo";
const LOCK: &str = "lock";
const NEW: &str = "new";
const OLD: &str = "old";
const BACK: &str = "back";

/// The right to change a project, one palisade at a time.
#[derive(Debug)]
pub struct Work {
    root: PathBuf,
    local: PathBuf,
    /// Held while the run lives; the system lets go of it however the run ends.
    _lock: File,
}

/// What became of a run that was killed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Settled {
    /// It had not changed anything yet.
    Removed,
    /// The rest of its changes were made.
    Finished { command: String },
    /// All was put back, since a file of its was changed meanwhile.
    RolledBack { command: String, changed: String },
}

/// Settles what a killed run left, if there is such.
///
/// For commands that only read: without a dead run nothing is written, not even a lock.
///
/// # Errors
/// When another palisade is at work, or the disk refuses.
pub fn settle(root: &Path) -> Result<Option<Settled>, ApplyError> {
    match fs::symlink_metadata(root.join(LOCAL).join(RUN)) {
        Ok(_) => Ok(Work::begin(root)?.1),
        Err(_) => Ok(None),
    }
}

impl Work {
    /// Takes the project's lock, and settles what a killed run left.
    ///
    /// # Errors
    /// When another palisade is at work, or the disk refuses.
    pub fn begin(root: &Path) -> Result<(Self, Option<Settled>), ApplyError> {
        let local = root.join(LOCAL);
        let failed = ApplyError::stage(&local);
        let lock = open_local(root, &local).map_err(failed)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(ApplyError::Busy),
            // A file system without locks: two at once are then told by the files alone.
            Err(TryLockError::Error(error)) if error.kind() == io::ErrorKind::Unsupported => {}
            Err(TryLockError::Error(error)) => return Err(ApplyError::stage(&local)(error)),
        }
        let work = Self {
            root: root.to_owned(),
            local,
            _lock: lock,
        };
        let settled = work.settle()?;
        Ok((work, settled))
    }

    /// Makes changes, all of them or none; `command` is what `undo` will call them.
    ///
    /// # Errors
    /// When a file is not as the plan has seen it, cannot be written, or the run is
    /// interrupted; the project is then as it was.
    pub fn apply(
        &self,
        command: &str,
        changes: &[Change],
        interrupted: &dyn Fn() -> bool,
    ) -> Result<(), ApplyError> {
        self.make(command, true, changes, interrupted)
    }

    /// Tells which command `undo` would take back, and with which changes.
    ///
    /// # Errors
    /// When there is none, or a file was changed since.
    pub fn last(&self) -> Result<(String, Vec<Change>), ApplyError> {
        let undo = self.local.join(UNDO);
        let journal = Journal::load(&undo)?.ok_or(ApplyError::NothingToUndo)?;
        let mut changes = Vec::new();
        let mut touched = Vec::new();
        for (number, entry) in journal.entries.iter().enumerate() {
            let seen = Seen::at(&place(&self.root, &entry.path)?)?;
            match entry.progress(&seen) {
                Progress::After => changes.push(backwards(&undo, number, entry, &seen)?),
                Progress::Before => {}
                Progress::Foreign => touched.push(entry.path.clone()),
            }
        }
        match touched.is_empty() {
            true => Ok((journal.command, changes)),
            false => Err(ApplyError::ChangedSince {
                command: journal.command,
                paths: touched,
            }),
        }
    }

    /// Takes a command back; it cannot be taken back twice.
    ///
    /// # Errors
    /// As [`Work::apply`].
    pub fn undo(
        &self,
        changes: &[Change],
        interrupted: &dyn Fn() -> bool,
    ) -> Result<(), ApplyError> {
        self.make("undo", false, changes, interrupted)
    }

    fn make(
        &self,
        command: &str,
        undoable: bool,
        changes: &[Change],
        interrupted: &dyn Fn() -> bool,
    ) -> Result<(), ApplyError> {
        let mut journal = Journal {
            command: command.to_owned(),
            undoable,
            entries: Vec::with_capacity(changes.len()),
        };
        if let Err(error) = self.stage(&mut journal, changes, interrupted) {
            // Whatever stays is found without a journal by the next run.
            let _ = fs::remove_dir_all(self.run());
            return Err(error);
        }
        match self.put_in_place(&journal) {
            Ok(()) => self.finish(&journal),
            Err(error) => {
                self.put_back(&journal)?;
                self.forget()?;
                Err(error)
            }
        }
    }

    fn stage(
        &self,
        journal: &mut Journal,
        changes: &[Change],
        interrupted: &dyn Fn() -> bool,
    ) -> Result<(), ApplyError> {
        let run = self.run();
        for folder in [NEW, OLD, BACK] {
            let made = fs::create_dir_all(run.join(folder));
            made.map_err(ApplyError::stage(&run))?;
        }
        for (number, change) in changes.iter().enumerate() {
            if interrupted() {
                return Err(ApplyError::Interrupted);
            }
            journal.entries.push(self.stage_one(number, change)?);
        }
        sync_folder(&run.join(NEW));
        sync_folder(&run.join(OLD));
        if interrupted() {
            return Err(ApplyError::Interrupted);
        }
        journal.commit(&run).map_err(ApplyError::stage(&run))
    }

    fn stage_one(&self, number: usize, change: &Change) -> Result<Entry, ApplyError> {
        let path = || change.path.clone();
        let failed = |cause| ApplyError::Write {
            path: path(),
            cause,
        };
        let seen = Seen::at(&place(&self.root, &change.path)?)?;
        if seen.bytes() != change.before.as_deref() || seen == Seen::Other {
            return Err(ApplyError::Changed { path: path() });
        }
        let mut entry = Entry {
            path: path(),
            before: None,
            after: None,
        };
        let staged = |folder| self.run().join(folder).join(number.to_string());
        let mut had = None;
        if let Seen::File { bytes, mode } = &seen {
            if mode & 0o200 == 0 {
                return Err(ApplyError::ReadOnly { path: path() });
            }
            had = Some(*mode);
            entry.before = Some(state(bytes, is_executable(*mode)));
            write_new(&staged(OLD), bytes, Mode::Exactly(*mode)).map_err(failed)?;
        }
        if let After::Present { bytes, executable } = &change.after {
            let mode = match had {
                Some(had) => Mode::Exactly(with_executable(had, *executable)),
                None if *executable => Mode::Executable,
                None => Mode::Usual,
            };
            entry.after = Some(state(bytes, *executable));
            let new = staged(NEW);
            let written = write_new(&new, bytes, mode);
            written
                .and_then(|()| File::open(&new)?.sync_data())
                .map_err(failed)?;
        }
        Ok(entry)
    }

    /// Puts each staged file in place that is not there yet.
    fn put_in_place(&self, journal: &Journal) -> Result<(), ApplyError> {
        let mut folders = std::collections::BTreeSet::new();
        for (number, entry) in journal.entries.iter().enumerate() {
            let path = place(&self.root, &entry.path)?;
            match entry.progress(&Seen::at(&path)?) {
                Progress::After => continue,
                Progress::Before => {}
                Progress::Foreign => {
                    return Err(ApplyError::Changed {
                        path: entry.path.clone(),
                    });
                }
            }
            let new = self.run().join(NEW).join(number.to_string());
            let put = match (&entry.after, path.parent()) {
                (Some(_), Some(parent)) => {
                    fs::create_dir_all(parent).and_then(|()| fs::rename(&new, &path))
                }
                _ => fs::remove_file(&path),
            };
            put.map_err(|cause| ApplyError::Place {
                path: entry.path.clone(),
                cause,
            })?;
            folders.extend(path.parent().map(Path::to_owned));
        }
        folders.iter().for_each(|folder| sync_folder(folder));
        Ok(())
    }

    /// Puts back each file that was changed; what others changed since stays as it is.
    fn put_back(&self, journal: &Journal) -> Result<(), ApplyError> {
        let run = self.run();
        for (number, entry) in journal.entries.iter().enumerate() {
            let stuck = |cause| ApplyError::Stuck {
                path: entry.path.clone(),
                cause,
            };
            let path = place(&self.root, &entry.path)?;
            let is_done = entry.progress(&Seen::at(&path)?) == Progress::After;
            if !is_done || entry.before == entry.after {
                continue;
            }
            if entry.before.is_none() {
                fs::remove_file(&path).map_err(stuck)?;
                remove_empty_folders(&self.root, &path);
                continue;
            }
            let number = number.to_string();
            let (old, back) = (run.join(OLD).join(&number), run.join(BACK).join(&number));
            let parent = path.parent().unwrap_or(&self.root);
            // Copied first: the copy in `old` stays until all is put back.
            remove(fs::remove_file(&back)).map_err(stuck)?;
            let Seen::File { bytes, mode } = Seen::at(&old)? else {
                return Err(ApplyError::Journal { path: old });
            };
            write_new(&back, &bytes, Mode::Exactly(mode))
                .and_then(|()| fs::create_dir_all(parent))
                .and_then(|()| fs::rename(&back, &path))
                .map_err(stuck)?;
        }
        Ok(())
    }

    /// Ends a run whose files are all in place.
    fn finish(&self, journal: &Journal) -> Result<(), ApplyError> {
        for entry in journal.entries.iter().filter(|entry| entry.after.is_none()) {
            remove_empty_folders(&self.root, &place(&self.root, &entry.path)?);
        }
        let undo = self.local.join(UNDO);
        let failed = || ApplyError::stage(&undo);
        // Without its journal it counts for nothing, however much of it is removed.
        remove(fs::remove_file(undo.join(JOURNAL))).map_err(failed())?;
        remove(fs::remove_dir_all(&undo)).map_err(failed())?;
        if !journal.undoable {
            return self.forget();
        }
        fs::rename(self.run(), &undo).map_err(failed())?;
        sync_folder(&self.local);
        Ok(())
    }

    /// Removes what a run has staged; its journal first, so that a part of it counts for nothing.
    fn forget(&self) -> Result<(), ApplyError> {
        let run = self.run();
        let removed = remove(fs::remove_file(run.join(JOURNAL)))
            .and_then(|()| remove(fs::remove_dir_all(&run)));
        removed.map_err(ApplyError::stage(&run))
    }

    fn settle(&self) -> Result<Option<Settled>, ApplyError> {
        let run = self.run();
        if fs::symlink_metadata(&run).is_err() {
            return Ok(None);
        }
        let Some(journal) = Journal::load(&run)? else {
            self.forget()?;
            return Ok(Some(Settled::Removed));
        };
        let command = journal.command.clone();
        for entry in &journal.entries {
            let seen = Seen::at(&place(&self.root, &entry.path)?)?;
            if entry.progress(&seen) == Progress::Foreign {
                self.put_back(&journal)?;
                self.forget()?;
                return Ok(Some(Settled::RolledBack {
                    command,
                    changed: entry.path.clone(),
                }));
            }
        }
        self.put_in_place(&journal)?;
        self.finish(&journal)?;
        Ok(Some(Settled::Finished { command }))
    }

    fn run(&self) -> PathBuf {
        self.local.join(RUN)
    }
}

/// Makes the folder that stays on this machine, lets it ignore itself, and opens its lock.
///
/// A project may come from a stranger: nothing is followed or written over that could lead
/// out of it.
fn open_local(root: &Path, local: &Path) -> io::Result<File> {
    let folders = [root.join(".palisade"), local.to_owned()];
    let runs = [RUN, UNDO].map(|name| local.join(name));
    for folder in folders.iter().chain(&runs) {
        if fs::symlink_metadata(folder).is_ok_and(|found| found.is_symlink()) {
            let cause = format!("{} is a symbolic link", folder.display());
            return Err(io::Error::other(cause));
        }
    }
    fs::create_dir_all(local)?;
    match write_new(&local.join(".gitignore"), b"*\n", Mode::Usual) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
        _ => {}
    }
    let path = local.join(LOCK);
    match File::create_new(&path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            let found = fs::symlink_metadata(&path)?;
            match found.is_file() {
                true => File::open(&path),
                false => Err(io::Error::other("its lock is no file")),
            }
        }
        made => made,
    }
}

fn backwards(undo: &Path, number: usize, entry: &Entry, seen: &Seen) -> Result<Change, ApplyError> {
    let after = match &entry.before {
        None => After::Absent,
        Some(_) => {
            let old = undo.join(OLD).join(number.to_string());
            let found = Seen::at(&old)?;
            let Seen::File { bytes, mode } = found else {
                return Err(ApplyError::Journal { path: old });
            };
            After::Present {
                bytes,
                executable: mode & 0o100 != 0,
            }
        }
    };
    Ok(Change {
        path: entry.path.clone(),
        before: seen.bytes().map(<[u8]>::to_vec),
        after,
    })
}

/// What is gone already was to be removed.
fn remove(removed: io::Result<()>) -> io::Result<()> {
    match removed {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}
