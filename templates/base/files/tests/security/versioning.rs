//! Versions, as the routes and their table know them.

use std::collections::BTreeSet;
use std::fs;

use axum::http::Method;

use crate::caller::{DOCUMENTS, key, mounted};
use crate::harness::{request, spawn};

/// No other signal names a version (VER-2).
#[tokio::test]
async fn ver_1_2_the_path_alone_names_the_version_and_an_unknown_one_is_an_unknown_path() {
    let service = spawn().await;
    let key = key(&service, "me", "reader").await;
    for path in ["/v0", "/v1000/things", "/V1", "/"] {
        assert_eq!(service.get(path).await.status, 401);
        let mut request = request(Method::GET, path);
        request.headers_mut().insert("x-api-key", key.parse().unwrap());
        request.headers_mut().insert("api-version", "1".parse().unwrap());
        let answer = service.send(request).await;
        assert_eq!(answer.status, 404);
        assert!(!answer.headers.contains_key("api-version"));
    }
}

#[tokio::test]
async fn ver_3_every_answer_of_a_version_names_it() {
    let service = spawn().await;
    for method in [Method::GET, Method::POST, Method::TRACE] {
        assert_eq!(service.send(request(method, "/v1/none")).await.header("api-version"), "1");
    }
}

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
        assert!(is_walked || state == "retired", "{name}");
    }
}
