//! The threat model says what is proved, whatever was chosen.

use std::collections::BTreeSet;

use palisade::catalog::{proves, test_names};
use palisade::render::Tree;

use crate::cases::{covering, rendered};

fn text(tree: &Tree, path: &str) -> String {
    let (_, file) = tree
        .iter()
        .find(|(name, _)| *name == path)
        .expect("a file of every service");
    String::from_utf8(file.bytes.clone()).expect("it is text")
}

/// The ids in the row that begins so.
fn ids(model: &str, row: &str) -> BTreeSet<String> {
    let start = format!("| {row} | ");
    let line = model.lines().find_map(|line| line.strip_prefix(&start));
    let line = line.unwrap_or_else(|| panic!("no row `{row}`"));
    let words = line.trim_end_matches(" |").split(", ");
    words.map(ToOwned::to_owned).collect()
}

#[test]
fn what_it_says_of_tests_is_what_their_names_say() {
    for answers in covering() {
        let tree = rendered(&answers);
        let model = text(&tree, "THREAT-MODEL.md");
        let said = ids(&model, "tests");
        let code = tree.iter().filter(|(path, _)| path.ends_with(".rs"));
        let names: BTreeSet<_> = code
            .flat_map(|(_, file)| {
                let text = String::from_utf8_lossy(&file.bytes).into_owned();
                test_names(&text).map(ToOwned::to_owned).collect::<Vec<_>>()
            })
            .collect();
        for id in &said {
            let is_proved = names.iter().any(|name| proves(name, id));
            assert!(
                is_proved,
                "no test of {:?} leads with {id}",
                answers.taken("auth")
            );
        }
        // A test of credentials that proves something is named.
        let own = (1..=26).map(|number| format!("AUTHN-{number}"));
        for id in own.filter(|id| names.iter().any(|name| proves(name, id))) {
            assert!(
                said.contains(&id),
                "{id} is proved by {:?}, and not said to be",
                answers.taken("auth")
            );
        }
    }
}
