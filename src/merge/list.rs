//! Lines of which each is an entry of a list: both sides' additions and removals hold.

use std::collections::{BTreeMap, BTreeSet};

use super::lines::Dispute;

/// Three texts, in which an entry that both sides added or took out is no difference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Agreed {
    pub(super) base: String,
    pub(super) yours: String,
    pub(super) wanted: String,
}

/// What an entry is; entries of one kind stand in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    /// `mod a;`
    Mod,
    /// `use a::b;`
    Use,
    /// `routes.nest("/a", a::routes());`
    Call,
}

/// Applies beforehand what needs no comparison of places.
///
/// A line by line merge knows an entry by its place: one that the user has elsewhere would come
/// twice, and one that the user moved would stay.
pub(super) fn agree(base: &str, yours: &str, wanted: &str) -> Agreed {
    let (in_base, in_yours, in_wanted) = (entries(base), entries(yours), entries(wanted));
    let single = |found: &BTreeMap<&str, usize>, line: &str| found.get(line) == Some(&1);
    let absent = |found: &BTreeMap<&str, usize>, line: &str| !found.contains_key(line);
    let taken_out: BTreeSet<&str> = in_base
        .keys()
        .copied()
        .filter(|line| {
            single(&in_base, line) && single(&in_yours, line) && absent(&in_wanted, line)
        })
        .filter(|line| !is_annotated(yours, line))
        .collect();
    let names: BTreeSet<_> = in_yours.keys().map(|line| name(line)).collect();
    let added: BTreeSet<&str> = in_wanted
        .keys()
        .copied()
        .filter(|line| single(&in_wanted, line) && absent(&in_base, line))
        .filter(|line| names.contains(&name(line)))
        .collect();
    Agreed {
        base: without(base, &taken_out),
        yours: without(yours, &taken_out),
        wanted: without(wanted, &added),
    }
}

/// Unites two sides of a dispute, if all of it are entries.
pub(super) fn unite<'a>(dispute: &Dispute<'a>) -> Option<Vec<&'a str>> {
    let Dispute {
        base,
        yours,
        wanted,
    } = dispute;
    let all = base.iter().chain(yours).chain(wanted);
    let is_entry = |line: &&str| Kind::of(line).is_some() || line.trim().is_empty();
    if !all.copied().all(|line| is_entry(&line)) {
        return None;
    }
    let is_gone =
        |line: &&str| Kind::of(line).is_some() && base.contains(line) && !wanted.contains(line);
    let mut united: Vec<&str> = yours
        .iter()
        .copied()
        .filter(|line| !is_gone(line))
        .collect();
    let is_new = |line: &&&str| !base.contains(line) && !yours.contains(line);
    for line in wanted.iter().filter(is_new) {
        if let Some(kind) = Kind::of(line) {
            let place = place(&united, kind, line);
            united.insert(place, line);
        }
    }
    Some(united)
}

/// Returns where an entry goes: before the first of its kind that is greater, else after the last.
fn place(lines: &[&str], kind: Kind, entry: &str) -> usize {
    let alike = |line: &&str| Kind::of(line) == Some(kind);
    let before = lines
        .iter()
        .position(|line| alike(line) && name(line) > name(entry));
    let after_last = || lines.iter().rposition(alike).map(|last| last + 1);
    before.or_else(after_last).unwrap_or(match kind {
        Kind::Mod => 0,
        Kind::Use | Kind::Call => lines.len(),
    })
}

/// Returns what tells entries of a kind apart, and sorts them: a visibility does not count.
fn name(line: &str) -> (Option<Kind>, &str) {
    let kind = Kind::of(line);
    let item = line.trim();
    let name = match kind {
        Some(Kind::Mod) => item.split_once("mod ").map(|(_, name)| name),
        Some(Kind::Use) => item.split_once("use ").map(|(_, name)| name),
        Some(Kind::Call) | None => None,
    };
    (kind, name.unwrap_or(item))
}

/// Returns how often each entry stands in a text.
fn entries(text: &str) -> BTreeMap<&str, usize> {
    let mut found = BTreeMap::new();
    for line in text
        .split_inclusive('\n')
        .filter(|line| Kind::of(line).is_some())
    {
        *found.entry(line).or_default() += 1;
    }
    found
}

/// Whether an entry has a comment or an attribute of its own above it.
fn is_annotated(text: &str, entry: &str) -> bool {
    let mut above = "";
    for line in text.split_inclusive('\n') {
        if line == entry {
            let above = above.trim();
            return above.starts_with('#') || above.starts_with("//") || above.ends_with("*/");
        }
        above = line;
    }
    false
}

