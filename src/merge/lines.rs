//! Text merged line by line.

use diffy::{ConflictStyle, MergeOptions};

use super::list;
use super::markers::Labels;

/// A stretch of a merged text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Stretch<'a> {
    /// Lines on which both sides agree, or that one of them changed.
    Settled(Vec<&'a str>),
    /// Lines that both sides changed.
    Disputed(Dispute<'a>),
}

/// Lines as each side has them; each with its end.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Dispute<'a> {
    pub(super) base: Vec<&'a str>,
    pub(super) yours: Vec<&'a str>,
    pub(super) wanted: Vec<&'a str>,
}

/// A text with markers around each dispute that is left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Marked {
    pub(super) text: String,
    pub(super) places: usize,
}

/// Merges three texts, each of whose lines ends in a line feed.
///
/// In a list, lines that both sides add or take out beside each other are no conflict.
pub(super) fn merge(
    base: &str,
    yours: &str,
    wanted: &str,
    is_list: bool,
    labels: Labels<'_>,
) -> Marked {
    let agreed = is_list.then(|| list::agree(base, yours, wanted));
    let (base, yours, wanted) = match &agreed {
        Some(agreed) => (
            agreed.base.as_str(),
            agreed.yours.as_str(),
            agreed.wanted.as_str(),
        ),
        None => (base, yours, wanted),
    };
    let merged = diffy_merge(base, yours, wanted);
    let stretches = match &merged {
        Ok(text) => vec![Stretch::Settled(text.split_inclusive('\n').collect())],
        Err((text, length)) => split(text, *length),
    };
    let mut marked = Marked {
        text: String::with_capacity(yours.len().max(wanted.len())),
        places: 0,
    };
    for stretch in stretches {
        match stretch {
            Stretch::Settled(lines) => marked.text.extend(lines),
            Stretch::Disputed(dispute) => match is_list.then(|| list::unite(&dispute)).flatten() {
                Some(lines) => marked.text.extend(lines),
                None => marked.mark(&dispute, labels),
            },
        }
    }
    marked
}

/// A text in which the user's side stands wherever there was a dispute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ForYours {
    pub(super) text: String,
    /// Whether there was none.
    pub(super) is_clean: bool,
}

/// Merges three texts, and takes the user's side of whatever is in dispute.
pub(super) fn merge_for_yours(base: &str, yours: &str, wanted: &str) -> ForYours {
    let side = |stretch| match stretch {
        Stretch::Settled(lines) => lines,
        Stretch::Disputed(dispute) => dispute.yours,
    };
    match diffy_merge(base, yours, wanted) {
        Ok(text) => ForYours {
            text,
            is_clean: true,
        },
        Err((text, length)) => ForYours {
            text: split(&text, length).into_iter().flat_map(side).collect(),
            is_clean: false,
        },
    }
}

/// Returns the merged text, or one with markers of a length that no line has.
fn diffy_merge(base: &str, yours: &str, wanted: &str) -> Result<String, (String, usize)> {
    let length = 7 + [base, yours, wanted]
        .map(longest_mark)
        .into_iter()
        .max()
        .unwrap_or(0);
    MergeOptions::new()
        .set_conflict_style(ConflictStyle::Diff3)
        .set_conflict_marker_length(length)
        .merge(base, yours, wanted)
        .map_err(|text| (text, length))
}

/// Returns how many marks begin a line at most.
fn longest_mark(text: &str) -> usize {
    let marks = |line: &str| {
        line.bytes()
            .take_while(|byte| b"<|=>".contains(byte))
            .count()
    };
    text.lines().map(marks).max().unwrap_or(0)
}

/// Reads a text with markers; `length` is theirs alone.
fn split(text: &str, length: usize) -> Vec<Stretch<'_>> {
    let mut stretches = Vec::new();
    let mut settled = Vec::new();
    let mut dispute = Dispute::default();
    let mut side = Side::Both;
    for line in text.split_inclusive('\n') {
        if let Some(next) = Side::begun_by(line, length) {
            match next {
                Side::Yours => stretches.push(Stretch::Settled(std::mem::take(&mut settled))),
                Side::Both => stretches.push(Stretch::Disputed(std::mem::take(&mut dispute))),
                Side::Base | Side::Wanted => {}
            }
            side = next;
            continue;
        }
        match side {
            Side::Both => settled.push(line),
            Side::Yours => dispute.yours.push(line),
            Side::Base => dispute.base.push(line),
            Side::Wanted => dispute.wanted.push(line),
        }
    }
    stretches.push(Stretch::Settled(settled));
    stretches
}

