//! What is known of one request from its first byte to its record in the log.

use std::hash::{BuildHasher, RandomState};
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock, OnceLock};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use axum::body::{Body, HttpBody};
use axum::extract::MatchedPath;
use axum::http::{Extensions, HeaderMap, HeaderName, HeaderValue, Method, Request, Uri, Version as Protocol, header};
use bytes::Bytes;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use hyper::body::{Frame, Incoming, SizeHint};
use tokio::time::{timeout, timeout_at};
use uuid::Uuid;

use super::authn::{Identity, Principal};
use super::limits::{Quota, client_network};
use super::listener::Settings;
use super::problem::Problem;
use super::versioning::Version;

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");

/// Names a request, in its answer too (LOG-3).
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The longest request id that is taken from a proxy (LOG-3).
const ID_LIMIT: usize = 64;

/// How long what is left of a body is read.
const DRAIN_TIME: Duration = Duration::from_secs(1);

/// One request and its answer. Extractors and handlers add what they learn;
/// the access record and the headers of the answer are written from it.
#[derive(Debug)]
pub struct Exchange {
    /// Names the request in headers, error bodies and every log line.
    pub id: Arc<str>,
    /// The trace that the request belongs to (W3C Trace Context).
    pub trace: Arc<str>,
    /// The client's address, behind configured proxies too (GATE-5).
    pub client: IpAddr,
    pub method: Method,
    pub uri: Uri,
    pub started: Instant,
    /// The version of the API that the request is for.
    pub version: OnceLock<Arc<Version>>,
    /// Whose credential was good, or why none was.
    pub identity: OnceLock<Identity>,
    /// The route that was matched, and the policy that guards it.
    pub matched: OnceLock<(MatchedPath, &'static str)>,
    /// The quota that the request was counted against.
    pub quota: OnceLock<Quota>,
    settings: Arc<Settings>,
    /// Milliseconds after the start at which the handler is given up.
    deadline: AtomicU64,
}

impl Exchange {
    /// Begins the record of a request that came over a connection from `peer`.
    pub fn begin<B>(request: &Request<B>, peer: IpAddr, settings: &Arc<Settings>) -> Self {
        let headers = request.headers();
        let behind_proxy = settings.is_proxy(peer);
        let client = if behind_proxy { forwarded_for(headers, peer, settings) } else { peer };
        let given = if behind_proxy { headers.get(REQUEST_ID).and_then(parse_id) } else { None };
        let trace = headers.get(TRACEPARENT).and_then(parse_traceparent).map_or_else(new_id, Arc::from);
        Self {
            id: given.map_or_else(|| Arc::clone(&trace), Arc::from),
            trace,
            client,
            method: request.method().clone(),
            uri: request.uri().clone(),
            started: Instant::now(),
            version: OnceLock::new(),
            identity: OnceLock::new(),
            matched: OnceLock::new(),
            quota: OnceLock::new(),
            settings: Arc::clone(settings),
            deadline: AtomicU64::new(milliseconds(settings.handler_seconds)),
        }
    }

    /// Returns the exchange that an extractor works for.
    pub fn of(extensions: &Extensions) -> Result<&Arc<Self>, Problem> {
        extensions.get().ok_or_else(|| Problem::internal("the request was not begun by the listener"))
    }

    /// Returns the caller.
    ///
    /// # Errors
    /// The answer for those who are not known, 401 in most cases.
    pub fn caller(&self) -> Result<&Arc<Principal>, Problem> {
        let identity = self.identity.get().ok_or_else(|| Problem::internal("the caller was not looked for"))?;
        identity.as_ref().map_err(|denied| denied.clone().into())
    }

    /// Returns the caller, if its credential was good.
    pub fn principal(&self) -> Option<&Principal> {
        self.identity.get()?.as_deref().ok()
    }

    /// Says whether a peer nearby speaks for others and no proxy is configured:
    /// then all its clients share one quota, which is hardly meant (GATE-3).
    pub fn ignored_proxy(&self, headers: &HeaderMap) -> bool {
        let near = match self.client {
            IpAddr::V4(v4) => v4.is_private() || v4.is_loopback(),
            IpAddr::V6(v6) => v6.is_unique_local() || v6.is_loopback(),
        };
        self.settings.proxies.is_empty() && near && headers.contains_key(FORWARDED_FOR)
    }

    /// Returns what per-client quotas count, or `None` for a configured proxy
    /// that speaks for itself (GATE-3).
    pub fn client_quota_key(&self) -> Option<IpAddr> {
        (!self.settings.is_proxy(self.client)).then(|| client_network(self.client))
    }

    /// Returns the route's template; never the path, which is the client's text.
    pub fn route(&self) -> &str {
        self.matched.get().map_or("unmatched", |(route, _)| route.as_str())
    }

    /// Returns the moment at which the handler is given up.
    pub fn deadline(&self) -> Instant {
        later(self.started, Duration::from_millis(self.deadline.load(Ordering::Relaxed)))
    }

