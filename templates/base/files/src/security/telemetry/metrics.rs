//! Counters for alerts, with labels from closed sets (LOG-9).

use std::sync::Arc;
use std::time::Duration;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

use super::Log;
use crate::security::exchange::Exchange;
use crate::security::versioning::Versions;

/// Seconds; a handler is given up after 15.
const BUCKETS: [f64; 10] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.1, 0.25, 1.0, 5.0, 15.0];

/// A client can make up methods; a label cannot.
const METHODS: [&str; 7] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

#[derive(Clone, Debug, Eq, Hash, PartialEq, EncodeLabelSet)]
struct Answered {
    method: &'static str,
    route: Arc<str>,
    version: Arc<str>,
    status: u16,
}

type Label<T> = [(&'static str, T); 1];

/// Declares the metrics: fields, how each begins, and what scrapers are told.
macro_rules! metrics {
    ($($visible:vis $field:ident: $kind:ty = $first:expr, $name:literal, $help:literal;)*) => {
        /// All metrics of one running service.
        #[derive(Debug)]
        pub struct Metrics {
            registry: Registry,
            $($visible $field: $kind,)*
        }

        impl Default for Metrics {
            /// The library adds `_total` to the names of counters.
            fn default() -> Self {
                let mut registry = Registry::default();
                $(
                    let $field: $kind = $first;
                    registry.register($name, $help, $field.clone());
                )*
                Self { registry, $($field,)* }
            }
        }
    };
}

metrics! {
    requests: Family<Answered, Counter> = Family::default(), "http_requests", "Requests answered";
    seconds: Family<Label<Arc<str>>, Histogram, fn() -> Histogram> =
        Family::new_with_constructor(|| Histogram::new(BUCKETS)), "http_request_seconds", "Time from request to answer";
    pub(super) problems: Family<Label<&'static str>, Counter> = Family::default(), "problems", "Errors answered, by kind";
    pub panics: Counter = Counter::default(), "panics", "Panics caught";
    pub handshakes_failed: Counter = Counter::default(), "handshakes_failed", "TLS handshakes that failed or timed out";
    pub connections: Gauge = Gauge::default(), "connections", "Connections that are open";
    pub connections_refused: Counter = Counter::default(), "connections_refused", "Connections over a limit";
    pub reloads_failed: Counter = Counter::default(), "reloads_failed", "Changed files that could not be used";
    log_lines_dropped: Counter = Counter::default(), "log_lines_dropped", "Log lines that the sink was too slow for";
    pub audit_chain_broken: Gauge = Gauge::default(),
        "audit_chain_broken", "Whether a record of changes is not as it was written";
    certificate_expiry: Gauge = Gauge::default(),
        "certificate_expiry_seconds", "When the certificate ends, in Unix seconds";
    version_sunset: Family<Label<Arc<str>>, Gauge> = Family::default(),
        "version_sunset_seconds", "When a version ends, in Unix seconds; 0 while no end is planned";
}

impl Metrics {
    /// Counts an answer, by version too: who still uses one that is on its way out (VER-10).
    pub fn count_answer(&self, exchange: &Exchange, status: u16, latency: Duration) {
        let method = METHODS.into_iter().find(|known| *known == exchange.method.as_str()).unwrap_or("other");
        let route: Arc<str> = exchange.route().into();
        let version = exchange.version.get().map_or_else(|| "none".into(), |version| Arc::clone(&version.name));
        self.seconds.get_or_create(&[("route", Arc::clone(&route))]).observe(latency.as_secs_f64());
        self.requests.get_or_create(&Answered { method, route, version, status }).inc();
    }

    /// Brings up to date what is not counted as it happens, and writes everything in the text format
    /// that Prometheus reads.
    pub fn render(&self, log: &Log, certificate_expiry: i64, versions: &Versions) -> String {
        for version in versions.live() {
            self.version_sunset.get_or_create(&[("version", Arc::clone(&version.name))]).set(version.sunset_seconds());
        }
        self.certificate_expiry.set(certificate_expiry);
        self.log_lines_dropped.inc_by(log.dropped().saturating_sub(self.log_lines_dropped.get()));
        let mut text = String::new();
        // Writing to a string cannot fail.
        let _ = encode(&mut text, &self.registry);
        text
    }
}
