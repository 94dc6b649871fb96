//! Which handshakes are shaken.

use std::sync::Arc;
use std::time::{Duration, Instant};

use rustls::crypto::{CryptoProvider, aws_lc_rs as lc};
use rustls::{ClientConfig, ProtocolVersion, RootCertStore};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::client::Protocol;
use crate::harness::{Service, spawn, spawn_with};

/// Sends a handshake in bytes and returns the alert that ends it.
async fn alert_after(service: &Service, hello: &[u8]) -> u8 {
    let mut stream = TcpStream::connect(service.api).await.unwrap();
    stream.write_all(hello).await.unwrap();
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    assert_eq!((answer.len(), answer[0]), (7, 21), "one alert and nothing else: {answer:?}");
    answer[6]
}

/// Writes a `ClientHello` (RFC 5246 §7.4.1.2).
fn hello(version: [u8; 2], suites: &[u16], groups: &[u16]) -> Vec<u8> {
    let list = |words: &[u16]| words.iter().flat_map(|word| word.to_be_bytes()).collect::<Vec<_>>();
    let sized = |bytes: &[u8]| [&u16::try_from(bytes.len()).unwrap().to_be_bytes(), bytes].concat();
    let extension = |kind: u16, bytes: &[u8]| [&kind.to_be_bytes()[..], &sized(bytes)].concat();
    let extensions = [
        extension(10, &sized(&list(groups))),
        extension(13, &sized(&list(&[0x0403, 0x0804, 0x0401]))),
        extension(11, &[1, 0]),
        extension(23, &[]),
    ]
    .concat();
    let body = [&version[..], &[7; 32], &[0], &sized(&list(suites)), &[1, 0], &sized(&extensions)].concat();
    let handshake = [&[1, 0][..], &sized(&body)].concat();
    [&[22, 3, 1][..], &sized(&handshake)].concat()
}

const GOOD_SUITES: [u16; 2] = [0xc02b, 0xc02f];
const GOOD_GROUPS: [u16; 2] = [29, 23];

#[tokio::test]
async fn tls_1_older_versions_end_in_an_alert() {
    let service = spawn().await;
    for version in [[3, 0], [3, 1], [3, 2]] {
        assert_eq!(alert_after(&service, &hello(version, &GOOD_SUITES, &GOOD_GROUPS)).await, 70, "{version:?}");
    }
}

#[tokio::test]
async fn tls_2_what_is_not_listed_ends_in_an_alert() {
    let service = spawn().await;
    let suites = [0xc013, 0xc027, 0x002f, 0x009c, 0x0033, 0x009e, 0xc011, 0x000a];
    for suite in suites {
        assert_eq!(alert_after(&service, &hello([3, 3], &[suite], &GOOD_GROUPS)).await, 40, "{suite:04x}");
    }
    for group in [25, 256, 30] {
        assert_eq!(alert_after(&service, &hello([3, 3], &GOOD_SUITES, &[group])).await, 40, "{group}");
    }
}

#[tokio::test]
async fn tls_2_each_listed_suite_and_group_is_spoken() {
    let service = spawn().await;
    let all = lc::default_provider();
    let groups = [lc::kx_group::X25519MLKEM768, lc::kx_group::X25519, lc::kx_group::SECP256R1, lc::kx_group::SECP384R1];
    let mut spoken = 0;
    for suite in all.cipher_suites.iter().filter(|suite| !format!("{:?}", suite.suite()).contains("RSA")) {
        for group in groups {
            let provider = CryptoProvider { cipher_suites: vec![*suite], kx_groups: vec![group], ..all.clone() };
            if suite.version().version == ProtocolVersion::TLSv1_2
                && group.name() == lc::kx_group::X25519MLKEM768.name()
            {
                continue;
            }
            let stream = service.client().connect(config(&service, provider)).await.unwrap();
            let session = stream.get_ref().1;
            assert_eq!(session.negotiated_cipher_suite(), Some(*suite));
            assert_eq!(session.negotiated_key_exchange_group().unwrap().name(), group.name());
            spoken += 1;
        }
    }
    assert_eq!(spoken, 3 * 4 + 3 * 3);
}

fn config(service: &Service, provider: CryptoProvider) -> ClientConfig {
    let mut roots = RootCertStore::empty();
    let root = service.folder.path().join("certs/ca.pem");
    let root = rustls::pki_types::pem::PemObject::from_pem_file(root).unwrap();
    roots.add(root).unwrap();
    let builder = ClientConfig::builder_with_provider(Arc::new(provider));
    let builder = builder.with_safe_default_protocol_versions().unwrap();
    let mut config = builder.with_root_certificates(roots).with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    config
}

#[tokio::test]
async fn tls_3_early_data_is_not_taken() {
    let service = spawn().await;
    let mut config = service.client().config(Protocol::Http1);
    config.enable_early_data = true;
    let config = Arc::new(config);
    for _ in 0..2 {
        let mut stream = service.client().connect((*config).clone()).await.unwrap();
        assert!(!stream.get_ref().1.is_early_data_accepted());
        stream.write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n").await.unwrap();
        assert!(stream.read(&mut [0; 64]).await.unwrap() > 0);
    }
}

#[tokio::test]
async fn tls_4_a_client_without_our_protocols_gets_an_alert() {
    let service = spawn().await;
    for (offered, chosen) in [(vec!["http/1.1", "h2"], "h2"), (vec!["http/1.1"], "http/1.1")] {
        let mut config = service.client().config(Protocol::Http1);
        config.alpn_protocols = offered.iter().map(|name| name.as_bytes().to_vec()).collect();
        let stream = service.client().connect(config).await.unwrap();
        assert_eq!(stream.get_ref().1.alpn_protocol(), Some(chosen.as_bytes()));
    }
    let mut config = service.client().config(Protocol::Http1);
    config.alpn_protocols = vec![b"http/1.0".to_vec()];
    let error = service.client().connect(config).await.unwrap_err();
    assert!(error.to_string().contains("NoApplicationProtocol"), "{error}");
}

#[tokio::test]
async fn tls_4_a_client_that_offers_no_protocol_gets_an_alert() {
    let service = spawn().await;
    let mut config = service.client().config(Protocol::Http1);
    config.alpn_protocols.clear();
    let error = service.client().connect(config).await.unwrap_err();
    assert!(error.to_string().contains("NoApplicationProtocol"), "{error}");
}

#[tokio::test]
async fn tls_9_stalled_handshakes_delay_no_one_and_end() {
    let service =
        spawn_with(&[("listener.handshake_seconds", "1"), ("listener.connections_per_address", "1000")]).await;
    let mut stalled = Vec::new();
    for _ in 0..256 {
        stalled.push(TcpStream::connect(service.api).await.unwrap());
    }
    let begin = Instant::now();
    assert_eq!(service.get("/").await.status, 401);
    assert!(begin.elapsed() < Duration::from_secs(1));
    for mut stream in stalled {
        let ended = tokio::time::timeout(Duration::from_secs(3), stream.read(&mut [0; 1])).await;
        assert!(!matches!(ended.unwrap(), Ok(1..)));
    }
}
