//! How a request names its version.

use std::fs;

use axum::http::{Method, Request};

use crate::caller::{and, key, mounted, with_key};
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
        Some((number, path)) => (format!("/{path}"), Some(("api-version", number.to_owned()))),
        None => (address.to_owned(), None),
    }
}

/// Begins a request for a path that says of its version what it is told to.
fn naming(key: &str, path: &str, versions: &[&str]) -> Request<String> {
    let request = with_key(Method::GET, path, key);
    versions.iter().fold(request, |request, version| and(request, "api-version", version))
}

fn assert_refused(answer: &Answer, rule: &str) {
    assert_eq!((answer.status.as_u16(), &*answer.json()["rule"].to_string()), (400, &*format!("{rule:?}")));
    assert!(!answer.json()["versions"].as_array().unwrap().is_empty(), "{answer:?}");
    assert!(!answer.headers.contains_key("api-version"));
}

/// It is no step of the path (VER-1), and there is no version for those who name none (VER-2).
#[tokio::test]
async fn ver_1_2_the_header_alone_names_the_version_and_names_one() {
    let service = spawn().await;
    let key = key(&service, "me", "reader").await;
    let address = mounted().remove(0).list;
    let (path, named) = split(&address);
    let number = named.unwrap().1;
    let ask = async |path: &str, versions: &[&str]| service.send(naming(&key, path, versions)).await;
    assert_eq!(ask(&path, &[&number]).await.status, 200);
    assert_refused(&ask(&path, &[]).await, "version-missing");
    assert_refused(&ask(&path, &[&number, &number]).await, "version-repeated");
    for unknown in ["0", "1000", "v1", "", "1.0", "01", "*", "1, 1"] {
        assert_refused(&ask(&path, &[unknown]).await, "version-unknown");
    }
    let listed = ask(&path, &[]).await.json()["versions"].to_string();
    assert!(listed.contains(&format!("{number:?}")), "{listed}");
    // Known callers alone learn of it, and unknown paths stay unknown.
    assert_eq!(service.get(&path).await.status, 401);
    let bearer = format!("Bearer {key}");
    let literal = || Request::builder().uri(&*address).header("host", "localhost").header("authorization", &bearer);
    for literal in [literal(), literal().header("api-version", &number)] {
        assert_eq!(service.send(literal.body(String::new()).unwrap()).await.status, 404);
    }
}

#[tokio::test]
async fn ver_3_every_answer_names_its_version_and_what_selects_it() {
    let service = spawn().await;
    let key = key(&service, "me", "editor").await;
    let address = mounted().remove(0).list;
    let (path, named) = split(&address);
    let methods = [Method::GET, Method::HEAD, Method::OPTIONS, Method::POST, Method::TRACE];
    let pairs = methods.into_iter().flat_map(|method| [(method.clone(), &*address), (method, "/v1/none")]);
    for (method, address) in pairs {
        for request in [request(method.clone(), address), with_key(method.clone(), address, &key)] {
            let answer = service.send(request).await;
            assert_eq!(answer.header("api-version"), named.as_ref().unwrap().1, "{method} {address}");
            assert_eq!(answer.header("vary"), "Api-Version");
        }
    }
    let unnamed = service.send(naming(&key, &path, &["0"])).await;
    for answer in [service.get(&path).await, service.get("/%2e").await, unnamed] {
        assert_eq!(answer.header("vary"), "Api-Version");
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
    assert_eq!(answer.header("link"), "</none>; api-version=\"2\"; rel=\"successor-version\"");
    assert_eq!((&answer.json()["successor"], answer.header("deprecation")), (&"2".into(), "@959817600"));
    assert_eq!(service.access_of(&answer)["version"], "v1");
    // It is not offered any more.
    let key = key(&service, "me", "reader").await;
    let answer = service.send(naming(&key, &split(&mounted().remove(0).list).0, &[])).await;
    assert_eq!(answer.json()["versions"], serde_json::json!(["2"]));
}
