//! TOML merged by keys, as values without their text.

use std::collections::BTreeMap;

use toml::{Table, Value};

/// What both sides come to, and where the user's value stood against palisade's.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Agreement {
    pub(super) values: Table,
    pub(super) disputes: Vec<Dispute>,
}

/// A value that both sides changed; the user's stands.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Dispute {
    pub(super) path: Vec<Step>,
    /// The value that palisade wants, if it still wants one.
    pub(super) wanted: Option<Value>,
}

/// One step on the way to a value.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Step {
    Key(String),
    /// A table in an array of tables, told by its `name`.
    Named(String),
}

/// Merges tables key by key.
///
/// Arrays are values like others; in a list they are sets, in which both sides' additions and
/// removals hold.
pub(super) fn merge(base: &Table, yours: &Table, wanted: &Table, is_list: bool) -> Agreement {
    let mut merger = Merger {
        is_list,
        path: Vec::new(),
        disputes: Vec::new(),
    };
    let values = merger.tables(base, yours, wanted, Step::Key);
    Agreement {
        values,
        disputes: merger.disputes,
    }
}

struct Merger {
    is_list: bool,
    path: Vec<Step>,
    disputes: Vec<Dispute>,
}

impl Merger {
    fn tables(
        &mut self,
        base: &Table,
        yours: &Table,
        wanted: &Table,
        step: impl Fn(String) -> Step,
    ) -> Table {
        let added = wanted.keys().filter(|key| !yours.contains_key(*key));
        let mut merged = Table::new();
        for key in yours.keys().chain(added) {
            self.path.push(step(key.clone()));
            let value = self.value(base.get(key), yours.get(key), wanted.get(key));
            self.path.pop();
            if let Some(value) = value {
                merged.insert(key.clone(), value);
            }
        }
        merged
    }

    fn value(
        &mut self,
        base: Option<&Value>,
        yours: Option<&Value>,
        wanted: Option<&Value>,
    ) -> Option<Value> {
        if yours == wanted || wanted == base {
            return yours.cloned();
        }
        if yours == base {
            return wanted.cloned();
        }
        // What the user took out stays out.
        let yours = yours?;
        if let Some(united) = wanted.and_then(|wanted| self.unite(base, yours, wanted)) {
            return Some(united);
        }
        self.disputes.push(Dispute {
            path: self.path.clone(),
            wanted: wanted.cloned(),
        });
        Some(yours.clone())
    }

    /// Merges what has parts of its own.
    fn unite(&mut self, base: Option<&Value>, yours: &Value, wanted: &Value) -> Option<Value> {
        match (yours, wanted) {
            (Value::Table(yours), Value::Table(wanted)) => {
                let none = Table::new();
                let base = base.and_then(Value::as_table).unwrap_or(&none);
                Some(Value::Table(self.tables(base, yours, wanted, Step::Key)))
            }
            (Value::Array(yours), Value::Array(wanted)) => {
                let base = base
                    .and_then(Value::as_array)
                    .map_or(&[][..], Vec::as_slice);
                if let (Some(base), Some(yours), Some(wanted)) =
                    (by_name(base), by_name(yours), by_name(wanted))
                {
                    let merged = self.tables(&base, &yours, &wanted, Step::Named);
                    return Some(Value::Array(
                        merged.into_iter().map(|(_, table)| table).collect(),
                    ));
                }
                self.is_list
                    .then(|| Value::Array(sets(base, yours, wanted)))
            }
            _ => None,
        }
    }
}

/// Returns tables by their names, if all are tables and have one of their own.
pub(super) fn by_name(array: &[Value]) -> Option<Table> {
    let mut named = Table::new();
    for value in array {
        let name = value.as_table()?.get("name")?.as_str()?;
        if named.insert(name.to_owned(), value.clone()).is_some() {
            return None;
        }
    }
    Some(named)
}

