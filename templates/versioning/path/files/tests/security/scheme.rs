//! How a request names its version.

use axum::http::{Method, Request};

use crate::caller::key;
use crate::harness::spawn;

/// Begins a request to the service's own name.
pub fn request(method: Method, path: &str) -> Request<String> {
    Request::builder().method(method).uri(path).header("host", "localhost").body(String::new()).unwrap()
}

/// No other signal names a version (VER-2).
#[tokio::test]
async fn ver_1_2_the_path_alone_names_the_version_and_an_unknown_one_is_an_unknown_path() {
    let service = spawn().await;
    let key = key(&service, "me", "reader").await;
    for path in ["/v0", "/v1000/things", "/V1", "/"] {
        assert_eq!(service.get(path).await.status, 401);
        let mut request = request(Method::GET, path);
        request.headers_mut().insert("authorization", format!("Bearer {key}").parse().unwrap());
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
