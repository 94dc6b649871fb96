//! A client that does what it is told, also what no good client does.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use axum::body::Bytes;
use axum::http::{HeaderMap, Request, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper::client::conn::{http1, http2};
use hyper_util::rt::{TokioExecutor, TokioIo};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use serde_json::Value;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

/// Speaks to one service and trusts its root alone.
#[derive(Clone)]
pub struct Client {
    address: SocketAddr,
    roots: Arc<RootCertStore>,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Protocol {
    Http1,
    Http2,
}

/// What came back, as a whole.
#[derive(Clone, Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Answer {
    /// Returns a field that must be there once.
    pub fn header(&self, name: &str) -> &str {
        let mut values = self.headers.get_all(name).iter();
        let value = values.next().unwrap_or_else(|| panic!("no {name} in {self:?}"));
        assert!(values.next().is_none(), "{name} twice in {self:?}");
        value.to_str().unwrap()
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error} in {self:?}"))
    }
}

impl Client {
    pub fn new(address: SocketAddr, root: &Path) -> Self {
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from_pem_file(root).unwrap()).unwrap();
        Self { address, roots: Arc::new(roots) }
    }

    /// Returns the settings of a handshake, for a test to change.
    pub fn config(&self, protocol: Protocol) -> ClientConfig {
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let builder = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
        let mut config = builder.with_root_certificates(Arc::clone(&self.roots)).with_no_client_auth();
        config.alpn_protocols = vec![if protocol == Protocol::Http2 { b"h2".to_vec() } else { b"http/1.1".to_vec() }];
        config
    }

    /// Opens a connection and shakes hands.
    pub async fn connect(&self, config: ClientConfig) -> std::io::Result<TlsStream<TcpStream>> {
        let stream = TcpStream::connect(self.address).await?;
        let name = ServerName::try_from("localhost").unwrap();
        TlsConnector::from(Arc::new(config)).connect(name, stream).await
    }

    /// Opens a connection for bytes of one's own.
    pub async fn open(&self) -> TlsStream<TcpStream> {
        self.connect(self.config(Protocol::Http1)).await.unwrap()
    }

    pub async fn send(self, protocol: Protocol, request: Request<String>) -> Answer {
        let stream = self.connect(self.config(protocol)).await.unwrap();
        match protocol {
            Protocol::Http1 => send_http1(stream, request).await,
            Protocol::Http2 => send_http2(stream, request).await,
        }
    }

    /// Sends without TLS, to an address where that is allowed.
    pub async fn send_plain(&self, address: SocketAddr, request: Request<String>) -> Answer {
        send_http1(TcpStream::connect(address).await.unwrap(), request).await
    }
}

async fn send_http1(stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static, request: Request<String>) -> Answer {
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.unwrap();
    tokio::spawn(connection);
    gather(sender.send_request(request.map(|body| Full::new(Bytes::from(body)))).await.unwrap()).await
}

async fn send_http2(stream: TlsStream<TcpStream>, mut request: Request<String>) -> Answer {
    let host =
        request.headers_mut().remove("host").map_or("localhost".into(), |host| host.to_str().unwrap().to_owned());
    *request.uri_mut() = format!("https://{host}{}", request.uri()).parse().unwrap();
    let (mut sender, connection) = http2::handshake(TokioExecutor::new(), TokioIo::new(stream)).await.unwrap();
    tokio::spawn(connection);
    gather(sender.send_request(request.map(|body| Full::new(Bytes::from(body)))).await.unwrap()).await
}

async fn gather(response: axum::http::Response<hyper::body::Incoming>) -> Answer {
    let (head, body) = response.into_parts();
    Answer { status: head.status, headers: head.headers, body: body.collect().await.unwrap().to_bytes() }
}
