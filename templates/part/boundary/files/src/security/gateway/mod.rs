//! The service behind its gateway: it takes connections from the gateway alone, and verifies credentials
//! for it on a listener of its own.
//!
//! `development` makes the certificates of both sides, `routes` what the gateway lets pass, of the paths in
//! `paths`.

use std::convert::Infallible;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use axum::http::{Request, StatusCode};
use axum::response::{IntoResponse, Response};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;

use super::exchange::Exchange;
use super::listener::serve_each;
use super::peer::{Peers, Trust};
use super::problem::{Cause, Problem};
use super::telemetry;
use crate::app::App;
use crate::config::{Config, Profile, settings};

mod development;
mod paths;
pub mod routes;

settings! {
    /// Who may connect, and where credentials are verified.
    pub struct Settings in "gateway" {
        /// The authority that signs the gateway's certificate, in PEM.
        pub ca: PathBuf,
        /// What it has revoked, in PEM.
        pub crl: Option<PathBuf>,
        /// The names, in the certificate's list of alternatives, that are a gateway's.
        pub names: Vec<String>,
        pub verifier: SocketAddr,
    }
}

/// Connections of the verifier; a gateway keeps some open.
const CONNECTIONS: usize = 1024;

/// For a handshake.
const PATIENCE: Duration = Duration::from_secs(10);

/// For a head, the rest between two included: longer than the gateway keeps a connection.
const IDLE: Duration = Duration::from_secs(90);

impl Settings {
    /// Returns the files that a reload reads.
    pub fn files(&self) -> [&Path; 2] {
        [&self.ca, self.crl.as_deref().unwrap_or(&self.ca)]
    }

    /// Returns the root that clients trust in development.
    pub fn clients_root(&self) -> PathBuf {
        self.ca.with_file_name("ca.pem")
    }
}

/// Makes, in development, what both sides show.
pub fn prepare(config: &Config) -> Result<(), Cause> {
    let Settings { ca, names, .. } = &config.gateway;
    if config.profile == Profile::Dev { development::make(&config.tls, ca, names) } else { Ok(()) }
}

/// Reads who may connect (GATE-6).
pub fn load(config: &Config) -> Result<Arc<Peers>, Cause> {
    let Settings { ca, crl, names, .. } = &config.gateway;
    if config.profile == Profile::Prod && config.listener.proxies.is_empty() {
        return Err("listener.proxies: the gateway's network is missing, so all its clients would be one".into());
    }
    Ok(Arc::new(Peers::load(Trust { ca: ca.clone(), crl: crl.clone() }, names.clone())?))
}

/// Tells the gateway whether a credential is good, before a request is let through (GATE-9). What it
/// says opens nothing: the service verifies the request's credential itself (GATE-8).
pub struct Verifier {
    pub app: Arc<App>,
    pub socket: TcpListener,
    pub tls: TlsAcceptor,
    pub draining: CancellationToken,
}

impl Verifier {
    /// Serves until the process ends, while the API drains too.
    pub async fn run(self) {
        let verifier = Arc::new(self);
        let serve = |stream, peer: IpAddr| {
            let verifier = Arc::clone(&verifier);
            async move { verifier.serve(stream, peer.to_canonical()).await }
        };
        serve_each(&verifier.socket, CONNECTIONS, serve).await;
    }

    pub fn address(&self) -> io::Result<SocketAddr> {
        self.socket.local_addr()
    }

    async fn serve(&self, stream: TcpStream, peer: IpAddr) {
        // Small answers must not wait for more to send; where the option is missing, they do.
        let _ = stream.set_nodelay(true);
        let Ok(Ok(stream)) = timeout(PATIENCE, self.tls.accept(stream)).await else {
            return;
        };
        let service = service_fn(async |request| Ok::<_, Infallible>(self.answer(&request, peer).await));
        let mut builder = http1::Builder::new();
        builder.timer(TokioTimer::new()).header_read_timeout(IDLE);
        // Who leaves early has been told all there was to tell.
        let _ = builder.serve_connection(TokioIo::new(stream), service).await;
    }

    async fn answer(&self, request: &Request<Incoming>, peer: IpAddr) -> Response {
        match request.uri().path() {
            "/credential" => self.verify(request, peer).await,
            "/ready" if self.draining.is_cancelled() => StatusCode::SERVICE_UNAVAILABLE.into_response(),
            "/ready" => StatusCode::NO_CONTENT.into_response(),
            _ => StatusCode::NOT_FOUND.into_response(),
        }
    }

    /// Answers as the API would. A failure is counted against the client and on record.
    async fn verify(&self, request: &Request<Incoming>, peer: IpAddr) -> Response {
        let exchange = Exchange::begin(request, peer, &self.app.settings);
        let found = self.app.authn.authenticate(request.headers(), request.uri(), &exchange).await;
        let Err(denied) = found else {
            return StatusCode::NO_CONTENT.into_response();
        };
        let problem = Problem::from(denied);
        telemetry::report(&self.app.log, &self.app.metrics, &exchange, &problem);
        let mut response = problem.render(&exchange.id);
        self.app.authn.challenge(&problem, response.headers_mut());
        response
    }
}
