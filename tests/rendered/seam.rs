//! Switching an option touches no file that is the user's, whatever it is switched to.

use std::collections::{BTreeMap, BTreeSet};

use palisade::answers::Key;
use palisade::catalog::{Catalog, Class, Source as Templates};
use palisade::render::{Surroundings, render};

use crate::cases::{CATALOG, QUESTIONS, grown};
use crate::cover::{Row, combinations, cover, pairs};

/// The cover, and all that is one answer away from the default.
fn rows() -> BTreeSet<Row> {
    let all = combinations(&CATALOG);
    let default = all.first().cloned().expect("there is a default");
    let is_near = |row: &&Row| row.iter().zip(&default).filter(|(a, b)| a != b).count() == 1;
    let near = all.iter().filter(is_near).cloned();
    near.chain(cover(&all, &QUESTIONS)).collect()
}

/// What data lies in cannot be switched, so that migrations may differ by it.
fn lasting(row: &Row) -> Row {
    let is_lasting = |key: &Key| {
        let mut choices = CATALOG.in_order().into_iter();
        choices.any(|choice| choice.lasting.is_some() && *key == Key::Choice(choice.id.clone()))
    };
    row.iter()
        .filter(|(key, _)| is_lasting(key))
        .cloned()
        .collect()
}

#[test]
fn what_is_the_users_is_the_same_whatever_options_are_taken() {
    let mut seeded: BTreeMap<Row, BTreeMap<String, (Vec<u8>, Row)>> = BTreeMap::new();
    for row in rows() {
        let answers = grown(&row);
        let selection = CATALOG.select(&answers).expect("they go together");
        let tree = render(&answers, &CATALOG, &selection, Surroundings::Alone);
        let known = seeded.entry(lasting(&row)).or_default();
        for (path, file) in tree.expect("it renders") {
            if !matches!(file.class, Class::Seeded | Class::AppendOnly) {
                continue;
            }
            match known.get(&path) {
                None => drop(known.insert(path, (file.bytes, row.clone()))),
                Some((bytes, other)) => assert!(
                    *bytes == file.bytes,
                    "{path} is seeded, and differs between {other:?} and {row:?}"
                ),
            }
        }
    }
    let seeded = seeded.values().flat_map(BTreeMap::keys);
    assert!(seeded.count() > 10, "there is something to compare");
}

/// Two files of one number would leave the order of both to chance, or stop the service.
#[test]
fn each_migration_of_the_services_own_tables_has_a_number_of_its_own() {
    for choice in lasting_options() {
        let mut numbers = BTreeMap::new();
        let templates = choice.iter().flat_map(|piece| &piece.files);
        for template in templates.filter(|template| template.class == Class::AppendOnly) {
            let (folder, name) = template.path.rsplit_once('/').expect("a folder");
            let number = name.split('_').next().unwrap_or_default();
            if number.parse::<u32>().is_ok() {
                let other = numbers.insert((folder, number), &template.origin);
                assert_eq!(other, None, "{} has its number", template.origin);
            }
        }
        assert!(!numbers.is_empty());
    }
}

/// Returns all pieces with one option each of those choices of which only one can ever be taken.
fn lasting_options() -> Vec<Vec<&'static palisade::catalog::Piece>> {
    let lasting = |piece: &palisade::catalog::Piece| {
        let choice = piece.id.choice()?;
        CATALOG
            .choices
            .get(choice)?
            .lasting
            .is_some()
            .then(|| choice.clone())
    };
    let others: Vec<_> = CATALOG
        .pieces()
        .filter(|piece| lasting(piece).is_none())
        .collect();
    let of_one = CATALOG.pieces().filter(|piece| lasting(piece).is_some());
    of_one
        .map(|piece| [others.clone(), vec![piece]].concat())
        .collect()
}

#[test]
fn a_cover_has_every_pair_that_goes_together_in_few_rows() {
    let mut templates = Templates::embedded();
    let choices = [
        ("one", "one", vec!["a", "b", "c", "d"]),
        ("two", "one", vec!["a", "b", "c", "d", "e"]),
        ("three", "many", vec!["a", "b", "c", "d"]),
        ("four", "one", vec!["a", "b"]),
        ("five", "one", vec!["a", "b"]),
    ];
    for (order, (choice, pick, options)) in choices.iter().enumerate() {
        let order = 100 + order;
        let manifest = format!(
            "title = \"{choice}\"\nprompt = \"{choice}?\"\ndefault = [\"a\"]\npick = \"{pick}\"\n\
             order = {order}\npractice = \"access\"\n"
        );
        templates = templates.with(&format!("{choice}/choice.toml"), manifest);
        for option in options {
            let conflicts = match (*choice, *option) {
                ("four", "b") => "conflicts = [\"five/b\"]\n",
                _ => "",
            };
            let piece = format!("title = \"{option}\"\nsummary = \"{option}\"\n{conflicts}");
            templates = templates.with(&format!("{choice}/{option}/piece.toml"), piece);
        }
    }
    let catalog = Catalog::read(&templates).expect("a catalog");
    let questions = catalog.questions();
    let all = combinations(&catalog);
    let rows = cover(&all, &questions);
    let of = |rows: &[Row]| -> BTreeSet<_> {
        rows.iter().flat_map(|row| pairs(row, &questions)).collect()
    };
    assert_eq!(of(&rows), of(&all));
    let five = |fact: &str| ("four=b".to_owned(), format!("five={fact}"));
    assert!(of(&rows).contains(&five("a")) && !of(&rows).contains(&five("b")));
    assert_eq!(rows.first(), all.first());
    // Two of its questions have twenty pairs between them.
    assert!(
        rows.len() <= 26,
        "{} of {}: {rows:#?}",
        rows.len(),
        all.len()
    );
}
