//! Versions, as the routes and their table know them.

use std::collections::BTreeSet;
use std::fs;

use crate::caller::{DOCUMENTS, mounted};

#[test]
fn ver_11_each_version_has_a_current_document_and_no_other_has_one() {
    let folder = fs::read_dir("openapi").into_iter().flatten();
    let kept: BTreeSet<_> = folder.map(|entry| entry.unwrap().path().to_str().unwrap().to_owned()).collect();
    let known = DOCUMENTS.keys().filter(|file| *file != "openapi.json").cloned().collect();
    assert_eq!(kept, known, "run `cargo run -- derive`");
    for (file, document) in DOCUMENTS.iter() {
        assert!(fs::read_to_string(file).unwrap() == *document, "{file} is stale: run `cargo run -- derive`");
    }
}

/// The tests of authentication, authorization and input walk each path where a sample is mounted.
#[test]
fn ver_9_each_live_version_is_walked_by_the_other_tests() {
    let table: toml::Table = fs::read_to_string("config/versions.toml").unwrap().parse().unwrap();
    for version in table["version"].as_array().unwrap() {
        let (name, state) = (version["name"].as_str().unwrap(), version["state"].as_str().unwrap());
        let is_walked = mounted().iter().any(|mounted| mounted.list.starts_with(&format!("/{name}/")));
        assert!(is_walked || state == "retired", "{name} is not served: if its sunset has passed, retire it");
    }
}
