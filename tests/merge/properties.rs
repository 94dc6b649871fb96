//! What holds for whatever a user does to a file. Each case has a number, which the failure names.

use std::collections::BTreeSet;

use palisade::catalog::Class;
use palisade::merge::{Verdict, Wanted};
use palisade::render::File;

use crate::chance::Chance;
use crate::project::{Project, want};

/// How many texts are merged, and how many TOML documents.
const TEXTS: u64 = 4_000;
const TOML: u64 = 1_500;

const LINES: [&str; 14] = [
    "",
    "    }",
    "}",
    "fn first() {",
    "    let a = 1;",
    "    let b = 2;",
    "mod note;",
    "pub mod task;",
    "use crate::note;",
    "    routes.nest(\"/notes\", notes::routes());",
    "// A comment.",
    "======= not a marker",
    "||||||| nor this",
    "#[cfg(test)]",
];

/// A text, a line after the other.
fn lines(chance: &mut Chance) -> Vec<String> {
    let length = chance.below(12);
    (0..length)
        .map(|_| (*chance.pick(&LINES)).to_owned())
        .collect()
}

/// Changes a text here and there; `fresh` are the lines that it may add.
fn edited(
    chance: &mut Chance,
    lines: &[String],
    fresh: &mut dyn FnMut(&mut Chance) -> String,
) -> Vec<String> {
    let mut edited = lines.to_vec();
    for _ in 0..chance.below(4) {
        let place = chance.below(edited.len() + 1);
        match chance.below(3) {
            0 if place < edited.len() => drop(edited.remove(place)),
            1 if place < edited.len() => edited[place] = fresh(chance),
            _ => edited.insert(place, fresh(chance)),
        }
    }
    edited
}

fn text(lines: &[String], end: &str) -> String {
    lines.iter().flat_map(|line| [line, end]).collect()
}

/// One file on all three sides.
#[derive(Debug)]
struct Case {
    path: &'static str,
    list: bool,
    written: String,
    yours: String,
    wanted: String,
    /// Lines that stand in the user's file alone.
    added: BTreeSet<String>,
}

impl Case {
    fn of_lines(chance: &mut Chance) -> Self {
        let written = lines(chance);
        let mut count = 0;
        let yours = edited(chance, &written, &mut |chance| {
            count += 1;
            match chance.below(4) {
                0 => format!("mod mine_{count};"),
                1 => format!("    visit(mine_{count}::sample());"),
                2 => (*chance.pick(&LINES)).to_owned(),
                _ => format!("    let mine_{count} = 1;"),
            }
        });
        let wanted = edited(chance, &written, &mut |chance| match chance.below(3) {
            0 => format!("pub mod new_{};", chance.below(5)),
            _ => (*chance.pick(&LINES)).to_owned(),
        });
        let end = if chance.one_in(4) { "\r\n" } else { "\n" };
        let mut yours_text = text(&yours, end);
        if chance.one_in(5) {
            yours_text.truncate(yours_text.trim_end_matches(['\r', '\n']).len());
        }
        Self {
            path: "src/a.rs",
            list: chance.one_in(2),
            written: text(&written, "\n"),
            yours: yours_text,
            wanted: text(&wanted, "\n"),
            added: yours
                .into_iter()
                .filter(|line| line.contains("mine_"))
                .collect(),
        }
    }

    fn project(&self) -> Project {
        Project::empty()
            .written(self.path, self.written.as_str())
            .there(self.path, self.yours.as_str())
    }

    fn wanted(&self) -> Wanted {
        let file = File {
            list: self.list,
            ..File::new(Class::Managed, self.wanted.as_str())
        };
        want([(self.path, file)])
    }
}

/// Merges, and returns the verdict and the text that is there then; a second time changes nothing.
#[track_caller]
fn merged(number: u64, case: &Case) -> (Verdict, String) {
    let mut project = case.project();
    let plan = project.plan(case.wanted());
    let verdict = plan.get(case.path).expect("the file is planned").verdict;
    project.apply(&plan);
    let text = project.text(case.path).expect("nothing takes it away");
    let again = project.plan(case.wanted());
    assert!(again.is_empty(), "{number}: {case:#?} {again:#?}");
    (verdict, text)
}