fn without(text: &str, lines: &BTreeSet<&str>) -> String {
    text.split_inclusive('\n')
        .filter(|line| !lines.contains(line))
        .collect()
}

impl Kind {
    fn of(line: &str) -> Option<Self> {
        let item = line.trim().strip_suffix(';')?;
        if item.contains([';', '{', '}', '=']) {
            return None;
        }
        let item = match item.strip_prefix("pub") {
            Some(rest) => rest
                .strip_prefix(" ")
                .or_else(|| rest.split_once(") ").map(|(_, rest)| rest))?,
            None => item,
        };
        let is_path = |text: &str| {
            let word = |char: char| char.is_alphanumeric() || "_:.#*, ".contains(char);
            !text.is_empty() && text.chars().all(word)
        };
        if let Some(name) = item.strip_prefix("mod ") {
            return is_path(name).then_some(Self::Mod);
        }
        if let Some(path) = item.strip_prefix("use ") {
            return is_path(path).then_some(Self::Use);
        }
        let (callee, arguments) = item.strip_suffix(')')?.split_once('(')?;
        (is_path(callee) && !callee.contains(' ') && is_balanced(arguments)).then_some(Self::Call)
    }
}

/// Whether each bracket that closes was opened before.
fn is_balanced(arguments: &str) -> bool {
    let mut open = 0_usize;
    arguments.chars().all(|char| {
        match char {
            '(' => open += 1,
            ')' if open == 0 => return false,
            ')' => open -= 1,
            _ => {}
        }
        true
    }) && open == 0
}

#[cfg(test)]
mod tests {
    use semver::Version;

    use super::super::lines;
    use super::super::markers::Labels;
    use super::*;

    fn merged(base: &str, yours: &str, wanted: &str) -> String {
        let version = Version::new(0, 1, 0);
        let labels = Labels {
            base: &version,
            wanted: &version,
        };
        lines::merge(base, yours, wanted, true, labels).text
    }

    #[test]
    fn removals_of_both_sides_hold() {
        let base = "mod a;\nmod b;\nmod c;\n";
        assert_eq!(
            merged(base, "mod b;\nmod c;\n", "mod a;\nmod c;\n"),
            "mod c;\n"
        );
        assert_eq!(
            merged(base, "mod a;\nmod c;\nmod d;\n", "mod a;\nmod b;\nmod e;\n"),
            "mod a;\nmod d;\nmod e;\n"
        );
    }

    #[test]
    fn an_entry_that_the_user_has_elsewhere_does_not_come_twice() {
        let base = "//! Items.\n\npub mod note;\n";
        let yours = "//! Items.\n\nmod task;\npub mod note;\n";
        let wanted = "//! Items.\n\npub mod note;\npub mod task;\n";
        assert_eq!(merged(base, yours, wanted), yours);
    }

    #[test]
    fn an_entry_that_the_user_moved_goes_when_it_is_taken_out() {
        let base = "mod a;\nmod b;\n\nfn f() {}\n";
        let yours = "mod b;\n\nfn f() {}\n\nmod a;\n";
        let wanted = "mod b;\n\nfn f() {}\n";
        assert_eq!(merged(base, yours, wanted), "mod b;\n\nfn f() {}\n\n");
    }

    #[test]
    fn an_entry_with_an_attribute_of_the_users_is_no_bare_entry() {
        let base = "mod a;\nmod b;\n";
        let yours = "#[cfg(test)]\nmod a;\nmod b;\n";
        assert!(merged(base, yours, "mod b;\n").contains("<<<<<<< yours\n#[cfg(test)]\nmod a;\n"));
    }

    #[test]
    fn only_whole_entries_are_told_as_such() {
        for line in [
            "mod a;",
            "    pub mod a;\n",
            "pub(crate) use a::b as c;",
            "use a::*;",
            "routes.nest(\"/notes\", notes::routes());",
            "    visit(notes::sample());",
        ] {
            assert!(Kind::of(line).is_some(), "{line}");
        }
        for line in [
            "",
            "mod a {",
            "use a::{b, c};",
            "let a = b();",
            "a.b().c();",
            "return f();",
            "// mod a;",
            "struct A;",
            "}",
            "a(b); c(d);",
        ] {
            assert_eq!(Kind::of(line), None, "{line}");
        }
    }
}
