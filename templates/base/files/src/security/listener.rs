//! The door: takes connections, shakes hands, and closes what only waits.

use std::collections::HashMap;
use std::convert::Infallible;
use std::future::{Future, poll_fn};
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Poll;
use std::time::{Duration, Instant};

use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use ipnet::IpNet;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{sleep, sleep_until, timeout};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;
use tokio_util::io::InspectReader;
use tokio_util::sync::CancellationToken;

use super::exchange::later;
use super::limits::client_network;
use super::telemetry::{self, Action};
use crate::app::App;
use crate::config::settings;

settings! {
    /// Where the API listens, and how much and how long it bears with.
    pub struct Settings in "listener" {
        pub address: SocketAddr,
        pub names: Vec<String>,
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
    /// Tells whether an address is a configured proxy's.
    pub fn is_proxy(&self, address: IpAddr) -> bool {
        self.proxies.iter().any(|network| network.contains(&address))
    }
}

/// The library's own limits stand above ours, so that ours answer first and in our form (INPUT-10):
/// twice the bytes and, in HTTP/1.1, its default of 100 fields.
const HEADER_BYTES: u32 = 32 * 1024;

/// GATE-14.
const STREAMS: u32 = 100;
const RESETS: usize = 20;

/// How long the accept loop rests when the system has no descriptor left.
const REST: Duration = Duration::from_millis(50);

/// How long a connection that is being closed may still take.
const FAREWELL: Duration = Duration::from_secs(1);

/// The API's socket and what its connections share.
pub struct Listener {
    socket: TcpListener,
    places: Arc<Semaphore>,
    clients: HashMap<IpAddr, Arc<Semaphore>>,
    shared: Arc<Shared>,
}

struct Shared {
    app: Arc<App>,
    tls: TlsAcceptor,
    http1: Builder<TokioExecutor>,
    http2: Builder<TokioExecutor>,
    draining: CancellationToken,
}

impl Listener {
    pub async fn bind(app: Arc<App>, tls: TlsAcceptor, draining: CancellationToken) -> io::Result<Self> {
        let socket = TcpListener::bind(app.settings.address).await?;
        let places = Arc::new(Semaphore::new(count(app.settings.connections)));
        let mut http = Builder::new(TokioExecutor::new());
        http.http1().timer(TokioTimer::new()).header_read_timeout(None).max_buf_size(count(HEADER_BYTES));
        http.http2().timer(TokioTimer::new()).max_concurrent_streams(STREAMS).max_header_list_size(HEADER_BYTES);
        http.http2().max_pending_accept_reset_streams(RESETS).max_local_error_reset_streams(RESETS);
        let (http1, http2) = (http.clone().http1_only(), http.http2_only());
        Ok(Self {
            socket,
            places,
            clients: HashMap::new(),
            shared: Arc::new(Shared { app, tls, http1, http2, draining }),
        })
    }

    pub fn address(&self) -> io::Result<SocketAddr> {
        self.socket.local_addr()
    }

    /// Takes connections until the service drains; then waits for those that
    /// are open, for as long as the settings say (GATE-18).
    pub async fn run(mut self) {
        let shared = Arc::clone(&self.shared);
        loop {
            tokio::select! {
                () = shared.draining.cancelled() => break,
                accepted = self.socket.accept() => match accepted {
                    Ok((stream, peer)) => self.admit(stream, peer.ip().to_canonical()),
                    Err(_) => sleep(REST).await,
                },
            }
        }
        drop(self.socket);
        let settings = &shared.app.settings;
        // Who is not done by then is cut off when the process ends.
        let _ = timeout(settings.drain_seconds, self.places.acquire_many(settings.connections)).await;
    }

    /// Serves a connection if there is room for it, else closes it at once.
    fn admit(&mut self, stream: TcpStream, peer: IpAddr) {
        let Some(places) = self.find_places(peer) else {
            self.shared.app.metrics.connections_refused.inc();
            return;
        };
        let shared = Arc::clone(&self.shared);
        tokio::spawn(async move {
            let app = &shared.app;
            app.metrics.connections.inc();
            if let Err(panic) = telemetry::catch(pin!(shared.serve(stream, peer))).await {
                app.metrics.panics.inc();
                app.log.event(Action::TaskPanicked, |line| panic.describe(line));
            }
            app.metrics.connections.dec();
            drop(places);
        });
    }

    /// Finds a place in all and one of the client's. A configured proxy speaks for many and is
    /// counted in the total alone (TLS-9, GATE-17).
    fn find_places(&mut self, peer: IpAddr) -> Option<(OwnedSemaphorePermit, Option<OwnedSemaphorePermit>)> {
        let settings = &self.shared.app.settings;
        let place = Arc::clone(&self.places).try_acquire_owned().ok()?;
        if settings.is_proxy(peer) {
            return Some((place, None));
        }
        // Whoever holds no place is forgotten, before there are more of them than of others.
        if self.clients.len() > count(settings.connections) {
            self.clients.retain(|_, places| Arc::strong_count(places) > 1);
        }
        let all = || Arc::new(Semaphore::new(count(settings.connections_per_address)));
        let own = self.clients.entry(client_network(peer)).or_insert_with(all);
        Some((place, Some(Arc::clone(own).try_acquire_owned().ok()?)))
    }
}

impl Shared {
    async fn serve(&self, stream: TcpStream, peer: IpAddr) {
        // Small answers must not wait for more to send; where the option is
        // missing, they do.
        let _ = stream.set_nodelay(true);
        let reason = match timeout(self.app.settings.handshake_seconds, self.tls.accept(stream)).await {
            Ok(Ok(stream)) => return self.converse(stream, peer).await,
            Ok(Err(error)) => error.to_string(),
            Err(_) => "not finished in time".to_owned(),
        };
        self.app.metrics.handshakes_failed.inc();
        self.app.log.event(Action::HandshakeFailed, |line| {
            line.text("client.address", &peer.to_string());
            line.text("reason", &reason);
        });
    }

    /// Serves requests until the client leaves, is too slow, or the service
    /// drains. The library's own header timer would close a connection that
    /// merely rests between two requests, hence the pulse.
    async fn converse(&self, stream: TlsStream<TcpStream>, peer: IpAddr) {
        let is_http2 = stream.get_ref().1.alpn_protocol() == Some(b"h2");
        let settings = &self.app.settings;
        let pulse = Arc::new(Pulse::new(settings.header_seconds, settings.idle_seconds));
        let heard = Arc::clone(&pulse);
        // Bytes of a head can be told from others; in HTTP/2 they cannot.
        let stream = InspectReader::new(stream, move |_| {
            if !is_http2 {
                heard.note_bytes();
            }
        });
        let (app, beats) = (Arc::clone(&self.app), Arc::clone(&pulse));
        let service = service_fn(move |request| {
            let (app, beat) = (Arc::clone(&app), Beat::begin(&beats));
            async move {
                let response = app.handle(request, peer).await;
                drop(beat);
                Ok::<_, Infallible>(response)
            }
        });
        let builder = if is_http2 { &self.http2 } else { &self.http1 };
        let mut connection = pin!(builder.serve_connection(TokioIo::new(stream), service));
        while let Some(next) = pulse.next_check() {
            tokio::select! {
                _ = in_turn(connection.as_mut(), is_http2) => return,
                () = sleep_until(next.into()) => {}
                () = self.draining.cancelled() => break,
            }
        }
        connection.as_mut().graceful_shutdown();
        let patience = if self.draining.is_cancelled() { settings.drain_seconds } else { FAREWELL };
        let _ = timeout(patience, connection).await;
    }
}

/// Hands each connection of a socket over, as many at a time as there are places; others are closed.
pub async fn serve_each<S: Future<Output = ()> + Send + 'static>(
    socket: &TcpListener,
    places: usize,
    serve: impl Fn(TcpStream, IpAddr) -> S,
) {
    let places = Arc::new(Semaphore::new(places));
    loop {
        let Ok((stream, peer)) = socket.accept().await else {
            sleep(REST).await;
            continue;
        };
        if let Ok(place) = Arc::clone(&places).try_acquire_owned() {
            let serving = serve(stream, peer.ip());
            tokio::spawn(async move {
                serving.await;
                drop(place);
            });
        }
    }
}

