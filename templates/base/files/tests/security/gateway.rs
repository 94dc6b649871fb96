//! Quotas, addresses, and what is too much at once.

use std::time::{Duration, Instant};

use axum::http::{HeaderValue, Method};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::caller::key;
use crate::client::{Answer, Protocol};
use crate::harness::{Service, request, spawn, spawn_routes, spawn_with};
use crate::routes::failing;

/// Returns a list that a reader may see, of whatever resource comes first.
fn list(service: &Service) -> String {
    let mut routes = service.table.routes.iter();
    let found = routes.find(|(method, path, policy)| *method == Method::GET && policy.is_some() && !path.contains('{'));
    found.unwrap().1.clone()
}

#[tokio::test]
async fn gate_1_2_a_spent_quota_says_when_it_is_refilled() {
    let service = spawn_with(&[("quotas.read", "3"), ("quotas.window", "2")]).await;
    let (mine, other, path) =
        (key(&service, "me", "reader").await, key(&service, "you", "reader").await, list(&service));
    for left in [2, 1, 0] {
        let answer = service.get_as(&mine, &path).await;
        assert_eq!(answer.status, 200);
        assert_eq!(answer.header("ratelimit-policy"), "\"read\";q=3;w=2");
        assert!(answer.header("ratelimit").starts_with(&format!("\"read\";r={left};t=")));
    }
    let spent = service.get_as(&mine, &path).await;
    assert_eq!((spent.status.as_u16(), spent.json()["violated-policies"][0].clone()), (429, "read".into()));
    let wait: u64 = spent.header("retry-after").parse().unwrap();
    assert_eq!(spent.header("ratelimit"), format!("\"read\";r=0;t={wait}"));
    assert_eq!(service.get_as(&other, &path).await.status, 200);
    assert!(service.metrics().await.contains("quotas_spent_total{class=\"read\"} 1"));
    tokio::time::sleep(Duration::from_secs(wait)).await;
    assert_eq!(service.get_as(&mine, &path).await.status, 200);
}

#[tokio::test]
async fn authn_1_input_2_who_is_refused_while_sending_gets_the_answer() {
    let service = spawn_with(&[("quotas.anonymous", "1000")]).await;
    let talk = async |length: usize, more: &str, rest: &str| {
        let mut stream = service.client().open().await;
        let head = format!("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: {length}\r\n{more}\r\n");
        stream.write_all(head.as_bytes()).await.unwrap();
        tokio::time::sleep(Duration::from_millis(50)).await;
        // Whoever is reset notices here; a connection without a proper end is an error below.
        stream.write_all(rest.as_bytes()).await.unwrap();
        stream.flush().await.unwrap();
        let mut answers = String::new();
        stream.read_to_string(&mut answers).await.unwrap();
        answers
    };
    for _ in 0..10 {
        let answer = talk(300_000, "", &" ".repeat(300_000)).await;
        assert!(answer.starts_with("HTTP/1.1 401") && answer.contains("connection: close"), "{answer}");
    }
    let answers = talk(2, "", "{}GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").await;
    assert_eq!(answers.matches("HTTP/1.1 401").count(), 2, "{answers}");
    let answer = talk(2, "Expect: 100-continue\r\n", "").await;
    assert!(answer.starts_with("HTTP/1.1 401") && answer.contains("connection: close"), "{answer}");
}

#[tokio::test]
async fn gate_3_a_client_without_a_credential_has_a_budget_and_one_with_it_passes() {
    let service = spawn_with(&[("quotas.anonymous", "3")]).await;
    let statuses = [service.get("/").await, service.get("/").await, service.get("/").await, service.get("/").await];
    assert_eq!(statuses.map(|answer| answer.status.as_u16()), [401, 401, 401, 429]);
    let key = key(&service, "me", "reader").await;
    assert_eq!(service.get_as(&key, &list(&service)).await.status, 200);

    let busy = spawn_with(&[("quotas.client", "2")]).await;
    let statuses = [busy.get("/").await, busy.get("/").await, busy.get("/v1").await];
    assert_eq!(statuses.map(|answer| answer.status.as_u16()), [401, 401, 429]);
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

#[tokio::test]
async fn gate_16_who_is_slow_is_not_waited_for() {
    let times = ["header_seconds", "body_seconds", "handler_seconds", "idle_seconds", "handshake_seconds"];
    let settings = times.map(|name| format!("listener.{name}"));
    let settings: Vec<_> =
        settings.iter().map(|name| (name.as_str(), if name.contains("idle") { "3" } else { "1" })).collect();
    let service = spawn_routes(&settings, failing()).await;
    let slow = service.get("/test/slow").await;
    assert_eq!(slow.status, 503);
    slow.header("retry-after");

    let closes = async |bytes: &str| {
        let (mut stream, begin) = (service.client().open().await, Instant::now());
        stream.write_all(bytes.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer).await;
        (String::from_utf8(answer).unwrap(), begin.elapsed().as_secs())
    };
    let (silent, seconds) = closes("").await;
    assert!(silent.is_empty() && seconds < 4, "TLS done, then silence: {seconds}");
    let (half, seconds) = closes("GET / HTTP/1.1\r\nHost: loc").await;
    assert!(half.is_empty() && seconds < 4, "half a head: {seconds}");
    let (idle, seconds) = closes("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n").await;
    assert!(idle.starts_with("HTTP/1.1 401") && (3..6).contains(&seconds), "idle: {seconds}");
    let key = key(&service, "me", "editor").await;
    let mut routes = service.table.routes.iter();
    if let Some((_, path, _)) = routes.find(|(method, ..)| *method == Method::POST) {
        let head = format!("POST {path} HTTP/1.1\r\nHost: localhost\r\nX-API-Key: {key}\r\n");
        let (body, _) = closes(&format!("{head}Content-Type: application/json\r\nContent-Length: 9\r\n\r\n{{")).await;
        assert!(body.starts_with("HTTP/1.1 408"), "{body}");
    }
}

#[tokio::test]
async fn gate_17_too_much_at_once_is_refused_at_once() {
    let service = spawn_routes(&[("listener.requests", "2")], failing()).await;
    let slow = || tokio::spawn(service.client().clone().send(Protocol::Http1, request(Method::GET, "/test/slow")));
    let running = [slow(), slow()];
    tokio::time::sleep(Duration::from_millis(300)).await;
    let begin = Instant::now();
    let refused = service.get("/").await;
    assert_eq!((refused.status.as_u16(), refused.header("retry-after")), (503, "1"));
    assert!(begin.elapsed() < Duration::from_secs(1));
    assert_eq!(service.ask_admin("/readyz").await.status, 200);
    for request in running {
        let answer: Answer = request.await.unwrap();
        assert_eq!(answer.status, 204);
    }
}

#[tokio::test]
async fn gate_17_connections_of_one_address_are_counted() {
    let service = spawn_with(&[("listener.connections_per_address", "2")]).await;
    let open = [service.client().open().await, service.client().open().await];
    let config = service.client().config(Protocol::Http1);
    assert!(service.client().connect(config.clone()).await.is_err());
    drop(open);
    crate::harness::eventually("a place is free", async || service.client().connect(config.clone()).await.is_ok())
        .await;
}
