//! Contents of a file on three sides: compared, and merged.

use semver::Version;

use super::markers::Labels;
use super::{Conflict, has_markers, keys, lines};

/// The contents of one file, and what its merge needs to know.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sides<'a> {
    pub(super) path: &'a str,
    pub(super) list: bool,
    pub(super) base: &'a [u8],
    pub(super) yours: &'a [u8],
    pub(super) wanted: &'a [u8],
    /// The palisades that rendered the base and what is wanted.
    pub(super) versions: (&'a Version, &'a Version),
}

/// What comes out of a merge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Merged {
    Clean(Vec<u8>),
    Marked(Vec<u8>, Conflict),
    NotText,
}

/// Merges contents, as TOML or line by line.
///
/// The user's line ends stand, throughout or not, and so does the end of the last line.
pub(super) fn merge(sides: Sides<'_>) -> Merged {
    let text = |bytes: &[u8]| match bytes.contains(&0) {
        true => None,
        false => String::from_utf8(with_line_feeds(bytes)).ok(),
    };
    let raw = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).ok();
    let windows = is_windows(sides.yours);
    // Where the user's line ends are mixed, they are edits like others.
    let yours = match windows {
        true => text(sides.yours),
        false => text(sides.yours).and_then(|_| raw(sides.yours)),
    };
    let (Some(base), Some(yours), Some(wanted)) = (text(sides.base), yours, text(sides.wanted))
    else {
        return Merged::NotText;
    };
    let labels = Labels {
        base: sides.versions.0,
        wanted: sides.versions.1,
    };
    let ends = |text: &str| text.is_empty() || text.ends_with('\n');
    let whole = match ends(&base) == ends(&wanted) {
        true => ends(&yours),
        false => ends(&wanted),
    };
    let [base, yours, wanted] = [base, yours, wanted].map(ended);
    let (mut text, conflict) = merge_ended(sides, &base, &yours, &wanted, labels);
    if !whole && !has_markers(text.lines().last().unwrap_or_default().as_bytes()) {
        text.pop();
    }
    let bytes = match windows {
        true => with_returns(text.as_bytes()),
        false => text.into_bytes(),
    };
    match conflict {
        None => Merged::Clean(bytes),
        Some(conflict) => Merged::Marked(bytes, conflict),
    }
}

fn merge_ended(
    sides: Sides<'_>,
    base: &str,
    yours: &str,
    wanted: &str,
    labels: Labels<'_>,
) -> (String, Option<Conflict>) {
    if sides.path.ends_with(".toml")
        && let Some(merged) = keys::merge(base, yours, wanted, sides.list, labels)
    {
        let keys = merged.keys;
        let conflict = (!keys.is_empty()).then_some(Conflict::Keys { keys });
        return (merged.text, conflict);
    }
    let marked = lines::merge(base, yours, wanted, sides.list, labels);
    let conflict = match marked.places {
        0 => None,
        places => Some(Conflict::Lines { places }),
    };
    (marked.text, conflict)
}

/// Returns a text whose last line has an end.
fn ended(mut text: String) -> String {
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
    text
}

/// Whether two files are the same but for the line ends of the checkout.
pub(super) fn same(one: &[u8], other: &[u8]) -> bool {
    one == other
        || (is_windows(one) != is_windows(other) && with_line_feeds(one) == with_line_feeds(other))
}

/// Returns contents with the line ends that other contents have throughout.
pub(super) fn with_line_ends_of(model: &[u8], contents: &[u8]) -> Vec<u8> {
    match is_windows(model) {
        true => with_returns(contents),
        false => contents.to_vec(),
    }
}

/// Changes a text, which keeps its line ends; `None` when it is none.
///
/// What is handed over has line feeds alone, unless the line ends are mixed.
///
/// # Errors
/// When the change is refused.
pub fn edit<E>(
    bytes: &[u8],
    change: impl FnOnce(&str) -> Result<String, E>,
) -> Result<Option<Vec<u8>>, E> {
    let text = match is_windows(bytes) {
        true => with_line_feeds(bytes),
        false => bytes.to_vec(),
    };
    match String::from_utf8(text) {
        Ok(text) => Ok(Some(with_line_ends_of(bytes, change(&text)?.as_bytes()))),
        Err(_) => Ok(None),
    }
}

/// Whether each line ends in a carriage return and a line feed.
fn is_windows(bytes: &[u8]) -> bool {
    let mut lines = bytes.split_inclusive(|byte| *byte == b'\n').peekable();
    let mut found = false;
    lines.all(|line| {
        let whole = line.ends_with(b"\r\n");
        found |= whole;
        whole || !line.ends_with(b"\n")
    }) && found
}

/// Turns line ends of two bytes into line feeds.
pub(crate) fn with_line_feeds(bytes: &[u8]) -> Vec<u8> {
    let mut turned = Vec::with_capacity(bytes.len());
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        match line.strip_suffix(b"\r\n") {
            Some(text) => {
                turned.extend_from_slice(text);
                turned.push(b'\n');
            }
            None => turned.extend_from_slice(line),
        }
    }
    turned
}

fn with_returns(bytes: &[u8]) -> Vec<u8> {
    let mut turned = Vec::with_capacity(bytes.len() + bytes.len() / 16);
    for line in with_line_feeds(bytes).split_inclusive(|byte| *byte == b'\n') {
        match line.strip_suffix(b"\n") {
            Some(text) => {
                turned.extend_from_slice(text);
                turned.extend_from_slice(b"\r\n");
            }
            None => turned.extend_from_slice(line),
        }
    }
    turned
}

#[cfg(test)]
mod tests {
    use super::edit;

    #[test]
    fn an_edit_keeps_the_line_ends_that_a_text_has_throughout() {
        let added = |bytes: &[u8]| {
            let edited = edit(bytes, |text| {
                assert!(bytes == b"a\r\nb\n" || !text.contains('\r'));
                Ok::<_, ()>(format!("{text}c\n"))
            });
            edited.expect("nothing is refused")
        };
        assert_eq!(added(b"a\nb\n").as_deref(), Some(&b"a\nb\nc\n"[..]));
        assert_eq!(
            added(b"a\r\nb\r\n").as_deref(),
            Some(&b"a\r\nb\r\nc\r\n"[..])
        );
        assert_eq!(added(b"a\r\nb\n").as_deref(), Some(&b"a\r\nb\nc\n"[..]));
        assert_eq!(added(b"\xff"), None);
        assert_eq!(edit(b"a\n", |_| Err::<String, _>("no")), Err("no"));
    }
}