/// Runs a connection. One that `gathers` lets whatever is ready go first each time that it is woken,
/// so that answers to many streams leave in one write and not in one each.
async fn in_turn<C: Future>(mut connection: Pin<&mut C>, gathers: bool) -> C::Output {
    let mut is_its_turn = true;
    poll_fn(|context| {
        is_its_turn = !(gathers && is_its_turn);
        if is_its_turn {
            return connection.as_mut().poll(context);
        }
        // A task that wakes itself is put behind all others.
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await
}

/// Whether a connection is alive: what it waits for, and since when.
///
/// Until the first request, and from the first byte of a head to its last, the
/// client has the header time; between requests, the idle time (GATE-16).
struct Pulse {
    header: Duration,
    idle: Duration,
    state: Mutex<State>,
}

struct State {
    running: u32,
    /// No byte of the next head has come.
    rests: bool,
    since: Instant,
}

impl Pulse {
    fn new(header: Duration, idle: Duration) -> Self {
        Self { header, idle, state: Mutex::new(State { running: 0, rests: false, since: Instant::now() }) }
    }

    /// Returns when to look again, or `None` when the client's time is over.
    fn next_check(&self) -> Option<Instant> {
        let (state, now) = (self.state(), Instant::now());
        // What begins later has at least this long.
        let soonest = later(now, self.header.min(self.idle));
        if state.running > 0 {
            return Some(soonest);
        }
        let end = later(state.since, if state.rests { self.idle } else { self.header });
        (end > now).then(|| end.min(soonest))
    }

    fn note_bytes(&self) {
        let mut state = self.state();
        if state.running == 0 && state.rests {
            state.rests = false;
            state.since = Instant::now();
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A request that runs, until it is dropped.
struct Beat(Arc<Pulse>);

impl Beat {
    fn begin(pulse: &Arc<Pulse>) -> Self {
        let mut state = pulse.state();
        state.running = state.running.saturating_add(1);
        Self(Arc::clone(pulse))
    }
}

impl Drop for Beat {
    fn drop(&mut self) {
        let mut state = self.0.state();
        state.running = state.running.saturating_sub(1);
        state.rests = true;
        state.since = Instant::now();
    }
}

fn count(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use tokio::sync::mpsc::channel;

    use super::*;

    #[tokio::test(flavor = "multi_thread", worker_threads = 1)]
    async fn answers_that_are_ready_leave_together() {
        let polls = tokio::spawn(async {
            let (answers, mut ready) = channel(16);
            for answer in 0..16 {
                let answers = answers.clone();
                tokio::spawn(async move { answers.send(answer).await });
            }
            drop(answers);
            let mut polls = 0;
            let connection = poll_fn(|context| {
                polls += 1;
                while ready.poll_recv(context).map(|answer| answer.ok_or(()))?.is_ready() {}
                Poll::Pending
            });
            let _: Result<(), ()> = in_turn(pin!(connection), true).await;
            polls
        });
        assert_eq!(polls.await.unwrap(), 1);
    }
}
