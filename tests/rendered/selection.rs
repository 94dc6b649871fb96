//! Which pieces a set of answers takes.

use palisade::answers::Key;
use palisade::catalog::{Catalog, Source};

use crate::cases::{CATALOG, EVERY_TYPE, answers};

fn pieces(catalog: &Catalog, fields: &str) -> Vec<String> {
    let answers = answers(&[(Key::Name, "notes-api"), (Key::Fields, fields)]);
    let selection = catalog.select(&answers).expect("the answers go together");
    selection
        .pieces()
        .iter()
        .map(|piece| piece.id.to_string())
        .collect()
}

#[test]
fn base_is_first_and_each_choice_is_answered() {
    let pieces = pieces(&CATALOG, "title:string");
    assert_eq!(pieces.first().map(String::as_str), Some("base"));
    for question in CATALOG.questions() {
        let prefix = format!("{}/", question.id);
        assert!(
            pieces.iter().any(|piece| piece.starts_with(&prefix)),
            "{prefix} {pieces:?}"
        );
    }
}

#[test]
fn a_type_brings_its_piece_only_where_a_field_has_it() {
    let has = |fields: &str| pieces(&CATALOG, fields).contains(&"field/decimal".to_owned());
    assert!(!has("title:string"));
    assert!(has("price:decimal"));
    assert!(has("prices:list:..5:decimal"));
    assert!(has(EVERY_TYPE));
}

#[test]
fn what_nobody_is_asked_about_comes_with_what_requires_it() {
    let source = Source::embedded().with(
        "field/list/piece.toml",
        "title = \"List\"\nsummary = \"Lists\"\nrequires = [\"field/decimal\"]\n",
    );
    let catalog = Catalog::read(&source).expect("a good manifest");
    let pieces = pieces(&catalog, "tags:list:string");
    assert!(pieces.contains(&"field/decimal".to_owned()), "{pieces:?}");
}
