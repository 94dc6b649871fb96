//! The door: takes connections, shakes hands, and closes what only waits.

use std::collections::HashMap;
use std::convert::Infallible;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use ipnet::IpNet;
use rustls::ServerConfig;
use rustls::server::Acceptor;
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::time::{sleep, sleep_until, timeout};
use tokio_rustls::LazyConfigAcceptor;
use tokio_rustls::server::TlsStream;

use super::exchange::{Times, is_proxy};
use super::limits::client_network;
use super::pulse::{Pulse, Watched};
use super::telemetry::{self, Action};
use super::tls;
use crate::app::App;
use crate::config::{HostNames, settings};

settings! {
    /// Where the API listens, and how much and how long it bears with.
    pub struct Settings in "listener" {
        pub address: SocketAddr,
        pub names: HostNames,
        pub proxies: Vec<IpNet>,
        pub connections: u32,
        pub connections_per_address: u32,
        pub requests: u32,
        pub handshake_seconds: Duration,
        pub header_seconds: Duration,
        pub body_seconds: Duration,
        pub handler_seconds: Duration,
        pub idle_seconds: Duration,
        pub drain_seconds: Duration,
    }
}

impl Settings {
    pub const fn times(&self) -> Times {
        Times { body: self.body_seconds, handler: self.handler_seconds }
    }
}

/// The library's own limits stand at twice ours, so that ours answer first and
/// in our form (INPUT-10).
const HEADER_FIELDS: usize = 128;
const HEADER_BYTES: u32 = 32 * 1024;

/// GATE-14.
const STREAMS: u32 = 100;
const RESETS: usize = 20;

/// The first bytes of a `ClientHello`, up to the version that it names last;
/// 1.3 names 1.2 there (RFC 8446 §4.1.2).
const HELLO_HEAD: usize = 11;
const TLS_1_2: [u8; 2] = [3, 3];

/// A fatal alert, as a record.
const NO_APPLICATION_PROTOCOL: [u8; 7] = [21, 3, 3, 0, 2, 2, 120];

/// How long the accept loop rests when the system has no descriptor left.
const REST: Duration = Duration::from_millis(50);

/// How long a connection that is being closed may still take.
const FAREWELL: Duration = Duration::from_secs(1);

/// The API's socket and what its connections share.
pub struct Listener {
    socket: TcpListener,
    shared: Arc<Shared>,
}

struct Shared {
    app: Arc<App>,
    settings: Settings,
    tls: Arc<ServerConfig>,
    http1: Builder<TokioExecutor>,
    http2: Builder<TokioExecutor>,
    connections: Arc<Semaphore>,
    addresses: Mutex<HashMap<IpAddr, u32>>,
    draining: watch::Receiver<bool>,
}

impl Listener {
    pub async fn bind(
        settings: Settings,
        app: Arc<App>,
        tls: Arc<ServerConfig>,
        draining: watch::Receiver<bool>,
    ) -> io::Result<Self> {
        let socket = TcpListener::bind(settings.address).await?;
        let connections = Arc::new(Semaphore::new(count(settings.connections)));
        let shared = Shared {
            app,
            settings,
            tls,
            http1: http1(),
            http2: http2(),
            connections,
            addresses: Mutex::default(),
            draining,
        };
        Ok(Self { socket, shared: Arc::new(shared) })
    }

    pub fn address(&self) -> io::Result<SocketAddr> {
        self.socket.local_addr()
    }

    /// Takes connections until the service drains; then waits for those that
    /// are open, for as long as the settings say (GATE-18).
    pub async fn run(self) {
        let mut draining = self.shared.draining.clone();
        loop {
            tokio::select! {
                () = begun(&mut draining) => break,
                accepted = self.socket.accept() => match accepted {
                    Ok((stream, peer)) => self.shared.admit(stream, peer.ip().to_canonical()),
                    Err(_) => sleep(REST).await,
                },
            }
        }
        drop(self.socket);
        let all = self.shared.connections.acquire_many(self.shared.settings.connections);
        // Who is not done by then is cut off when the process ends.
        let _ = timeout(self.shared.settings.drain_seconds, all).await;
    }
}

impl Shared {
    /// Serves a connection if there is room for it, else closes it at once.
    fn admit(self: &Arc<Self>, stream: TcpStream, peer: IpAddr) {
        let places = self
            .place_of(peer)
            .and_then(|place| Some((place, Arc::clone(&self.connections).try_acquire_owned().ok()?)));
        let Some(places) = places else {
            self.app.metrics.connections_refused.inc();
            return;
        };
        let shared = Arc::clone(self);
        tokio::spawn(async move {
            if let Err(panic) = telemetry::catch(Box::pin(shared.serve(stream, peer, places))).await {
                shared.app.metrics.panics.inc();
                shared.app.log.event(Action::TaskPanicked, |line| panic.describe(line));
            }
        });
    }

    /// Counts a connection of an address, if it may have one more. A configured
    /// proxy speaks for many and is counted in the total alone (TLS-9).
    fn place_of(self: &Arc<Self>, peer: IpAddr) -> Option<Place> {
        let network = (!is_proxy(peer, &self.settings.proxies)).then(|| client_network(peer));
        if let Some(network) = network {
            let mut addresses = self.addresses();
            let open = addresses.entry(network).or_insert(0);
            if *open >= self.settings.connections_per_address {
                return None;
            }
            *open = open.saturating_add(1);
        }
        Some(Place { shared: Arc::clone(self), network })
    }

