//! The marks that a conflict leaves in a file, until the user takes them out.

use std::fmt;

use semver::Version;

const YOURS: &str = "<<<<<<< yours";
const BASE: &str = "||||||| as palisade ";
const OURS: &str = ">>>>>>> palisade ";
const KEY: &str = "# palisade ";
const HAS: &str = " has";

/// The labels of one merge.
#[derive(Debug, Clone, Copy)]
pub(super) struct Labels<'a> {
    /// The palisade that wrote the base.
    pub(super) base: &'a Version,
    /// The palisade that rendered what is wanted.
    pub(super) wanted: &'a Version,
}

/// Whether marks of a conflict stand in a file, even if some were taken out.
///
/// Those that git leaves count too, where both ends stand.
pub fn has_markers(bytes: &[u8]) -> bool {
    let mut begins = false;
    for line in bytes.split(|byte| *byte == b'\n') {
        let Some(line) = candidate(line) else {
            continue;
        };
        if line == YOURS || line.starts_with(BASE) || line.starts_with(OURS) || is_key(line) {
            return true;
        }
        begins |= line.starts_with("<<<<<<< ");
        if begins && line.starts_with(">>>>>>> ") {
            return true;
        }
    }
    false
}

/// Returns a line that may be a mark, without its indentation and its end.
fn candidate(line: &[u8]) -> Option<&str> {
    let line = line.trim_ascii();
    let may = matches!(line.first()?, b'<' | b'>' | b'|' | b'#');
    may.then(|| std::str::from_utf8(line).ok()).flatten()
}

fn is_key(line: &str) -> bool {
    let mark = line.strip_prefix(KEY).and_then(|rest| rest.split_once(HAS));
    mark.is_some_and(|(version, rest)| {
        Version::parse(version).is_ok() && rest.starts_with([':', ' '])
    })
}

impl Labels<'_> {
    pub(super) fn yours(self) -> &'static str {
        YOURS
    }

    pub(super) fn base(self) -> String {
        format!("{BASE}{} wrote it", self.base)
    }

    pub(super) fn wanted(self) -> String {
        format!("{OURS}{}", self.wanted)
    }

    /// Returns the comment that stands above a key: a value that palisade wants, or that it wants none.
    pub(super) fn key(self, what: &dyn fmt::Display) -> String {
        format!("{KEY}{}{HAS}{what}", self.wanted)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_single_mark_that_was_left_is_found() {
        for text in [
            "a\n<<<<<<< yours\nb\n",
            "a\r\n||||||| as palisade 0.1.0 wrote it\r\nb\r\n",
            ">>>>>>> palisade 0.2.0",
            "# palisade 0.2.0-rc.1 has: a = 1\na = 2\n",
            "[x]\n    # palisade 0.2.0 has no `a`\n    a = 2\n",
            "<<<<<<< HEAD\na\n=======\nb\n>>>>>>> branch\n",
        ] {
            assert!(has_markers(text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn what_only_looks_like_a_mark_is_none() {
        for text in [
            "",
            "Title\n=======\n",
            "let a = b << c;\n",
            "<<<<<<< HEAD\n",
            ">>>>>>> branch\n",
            "# palisade 0.2.0 wrote this\n",
            "# palisade has: nothing\n",
        ] {
            assert!(!has_markers(text.as_bytes()), "{text}");
        }
        assert!(!has_markers(b"<\xff"));
    }
}
