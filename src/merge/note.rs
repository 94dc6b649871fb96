//! What is left to the user after a plan was applied.

use std::fmt;

use serde::Serialize;

/// A command to run, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Note {
    /// Cargo.lock stayed, and does not know the new dependencies.
    Lock,
    /// Files that the project makes itself may be stale.
    Derive,
}

impl Note {
    /// Returns the command, as it is typed in the project.
    pub fn command(self) -> &'static str {
        match self {
            Self::Lock => "cargo update --workspace",
            Self::Derive => "cargo run -- derive",
        }
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Lock => "Cargo.lock is yours: let cargo add what is missing in it.",
            Self::Derive => "Make the derived files anew.",
        })
    }
}
