//! Quotas and addresses.

use std::time::Duration;

use axum::http::{HeaderValue, Method};

use crate::caller::{TABLE, key};
use crate::harness::{Protocol, Service, request, spawn, spawn_with};

/// Returns a list that a reader may see, of whatever resource comes first.
fn list() -> String {
    let mut routes = TABLE.routes.iter();
    let found = routes.find(|(method, path, policy)| *method == Method::GET && policy.is_some() && !path.contains('{'));
    found.unwrap().1.clone()
}

#[tokio::test]
async fn gate_1_each_principal_has_a_quota_of_its_own() {
    let service = spawn_with(&[("quotas.read", "1")]).await;
    let (mine, other, path) = (key(&service, "me", "reader").await, key(&service, "you", "reader").await, list());
    assert_eq!(service.get_as(&mine, &path).await.status, 200);
    let spent = service.get_as(&mine, &path).await;
    assert_eq!((spent.status.as_u16(), spent.json()["violated-policies"][0].clone()), (429, "read".into()));
    assert_eq!(service.get_as(&other, &path).await.status, 200);
    assert!(service.metrics().await.contains("problems_total{kind=\"quota-exceeded\"} 1"));
}

#[tokio::test]
async fn gate_2_answers_say_what_is_left_and_when_it_is_refilled() {
    let service = spawn_with(&[("quotas.read", "3"), ("quotas.window", "2")]).await;
    let (key, path) = (key(&service, "me", "reader").await, list());
    for left in [2, 1, 0] {
        let answer = service.get_as(&key, &path).await;
        assert_eq!(answer.header("ratelimit-policy"), "\"read\";q=3;w=2");
        assert!(answer.header("ratelimit").starts_with(&format!("\"read\";r={left};t=")));
    }
    let spent = service.get_as(&key, &path).await;
    let wait: u64 = spent.header("retry-after").parse().unwrap();
    assert_eq!(spent.header("ratelimit"), format!("\"read\";r=0;t={wait}"));
    tokio::time::sleep(Duration::from_secs(wait)).await;
    assert_eq!(service.get_as(&key, &path).await.status, 200);
}

#[tokio::test]
async fn gate_5_a_client_cannot_say_where_it_comes_from() {
    let forged = |service: &Service| {
        let mut request = request(Method::GET, "/");
        for name in ["x-forwarded-for", "x-real-ip", "forwarded", "x-forwarded-host", "x-forwarded-proto"] {
            request.headers_mut().insert(name, HeaderValue::from_static("1.1.1.1, 203.0.113.7"));
        }
        service.client().clone().send(Protocol::Http1, request)
    };
    let service = spawn().await;
    let answer = forged(&service).await;
    assert_eq!(service.access_of(&answer)["client.address"], "127.0.0.1");
    assert!(service.text().contains("forwarded.ignored"));

    let behind = spawn_with(&[("listener.proxies", "[\"127.0.0.1/32\"]"), ("quotas.anonymous", "1")]).await;
    let answer = forged(&behind).await;
    assert_eq!(behind.access_of(&answer)["client.address"], "203.0.113.7");
    assert_eq!(forged(&behind).await.status, 429);
    assert_eq!(behind.get("/").await.status, 401, "the proxy itself is exempt");
}
