//! `openapi.json` is written as the service writes it itself.

use serde_json::Value;

use crate::cases::{covering, rendered};

/// Members are sorted, also where one path is another's and more: `/v1/order-items`, `/v1/order/{id}`.
#[test]
fn the_document_has_the_order_and_the_form_of_its_writer() {
    for tree in covering().iter().map(rendered) {
        let mut files = tree.iter();
        let (_, file) = files
            .find(|(path, _)| *path == "openapi.json")
            .expect("a document");
        let text = String::from_utf8(file.bytes.clone()).expect("text");
        let value: Value = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(text, format!("{value:#}\n"));
    }
}
