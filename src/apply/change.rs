//! What becomes of one file on an existing tree.

/// One file, from what is there to what will be.
///
/// What is there is part of it, so that a file that changed after the plan was made is
/// never written over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    pub path: String,
    /// The bytes that the plan was made with; `None` for a file that was absent.
    pub before: Option<Vec<u8>>,
    pub after: After,
}

/// How a file will be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum After {
    Absent,
    /// A file that is there keeps its mode but for this.
    Present {
        bytes: Vec<u8>,
        executable: bool,
    },
}

impl Change {
    /// Returns a plain file's change.
    pub fn write(path: impl Into<String>, before: Option<Vec<u8>>, after: Vec<u8>) -> Self {
        Self {
            path: path.into(),
            before,
            after: After::Present {
                bytes: after,
                executable: false,
            },
        }
    }

    /// Returns the removal of a file.
    pub fn remove(path: impl Into<String>, before: Vec<u8>) -> Self {
        Self {
            path: path.into(),
            before: Some(before),
            after: After::Absent,
        }
    }
}

impl After {
    /// Returns the bytes, of a file that will be there.
    pub fn bytes(&self) -> Option<&[u8]> {
        match self {
            Self::Absent => None,
            Self::Present { bytes, .. } => Some(bytes),
        }
    }
}