/// Merges sets; what palisade adds follows what it follows there.
fn sets(base: &[Value], yours: &[Value], wanted: &[Value]) -> Vec<Value> {
    let is_gone = |value: &&Value| base.contains(value) && !wanted.contains(value);
    let mut merged: Vec<Value> = yours
        .iter()
        .filter(|value| !is_gone(value))
        .cloned()
        .collect();
    for (index, value) in wanted.iter().enumerate() {
        if base.contains(value) || merged.contains(value) {
            continue;
        }
        let before = wanted[..index].iter().rev();
        let place = before
            .filter_map(|before| merged.iter().position(|found| found == before))
            .map(|found| found + 1)
            .next()
            .unwrap_or(0);
        merged.insert(place, value.clone());
    }
    merged
}

impl Dispute {
    /// Returns the key as it is written in a message.
    pub(super) fn key(&self) -> String {
        dotted(&self.path)
    }
}

/// Writes a path with dots between its steps.
pub(super) fn dotted(path: &[Step]) -> String {
    let steps = path.iter().map(|step| match step {
        Step::Key(key) if is_bare(key) => key.clone(),
        Step::Key(key) | Step::Named(key) => Value::String(key.clone()).to_string(),
    });
    steps.collect::<Vec<_>>().join(".")
}

fn is_bare(key: &str) -> bool {
    let bare = |char: char| char.is_ascii_alphanumeric() || "_-".contains(char);
    !key.is_empty() && key.chars().all(bare)
}

/// Comments, from their `#` on, by how often each stands there.
pub(super) type Comments<'a> = BTreeMap<&'a str, usize>;

/// Returns the comments of a text, those behind a value among them.
pub(super) fn comments(text: &str) -> Comments<'_> {
    let mut found = Comments::new();
    let mut rest = text;
    while let Some(at) = rest.find(['#', '"', '\'']) {
        let (_, here) = rest.split_at(at);
        rest = match here.starts_with('#') {
            true => {
                let (comment, rest) = here.split_once('\n').unwrap_or((here, ""));
                *found.entry(comment.trim_end()).or_default() += 1;
                rest
            }
            false => behind_string(here),
        };
    }
    found
}

/// Returns what follows a string of TOML that a text begins with.
fn behind_string(text: &str) -> &str {
    let quotes = ["\"\"\"", "'''", "\"", "'"];
    let quote = quotes.into_iter().find(|quote| text.starts_with(*quote));
    let quote = quote.unwrap_or_default();
    let mut rest = &text[quote.len()..];
    while !rest.is_empty() && !rest.starts_with(quote) {
        let escaped = quote.starts_with('"') && rest.starts_with('\\');
        let mut chars = rest.chars();
        for _ in 0..=usize::from(escaped) {
            chars.next();
        }
        rest = chars.as_str();
    }
    // A string over several lines may end in quotes of its own.
    let own = quote.get(..1).filter(|_| quote.len() > 1);
    let rest = rest.strip_prefix(quote).unwrap_or(rest);
    own.map_or(rest, |own| rest.trim_start_matches(own))
}

/// Returns the comments that one text has more often than another.
pub(super) fn more<'a>(text: &Comments<'a>, than: &Comments<'_>) -> Comments<'a> {
    let more = |(comment, count): (&&'a str, &usize)| {
        let more = count.checked_sub(*than.get(*comment).unwrap_or(&0))?;
        (more > 0).then_some((*comment, more))
    };
    text.iter().filter_map(more).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_are_told_from_strings() {
        let text = "# one\na = 1 # two \nb = \"# no\\\" # no\" # three\nc = '# no' # one\n\
                    d = \"\"\"\n# no\n\"\" no\"\"\"\" # four\ne = '''\n# \\''' # five\nf = \"\" # six";
        let found = comments(text);
        let expected = [
            ("# five", 1),
            ("# four", 1),
            ("# one", 2),
            ("# six", 1),
            ("# three", 1),
            ("# two", 1),
        ];
        assert_eq!(found, Comments::from(expected));
        let fewer = comments("# one\n# two\n# seven\n");
        assert_eq!(more(&fewer, &found), Comments::from([("# seven", 1)]));
        assert_eq!(more(&found, &fewer).get("# one"), Some(&1));
    }
}
