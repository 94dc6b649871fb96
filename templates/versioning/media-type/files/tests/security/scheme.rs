//! How a request names its version.

use std::fs;

use axum::http::{Method, Request};

use crate::caller::{and, json, key, mounted, with_key};
use crate::harness::{Answer, prepare, spawn, spawn_in};

/// Begins a request to the service's own name. An address such as `/v1/things` is asked for as clients
/// ask for things of that version.
pub fn request(method: Method, address: &str) -> Request<String> {
    let (path, version) = split(address);
    let request = Request::builder().method(method).uri(path).header("host", "localhost");
    let request = version.into_iter().fold(request, |request, (name, value)| request.header(name, value));
    request.body(String::new()).unwrap()
}

/// Returns the path of an address such as `/v1/things`, and the field that names its version.
pub fn split(address: &str) -> (String, Option<(&'static str, String)>) {
    let parts = address.strip_prefix("/v").and_then(|rest| rest.split_once('/'));
    match parts.filter(|(number, _)| number.parse::<u32>().is_ok()) {
        Some((number, path)) => (format!("/{path}"), Some(("accept", media_type(&format!("v{number}"))))),
        None => (address.to_owned(), None),
    }
}

fn media_type(version: &str) -> String {
    format!(concat!("application/vnd.", env!("CARGO_PKG_NAME"), ".{}+json"), version)
}

/// Begins a request for a path that accepts what it is told to.
fn accepting(key: &str, path: &str, accepted: &[&str]) -> Request<String> {
    let request = with_key(Method::GET, path, key);
    accepted.iter().fold(request, |request, accepted| and(request, "accept", accepted))
}

fn assert_refused(answer: &Answer, status: u16, rule: &str) {
    assert_eq!((answer.status.as_u16(), &*answer.json()["rule"].to_string()), (status, &*format!("{rule:?}")));
    assert!(!answer.json()["versions"].as_array().unwrap().is_empty(), "{answer:?}");
    assert!(!answer.headers.contains_key("api-version"));
}

/// It is no step of the path (VER-1), and there is no version for those who name none (VER-2).
#[tokio::test]
async fn ver_1_2_what_is_accepted_names_the_version_and_names_one() {
    let service = spawn().await;
    let key = key(&service, "me", "reader").await;
    let address = mounted().remove(0).list;
    let (path, named) = split(&address);
    let own = &*named.unwrap().1;
    let (other, none) = (&*media_type("v1000"), format!("{own};q=0"));
    let ask = async |accepted: &[&str]| service.send(accepting(&key, &path, accepted)).await;
    for accepted in [&[own][..], &["application/xml", own], &[&format!("*/*;q=0.1, {own};q=0.5")], &[own, own]] {
        let answer = ask(accepted).await;
        assert_eq!((answer.status.as_u16(), answer.header("content-type")), (200, own), "{accepted:?}");
    }
    assert_eq!(ask(&[&own.to_uppercase()]).await.status, 200);
    for missing in [&[][..], &["*/*"], &["application/json"], &["text/html"], &["application/*"], &[&none]] {
        assert_refused(&ask(missing).await, 400, "version-missing");
    }
    assert_refused(&ask(&[own, other]).await, 400, "version-repeated");
    for unknown in [other, &media_type("1"), &media_type(""), &media_type("v01")] {
        assert_refused(&ask(&[unknown]).await, 406, "version-unknown");
    }
    let listed = ask(&[]).await.json()["versions"].to_string();
    assert!(listed.contains(own), "{listed}");
    // Known callers alone learn of it, and unknown paths stay unknown.
    assert_eq!(service.get(&path).await.status, 401);
    let bearer = format!("Bearer {key}");
    let literal = || Request::builder().uri(&*address).header("host", "localhost").header("authorization", &bearer);
    for literal in [literal(), literal().header("accept", own)] {
        assert_eq!(service.send(literal.body(String::new()).unwrap()).await.status, 404);
    }
}

/// A body may be JSON of the version, or just JSON; that of another version is none of it.
#[tokio::test]
async fn ver_2_a_body_of_another_version_is_refused() {
    let service = spawn().await;
    let key = key(&service, "me", "editor").await;
    let mounted = mounted().remove(0);
    let own = split(&mounted.list).1.unwrap().1;
    let other = media_type("v1000");
    for (kind, status) in [(&*own, 201), ("application/json", 201), (&*other, 400), ("text/plain", 415)] {
        let mut request = json(Method::POST, &mounted.list, &key, &mounted.sample.body);
        request.headers_mut().insert("content-type", kind.parse().unwrap());
        let answer = service.send(request).await;
        assert_eq!(answer.status, status, "{kind}");
        if status == 400 {
            assert_refused(&answer, 400, "version-contradicted");
        }
    }
}

#[tokio::test]
async fn ver_3_every_answer_names_its_version_and_what_selects_it() {
    let service = spawn().await;
    let key = key(&service, "me", "editor").await;
    let address = mounted().remove(0).list;
    let path = split(&address).0;
    let number = address.strip_prefix("/v").unwrap().split('/').next().unwrap();
    let methods = [Method::GET, Method::HEAD, Method::OPTIONS, Method::POST, Method::TRACE];
    for method in methods {
        for request in [request(method.clone(), &address), with_key(method.clone(), &address, &key)] {
            let answer = service.send(request).await;
            assert_eq!(answer.header("api-version"), number, "{method}");
            assert_eq!(answer.header("vary"), "Accept");
        }
    }
    let unnamed = service.send(accepting(&key, &path, &[])).await;
    for answer in [service.get(&path).await, service.get("/%2e").await, unnamed] {
        assert_eq!(answer.header("vary"), "Accept");
        assert_eq!(answer.header("content-type"), "application/problem+json");
        assert!(!answer.headers.contains_key("api-version"));
    }
}

/// What it was replaced by has the same path (VER-5).
#[tokio::test]
async fn ver_5_6_a_version_that_is_shut_is_gone_for_everyone_and_names_its_successor() {
    let table = "[[version]]\nname = \"v2\"\nstate = \"current\"\nreleased = 2001-01-01\n[[version]]\nname = \"v1\"\n\
                 state = \"deprecated\"\nreleased = 2000-01-01\ndeprecated = 2000-06-01\nsunset = 2001-01-01\n\
                 successor = \"v2\"\n";
    let folder = prepare();
    fs::write(folder.path().join("versions.toml"), table).unwrap();
    let service = spawn_in(folder).await;
    let answer = service.get("/v1/none").await;
    assert_eq!((answer.status.as_u16(), answer.header("api-version")), (410, "1"));
    let next = media_type("v2");
    assert_eq!(answer.header("link"), format!("</none>; type=\"{next}\"; rel=\"successor-version\""));
    assert_eq!((&answer.json()["successor"], answer.header("deprecation")), (&next.clone().into(), "@959817600"));
    assert_eq!(service.access_of(&answer)["version"], "v1");
    // It is not offered any more.
    let key = key(&service, "me", "reader").await;
    let answer = service.send(accepting(&key, &split(&mounted().remove(0).list).0, &[])).await;
    assert_eq!(answer.json()["versions"], serde_json::json!([next]));
}
