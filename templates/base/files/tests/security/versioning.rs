//! Versions and their ends.

use std::fs;

use axum::http::Method;
use time::format_description::well_known::{Rfc2822, Rfc3339};
use time::{Duration, OffsetDateTime};

use crate::caller::{key, mounted};
use crate::harness::{Service, eventually, prepare, request, spawn, spawn_in};

const CURRENT: &str = "[[version]]\nname = \"v2\"\nstate = \"current\"\nreleased = 2026-01-01\n";

/// Starts a service whose `v1` is as the lines say, beside a current `v2`.
async fn spawn_versions(v1: &str) -> Service {
    let folder = prepare();
    fs::write(folder.path().join("versions.toml"), table(v1)).unwrap();
    spawn_in(folder).await
}

fn table(v1: &str) -> String {
    format!("{CURRENT}[[version]]\nname = \"v1\"\nreleased = 2025-01-01\n{v1}")
}

#[tokio::test]
async fn ver_1_2_the_path_alone_names_the_version_and_an_unknown_one_is_an_unknown_path() {
    let service = spawn().await;
    let key = key(&service, "me", "reader").await;
    for path in ["/v0", "/v2/things", "/V1", "/"] {
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

#[tokio::test]
async fn ver_4_5_10_a_deprecated_version_says_so_and_is_counted() {
    let v1 = "state = \"deprecated\"\ndeprecated = 2026-01-01\nsunset = 2099-06-30T12:00:00Z\nsuccessor = \"v2\"\nnotice = \"https://example.com/v1\"\n";
    let service = spawn_versions(v1).await;
    let answer = service.get("/v1/none").await;
    assert_eq!(answer.status, 401);
    assert_eq!(answer.header("deprecation"), "@1767225600");
    assert_eq!(answer.header("sunset"), "Tue, 30 Jun 2099 12:00:00 GMT");
    let links: Vec<_> = answer.headers.get_all("link").iter().map(|link| link.to_str().unwrap()).collect();
    assert_eq!(
        links,
        [
            "<https://example.com/v1>; rel=\"deprecation\"",
            "<https://example.com/v1>; rel=\"sunset\"",
            "</v2/none>; rel=\"successor-version\"",
        ]
    );
    assert_eq!(service.get("/v2/none").await.headers.get("deprecation"), None);
    let counted = "version=\"v1\",status=\"401\"} 1";
    assert!(service.metrics().await.contains(counted), "{}", service.metrics().await);

    let key = key(&service, "me", "reader").await;
    let line = service.access_of(&service.get_as(&key, "/v1/none").await);
    assert_eq!((&line["version"], &line["deprecated"]), (&"v1".into(), &true.into()));
    assert!(line["principal.id"].is_string());
}

#[tokio::test]
async fn ver_6_at_its_sunset_a_version_is_gone_without_a_deployment() {
    let now = OffsetDateTime::now_utc();
    let sunset = (now + Duration::SECOND).format(&Rfc3339).unwrap();
    let v1 = format!("state = \"deprecated\"\ndeprecated = 2025-01-01\nsunset = {sunset}\nsuccessor = \"v2\"\n");
    let service = spawn_versions(&v1).await;
    assert_eq!(service.get("/v1/none").await.status, 401);
    eventually("the version is gone", async || service.get("/v1/none").await.status == 410).await;
    let answer = service.get("/v1/none").await;
    assert!(answer.headers["link"].to_str().unwrap().contains("</v2/none>"));
    assert_eq!(answer.json()["successor"], "v2");
    assert!(OffsetDateTime::parse(&answer.header("sunset").replace("GMT", "+0000"), &Rfc2822).is_ok());
}

#[tokio::test]
async fn ver_7_an_unsafe_version_is_shut_by_its_table() {
    let service = spawn_versions("state = \"current\"\n").await;
    assert_eq!(service.get("/v1/none").await.status, 401);
    let file = service.folder.path().join("versions.toml");
    fs::write(&file, "nonsense").unwrap();
    eventually("a bad table is logged", async || service.text().contains("reload.failed")).await;
    assert_eq!(service.get("/v1/none").await.status, 401);
    fs::write(&file, table("state = \"retired\"\nreason = \"it leaks\"\n")).unwrap();
    eventually("the version is shut", async || service.get("/v1/none").await.status == 410).await;
    assert_eq!(service.get("/v1/none").await.json()["reason"], "it leaks");
    let shut = service.lines().into_iter().find(|line| line["action"] == "version.shut").unwrap();
    assert_eq!((&shut["version"], &shut["reason"]), (&"v1".into(), &"it leaks".into()));
}

#[tokio::test]
async fn ver_8_a_short_notice_warns_at_the_start() {
    let short = "state = \"deprecated\"\ndeprecated = 2098-01-01\nsunset = 2098-02-01\n";
    assert!(spawn_versions(short).await.text().contains("version.notice"));
    assert!(!spawn_versions(&format!("{short}security = true\n")).await.text().contains("version.notice"));
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
