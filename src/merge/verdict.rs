//! What becomes of one file.

use std::fmt;

use serde::Serialize;

/// The outcome for a file, told by what was written, what is there and what is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// Wanted, and nothing is there.
    New,
    /// There as it is wanted.
    Unchanged,
    /// There as it was written, and wanted otherwise.
    Replaced,
    /// Edited and wanted otherwise, and both hold.
    Merged,
    /// There as the user left it, edited or deleted, and it stays so.
    Kept,
    /// There as it was written, and no longer wanted.
    Deleted,
    /// Both sides changed it, and the user decides.
    Conflict,
}

impl Verdict {
    /// Decides for a file as a whole. `None` is a file that is not there.
    ///
    /// Nothing that the user edited is ever replaced or deleted, and what the
    /// user deleted stays away.
    pub fn of(written: Option<&[u8]>, there: Option<&[u8]>, wanted: Option<&[u8]>) -> Self {
        match (written, there, wanted) {
            (_, Some(there), Some(wanted)) if there == wanted => Self::Unchanged,
            (_, None, None) => Self::Unchanged,
            (None, None, Some(_)) => Self::New,
            (None, Some(_), Some(_)) => Self::Conflict,
            (Some(_), None, Some(_)) | (None, Some(_), None) => Self::Kept,
            (Some(written), Some(there), None) if written == there => Self::Deleted,
            (Some(_), Some(_), None) => Self::Conflict,
            (Some(written), Some(there), Some(_)) if written == there => Self::Replaced,
            (Some(written), Some(_), Some(wanted)) if written == wanted => Self::Kept,
            (Some(_), Some(_), Some(_)) => Self::Conflict,
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::New => "new",
            Self::Unchanged => "unchanged",
            Self::Replaced => "replaced",
            Self::Merged => "merged",
            Self::Kept => "kept",
            Self::Deleted => "deleted",
            Self::Conflict => "conflict",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each of the three absent, as `a`, or in two ways otherwise.
    const CASES: [(&str, &str, &str, Verdict); 27] = [
        ("", "", "", Verdict::Unchanged),
        ("", "", "a", Verdict::New),
        ("", "", "b", Verdict::New),
        ("", "a", "", Verdict::Kept),
        ("", "a", "a", Verdict::Unchanged),
        ("", "a", "b", Verdict::Conflict),
        ("", "b", "", Verdict::Kept),
        ("", "b", "a", Verdict::Conflict),
        ("", "b", "b", Verdict::Unchanged),
        ("a", "", "", Verdict::Unchanged),
        ("a", "", "a", Verdict::Kept),
        ("a", "", "b", Verdict::Kept),
        ("a", "a", "", Verdict::Deleted),
        ("a", "a", "a", Verdict::Unchanged),
        ("a", "a", "b", Verdict::Replaced),
        ("a", "b", "", Verdict::Conflict),
        ("a", "b", "a", Verdict::Kept),
        ("a", "b", "b", Verdict::Unchanged),
        ("a", "b", "c", Verdict::Conflict),
        ("b", "", "a", Verdict::Kept),
        ("b", "a", "", Verdict::Conflict),
        ("b", "a", "a", Verdict::Unchanged),
        ("b", "a", "b", Verdict::Kept),
        ("b", "a", "c", Verdict::Conflict),
        ("b", "b", "", Verdict::Deleted),
        ("b", "b", "a", Verdict::Replaced),
        ("b", "b", "b", Verdict::Unchanged),
    ];

    #[test]
    fn each_case_has_its_verdict() {
        let file = |text: &'static str| (!text.is_empty()).then_some(text.as_bytes());
        for (written, there, wanted, verdict) in CASES {
            let found = Verdict::of(file(written), file(there), file(wanted));
            assert_eq!(found, verdict, "{written:?} {there:?} {wanted:?}");
        }
    }
}
