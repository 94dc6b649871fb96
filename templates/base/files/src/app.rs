//! The whole path of a request, in order.

use std::net::IpAddr;
use std::pin::pin;
use std::sync::{Arc, Once};
use std::time::Instant;

use axum::body::{Body, HttpBody};
use axum::extract::Request;
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::Response;
use hyper::body::Incoming;
use tokio::sync::Semaphore;
use tokio::time::timeout_at;
use tower_service::Service;

use crate::security::authn::Authn;
use crate::security::authz::Routers;
use crate::security::exchange::{Exchange, REQUEST_ID, drained};
use crate::security::http;
use crate::security::limits::{Class, Limits};
use crate::security::listener::Settings;
use crate::security::problem::Problem;
use crate::security::telemetry::{self, Action, Log, Metrics};
use crate::security::versioning::Versions;

/// What requests share.
pub struct App {
    pub routers: Routers,
    pub authn: Authn,
    pub limits: Arc<Limits>,
    pub versions: Versions,
    pub settings: Arc<Settings>,
    /// One permit for each request that may run at a time.
    pub running: Semaphore,
    pub log: Log,
    pub metrics: Arc<Metrics>,
    pub warned_of_proxy: Once,
}

impl App {
    /// Answers a request, whatever happens to it.
    pub async fn handle(&self, request: Request<Incoming>, peer: IpAddr) -> Response {
        // Who asks, by which name the log knows it, and since when.
        let exchange = Arc::new(Exchange::begin(&request, peer, &self.settings));
        if exchange.ignored_proxy(request.headers()) {
            let warn = || self.log.event_of(&exchange, Action::ForwardedIgnored, |_| {});
            self.warned_of_proxy.call_once(warn);
        }
        // From here on there is a record, even if the client leaves early.
        let record = Record { app: self, exchange: &exchange, written: false };
        // A panic ends this request alone (ERR-4). On the heap, the state is not copied with this one.
        let answer = telemetry::catch(Box::pin(self.answer(&exchange, drained(request)))).await;
        let answer = answer.unwrap_or_else(|panic| {
            self.metrics.panics.inc();
            Err(Problem::internal(panic))
        });
        // Body of an error, headers that every answer has, record and metrics.
        record.finish(answer)
    }

    /// Checks in the order in which faults must answer, then asks the router.
    async fn answer(&self, exchange: &Arc<Exchange>, mut request: Request) -> Result<Response, Problem> {
        // What is too much at once is refused at once, before it costs (GATE-17).
        let _running = self.running.try_acquire().map_err(|_| Problem::overloaded())?;
        // One form of target, no more header fields than are read, and a host
        // that is ours (INPUT-8, INPUT-10, TLS-11).
        http::check(&request, &self.settings.names)?;
        // An address has a budget, whatever it asks for (GATE-3).
        if let Some(client) = exchange.client_quota_key() {
            self.limits.spend(Class::Client, client).map_err(Problem::Throttled)?;
        }
        // A version that is shut runs no code and needs no credential (VER-6).
        if let Some(version) = self.versions.resolve(request.uri().path()) {
            let version = exchange.version.get_or_init(|| version);
            if version.is_shut() {
                return Err(Problem::Gone(Arc::clone(version)));
            }
        }
        // Who the caller is. A bad credential refuses nothing yet: a route says
        // what it asks for, and an open one asks for nothing (AUTHN-1).
        let identity = self.authn.authenticate(request.headers(), request.uri(), exchange).await;
        exchange.identity.get_or_init(|| identity);
        request.extensions_mut().insert(Arc::clone(exchange));
        // Path and method, then what the handler's arguments check one by one:
        // quota, permission, query, media type, body; then the handler. Its time
        // stands still while a body is read.
        let version = exchange.version.get().map(|version| &*version.name);
        let mut answer = pin!(self.routers.of(version).clone().call(request));
        loop {
            match timeout_at(exchange.deadline().into(), answer.as_mut()).await {
                Ok(Ok(response)) => return Ok(response),
                Ok(Err(never)) => match never {},
                Err(_) if exchange.deadline() > Instant::now() => {}
                Err(_) => return Err(Problem::out_of_time()),
            }
        }
    }
}

/// The record of a request. Dropped unfinished, it says that the client left.
struct Record<'a> {
    app: &'a App,
    exchange: &'a Exchange,
    written: bool,
}

impl Record<'_> {
    fn finish(mut self, answer: Result<Response, Problem>) -> Response {
        let mut response = self.describe_problem(answer);
        let headers = response.headers_mut();
        http::secure(headers);
        if let Ok(mut id) = HeaderValue::try_from(&*self.exchange.id) {
            // Never the same again: it has no place in HTTP/2's header table.
            id.set_sensitive(true);
            headers.insert(REQUEST_ID, id);
        }
        if let Some(version) = self.exchange.version.get() {
            version.label(self.exchange.uri.path(), headers);
        }
        if let Some(quota) = self.exchange.quota.get() {
            self.app.limits.label(quota, headers);
        }
        self.write(response.status().as_u16(), response.body().size_hint().lower());
        response
    }

    /// Replaces what an extractor or a handler returned for an error by the
    /// body that clients see, and tells the log what they do not see.
    fn describe_problem(&self, answer: Result<Response, Problem>) -> Response {
        let (problem, allow) = match answer {
            Err(problem) => (Arc::new(problem), None),
            Ok(mut response) => match response.extensions_mut().remove::<Arc<Problem>>() {
                Some(problem) => (problem, response.headers_mut().remove(header::ALLOW)),
                None => return response,
            },
        };
        telemetry::report(&self.app.log, &self.app.metrics, self.exchange, &problem);
        if let Problem::Throttled(spent) = &*problem {
            self.exchange.quota.get_or_init(|| spent.0);
        }
        let mut response = problem.render(&self.exchange.id);
        self.app.authn.challenge(&problem, response.headers_mut());
        if let Some(allow) = allow.filter(|_| response.status() == StatusCode::METHOD_NOT_ALLOWED) {
            response.headers_mut().insert(header::ALLOW, allow);
        }
        if self.exchange.method == Method::HEAD {
            *response.body_mut() = Body::empty();
        }
        response
    }

    fn write(&mut self, status: u16, bytes: u64) {
        self.written = true;
        let latency = self.exchange.started.elapsed();
        self.app.metrics.count_answer(self.exchange, status, latency);
        telemetry::record(&self.app.log, self.exchange, status, bytes, latency);
    }
}

impl Drop for Record<'_> {
    fn drop(&mut self) {
        if !self.written {
            self.write(0, 0);
        }
    }
}
