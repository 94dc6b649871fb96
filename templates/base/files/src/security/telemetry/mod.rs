//! What the service tells of itself: the one record that every request leaves, and the one event
//! beside it when it was not answered as its sender hoped; panics, caught where a request is handled.
//!
//! `log` writes the lines, and `metrics` counts. To add an event: a line in `actions!` of `log`, and
//! one in the log inventory.

use std::backtrace::Backtrace;
use std::cell::{Cell, RefCell};
use std::future::{Future, poll_fn};
use std::panic::{self, AssertUnwindSafe};
use std::pin::Pin;
use std::task::Poll;
use std::time::Duration;

use uuid::Uuid;

use super::authn::Denied;
use super::exchange::Exchange;
use super::problem::Problem;

use self::log::{clipped, name_exchange};

mod log;
mod metrics;

pub use self::log::{Action, Line, Log, causes};
pub use self::metrics::Metrics;

thread_local! {
    /// Whether a panic on this thread would be caught below.
    static CATCHING: Cell<bool> = const { Cell::new(false) };
    /// What the hook saw last on this thread; the catch fetches it.
    static LAST: RefCell<Option<Panic>> = const { RefCell::new(None) };
}

/// Writes the access record of a request (LOG-2).
///
/// `status` is 0 when the client was gone before there was an answer.
pub fn record(log: &Log, exchange: &Exchange, status: u16, bytes: u64, latency: Duration) {
    let level = if status >= 500 { "error" } else { "info" };
    log.line(level, "access", |line| {
        name_exchange(line, exchange);
        if let Some(version) = exchange.version.get() {
            line.text("version", &version.name);
            line.flag("deprecated", version.deprecated.is_some());
        }
        line.number("status", u64::from(status));
        line.number("bytes", bytes);
        line.thousandths("latency_ms", u64::try_from(latency.as_micros()).unwrap_or(u64::MAX));
        if let Some((_, policy)) = exchange.matched.get() {
            line.text("policy", policy);
        }
    });
}

/// Tells the log why a request was not answered as its sender hoped (ERR-6).
pub fn report(log: &Log, metrics: &Metrics, exchange: &Exchange, problem: &Problem) {
    let (status, kind, _) = problem.public();
    metrics.problems.get_or_create(&[("kind", kind)]).inc();
    log.event_of(exchange, action_of(exchange, problem), |line| {
        line.number("status", u64::from(status.as_u16()));
        line.text("kind", kind);
        describe(line, exchange, problem);
    });
}

/// An object that is not there for an authorized caller may be another owner's;
/// the statement that looked for it cannot tell, so each is on record (LOG-4).
fn action_of(exchange: &Exchange, problem: &Problem) -> Action {
    match problem {
        Problem::Unauthenticated(_) => Action::AuthnFailed,
        Problem::Forbidden { .. } => Action::AuthzDenied,
        Problem::NotFound if exchange.matched.get().is_some() => Action::ObjectHidden,
        Problem::Invalid(_) => Action::InputInvalid,
        Problem::Throttled(_) => Action::QuotaSpent,
        Problem::Internal(_) | Problem::Unavailable { .. } => Action::RequestFailed,
        _ => Action::RequestRefused,
    }
}

fn describe(line: &mut Line, exchange: &Exchange, problem: &Problem) {
    match problem {
        Problem::Malformed(rule) => line.text("rule", rule),
        Problem::Unauthenticated(Denied::Unknown { method, reason, id }) => {
            line.text("authn.method", method);
            line.text("reason", reason);
            if let Some(id) = id {
                line.text("credential.id", id);
            }
        }
        Problem::Forbidden { policy } => name_resource(line, exchange, policy),
        Problem::NotFound => name_resource(line, exchange, exchange.matched.get().map_or("none", |(_, policy)| policy)),
        Problem::Gone(version) => line.text("version", &version.name),
        Problem::Invalid(faults) => {
            line.value("faults", &faults.iter().map(ToString::to_string).collect::<Vec<_>>());
        }
        Problem::Throttled(spent) => line.text("class", spent.0.policy),
        Problem::Internal(cause) | Problem::Unavailable { cause, .. } => match cause.downcast_ref::<Panic>() {
            Some(panic) => panic.describe(line),
            None => causes(line, &**cause),
        },
        _ => {}
    }
}

/// Names the policy, and the object that was asked for if the path ends in an id: any other text is
/// the client's own and stays out of the log.
fn name_resource(line: &mut Line, exchange: &Exchange, policy: &str) {
    line.text("policy", policy);
    let last = exchange.uri.path().rsplit('/').next().unwrap_or_default();
    if let Ok(id) = Uuid::try_parse(last) {
        line.text("resource", &id.to_string());
    }
}

/// A panic that was caught.
#[derive(Debug, Default, thiserror::Error)]
#[error("{message}")]
pub struct Panic {
    message: String,
    backtrace: String,
}

impl Panic {
    /// Writes message and backtrace, cut to a length.
    pub fn describe(&self, line: &mut Line) {
        clipped(line, "cause", &self.message);
        clipped(line, "backtrace", &self.backtrace);
    }
}

/// Keeps message and backtrace of a panic that will be caught, for the log;
/// any other is printed as ever.
pub fn install_hook() {
    let print = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        if CATCHING.get() {
            let seen = Panic { message: info.to_string(), backtrace: Backtrace::force_capture().to_string() };
            LAST.set(Some(seen));
        } else {
            print(info);
        }
    }));
}

/// Runs a future to its end or to its panic. It is boxed by the caller or
/// small: a future that waits for another holds it twice.
pub async fn catch<F: Future + Unpin>(mut future: F) -> Result<F::Output, Panic> {
    poll_fn(|context| {
        // What a panic leaves half done is dropped with the future; what is
        // shared (pools, counters) is behind locks that forgive poisoning.
        let outer = CATCHING.replace(true);
        let poll = panic::catch_unwind(AssertUnwindSafe(|| Pin::new(&mut future).poll(context)));
        CATCHING.set(outer);
        match poll {
            Ok(poll) => poll.map(Ok),
            Err(_) => Poll::Ready(Err(LAST.take().unwrap_or_default())),
        }
    })
    .await
}
