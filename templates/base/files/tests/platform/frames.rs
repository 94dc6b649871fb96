//! Heads and frames as no good client sends them.

use std::time::{Duration, Instant};

use axum::http::Method;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::client::TlsStream;

use crate::client::Protocol;
use crate::harness::{Service, request, spawn};

const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0";
/// GET, https, path `/`, authority `localhost` (RFC 7541).
const HEAD: &[u8] = b"\x82\x87\x84\x01\x09localhost";

const DATA: u8 = 0;
const HEADERS: u8 = 1;
const RESET: u8 = 3;
const GOAWAY: u8 = 7;
const CONTINUATION: u8 = 9;
const END_STREAM: u8 = 1;
const END_HEADERS: u8 = 4;

const PROTOCOL_ERROR: u32 = 1;
const ENHANCE_YOUR_CALM: u32 = 11;

fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
    [&length[1..], &[kind, flags], &stream.to_be_bytes(), payload].concat()
}

/// Sends frames and returns kind and error code of all that end a stream or
/// the connection.
async fn ends_after(service: &Service, frames: &[u8]) -> Vec<(u8, u32)> {
    let mut stream = service.client().connect(service.client().config(Protocol::Http2)).await.unwrap();
    stream.write_all(PREFACE).await.unwrap();
    let _ = stream.write_all(frames).await;
    let mut answer = Vec::new();
    let _ = tokio::time::timeout(Duration::from_secs(2), stream.read_to_end(&mut answer)).await;
    let mut ends = Vec::new();
    let mut rest = answer.as_slice();
    while rest.len() >= 9 {
        let length = usize::from(rest[0]) << 16 | usize::from(rest[1]) << 8 | usize::from(rest[2]);
        let payload = &rest[9..(9 + length).min(rest.len())];
        let code = |at: usize| u32::from_be_bytes(payload[at..at + 4].try_into().unwrap());
        match rest[3] {
            RESET => ends.push((RESET, code(0))),
            GOAWAY => ends.push((GOAWAY, code(4))),
            _ => {}
        }
        rest = &rest[(9 + length).min(rest.len())..];
    }
    ends
}

async fn read_all(stream: &mut TlsStream<TcpStream>) -> String {
    let mut answer = Vec::new();
    let _ = tokio::time::timeout(Duration::from_secs(3), stream.read_to_end(&mut answer)).await;
    String::from_utf8_lossy(&answer).into_owned()
}

#[tokio::test]
async fn gate_12_a_message_of_two_lengths_gets_one_answer_at_most() {
    let service = spawn().await;
    let smuggled = "GET /smuggled HTTP/1.1\r\nHost: localhost\r\n\r\n";
    let framings = [
        "Content-Length: 5\r\nContent-Length: 6\r\n",
        "Content-Length: 5, 6\r\n",
        "Content-Length: +5\r\n",
        "Content-Length: 0\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: xchunked\r\n",
        "Transfer-Encoding: chunked, identity\r\n",
        "Transfer-Encoding : chunked\r\n",
        "X-A: b\r\n folded\r\n",
        "X-A : b\r\n",
        "X-A: b\rc\r\n",
        "X A: b\r\n",
    ];
    for framing in framings {
        let mut stream = service.client().open().await;
        let message = format!("POST / HTTP/1.1\r\nHost: localhost\r\n{framing}\r\n0\r\n\r\n{smuggled}");
        stream.write_all(message.as_bytes()).await.unwrap();
        let answer = read_all(&mut stream).await;
        assert_eq!(answer.matches("HTTP/1.1").count(), 1, "{framing:?}: {answer}");
        let both = framing.contains("0\r\nTransfer");
        assert!(answer.starts_with("HTTP/1.1 400") || both, "{framing:?}: {answer}");
        assert!(!answer.to_lowercase().contains("server:"), "{answer}");
    }
}

#[tokio::test]
async fn gate_13_fields_of_a_connection_are_stream_errors() {
    let service = spawn().await;
    let faulty: [&[u8]; 5] = [
        b"\0\x0aconnection\x05close",
        b"\0\x11transfer-encoding\x07chunked",
        b"\0\x03X-A\x01b",
        b"\0\x03x-a\x03b\r\n",
        b"\0\x03x-a\x01\0",
    ];
    for fields in faulty {
        let head = frame(HEADERS, END_STREAM | END_HEADERS, 1, &[HEAD, fields].concat());
        let ends = ends_after(&service, &head).await;
        assert!(ends.iter().any(|(_, code)| *code == PROTOCOL_ERROR), "{fields:?}: {ends:?}");
    }
    let longer = [HEAD, b"\0\x0econtent-length\x015"].concat();
    let frames = [frame(HEADERS, END_HEADERS, 1, &longer), frame(DATA, END_STREAM, 1, b"ab")].concat();
    let ends = ends_after(&service, &frames).await;
    assert!(ends.iter().any(|(_, code)| *code == PROTOCOL_ERROR), "{ends:?}");
}

#[tokio::test]
async fn gate_14_a_burst_of_resets_ends_the_connection_and_delays_no_one() {
    let service = spawn().await;
    let burst = |stream: u32| {
        [frame(HEADERS, END_STREAM | END_HEADERS, stream, HEAD), frame(RESET, 0, stream, &[0, 0, 0, 8])].concat()
    };
    let frames: Vec<u8> = (0..1000).flat_map(|number| burst(number * 2 + 1)).collect();
    let ends = ends_after(&service, &frames).await;
    assert!(ends.contains(&(GOAWAY, ENHANCE_YOUR_CALM)), "{ends:?}");
    let begin = Instant::now();
    assert_eq!(service.send_http2(request(Method::GET, "/")).await.status, 401);
    assert!(begin.elapsed() < Duration::from_secs(1));
}

#[tokio::test]
async fn gate_15_endless_heads_and_empty_frames_end() {
    let service = spawn().await;
    let field = [b"\0\x03x-a\x7f\xe1\x06".as_slice(), &[b'a'; 1024]].concat();
    let mut frames = frame(HEADERS, END_STREAM, 1, HEAD);
    for _ in 0..200 {
        frames.extend(frame(CONTINUATION, 0, 1, &field));
    }
    assert!(!ends_after(&service, &frames).await.is_empty());

    let mut frames = frame(HEADERS, END_HEADERS, 1, HEAD);
    for _ in 0..100_000 {
        frames.extend(frame(DATA, 0, 1, b""));
    }
    assert!(!ends_after(&service, &frames).await.is_empty());
}