#[test]
fn each_line_that_the_user_added_stands() {
    let mut seen = BTreeSet::new();
    for number in 0..TEXTS {
        let case = Case::of_lines(&mut Chance(number));
        let (verdict, text) = merged(number, &case);
        seen.insert(verdict);
        let standing: BTreeSet<_> = text.lines().collect();
        for line in &case.added {
            assert!(
                standing.contains(line.as_str()),
                "{number}: {line} {case:#?} {text}"
            );
        }
    }
    let all = [
        Verdict::Unchanged,
        Verdict::Replaced,
        Verdict::Merged,
        Verdict::Kept,
        Verdict::Conflict,
    ];
    assert_eq!(Vec::from_iter(seen), all);
}

#[test]
fn without_an_edit_the_file_is_as_wanted_and_without_news_as_it_was() {
    for number in 0..TEXTS / 2 {
        let mut chance = Chance(number);
        let case = Case::of_lines(&mut chance);
        let untouched = Case {
            yours: case.written.clone(),
            ..case
        };
        assert_eq!(merged(number, &untouched).1, untouched.wanted, "{number}");
        let case = Case::of_lines(&mut chance);
        let old = Case {
            wanted: case.written.clone(),
            ..case
        };
        assert_eq!(merged(number, &old).1, old.yours, "{number}");
    }
}

#[test]
fn entries_of_a_list_are_never_in_conflict() {
    for number in 0..TEXTS / 2 {
        let mut chance = Chance(number);
        let mut entries = |prefix: &str| -> Vec<String> {
            let entry = |index: usize| format!("pub mod {prefix}{index};");
            (0..8).filter(|_| chance.one_in(2)).map(entry).collect()
        };
        let (written, mine, new) = (entries("a"), entries("b"), entries("c"));
        let mut side = |added: &[String]| -> Vec<String> {
            let kept = written.iter().filter(|_| !chance.one_in(4));
            let mut side: Vec<_> = kept.chain(added).cloned().collect();
            side.sort_by_key(|line| line.chars().rev().collect::<String>());
            side
        };
        let (yours, wanted) = (side(&mine), side(&new));
        let mut expected: BTreeSet<String> = yours.iter().chain(&wanted).cloned().collect();
        expected.retain(|line| {
            !written.contains(line) || yours.contains(line) && wanted.contains(line)
        });
        let case = Case {
            path: "src/a.rs",
            list: true,
            written: text(&sorted(&written), "\n"),
            yours: text(&sorted(&yours), "\n"),
            wanted: text(&sorted(&wanted), "\n"),
            added: BTreeSet::new(),
        };
        let (verdict, merged) = merged(number, &case);
        assert_ne!(verdict, Verdict::Conflict, "{number}: {case:#?}");
        assert_eq!(
            merged,
            text(&Vec::from_iter(expected), "\n"),
            "{number}: {case:#?}"
        );
    }
}

fn sorted(lines: &[String]) -> Vec<String> {
    let mut sorted = lines.to_vec();
    sorted.sort();
    sorted
}

/// A TOML document of tables, keys and arrays; each key is written in one way only.
fn document(chance: &mut Chance, from: Option<&toml::Table>, mine: bool) -> toml::Table {
    let mut document = from.cloned().unwrap_or_default();
    for table in ["", "limits", "quotas", "dependencies"] {
        let entries = match table {
            "" => &mut document,
            name if chance.one_in(12) => {
                document.remove(name);
                continue;
            }
            name => {
                let entry = document.entry(name.to_owned());
                entry
                    .or_insert_with(|| toml::Table::new().into())
                    .as_table_mut()
                    .expect("a table")
            }
        };
        for key in ["a", "b", "c", "mine"] {
            if key == "mine" && !mine || !chance.one_in(if from.is_some() { 4 } else { 2 }) {
                continue;
            }
            let number = i64::try_from(chance.below(50)).expect("small");
            let value = match chance.below(5) {
                0 => {
                    entries.remove(key);
                    continue;
                }
                1 => {
                    toml::Value::from(vec![format!("x{}", number % 4), format!("y{}", number % 3)])
                }
                2 => toml::Value::from(format!("text {number}")),
                3 => {
                    let mut inline = toml::Table::new();
                    inline.insert("version".to_owned(), format!("{}", number % 3).into());
                    inline.insert(
                        "features".to_owned(),
                        vec![format!("f{}", number % 5)].into(),
                    );
                    inline.into()
                }
                _ => toml::Value::from(number),
            };
            entries.insert(key.to_owned(), value);
        }
    }
    document
}

