//! Each requirement that binds what can be chosen is proved, or says why not.

use std::collections::BTreeSet;

use palisade::answers::{Date, Draft, Key, Rest, Source};
use palisade::catalog::Catalog;
use palisade::pipe::prepare_new;
use palisade::render::Surroundings;

mod page;

use page::{PATH, Report};

fn report() -> Report {
    Report::gather().expect("templates and tests can be read")
}

/// The default service, as one text a file.
fn service() -> Vec<(String, String)> {
    let catalog = Catalog::embedded().expect("another test holds that it can be read");
    let questions = catalog.questions();
    let mut draft = Draft::new(Date::parse("2026-11-23").expect("a date"));
    draft
        .offer_text(Source::Flag, &Key::Name, "notes-api", &questions)
        .expect("a good name");
    let answers = draft
        .finish(&questions, Rest::Defaults)
        .expect("the rest has defaults");
    let prepared = prepare_new(&catalog, &questions, &answers, Surroundings::Alone)
        .expect("the default renders");
    let files = prepared.plan.writes();
    files
        .map(|(path, file)| {
            let text = String::from_utf8_lossy(&file.bytes).into_owned();
            (path.to_owned(), text)
        })
        .collect()
}

#[test]
fn each_requirement_that_binds_is_proved_or_says_why_not() {
    for row in report().0 {
        let id = &row.id;
        if row.binds() {
            let said = row.is_proved() || row.requirement.unproved.is_some();
            assert!(said, "{id} has no test, no check and no `unproved`");
        } else {
            assert!(!row.is_proved(), "{id} is proved: is it offered by now?");
        }
    }
}

#[test]
fn each_test_names_requirements_that_there_are() {
    let report = report();
    let known: BTreeSet<_> = report.0.iter().map(|row| row.id.as_str()).collect();
    let areas: BTreeSet<_> = known
        .iter()
        .filter_map(|id| id.rsplit_once('-'))
        .map(|(area, _)| area.to_lowercase())
        .collect();
    for (path, text) in service() {
        for name in palisade::catalog::test_names(&text) {
            let mut words = name.split('_');
            let (Some(area), Some(number)) = (words.next(), words.next()) else {
                continue;
            };
            if areas.contains(area) && number.parse::<u32>().is_ok() {
                let id = format!("{}-{number}", area.to_uppercase());
                assert!(known.contains(id.as_str()), "{path}: {name}");
            }
        }
    }
}

/// `palisade explain` has the table alone, not this repository's tests.
#[test]
fn the_table_names_the_tests_of_palisade_that_there_are() {
    for row in report().0 {
        let found: BTreeSet<_> = row
            .own
            .iter()
            .map(|own| match own.file.ends_with(".rs") {
                true => format!("{} {}", own.file, own.name),
                false => own.file.clone(),
            })
            .collect();
        let named: BTreeSet<_> = row.requirement.test.iter().cloned().collect();
        let by_name: BTreeSet<_> = named
            .iter()
            .filter(|test| {
                let rust = test.split_once(".rs ");
                rust.is_none_or(|(_, name)| palisade::catalog::proves(name, &row.id))
            })
            .cloned()
            .collect();
        assert_eq!(
            by_name, found,
            "`test` of {} in templates/requirements.toml",
            row.id
        );
        for test in named.difference(&by_name) {
            let (path, name) = test.split_once(' ').expect("a path and a name");
            let text = std::fs::read_to_string(path).expect(path);
            assert!(text.contains(&format!("fn {name}() {{")), "{test}");
        }
    }
}

#[test]
fn each_check_is_where_the_table_says() {
    let service = service();
    for row in report().0 {
        for check in &row.requirement.check {
            let (path, words) = check.split_once(' ').expect("a path and words");
            let file = service.iter().find(|(name, _)| name == path);
            let is_there = file.is_some_and(|(_, text)| text.contains(words));
            assert!(is_there, "{}: {check}", row.id);
        }
    }
}

#[test]
fn the_page_is_as_the_command_writes_it() {
    let page = report().page();
    let text = std::fs::read_to_string(PATH).unwrap_or_default();
    assert!(
        text == page,
        "{PATH} is stale: cargo run --example requirements"
    );
}
