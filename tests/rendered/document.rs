//! Each version's OpenAPI document is written as the service writes it itself.

use palisade::render::{File, Tree};
use serde_json::Value;

use crate::cases::{covering, grown, rendered};

/// Members are sorted, also where one path is another's and more: `/v1/order-items`, `/v1/order/{id}`.
#[test]
fn the_document_has_the_order_and_the_form_of_its_writer() {
    for tree in covering().iter().map(rendered) {
        let documents = documents(&tree);
        assert!(documents.iter().any(|(path, _)| path == "openapi.json"));
        for (_, text) in documents {
            let value: Value =
                serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}"));
            assert_eq!(text, format!("{value:#}\n"));
        }
    }
}

#[test]
fn the_newest_version_has_openapi_json_and_each_other_one_a_file_of_its_name() {
    let versions: Vec<_> = documents(&rendered(&grown(&[])))
        .into_iter()
        .map(|(path, text)| {
            let value: Value = serde_json::from_str(&text).expect("JSON");
            let version = value["info"]["version"].as_str().expect("text").to_owned();
            let paths = value["paths"].as_object().expect("paths");
            let prefix = format!("/{version}/");
            assert!(paths.keys().all(|path| path.starts_with(&prefix)));
            assert_eq!(paths.len(), 10);
            (path, version)
        })
        .collect();
    let expected = [
        ("openapi.json", "v10"),
        ("openapi/v1.json", "v1"),
        ("openapi/v2.json", "v2"),
    ];
    assert_eq!(
        versions,
        expected.map(|(a, b)| (a.to_owned(), b.to_owned()))
    );
}

fn documents(tree: &Tree) -> Vec<(String, String)> {
    let documents = tree
        .iter()
        .filter(|(path, _)| path.starts_with("openapi") && path.ends_with(".json"));
    let text = |file: &File| String::from_utf8(file.bytes.clone()).expect("text");
    documents
        .map(|(path, file)| (path.to_owned(), text(file)))
        .collect()
}
