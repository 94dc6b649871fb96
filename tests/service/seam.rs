//! The options of every choice, switched in a project that its owner has edited.
//!
//! What is switched to is a cover: any two options that go together stand together in one of its
//! rows. Every row is reached by `regen` from the one before it, so that the same run shows that
//! switching leaves the user's files and edits alone, and that what comes out is green. One
//! project in one folder and one target folder: what rows share is compiled once.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Instant;

use palisade::answers::{Key, Question};
use palisade::catalog::{Catalog, Class};
use palisade::render::places;

use crate::Project;
use crate::cover::{Row, answers, combinations, cover};

/// Lines of an owner's, in files that palisade keeps and in files that it never touches again.
const EDITS: [(&str, &str); 7] = [
    ("src/app.rs", "// mine"),
    ("src/api/v1/mod.rs", "// mine"),
    ("src/api/v1/notes.rs", "// mine"),
    ("config/default.toml", "# mine"),
    ("Cargo.toml", "# mine"),
    ("tests/security/main.rs", "// mine"),
    ("SECURITY.md", "Ours is a bank."),
];

#[test]
#[ignore = "slow: `tests/run cover`"]
fn any_two_options_together_are_green_and_switching_them_touches_no_line_of_the_users() {
    let catalog = Catalog::embedded().expect("it can be read");
    let questions = catalog.questions();
    let rows = cover(&combinations(&catalog), &questions);
    println!("{} sets of options:", rows.len());
    for walk in walks(&catalog, rows) {
        let (first, others) = walk.split_first().expect("a walk has a first row");
        let project = write(first);
        check(&project, first);
        for (path, line) in EDITS {
            project.edit(path, |text| format!("{text}\n{line}\n"));
        }
        let seeded = seeded(&project, &catalog, &questions, first);
        assert!(seeded.len() > 5, "{:?}", seeded.keys());
        for row in others {
            switch(&project, row);
            let files = project.files();
            for (path, before) in &seeded {
                assert!(files.get(path) == Some(before), "{path:?} at {}", told(row));
            }
            for (path, line) in EDITS {
                let text = String::from_utf8_lossy(&files[Path::new(path)]);
                assert!(text.contains(line), "{path} at {}", told(row));
            }
            check(&project, row);
        }
    }
}

/// Parts rows where one cannot be switched to the other: a database stays once it has data.
fn walks(catalog: &Catalog, rows: Vec<Row>) -> Vec<Vec<Row>> {
    let mut walks: BTreeMap<Row, Vec<Row>> = BTreeMap::new();
    for row in rows {
        let lasting = row.iter().filter(|(key, _)| {
            let mut choices = catalog.choices.values();
            choices.any(|choice| choice.lasting.is_some() && *key == Key::Choice(choice.id.clone()))
        });
        walks
            .entry(lasting.cloned().collect())
            .or_default()
            .push(row);
    }
    walks.into_values().collect()
}

fn write(row: &Row) -> Project {
    let flag = |(key, text): &(Key, String)| Some(format!("{}={text}", key.flag()?));
    let flags: Vec<_> = row.iter().filter_map(flag).collect();
    let flags: Vec<_> = flags.iter().map(String::as_str).collect();
    Project::new("notes-api", &[&flags[..], &["--no-git"]].concat())
}

fn switch(project: &Project, row: &Row) {
    let sets: Vec<_> = row.iter().map(set).collect();
    let sets = sets.iter().flat_map(|set| ["--set", set]);
    let regen = ["regen", "--yes"].into_iter().chain(sets);
    project.palisade(&regen.collect::<Vec<_>>());
    project.cargo(&["run", "--quiet", "--locked", "--", "derive"]);
}

/// Does what the project's own workflow does, and gives back the room that only this row takes.
fn check(project: &Project, row: &Row) {
    let begun = Instant::now();
    project.check();
    println!("  {}: green in {} s", told(row), begun.elapsed().as_secs());
    project.cargo(&["clean", "--quiet", "--package", "notes-api"]);
}

fn seeded(
    project: &Project,
    catalog: &Catalog,
    questions: &[Question],
    row: &Row,
) -> BTreeMap<PathBuf, Vec<u8>> {
    let answers = answers(row, questions);
    let selection = catalog.select(&answers).expect("they go together");
    let places = places(&answers, &selection).into_iter();
    let seeded = places.filter(|place| matches!(place.class, Class::Seeded | Class::AppendOnly));
    let files = project.files();
    let with_bytes = seeded.map(|place| {
        let path = PathBuf::from(place.path);
        let bytes = files[&path].clone();
        (path, bytes)
    });
    with_bytes.collect()
}

fn told(row: &Row) -> String {
    row.iter().map(set).collect::<Vec<_>>().join(" ")
}

/// Returns an answer as `regen --set` takes it.
fn set((key, text): &(Key, String)) -> String {
    match key {
        Key::Choice(id) => format!("{id}={text}"),
        other => format!("{other}={text}"),
    }
}
