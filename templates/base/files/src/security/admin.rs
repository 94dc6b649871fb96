//! The operators' listener: health, readiness and metrics, never the API.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, Request, StatusCode, header};
use axum::response::{IntoResponse, Response};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::time::{sleep, timeout};
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;

use super::problem::Cause;
use super::secret::Secret;
use super::tls::Certificate;
use crate::app::App;
use crate::config::{Layers, Profile, settings};
use crate::store::Store;

settings! {
    /// Where operators ask.
    pub struct Settings in "admin" {
        pub address: SocketAddr,
        /// The CA whose client certificates may connect, in PEM.
        pub client_ca: Option<PathBuf>,
        /// The file with the token that a scraper sends as `Bearer`.
        pub token_file: Option<PathBuf>,
    }
}

impl Settings {
    /// What others could reach must ask who they are (EXPOSE-8).
    pub fn check(&self, _: Profile, layers: &mut Layers) {
        if !self.address.ip().is_loopback() && self.client_ca.is_none() && self.token_file.is_none() {
            layers.refuse("admin.address", "beyond loopback `admin.client_ca` or `admin.token_file` must be set");
        }
    }

    /// Reads the token that is asked for, if one is.
    pub fn token(&self) -> Result<Option<Secret>, Cause> {
        self.token_file.as_deref().map(Secret::load).transpose()
    }
}

/// Operators need few connections, whatever the API is busy with.
const CONNECTIONS: usize = 64;

/// For a handshake, a head, and an answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// What a probe reads of an answer.
const ANSWER_LIMIT: u64 = 1024;

/// The first byte of a TLS connection.
const HANDSHAKE_RECORD: u8 = 0x16;

/// What operators are shown, and how they are known.
pub struct Admin {
    pub app: Arc<App>,
    pub store: Store,
    pub certificate: Arc<Certificate>,
    pub draining: CancellationToken,
    /// The API's descriptions by their files, where they are no secret.
    pub documents: Option<BTreeMap<String, String>>,
    pub token: Option<Secret>,
    pub tls: TlsAcceptor,
}

impl Admin {
    /// Serves until the process ends, while the API drains too.
    pub async fn run(self: Arc<Self>, socket: TcpListener) {
        let places = Arc::new(Semaphore::new(CONNECTIONS));
        loop {
            let Ok((stream, peer)) = socket.accept().await else {
                sleep(Duration::from_millis(50)).await;
                continue;
            };
            if let Ok(place) = Arc::clone(&places).try_acquire_owned() {
                let admin = Arc::clone(&self);
                tokio::spawn(async move {
                    admin.serve(stream, peer.ip().is_loopback()).await;
                    drop(place);
                });
            }
        }
    }

    /// A probe on this machine may speak in the clear; everyone else speaks TLS,
    /// and so may a probe.
    async fn serve(&self, stream: TcpStream, is_local: bool) {
        let mut first = [0];
        let peeked = timeout(PATIENCE, stream.peek(&mut first)).await;
        if !matches!(peeked, Ok(Ok(1))) {
            return;
        }
        if is_local && first != [HANDSHAKE_RECORD] {
            self.converse(stream).await;
        } else if let Ok(Ok(stream)) = timeout(PATIENCE, self.tls.accept(stream)).await {
            self.converse(stream).await;
        }
    }

    async fn converse(&self, stream: impl AsyncRead + AsyncWrite + Unpin) {
        let service = service_fn(async |request| Ok::<_, Infallible>(self.answer(&request).await));
        let mut builder = http1::Builder::new();
        builder.timer(TokioTimer::new()).header_read_timeout(PATIENCE);
        // Who leaves early has told us all there was to tell.
        let _ = builder.serve_connection(TokioIo::new(stream), service).await;
    }

    async fn answer(&self, request: &Request<Incoming>) -> Response {
        if !self.is_known(request.headers()) {
            let challenge = [(header::WWW_AUTHENTICATE, "Bearer")];
            return (challenge, word(StatusCode::UNAUTHORIZED, "unauthenticated")).into_response();
        }
        match (request.method().as_str(), request.uri().path()) {
            ("GET" | "HEAD", "/healthz") => word(StatusCode::OK, "ok"),
            ("GET" | "HEAD", "/readyz") if self.is_ready().await => word(StatusCode::OK, "ok"),
            ("GET" | "HEAD", "/readyz") => word(StatusCode::SERVICE_UNAVAILABLE, "unavailable"),
            ("GET", "/metrics") => {
                let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
                let App { log, metrics, versions, .. } = &*self.app;
                answer(StatusCode::OK, kind, metrics.render(log, self.certificate.expires(), versions))
            }
            ("GET", path) => self.show(path).unwrap_or_else(|| word(StatusCode::NOT_FOUND, "unknown")),
            _ => word(StatusCode::METHOD_NOT_ALLOWED, "unknown"),
        }
    }

    /// Shows the API's descriptions, their names, and a page to read them on, in development.
    fn show(&self, path: &str) -> Option<Response> {
        let documents = self.documents.as_ref()?;
        let (kind, body) = match path.strip_prefix('/')? {
            "" => ("text/html; charset=utf-8", include_str!("viewer.html").to_owned()),
            "openapi" => ("application/json", serde_json::to_string(&documents.keys().collect::<Vec<_>>()).ok()?),
            file => ("application/json", documents.get(file)?.clone()),
        };
        Some(answer(StatusCode::OK, kind, body))
    }

    async fn is_ready(&self) -> bool {
        !self.draining.is_cancelled() && matches!(timeout(PATIENCE, self.store.ping()).await, Ok(Ok(())))
    }

    fn is_known(&self, headers: &HeaderMap) -> bool {
        let given = headers.get(header::AUTHORIZATION).and_then(|value| value.as_bytes().strip_prefix(b"Bearer "));
        self.token.as_ref().is_none_or(|token| given.is_some_and(|given| token.matches(given)))
    }
}

/// Asks the running service's `/readyz`; what `healthcheck` does.
pub async fn probe(settings: &Settings) -> Result<(), Cause> {
    let address = SocketAddr::from(([127, 0, 0, 1], settings.address.port()));
    let known = |token: Secret| format!("Authorization: Bearer {}\r\n", token.expose());
    let credential = settings.token()?.map(known).unwrap_or_default();
    let request = format!("GET /readyz HTTP/1.1\r\nHost: localhost\r\n{credential}Connection: close\r\n\r\n");
    let ask = async {
        let mut stream = TcpStream::connect(address).await?;
        stream.write_all(request.as_bytes()).await?;
        let mut answer = Vec::new();
        stream.take(ANSWER_LIMIT).read_to_end(&mut answer).await?;
        Ok::<_, io::Error>(answer)
    };
    let answer = timeout(PATIENCE, ask).await??;
    if answer.starts_with(b"HTTP/1.1 200") { Ok(()) } else { Err("it says so itself".into()) }
}

/// A word, and nothing of why (LOG-12).
fn word(status: StatusCode, word: &str) -> Response {
    answer(status, "application/json", format!("{{\"status\":\"{word}\"}}\n"))
}

fn answer(status: StatusCode, kind: &'static str, body: impl Into<Body>) -> Response {
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(kind)),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    ];
    (status, headers, body.into()).into_response()
}
