//! What will be done with one file.

use super::{Conflict, Kept, Reason, Verdict};
use crate::render::File;

/// One file of a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Planned {
    pub verdict: Verdict,
    /// Why it is kept, or what the conflict is about.
    pub reason: Option<Reason>,
    /// The file as it is rendered, if it still is.
    pub wanted: Option<File>,
    /// The file as it will stand, if anything is written.
    pub result: Option<File>,
    /// Where it stood until now; it goes there when the result is written.
    pub from: Option<String>,
    /// The file as the project is to remember it, if it is managed.
    pub base: Option<File>,
}

impl Planned {
    /// Plans nothing but to take the wanted file for the base from now on.
    pub(super) fn nothing(verdict: Verdict, wanted: Option<File>) -> Self {
        Self {
            verdict,
            reason: None,
            result: None,
            from: None,
            base: wanted.clone(),
            wanted,
        }
    }

    /// Plans to write the wanted file.
    pub(super) fn write(verdict: Verdict, wanted: File) -> Self {
        Self {
            result: Some(wanted.clone()),
            ..Self::nothing(verdict, Some(wanted))
        }
    }

    pub(super) fn kept(why: Kept, wanted: Option<File>) -> Self {
        Self {
            reason: Some(Reason::Kept(why)),
            ..Self::nothing(Verdict::Kept, wanted)
        }
    }

    /// Leaves a file away. Should it come back as it was written, as from version control, it
    /// is told by its base to be out of date, not edited.
    pub(super) fn deleted(wanted: File, written: Option<File>) -> Self {
        Self {
            base: written,
            ..Self::kept(Kept::Deleted, Some(wanted))
        }
    }

    /// Plans nothing, and remembers nothing new: the same conflict will be found again.
    pub(super) fn conflict(
        conflict: Conflict,
        wanted: Option<File>,
        written: Option<File>,
    ) -> Self {
        Self {
            reason: Some(Reason::Conflict(conflict)),
            base: written,
            ..Self::nothing(Verdict::Conflict, wanted)
        }
    }

    /// Writes the wanted file with other bytes.
    pub(super) fn with_bytes(self, bytes: Vec<u8>) -> Self {
        let result = self.wanted.clone().map(|file| File { bytes, ..file });
        Self { result, ..self }
    }

    /// Whether it is made by the project, and may no longer fit.
    pub(super) fn is_stale(&self) -> bool {
        self.reason == Some(Reason::Kept(Kept::Derived))
    }

    /// Returns what a conflict is about.
    pub fn conflict_found(&self) -> Option<&Conflict> {
        match &self.reason {
            Some(Reason::Conflict(conflict)) => Some(conflict),
            Some(Reason::Kept(_)) | None => None,
        }
    }
}
