//! A text in which git left both sides of a merge.

use toml::{Table, Value};

/// Whether a merge was left open in a text.
pub(super) fn is_open(text: &str) -> bool {
    text.contains("<<<<<<<") && text.lines().any(|line| Mark::of(line) == Some(Mark::Ours))
}

/// Returns a text as each side has it, if a merge was left open in it.
pub(super) fn sides(text: &str) -> Option<[String; 2]> {
    let [mut ours, mut theirs] = [String::new(), String::new()];
    let mut open = None;
    let mut found = false;
    for line in text.split_inclusive('\n') {
        let mark = Mark::of(line);
        match (open, mark) {
            (None, Some(Mark::Ours)) | (Some(_), Some(_)) => {
                found = true;
                open = mark.filter(|mark| *mark != Mark::End);
            }
            (None, _) => {
                ours.push_str(line);
                theirs.push_str(line);
            }
            (Some(Mark::Ours), None) => ours.push_str(line),
            (Some(Mark::Theirs), None) => theirs.push_str(line),
            (Some(Mark::Base | Mark::End), None) => {}
        }
    }
    (found && open.is_none()).then_some([ours, theirs])
}

/// Returns a text with the lines of both sides, one after the other, and without the base's.
pub(super) fn both(text: &str) -> String {
    let mut in_base = false;
    let is_of_a_side = |line: &&str| {
        let mark = Mark::of(line);
        in_base = mark.map_or(in_base, |mark| mark == Mark::Base);
        !in_base && mark.is_none()
    };
    text.split_inclusive('\n').filter(is_of_a_side).collect()
}

/// Returns what either of two tables has; where both have a value, that of the first.
///
/// Tables of an array are told by their `name`.
pub(super) fn unite(ours: &mut Table, theirs: Table) {
    for (key, theirs) in theirs {
        match (ours.get_mut(&key), theirs) {
            (None, theirs) => drop(ours.insert(key, theirs)),
            (Some(Value::Table(ours)), Value::Table(theirs)) => unite(ours, theirs),
            (Some(Value::Array(ours)), Value::Array(theirs)) => {
                for theirs in theirs {
                    let name = theirs.get("name");
                    if name.is_some() && !ours.iter().any(|ours| ours.get("name") == name) {
                        ours.push(theirs);
                    }
                }
            }
            (Some(_), _) => {}
        }
    }
}

/// What a mark begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mark {
    Ours,
    Base,
    Theirs,
    End,
}

impl Mark {
    fn of(line: &str) -> Option<Self> {
        let line = line.trim_end_matches(['\r', '\n']);
        let (mark, name) = line.split_at_checked(7)?;
        if !name.is_empty() && !name.starts_with(' ') {
            return None;
        }
        match mark {
            "<<<<<<<" => Some(Self::Ours),
            "|||||||" => Some(Self::Base),
            "=======" if name.is_empty() => Some(Self::Theirs),
            ">>>>>>>" => Some(Self::End),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_sides_of_an_open_merge_are_told_apart() {
        let open = "a\n<<<<<<< HEAD\nb\n||||||| 12\no\n=======\nc\n>>>>>>> x\nd\n";
        let told = sides(open).map(Vec::from);
        assert_eq!(told, Some(vec!["a\nb\nd\n".into(), "a\nc\nd\n".into()]));
        assert_eq!(both(open), "a\nb\nc\nd\n");
        let turned = "a\r\n<<<<<<< x\r\nb\r\n=======\r\n>>>>>>> y\r\n";
        assert_eq!(
            sides(turned).map(|s| s.concat()),
            Some("a\r\nb\r\na\r\n".into())
        );
        assert_eq!(sides("a\nb\n"), None);
        assert_eq!(sides("a\n<<<<<<< HEAD\nb\n"), None);
        assert_eq!(both("a\nb"), "a\nb");
    }

    #[test]
    fn tables_of_both_are_united_by_name() {
        let table = |text: &str| text.parse::<Table>().expect("TOML");
        let mut ours =
            table("a = 1\n[c]\nx = 1\n[[r]]\nname = \"n\"\nf = 1\n[[r]]\nname = \"o\"\n");
        unite(
            &mut ours,
            table("a = 2\nb = 3\n[c]\ny = 2\n[[r]]\nname = \"n\"\nf = 2\n[[r]]\nname = \"t\"\n"),
        );
        let both = "a = 1\nb = 3\n[c]\nx = 1\ny = 2\n\
                    [[r]]\nname = \"n\"\nf = 1\n[[r]]\nname = \"o\"\n[[r]]\nname = \"t\"\n";
        assert_eq!(ours, table(both));
    }
}