/// Writes a document as palisade does, or with comments as a user might.
fn written(chance: &mut Chance, document: &toml::Table, comment: &str) -> String {
    let mut text = String::new();
    let mut tables: Vec<(&str, &toml::Table)> = vec![("", document)];
    for name in ["limits", "quotas", "dependencies"] {
        tables.extend(
            document
                .get(name)
                .and_then(toml::Value::as_table)
                .map(|table| (name, table)),
        );
    }
    for (name, table) in tables {
        if !name.is_empty() {
            text.push_str(&format!("\n# About {name}.\n[{name}]\n"));
        }
        for (key, value) in table {
            if name.is_empty() && ["limits", "quotas", "dependencies"].contains(&key.as_str()) {
                continue;
            }
            if !comment.is_empty() && chance.one_in(3) {
                text.push_str(&format!("# {comment} {}\n", chance.below(1000)));
            }
            let value = value.to_string();
            match value
                .strip_prefix('[')
                .and_then(|rest| rest.strip_suffix(']'))
            {
                Some(elements) if chance.one_in(2) => {
                    let elements = elements.replace(", ", ",\n    ");
                    text.push_str(&format!("{key} = [\n    {elements},\n]\n"));
                }
                _ => text.push_str(&format!("{key} = {value}\n")),
            }
        }
    }
    text
}

fn flat(document: &toml::Table) -> Vec<(String, toml::Value)> {
    let mut flat = Vec::new();
    for (key, value) in document {
        match value {
            toml::Value::Table(table) => {
                for (below, value) in table {
                    flat.push((format!("{key}.{below}"), value.clone()));
                }
            }
            value => flat.push((key.clone(), value.clone())),
        }
    }
    flat
}

#[test]
fn each_key_that_the_user_set_stands() {
    let mut seen = BTreeSet::new();
    let mut by_lines = 0;
    for number in 0..TOML {
        let mut chance = Chance(number);
        let base = document(&mut chance, None, false);
        let mine = document(&mut chance, Some(&base), true);
        let new = document(&mut chance, Some(&base), false);
        let case = Case {
            path: "config/a.toml",
            list: chance.one_in(2),
            written: written(&mut Chance(number), &base, ""),
            yours: written(&mut Chance(number + 1), &mine, "Mine."),
            wanted: written(&mut Chance(number), &new, ""),
            added: BTreeSet::new(),
        };
        let (verdict, text) = merged(number, &case);
        seen.insert(verdict);
        if text.contains("<<<<<<< yours") {
            by_lines += 1;
            continue;
        }
        let values: toml::Table = text
            .parse()
            .unwrap_or_else(|error| panic!("{number}: {error} {case:#?} {text}"));
        let (base, values) = (flat(&base), flat(&values));
        for (key, value) in flat(&mine) {
            if base.contains(&(key.clone(), value.clone())) {
                continue;
            }
            let standing = values
                .iter()
                .find(|(found, _)| *found == key)
                .map(|(_, value)| value);
            let parts = value.as_table().is_some() || value.is_array();
            assert!(
                standing == Some(&value) || parts && standing.is_some(),
                "{number}: {key} {case:#?} {text}"
            );
        }
        for comment in case
            .yours
            .lines()
            .filter(|line| line.starts_with("# Mine."))
        {
            assert!(
                text.contains(comment),
                "{number}: {comment} {case:#?} {text}"
            );
        }
    }
    assert!(seen.contains(&Verdict::Merged) && seen.contains(&Verdict::Conflict));
    assert!(by_lines * 20 < TOML, "{by_lines} fell back to lines");
}
