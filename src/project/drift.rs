//! How far a project has moved from what was written.

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;

use super::Record;
use super::memory::{ANSWERS, LOCK};
use crate::merge::Contents;

/// The state of each managed file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Drift {
    pub files: BTreeMap<String, State>,
    pub answers: AnswersState,
}

/// How a managed file compares to what was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    Current,
    Edited,
    /// Not there, though nobody told palisade: `regen` remembers it, or brings it back.
    Missing,
    /// Not there, and known to be.
    Deleted,
}

/// How palisade.toml compares to what was applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum AnswersState {
    Current,
    /// Its text changed; whether its answers did, only reading them tells.
    Edited,
}

impl Drift {
    /// Compares files with what was written.
    pub(super) fn of(written: &Contents, there: &Contents, record: &Record) -> Self {
        let absent = |path: &str| match record.deleted.contains(path) {
            true => State::Deleted,
            false => State::Missing,
        };
        let mut files = BTreeMap::new();
        for (path, written) in written.iter().filter(|(path, _)| *path != ANSWERS) {
            let state = match there.get(path) {
                Some(there) => State::of(written, there),
                None => absent(path),
            };
            files.insert(path.clone(), state);
        }
        let lock = match there.get(LOCK) {
            Some(lock) if record.holds(lock) => State::Current,
            Some(_) => State::Edited,
            None => absent(LOCK),
        };
        files.insert(LOCK.to_owned(), lock);
        let answers = match (written.get(ANSWERS), there.get(ANSWERS)) {
            (Some(written), Some(there)) if State::of(written, there) == State::Current => {
                AnswersState::Current
            }
            _ => AnswersState::Edited,
        };
        Self { files, answers }
    }

    /// Returns the files in a state.
    pub fn in_state(&self, state: State) -> impl Iterator<Item = &str> {
        let held = move |(_, found): &(&String, &State)| **found == state;
        self.files
            .iter()
            .filter(held)
            .map(|(path, _)| path.as_str())
    }
}

impl State {
    /// Line ends are the checkout's, so they make no edit.
    fn of(written: &[u8], there: &[u8]) -> Self {
        match written == there || with_line_feeds(written) == with_line_feeds(there) {
            true => Self::Current,
            false => Self::Edited,
        }
    }
}

fn with_line_feeds(bytes: &[u8]) -> Vec<u8> {
    let mut turned = Vec::with_capacity(bytes.len());
    for (index, byte) in bytes.iter().enumerate() {
        if *byte != b'\r' || bytes.get(index + 1) != Some(&b'\n') {
            turned.push(*byte);
        }
    }
    turned
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Current => "current",
            Self::Edited => "edited",
            Self::Missing => "missing",
            Self::Deleted => "deleted",
        })
    }
}

#[cfg(test)]
mod tests {
    use semver::Version;

    use super::*;

    fn contents(files: &[(&str, &str)]) -> Contents {
        files
            .iter()
            .map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec()))
            .collect()
    }

    #[test]
    fn a_file_is_current_edited_missing_or_deleted() {
        let written = contents(&[
            ("a", "1\n"),
            ("b", "2\n"),
            ("c", "3\n"),
            ("d", "4\n"),
            ("e", "5\n"),
            (ANSWERS, "x"),
        ]);
        let there = contents(&[
            ("a", "1\n"),
            ("b", "2!\n"),
            ("d", "4\r\n"),
            (ANSWERS, "y"),
            (LOCK, "l"),
        ]);
        let mut record = Record::new(Version::new(0, 1, 0), b"l");
        record.deleted.insert("e".to_owned());
        let drift = Drift::of(&written, &there, &record);
        let files: Vec<_> = drift.files.into_iter().collect();
        assert_eq!(
            files,
            [
                (LOCK.to_owned(), State::Current),
                ("a".to_owned(), State::Current),
                ("b".to_owned(), State::Edited),
                ("c".to_owned(), State::Missing),
                ("d".to_owned(), State::Current),
                ("e".to_owned(), State::Deleted),
            ]
        );
        assert_eq!(drift.answers, AnswersState::Edited);
    }
}
