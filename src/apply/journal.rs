//! The list of what a run changes, written before the first change.
//!
//! While a run's journal lies in `.palisade/local/run/`, the run is not over:
//! whoever comes next finishes it, or puts everything back.

use std::fs;
use std::io::{self, Write as _};
use std::path::Path;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::ApplyError;
use super::disk::{Seen, is_executable};

pub(super) const JOURNAL: &str = "journal";
const PART: &str = "journal.part";

/// What one run changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Journal {
    /// The command as it was typed, for messages.
    pub(super) command: String,
    /// Whether `undo` may take it back later; what `undo` did, nothing takes back.
    pub(super) undoable: bool,
    /// In the order of the staged files, which are called by their number.
    pub(super) entries: Vec<Entry>,
}

/// One file of a run. `None` stands for a file that is not there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Entry {
    pub(super) path: String,
    pub(super) before: Option<String>,
    pub(super) after: Option<String>,
}

/// How far an entry is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Progress {
    Before,
    After,
    /// Somebody else has changed the file since.
    Foreign,
}

impl Journal {
    /// Writes the journal into a folder, whole or not at all: from then on the run counts.
    pub(super) fn commit(&self, folder: &Path) -> io::Result<()> {
        let part = folder.join(PART);
        let mut file = fs::File::create(&part)?;
        file.write_all(&serde_json::to_vec_pretty(self)?)?;
        file.sync_all()?;
        fs::rename(&part, folder.join(JOURNAL))?;
        fs::File::open(folder)?.sync_all()
    }

    /// Reads the journal of a folder, if it has one.
    pub(super) fn load(folder: &Path) -> Result<Option<Self>, ApplyError> {
        let path = folder.join(JOURNAL);
        let text = match fs::read(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(ApplyError::look(&path)(error)),
        };
        let journal = serde_json::from_slice(&text);
        journal
            .map(Some)
            .map_err(|_| ApplyError::Journal { path: path.clone() })
    }
}

impl Entry {
    /// Tells how far this entry is, by what is there.
    pub(super) fn progress(&self, seen: &Seen) -> Progress {
        let state = match seen {
            Seen::Absent => None,
            Seen::File { bytes, mode } => Some(state(bytes, is_executable(*mode))),
            Seen::Other => return Progress::Foreign,
        };
        match () {
            // A file that is put as it was counts as done.
            () if state == self.after => Progress::After,
            () if state == self.before => Progress::Before,
            () => Progress::Foreign,
        }
    }
}

/// Tells a file's bytes, and whether it can be run, in one word.
pub(super) fn state(bytes: &[u8], executable: bool) -> String {
    let mark = if executable { "+x" } else { "" };
    format!("sha256:{:x}{mark}", Sha256::digest(bytes))
}
