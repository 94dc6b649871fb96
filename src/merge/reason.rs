//! Why a file is kept, and what a conflict is about.

use std::fmt;

use serde::Serialize;

use super::{There, markers};

/// What a verdict alone does not tell.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Reason {
    Kept(Kept),
    Conflict(Conflict),
}

/// Why a file stays as the user has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kept {
    /// The user edited it, and palisade wants it as before.
    Edited,
    /// The user deleted it.
    Deleted,
    /// It was seeded: since it was written it is the user's alone.
    Yours,
    /// A migration and its like: never changed once written.
    History,
    /// The project makes it itself.
    Derived,
    /// Cargo.lock was changed by cargo, which alone can bring it up to date.
    Lock,
    /// The user decided for it.
    Settled,
}

/// What both sides want otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "conflict")]
pub enum Conflict {
    /// Markers stand in the file, around that many places.
    Lines { places: usize },
    /// The user's values stand in the file, palisade's above them as comments.
    Keys { keys: Vec<String> },
    /// The file cannot be merged by lines, and stays as the user has it.
    NotText,
    /// The user edited a file that palisade no longer wants; it stays.
    Dropped,
    /// Something that palisade did not write is in its place; it stays.
    InTheWay { obstacle: Obstacle },
    /// The file has markers of an earlier conflict, and is left alone until they are gone.
    Unresolved,
}

/// What is in the way of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "kind", content = "path")]
pub enum Obstacle {
    Link,
    Folder,
    /// A file or a link where a folder belongs.
    Step,
    /// A file of the user's where palisade would move one to.
    File,
    /// A name that differs by case alone.
    Case(String),
}

impl Conflict {
    /// Whether a conflict is still to be resolved, told by what is there now.
    ///
    /// `wanted` is the file as palisade wants it, or what it remembers of that.
    pub fn is_open(&self, there: Option<&There>, wanted: Option<&[u8]>) -> bool {
        let differs = there.and_then(There::bytes) != wanted;
        match self {
            Self::Lines { .. } | Self::Keys { .. } | Self::Unresolved => there
                .and_then(There::bytes)
                .is_some_and(markers::has_markers),
            Self::Dropped => there.is_some(),
            Self::NotText | Self::InTheWay { .. } => there.is_some() && differs,
        }
    }
}

impl Obstacle {
    /// Names what is there instead of a file.
    pub(super) fn of(there: &There) -> Self {
        match there {
            There::Link => Self::Link,
            There::Blocked => Self::Step,
            There::Other => Self::Folder,
            There::File { .. } => Self::File,
        }
    }
}

impl fmt::Display for Kept {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Edited => "you edited it, and palisade has nothing new",
            Self::Deleted => "you deleted it",
            Self::Yours => "yours since it was written",
            Self::History => "never changed once written",
            Self::Derived => "your project makes it",
            Self::Lock => "cargo changed it",
            Self::Settled => "you decided for yours",
        })
    }
}

impl fmt::Display for Conflict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Lines { places: 1 } => f.write_str("markers stand around 1 place"),
            Self::Lines { places } => write!(f, "markers stand around {places} places"),
            Self::Keys { keys } => write!(
                f,
                "your value stands, and palisade's above it: {}",
                keys.join(", ")
            ),
            Self::NotText => f.write_str("it is not text, and both sides changed it; yours stays"),
            Self::Dropped => {
                f.write_str("you edited it, and palisade no longer wants it; it stays")
            }
            Self::InTheWay { obstacle } => write!(f, "{obstacle}; it stays"),
            Self::Unresolved => f.write_str("resolve its markers first"),
        }
    }
}

impl fmt::Display for Obstacle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Link => f.write_str("a symbolic link is in its place"),
            Self::Folder => f.write_str("a folder is in its place"),
            Self::Step => f.write_str("a file or a link is where its folder belongs"),
            Self::File => f.write_str("a file of yours is where it moves to"),
            Self::Case(other) => write!(f, "`{other}` differs from it by case alone"),
        }
    }
}
