//! What is known of one request from its first byte to its record in the log.

use std::hash::{BuildHasher, RandomState};
use std::net::IpAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock, OnceLock};
use std::time::{Duration, Instant};

use axum::body::{Body, HttpBody};
use axum::extract::MatchedPath;
use axum::http::{Extensions, HeaderMap, HeaderValue, Method, Request, Uri};
use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt;
use ipnet::IpNet;
use tokio::time::timeout_at;

use super::limits::{Quota, client_network};
use super::problem::Problem;
use super::versioning::Version;

const FORWARDED_FOR: &str = "x-forwarded-for";

/// The longest request id that is taken from a proxy (LOG-3).
const ID_LIMIT: usize = 64;

/// One request and its answer. Extractors and handlers add what they learn;
/// the access record and the headers of the answer are written from it.
#[derive(Debug)]
pub struct Exchange {
    /// Names the request in headers, error bodies and every log line.
    pub id: Arc<str>,
    /// The trace that the request belongs to (W3C Trace Context).
    pub trace: Box<str>,
    /// The client's address, behind configured proxies too (GATE-5).
    pub client: IpAddr,
    pub method: Method,
    pub uri: Uri,
    pub started: Instant,
    times: Times,
    deadline: AtomicU64,
    exempt: bool,
    known: Known,
}

/// What is learnt on the way. Each is set once.
#[derive(Debug, Default)]
struct Known {
    version: OnceLock<Arc<Version>>,
    principal: OnceLock<Arc<str>>,
    route: OnceLock<MatchedPath>,
    policy: OnceLock<&'static str>,
    quota: OnceLock<Quota>,
}

/// How long a body and a handler may take.
#[derive(Clone, Copy, Debug)]
pub struct Times {
    pub body: Duration,
    pub handler: Duration,
}

impl Exchange {
    /// Begins the record of a request that came over a connection from `peer`.
    pub fn begin<B>(request: &Request<B>, peer: IpAddr, proxies: &[IpNet], times: Times) -> Self {
        let headers = request.headers();
        let peer = peer.to_canonical();
        let behind_proxy = is_proxy(peer, proxies);
        let client = if behind_proxy { forwarded_for(headers, peer, proxies) } else { peer };
        let given = headers.get("x-request-id").filter(|_| behind_proxy).and_then(parse_id);
        let trace = headers.get("traceparent").and_then(parse_traceparent).map_or_else(new_id, Box::from);
        Self {
            id: given.map_or_else(|| Arc::from(&*trace), Arc::from),
            trace,
            client,
            method: request.method().clone(),
            uri: request.uri().clone(),
            started: Instant::now(),
            times,
            deadline: AtomicU64::new(milliseconds(times.handler)),
            exempt: is_proxy(client, proxies),
            known: Known::default(),
        }
    }

    /// Says whether a peer nearby speaks for others and no proxy is configured:
    /// then all its clients share one quota, which is hardly meant (GATE-3).
    pub fn ignored_proxy<B>(&self, request: &Request<B>, proxies: &[IpNet]) -> bool {
        let near = match self.client {
            IpAddr::V4(v4) => v4.is_private() || v4.is_loopback(),
            IpAddr::V6(v6) => v6.is_unique_local() || v6.is_loopback(),
        };
        proxies.is_empty() && near && request.headers().contains_key(FORWARDED_FOR)
    }

    /// Returns the exchange that an extractor works for.
    pub fn of(extensions: &Extensions) -> Result<&Arc<Self>, Problem> {
        extensions.get().ok_or_else(|| Problem::internal("the request was not begun by the listener"))
    }

    /// Returns what per-client quotas count, or `None` for a configured proxy
    /// that speaks for itself (GATE-3).
    pub fn client_quota_key(&self) -> Option<IpAddr> {
        (!self.exempt).then(|| client_network(self.client))
    }

    /// Notes the version of the API that the request is for.
    pub fn set_version(&self, version: &Arc<Version>) {
        self.known.version.get_or_init(|| Arc::clone(version));
    }

    /// Notes whose credential was good.
    pub fn set_principal(&self, id: &Arc<str>) {
        self.known.principal.get_or_init(|| Arc::clone(id));
    }

    /// Notes the route that was matched and the policy that guards it.
    pub fn set_route(&self, route: MatchedPath, policy: &'static str) {
        self.known.route.get_or_init(|| route);
        self.known.policy.get_or_init(|| policy);
    }

    /// Notes the quota that the request was counted against.
    pub fn set_quota(&self, quota: Quota) {
        self.known.quota.get_or_init(|| quota);
    }

    pub fn version(&self) -> Option<&Arc<Version>> {
        self.known.version.get()
    }

    pub fn principal(&self) -> Option<&str> {
        self.known.principal.get().map(AsRef::as_ref)
    }