    fn addresses(&self) -> MutexGuard<'_, HashMap<IpAddr, u32>> {
        self.addresses.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn serve(&self, stream: TcpStream, peer: IpAddr, _places: (Place, OwnedSemaphorePermit)) {
        // Small answers must not wait for more to send; where the option is
        // missing, they do.
        let _ = stream.set_nodelay(true);
        self.app.metrics.connections.inc();
        if let Some(stream) = self.shake_hands(stream, peer).await {
            self.converse(stream, peer).await;
        }
        self.app.metrics.connections.dec();
    }

    async fn shake_hands(&self, stream: TcpStream, peer: IpAddr) -> Option<TlsStream<TcpStream>> {
        let reason = match timeout(self.settings.handshake_seconds, accept(stream, &self.tls)).await {
            Ok(Ok(stream)) => return Some(stream),
            Ok(Err(error)) => error.to_string(),
            Err(_) => "not finished in time".to_owned(),
        };
        self.app.metrics.handshakes_failed.inc();
        self.app.log.event(Action::HandshakeFailed, |line| {
            line.text("client.address", &peer.to_string());
            line.text("reason", &reason);
        });
        None
    }

    /// Serves requests until the client leaves, is too slow, or the service
    /// drains. The library's own header timer would close a connection that
    /// merely rests between two requests, hence the pulse.
    async fn converse(&self, stream: TlsStream<TcpStream>, peer: IpAddr) {
        let is_http2 = stream.get_ref().1.alpn_protocol() == Some(b"h2");
        let pulse = Arc::new(Pulse::new(!is_http2, self.settings.header_seconds, self.settings.idle_seconds));
        let io = TokioIo::new(Watched::new(stream, Arc::clone(&pulse)));
        let (app, beats) = (Arc::clone(&self.app), Arc::clone(&pulse));
        let service = service_fn(move |request| {
            let (app, beat) = (Arc::clone(&app), Pulse::begin_request(&beats));
            async move {
                let response = app.handle(request, peer).await;
                drop(beat);
                Ok::<_, Infallible>(response)
            }
        });
        let builder = if is_http2 { &self.http2 } else { &self.http1 };
        let mut connection = pin!(builder.serve_connection(io, service));
        let mut draining = self.draining.clone();
        loop {
            let next = pulse.next_check();
            if next <= Instant::now() {
                break;
            }
            tokio::select! {
                _ = connection.as_mut() => return,
                () = sleep_until(next.into()) => {}
                () = begun(&mut draining) => break,
            }
        }
        connection.as_mut().graceful_shutdown();
        let patience = if *draining.borrow() { self.settings.drain_seconds } else { FAREWELL };
        let _ = timeout(patience, connection).await;
    }
}

/// One connection of one address, or of a proxy; given back when it ends.
struct Place {
    shared: Arc<Shared>,
    network: Option<IpAddr>,
}

impl Drop for Place {
    fn drop(&mut self) {
        let Some(network) = self.network else {
            return;
        };
        let mut addresses = self.shared.addresses();
        match addresses.get_mut(&network) {
            Some(open) if *open > 1 => *open = open.saturating_sub(1),
            _ => {
                addresses.remove(&network);
            }
        }
    }
}

/// Shakes hands, but not with a client that names no protocol: it is told so as
/// one that names a wrong one (TLS-4). The library would let it in, and answers
/// by itself where version, suites or groups are what is wrong.
async fn accept(stream: TcpStream, tls: &Arc<ServerConfig>) -> io::Result<TlsStream<TcpStream>> {
    let mut head = [0; HELLO_HEAD];
    stream.peek(&mut head).await?;
    let mut hello = LazyConfigAcceptor::new(Acceptor::default(), stream).await?;
    if head.ends_with(&TLS_1_2) && tls::lacks_protocol_alone(&hello.client_hello()) {
        hello.io.write_all(&NO_APPLICATION_PROTOCOL).await?;
        return Err(io::Error::other("the client names no protocol"));
    }
    hello.into_stream(Arc::clone(tls)).await
}

/// Waits until the service drains.
async fn begun(draining: &mut watch::Receiver<bool>) {
    // The sender is gone only when the service is.
    let _ = draining.wait_for(|draining| *draining).await;
}

fn http1() -> Builder<TokioExecutor> {
    let mut builder = Builder::new(TokioExecutor::new()).http1_only();
    let bytes = count(HEADER_BYTES);
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(None)
        .max_headers(HEADER_FIELDS)
        .max_buf_size(bytes)
        .half_close(false);
    builder
}

fn http2() -> Builder<TokioExecutor> {
    let mut builder = Builder::new(TokioExecutor::new()).http2_only();
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(STREAMS)
        .max_header_list_size(HEADER_BYTES)
        .max_pending_accept_reset_streams(RESETS)
        .max_local_error_reset_streams(RESETS);
    builder
}

fn count(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}