    /// Reads a body of at most `limit` bytes, within its own time.
    ///
    /// The handler's time stands still meanwhile: a client that is slow to send
    /// gets 408, and what follows has all of its own time (GATE-16).
    pub async fn read_body(&self, body: Body, limit: usize) -> Result<Bytes, Problem> {
        if body.size_hint().lower() > limit as u64 {
            return Err(Problem::TooLarge);
        }
        let end = later(Instant::now(), self.settings.body_seconds);
        self.start_handler_at(end);
        let read = timeout_at(end.into(), Limited::new(body, limit).collect()).await;
        self.start_handler_at(Instant::now());
        match read {
            Ok(Ok(whole)) => Ok(whole.to_bytes()),
            Ok(Err(error)) if error.is::<LengthLimitError>() => Err(Problem::TooLarge),
            Ok(Err(_)) => Err(Problem::Malformed("incomplete-body")),
            Err(_) => Err(Problem::Timeout),
        }
    }

    /// Gives the handler all of its time, from then on.
    fn start_handler_at(&self, start: Instant) {
        let end = later(start, self.settings.handler_seconds).saturating_duration_since(self.started);
        self.deadline.store(milliseconds(end), Ordering::Relaxed);
    }
}

/// A body of HTTP/1.1, where the next request comes behind it. What its reader leaves is read and
/// dropped for a while: else the connection would end, and a socket that is closed while bytes
/// arrive is reset, which can take the answer from the client (RFC 9112 §9.6).
struct Drained(Option<Incoming>);

/// Prepares the body of a request for whoever reads it, or does not.
pub fn drained(request: Request<Incoming>) -> Request<Body> {
    // Who waits to be asked for its body need not send one that is not read.
    let drains = request.version() < Protocol::HTTP_2 && !request.headers().contains_key(header::EXPECT);
    request.map(|body| match body {
        body if body.is_end_stream() => Body::empty(),
        body if drains => Body::new(Drained(Some(body))),
        body => Body::new(body),
    })
}

impl Drop for Drained {
    fn drop(&mut self) {
        if let Some(mut body) = self.0.take().filter(|body| !body.is_end_stream()) {
            tokio::spawn(timeout(DRAIN_TIME, async move { while let Some(Ok(_)) = body.frame().await {} }));
        }
    }
}

impl HttpBody for Drained {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<hyper::Result<Frame<Bytes>>>> {
        self.0.as_mut().map_or(Poll::Ready(None), |body| Pin::new(body).poll_frame(cx))
    }

    fn is_end_stream(&self) -> bool {
        self.0.as_ref().is_none_or(HttpBody::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.0.as_ref().map(HttpBody::size_hint).unwrap_or_default()
    }
}

/// Walks the proxies' entries from the nearest to the first that no configured
/// proxy wrote. An entry that is no address ends the walk at the proxy that
/// vouched for it.
fn forwarded_for(headers: &HeaderMap, peer: IpAddr, settings: &Settings) -> IpAddr {
    let mut nearest = peer;
    let lines = headers.get_all(FORWARDED_FOR).iter().rev();
    let entries = lines.flat_map(|line| line.to_str().unwrap_or_default().rsplit(','));
    for address in entries.map_while(|entry| entry.trim().parse::<IpAddr>().ok()) {
        nearest = address.to_canonical();
        if !settings.is_proxy(nearest) {
            break;
        }
    }
    nearest
}

fn parse_id(value: &HeaderValue) -> Option<&str> {
    let id = value.to_str().ok()?;
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
    (1..=ID_LIMIT).contains(&id.len()).then_some(id).filter(|id| id.bytes().all(plain))
}

/// Returns the trace id of a valid header (W3C Trace Context §3.2). A version
/// above 0 may have more fields, which are not read.
fn parse_traceparent(value: &HeaderValue) -> Option<&str> {
    let mut parts = value.to_str().ok()?.split('-');
    let [version, trace, parent, flags] = [parts.next()?, parts.next()?, parts.next()?, parts.next()?];
    let sound = is_hex(version, 2) && version != "ff" && is_hex(trace, 32) && is_hex(parent, 16) && is_hex(flags, 2);
    let nil = trace.bytes().all(|byte| byte == b'0') || parent.bytes().all(|byte| byte == b'0');
    let surplus = version == "00" && parts.next().is_some();
    (sound && !nil && !surplus).then_some(trace)
}

fn is_hex(text: &str, length: usize) -> bool {
    text.len() == length && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// Returns 128 bits that no one can foresee, in hexadecimal digits, without a
/// call to the system: a counter under two keyed hashes.
fn new_id() -> Arc<str> {
    static KEYS: LazyLock<[RandomState; 2]> = LazyLock::new(|| [RandomState::new(), RandomState::new()]);
    static COUNTER: AtomicU64 = AtomicU64::new(0);
    let number = COUNTER.fetch_add(1, Ordering::Relaxed);
    let [high, low] = KEYS.each_ref().map(|key| key.hash_one(number));
    Arc::from(&*Uuid::from_u64_pair(high, low).as_simple().encode_lower(&mut Uuid::encode_buffer()))
}

fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// Adds, and stays where the clock ends.
pub fn later(from: Instant, by: Duration) -> Instant {
    from.checked_add(by).unwrap_or(from)
}