    /// Returns the route's template; never the path, which is the client's text.
    pub fn route(&self) -> Option<&str> {
        self.route_matched().map(MatchedPath::as_str)
    }

    pub fn route_matched(&self) -> Option<&MatchedPath> {
        self.known.route.get()
    }

    pub fn policy(&self) -> Option<&'static str> {
        self.known.policy.get().copied()
    }

    pub fn quota(&self) -> Option<Quota> {
        self.known.quota.get().copied()
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
        let end = later(Instant::now(), self.times.body);
        self.set_deadline(later(end, self.times.handler));
        let read = timeout_at(end.into(), collect(body, limit)).await;
        self.set_deadline(later(Instant::now(), self.times.handler));
        read.unwrap_or(Err(Problem::Timeout))
    }

    fn set_deadline(&self, at: Instant) {
        let after = at.saturating_duration_since(self.started);
        self.deadline.store(milliseconds(after), Ordering::Relaxed);
    }
}

async fn collect(mut body: Body, limit: usize) -> Result<Bytes, Problem> {
    let mut whole = BytesMut::new();
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame.map_err(|_| Problem::Malformed("incomplete-body"))?.into_data() else {
            continue;
        };
        if whole.len().saturating_add(data.len()) > limit {
            return Err(Problem::TooLarge);
        }
        // A body that came in one piece, as nearly all do, is not copied.
        if whole.is_empty() && body.is_end_stream() {
            return Ok(data);
        }
        whole.extend_from_slice(&data);
    }
    Ok(whole.freeze())
}

/// Walks the proxies' entries from the nearest to the first that no configured
/// proxy wrote. An entry that is no address ends the walk at the proxy that
/// vouched for it.
fn forwarded_for(headers: &HeaderMap, peer: IpAddr, proxies: &[IpNet]) -> IpAddr {
    let mut nearest = peer;
    let lines = headers.get_all(FORWARDED_FOR).iter().rev();
    for entry in lines.flat_map(|line| line.to_str().unwrap_or_default().rsplit(',')) {
        let Ok(address) = entry.trim().parse::<IpAddr>() else {
            break;
        };
        nearest = address.to_canonical();
        if !is_proxy(nearest, proxies) {
            break;
        }
    }
    nearest
}

/// Returns whether an address is a configured proxy's.
pub fn is_proxy(address: IpAddr, proxies: &[IpNet]) -> bool {
    proxies.iter().any(|network| network.contains(&address))
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

/// Returns 128 bits that no one can foresee, without a call to the system: a
/// counter under two keyed hashes.
fn new_id() -> Box<str> {
    static KEYS: LazyLock<[RandomState; 2]> = LazyLock::new(|| [RandomState::new(), RandomState::new()]);
    static COUNTER: AtomicU64 = AtomicU64::new(0);
    let number = COUNTER.fetch_add(1, Ordering::Relaxed);
    let [high, low] = KEYS.each_ref().map(|key| key.hash_one(number));
    format!("{high:016x}{low:016x}").into()
}

fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// Adds, and stays where the clock ends.
pub fn later(from: Instant, by: Duration) -> Instant {
    from.checked_add(by).unwrap_or(from)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PEER: &str = "10.0.0.1";

    fn begin(headers: &[(&'static str, &'static str)]) -> Exchange {
        let mut request = Request::new(());
        for (name, value) in headers {
            request.headers_mut().append(*name, HeaderValue::from_static(value));
        }
        let times = Times { body: Duration::from_secs(30), handler: Duration::from_secs(15) };
        Exchange::begin(&request, PEER.parse().unwrap(), &["10.0.0.0/8".parse().unwrap()], times)
    }

    #[test]
    fn the_rightmost_entry_that_no_proxy_wrote_is_the_client() {
        let cases = [
            (vec!["1.1.1.1, 203.0.113.7, 10.2.3.4"], "203.0.113.7"),
            (vec!["1.1.1.1", "203.0.113.7", "10.2.3.4"], "203.0.113.7"),
            (vec!["203.0.113.7, nonsense, 10.2.3.4"], "10.2.3.4"),
            (vec!["::ffff:203.0.113.7"], "203.0.113.7"),
            (vec![], PEER),
        ];
        for (lines, client) in cases {
            let headers: Vec<_> = lines.iter().map(|line| ("x-forwarded-for", *line)).collect();
            assert_eq!(begin(&headers).client.to_string(), client, "{lines:?}");
        }
    }

    #[test]
    fn a_valid_trace_is_continued_and_another_is_begun() {
        let trace = "4bf92f3577b34da6a3ce929d0e0e4736";
        assert_eq!(&*begin(&[("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")]).trace, trace);
        for bad in [
            "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
            "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
            "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-x",
            "nonsense",
        ] {
            assert_ne!(&*begin(&[("traceparent", bad)]).trace, trace, "{bad}");
        }
    }
}
