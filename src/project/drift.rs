//! How far a project has moved from what was written.

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;

use super::Record;
use super::memory::{ANSWERS, LOCK};
use crate::merge::{Contents, Disk, There, with_line_feeds};

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
    pub(super) fn of(written: &Contents, there: &Disk, record: &Record) -> Self {
        let state = |path: &str, is_current: &dyn Fn(&[u8]) -> bool| match there.get(path) {
            Some(There::File { bytes, .. }) if is_current(bytes) => State::Current,
            // A link or a folder is in its place: whoever put it there did so for a reason.
            Some(There::File { .. } | There::Link | There::Other) => State::Edited,
            Some(There::Blocked) | None => match record.deleted.contains(path) {
                true => State::Deleted,
                false => State::Missing,
            },
        };
        let mut files: BTreeMap<_, _> = written
            .iter()
            .map(|(path, written)| (path.clone(), state(path, &|there| is_same(written, there))))
            .collect();
        let answers = match files.remove(ANSWERS) {
            Some(State::Current) => AnswersState::Current,
            _ => AnswersState::Edited,
        };
        files.insert(LOCK.to_owned(), state(LOCK, &|lock| record.holds(lock)));
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

/// Line ends are the checkout's, so they make no edit.
fn is_same(written: &[u8], there: &[u8]) -> bool {
    written == there || with_line_feeds(written) == with_line_feeds(there)
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
            ("f", "6\n"),
            (ANSWERS, "x"),
        ]);
        let file = |text: &str| There::File {
            bytes: text.into(),
            executable: false,
        };
        let there = [
            ("a", file("1\n")),
            ("b", file("2!\n")),
            ("d", file("4\r\n")),
            ("f", There::Link),
            (ANSWERS, file("y")),
            (LOCK, file("l")),
        ];
        let there = there.map(|(path, there)| (path.to_owned(), there)).into();
        let mut record = Record::new(Version::new(0, 1, 0), b"l", &[]);
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
                ("f".to_owned(), State::Edited),
            ]
        );
        assert_eq!(drift.answers, AnswersState::Edited);
    }
}
