//! The one record that every request leaves, and the one event beside it when
//! it was not answered as its sender hoped.

use std::time::Duration;

use uuid::Uuid;

use super::log::name_exchange;
use super::{Action, Line, Log, Metrics, Panic, causes};
use crate::security::authn::{self, Denied};
use crate::security::exchange::Exchange;
use crate::security::problem::Problem;

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
        Problem::Unauthenticated(Denied::Unknown { reason, id }) => {
            line.text("authn.method", authn::METHOD);
            line.text("reason", reason);
            if let Some(id) = id {
                line.text("key.id", id);
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
