//! How far a project has moved from what was written.

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;

use super::Record;
use super::memory::{ANSWERS, LOCK};
use crate::merge::{Contents, Verdict};

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
    Missing,
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
        let mut files = BTreeMap::new();
        for (path, written) in written.iter().filter(|(path, _)| *path != ANSWERS) {
            files.insert(path.clone(), State::of(written, there.get(path)));
        }
        let lock = match there.get(LOCK) {
            Some(lock) if record.holds(lock) => State::Current,
            Some(_) => State::Edited,
            None => State::Missing,
        };
        files.insert(LOCK.to_owned(), lock);
        let answers = match (written.get(ANSWERS), there.get(ANSWERS)) {
            (Some(written), Some(there)) if State::of(written, Some(there)) == State::Current => {
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
    fn of(written: &[u8], there: Option<&Vec<u8>>) -> Self {
        let there = there.map(|bytes| with_line_feeds(bytes));
        let written = with_line_feeds(written);
        match (
            Verdict::of(Some(&written), there.as_deref(), Some(&written)),
            &there,
        ) {
            (Verdict::Unchanged, _) => Self::Current,
            (_, Some(_)) => Self::Edited,
            (_, None) => Self::Missing,
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
    fn a_file_is_current_edited_or_missing() {
        let written = contents(&[
            ("a", "1\n"),
            ("b", "2\n"),
            ("c", "3\n"),
            ("d", "4\n"),
            (ANSWERS, "x"),
        ]);
        let there = contents(&[
            ("a", "1\n"),
            ("b", "2!\n"),
            ("d", "4\r\n"),
            (ANSWERS, "y"),
            (LOCK, "l"),
        ]);
        let drift = Drift::of(&written, &there, &Record::new(Version::new(0, 1, 0), b"l"));
        let files: Vec<_> = drift.files.into_iter().collect();
        assert_eq!(
            files,
            [
                (LOCK.to_owned(), State::Current),
                ("a".to_owned(), State::Current),
                ("b".to_owned(), State::Edited),
                ("c".to_owned(), State::Missing),
                ("d".to_owned(), State::Current),
            ]
        );
        assert_eq!(drift.answers, AnswersState::Edited);
    }
}
