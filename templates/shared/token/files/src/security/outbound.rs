//! Requests of our own, to hosts that the settings name: over verified TLS, without redirects, each
//! with an end to its time and to the size of its answer (TLS-10, INPUT-17, INPUT-18).

use std::net::IpAddr;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HOST};
use axum::http::request::Builder;
use axum::http::uri::{Authority, PathAndQuery, Scheme};
use axum::http::{HeaderMap, HeaderValue, Request, StatusCode, Uri};
use bytes::Bytes;
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use rustls::version::{TLS12, TLS13};
use rustls::{ClientConfig, RootCertStore};
use rustls_native_certs::load_native_certs;
use tokio::net::{TcpStream, lookup_host};
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

use super::problem::Cause;
use super::tls;

/// From the lookup of the name to the last byte of the answer.
const PATIENCE: Duration = Duration::from_secs(5);
/// Connections that are kept for the next request.
const IDLE: usize = 8;

/// What a host answered, whatever the status; a redirect is not followed.
#[derive(Debug)]
pub struct Reply {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Bytes,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    #[error("no whole answer within {} s", PATIENCE.as_secs())]
    Timeout,
    #[error("the answer is too large")]
    TooLarge,
    #[error("it cannot be reached: {0}")]
    Unreachable(#[source] Cause),
}

impl From<Cause> for Fault {
    fn from(cause: Cause) -> Self {
        if cause.is::<LengthLimitError>() { Self::TooLarge } else { Self::Unreachable(cause) }
    }
}

type Connection = SendRequest<Full<Bytes>>;

/// Sends requests, and keeps connections for those that follow.
pub struct Outbound {
    tls: TlsConnector,
    idle: Mutex<Vec<(Authority, Connection)>>,
}

impl Outbound {
    /// Trusts the certificates of one file, or those that this machine's administrator trusts.
    pub fn new(ca: Option<&Path>) -> Result<Self, Cause> {
        let mut roots = ca.map(tls::load_roots).transpose()?.unwrap_or_else(RootCertStore::empty);
        if ca.is_none() {
            roots.add_parsable_certificates(load_native_certs().certs);
        }
        let builder = ClientConfig::builder_with_provider(tls::provider());
        let builder = builder.with_protocol_versions(&[&TLS13, &TLS12])?;
        let config = builder.with_root_certificates(roots).with_no_client_auth();
        Ok(Self { tls: Arc::new(config).into(), idle: Mutex::default() })
    }

    /// Fetches what is at an `https` address; its body has at most `limit` bytes.
    pub async fn get(&self, url: &Uri, limit: usize) -> Result<Reply, Fault> {
        self.send(url, Request::get(target(url)), Bytes::new(), limit).await
    }

    /// Sends a form, and says who sends it.
    pub async fn post_form(
        &self,
        url: &Uri,
        authorization: &HeaderValue,
        form: String,
        limit: usize,
    ) -> Result<Reply, Fault> {
        let kind = HeaderValue::from_static("application/x-www-form-urlencoded");
        let head = Request::post(target(url)).header(AUTHORIZATION, authorization).header(CONTENT_TYPE, kind);
        self.send(url, head, form.into(), limit).await
    }

    async fn send(&self, url: &Uri, head: Builder, body: Bytes, limit: usize) -> Result<Reply, Fault> {
        let answer = timeout(PATIENCE, self.exchange(url, head, body, limit)).await;
        Ok(answer.map_err(|_| Fault::Timeout)??)
    }

    async fn exchange(&self, url: &Uri, head: Builder, body: Bytes, limit: usize) -> Result<Reply, Cause> {
        let https = url.authority().filter(|_| url.scheme() == Some(&Scheme::HTTPS));
        let authority = https.ok_or("it is no https address")?;
        let head = head.header(HOST, authority.as_str()).header(ACCEPT, "application/json");
        let mut connection = match self.take_idle(authority) {
            Some(connection) => connection,
            None => self.connect(authority).await?,
        };
        let (head, body) = connection.send_request(head.body(body.into())?).await?.into_parts();
        let body = Limited::new(body, limit).collect().await?.to_bytes();
        self.keep(authority, connection);
        Ok(Reply { status: head.status, headers: head.headers, body })
    }

    async fn connect(&self, authority: &Authority) -> Result<Connection, Cause> {
        let host = authority.host().trim_matches(['[', ']']);
        let all = lookup_host((host, authority.port_u16().unwrap_or(443))).await?;
        let addresses: Vec<_> = all.filter(|address| !is_link_local(address.ip())).collect();
        let stream = TcpStream::connect(&*addresses).await?;
        let stream = self.tls.connect(ServerName::try_from(host.to_owned())?, stream).await?;
        let (sender, connection) = handshake(TokioIo::new(stream)).await?;
        // It ends with the sender, who is told what went wrong.
        tokio::spawn(connection);
        Ok(sender)
    }

    fn take_idle(&self, authority: &Authority) -> Option<Connection> {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        idle.retain(|(_, connection)| connection.is_ready());
        let index = idle.iter().position(|(to, _)| to == authority)?;
        Some(idle.swap_remove(index).1)
    }

    fn keep(&self, authority: &Authority, connection: Connection) {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < IDLE {
            idle.push((authority.clone(), connection));
        }
    }
}

/// Returns path and query, as they stand in a request's first line.
fn target(url: &Uri) -> &str {
    url.path_and_query().map_or("/", PathAndQuery::as_str)
}

/// Where clouds keep the credentials of machines: no name may lead there.
const fn is_link_local(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(v4) => v4.is_link_local(),
        IpAddr::V6(v6) => v6.is_unicast_link_local(),
    }
}
