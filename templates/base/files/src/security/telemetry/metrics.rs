//! Counters for alerts, with labels from closed sets (LOG-9).

use std::fmt::{self, Write as _};
use std::hash::{Hash, Hasher};
use std::sync::Arc;
use std::time::Duration;

use axum::extract::MatchedPath;
use prometheus_client::encoding::text::encode;
use prometheus_client::encoding::{EncodeLabelValue, LabelValueEncoder};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

use super::Log;
use crate::security::exchange::Exchange;

/// Seconds; a handler is given up after 15.
const BUCKETS: [f64; 10] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.1, 0.25, 1.0, 5.0, 15.0];

type Labels<const N: usize> = [(&'static str, Label); N];

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
    requests: Family<Labels<4>, Counter> = Family::default(), "http_requests", "Requests answered";
    seconds: Family<Labels<1>, Histogram, fn() -> Histogram> = Family::new_with_constructor(|| Histogram::new(BUCKETS)),
        "http_request_seconds", "Time from request to answer";
    problems: Family<Labels<1>, Counter> = Family::default(), "problems", "Errors answered, by kind";
    quotas: Family<Labels<1>, Counter> = Family::default(), "quotas_spent", "Requests over a quota, by class";
    deprecated: Family<Labels<1>, Counter> = Family::default(),
        "deprecated_requests", "Requests for a deprecated version";
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
}

impl Metrics {
    /// Counts an answer.
    pub fn count_answer(&self, exchange: &Exchange, status: u16, latency: Duration) {
        let route = Label::Route(exchange.matched.get().map(|(route, _)| route.clone()));
        let version =
            exchange.version.get().map_or(Label::Word("none"), |version| Label::Version(Arc::clone(&version.name)));
        let method = Label::Word(known_method(exchange.method.as_str()));
        self.seconds.get_or_create(&[("route", route.clone())]).observe(latency.as_secs_f64());
        self.requests
            .get_or_create(&[
                ("method", method),
                ("route", route),
                ("version", version),
                ("status", Label::Status(status)),
            ])
            .inc();
        if let Some(version) = exchange.version.get().filter(|version| version.deprecated) {
            self.deprecated.get_or_create(&[("version", Label::Version(Arc::clone(&version.name)))]).inc();
        }
    }

    /// Brings up to date what is not counted as it happens.
    pub fn refresh(&self, log: &Log, certificate_expiry: i64) {
        self.certificate_expiry.set(certificate_expiry);
        self.log_lines_dropped.inc_by(log.dropped().saturating_sub(self.log_lines_dropped.get()));
    }

    /// Counts an error by its kind.
    pub fn count_problem(&self, kind: &'static str) {
        self.problems.get_or_create(&[("kind", Label::Word(kind))]).inc();
    }

    /// Counts a refusal for a spent quota.
    pub fn count_quota(&self, class: &'static str) {
        self.quotas.get_or_create(&[("class", Label::Word(class))]).inc();
    }

    /// Writes everything in the text format that Prometheus reads.
    pub fn render(&self) -> String {
        let mut text = String::new();
        // Writing to a string cannot fail.
        let _ = encode(&mut text, &self.registry);
        text
    }
}

/// A client can make up methods; a label cannot.
const fn known_method(method: &str) -> &'static str {
    match method.as_bytes() {
        b"GET" => "GET",
        b"HEAD" => "HEAD",
        b"POST" => "POST",
        b"PUT" => "PUT",
        b"PATCH" => "PATCH",
        b"DELETE" => "DELETE",
        b"OPTIONS" => "OPTIONS",
        _ => "other",
    }
}

/// A label's value, shared or static, so that counting copies no text.
#[derive(Clone, Debug)]
enum Label {
    Word(&'static str),
    Version(Arc<str>),
    Route(Option<MatchedPath>),
    Status(u16),
}

impl Label {
    fn text(&self) -> &str {
        match self {
            Self::Word(word) => word,
            Self::Version(name) => name,
            Self::Route(route) => route.as_ref().map_or("unmatched", MatchedPath::as_str),
            Self::Status(_) => "",
        }
    }

    const fn status(&self) -> u16 {
        if let Self::Status(status) = self { *status } else { 0 }
    }
}

impl PartialEq for Label {
    fn eq(&self, other: &Self) -> bool {
        self.status() == other.status() && self.text() == other.text()
    }
}

impl Eq for Label {}

impl Hash for Label {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.status().hash(state);
        self.text().hash(state);
    }
}

impl EncodeLabelValue for Label {
    fn encode(&self, encoder: &mut LabelValueEncoder<'_>) -> fmt::Result {
        match self {
            Self::Status(status) => write!(encoder, "{status}"),
            other => encoder.write_str(other.text()),
        }
    }
}