/// Whose lines follow a marker.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    Both,
    Yours,
    Base,
    Wanted,
}

impl Side {
    fn begun_by(line: &str, length: usize) -> Option<Self> {
        let mark = line.chars().next()?;
        if line.chars().take_while(|found| *found == mark).count() != length {
            return None;
        }
        match mark {
            '<' => Some(Self::Yours),
            '|' => Some(Self::Base),
            '=' => Some(Self::Wanted),
            '>' => Some(Self::Both),
            _ => None,
        }
    }
}

impl Marked {
    /// Writes both sides of a dispute; what they begin or end with alike stays outside.
    fn mark(&mut self, dispute: &Dispute<'_>, labels: Labels<'_>) {
        let Dispute {
            base,
            yours,
            wanted,
        } = dispute;
        let before = alike(yours.iter(), wanted.iter());
        let (yours, wanted) = (&yours[before..], &wanted[before..]);
        let after = alike(yours.iter().rev(), wanted.iter().rev());
        let (yours, shared) = yours.split_at(yours.len() - after);
        let wanted = &wanted[..wanted.len() - after];
        self.text.extend(dispute.yours[..before].iter().copied());
        self.line(labels.yours());
        self.text.extend(yours.iter().copied());
        self.line(&labels.base());
        self.text.extend(base.iter().copied());
        self.line("=======");
        self.text.extend(wanted.iter().copied());
        self.line(&labels.wanted());
        self.text.extend(shared.iter().copied());
        self.places += 1;
    }

    fn line(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
    }
}

/// Returns how many lines are the same from the beginning.
fn alike<'a>(
    one: impl Iterator<Item = &'a &'a str>,
    other: impl Iterator<Item = &'a &'a str>,
) -> usize {
    one.zip(other)
        .take_while(|(one, other)| one == other)
        .count()
}

#[cfg(test)]
mod tests {
    use semver::Version;

    use super::*;

    fn merged(base: &str, yours: &str, wanted: &str, is_list: bool) -> Marked {
        let (old, new) = (Version::new(0, 1, 0), Version::new(0, 2, 0));
        let labels = Labels {
            base: &old,
            wanted: &new,
        };
        merge(base, yours, wanted, is_list, labels)
    }

    #[test]
    fn a_dispute_shows_the_base_and_leaves_out_what_both_sides_share() {
        let marked = merged(
            "a\nb\nc\n",
            "a\nnew\nyours\nend\nc\n",
            "a\nnew\nwanted\nend\nc\n",
            false,
        );
        assert_eq!(
            marked.text,
            "a\nnew\n\
             <<<<<<< yours\n\
             yours\n\
             ||||||| as palisade 0.1.0 wrote it\n\
             b\n\
             =======\n\
             wanted\n\
             >>>>>>> palisade 0.2.0\n\
             end\nc\n"
        );
        assert_eq!(marked.places, 1);
    }

    #[test]
    fn lines_that_look_like_markers_are_told_from_them() {
        let title = "=======\n<<<<<<<<<\n>>>>>>> a\n";
        let marked = merged(
            &format!("{title}b\n"),
            &format!("{title}yours\n"),
            &format!("{title}wanted\n"),
            false,
        );
        assert!(
            marked
                .text
                .starts_with(&format!("{title}<<<<<<< yours\nyours\n|||||||"))
        );
        assert_eq!(marked.places, 1);
    }

    #[test]
    fn entries_that_both_add_beside_each_other_are_sorted_into_a_list() {
        let base = "pub mod note;\n";
        let yours = "pub mod note;\npub mod tag;\n";
        let wanted = "pub mod note;\npub mod task;\npub mod order;\n";
        let marked = merged(base, yours, wanted, true);
        assert_eq!(
            marked.text,
            "pub mod note;\npub mod order;\npub mod tag;\npub mod task;\n"
        );
        assert_eq!(marked.places, 0);
        assert_eq!(merged(base, yours, wanted, false).places, 1);
    }
}
