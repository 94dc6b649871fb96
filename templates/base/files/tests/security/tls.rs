//! HTTPS.

use axum::http::{Method, Request};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::harness::{request, spawn};

#[tokio::test]
async fn tls_5_no_port_serves_the_api_in_the_clear() {
    let service = spawn().await;
    let mut plain = TcpStream::connect(service.api).await.unwrap();
    plain.write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n").await.unwrap();
    let mut answer = Vec::new();
    let _ = plain.read_to_end(&mut answer).await;
    assert!(!answer.starts_with(b"HTTP"), "{answer:?}");
    assert_eq!(service.ask_admin("/v1").await.status, 404);
    assert_eq!(service.get("/healthz").await.status, 401);
}

#[tokio::test]
async fn tls_6_every_answer_demands_https() {
    let service = spawn().await;
    for path in ["/", "/%2e", "/v1", "/.well-known/security.txt"] {
        for answer in [service.get(path).await, service.send_http2(request(Method::GET, path)).await] {
            assert_eq!(answer.header("strict-transport-security"), "max-age=63072000; includeSubDomains");
        }
    }
}

#[tokio::test]
async fn tls_11_another_host_is_not_served() {
    let service = spawn().await;
    let ask = |host: &'static str| {
        let request = Request::builder().uri("/").header("host", host).body(String::new()).unwrap();
        async { service.send(request).await.status.as_u16() }
    };
    assert_eq!([ask("localhost").await, ask("LOCALHOST:1").await, ask("127.0.0.1").await], [401; 3]);
    assert_eq!([ask("example.com").await, ask("localhost.example.com").await, ask("xlocalhost").await], [421; 3]);
    let missing = Request::builder().uri("/").body(String::new()).unwrap();
    assert_eq!(service.send(missing).await.status, 400);
    let twice = Request::builder().uri("/").header("host", "localhost").header("host", "localhost");
    assert_eq!(service.send(twice.body(String::new()).unwrap()).await.status, 400);
    let other = Request::builder().uri("/").header("host", "example.com").body(String::new()).unwrap();
    assert_eq!(service.send_http2(other).await.status, 421);
}
