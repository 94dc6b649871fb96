//! The one record that every request leaves, and the one event beside it when
//! it was not answered as its sender hoped.

use std::time::Duration;

use super::log::name_exchange;
use super::{Action, Level, Line, Log, Metrics, Panic, causes};
use crate::security::authn;
use crate::security::exchange::Exchange;
use crate::security::problem::{Cause, Problem};

/// Writes the access record of a request (LOG-2).
///
/// `status` is 0 when the client was gone before there was an answer.
pub fn record(log: &Log, exchange: &Exchange, status: u16, bytes: u64, latency: Duration) {
    let level = if status >= 500 { Level::Error } else { Level::Info };
    log.line(level, "access", |line| {
        name_exchange(line, exchange);
        line.text("method", exchange.method.as_str());
        line.text("route", exchange.route());
        if let Some(version) = exchange.version.get() {
            line.text("version", &version.name);
            line.flag("deprecated", version.deprecated);
        }
        line.number("status", u64::from(status));
        line.number("bytes", bytes);
        line.thousandths("latency_ms", u64::try_from(latency.as_micros()).unwrap_or(u64::MAX));
        if let Some(principal) = exchange.principal.get() {
            line.text("principal.id", principal);
        }
        if let Some((_, policy)) = exchange.matched.get() {
            line.text("policy", policy);
        }
    });
}

/// Tells the log why a request was not answered as its sender hoped (ERR-6).
pub fn report(log: &Log, metrics: &Metrics, exchange: &Exchange, problem: &Problem) {
    let (status, kind, _) = problem.public();
    metrics.count_problem(kind);
    if let Problem::Throttled(spent) = problem {
        metrics.count_quota(spent.0.policy);
    }
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
        Problem::Unauthenticated(denied) => {
            line.text("authn.method", authn::METHOD);
            line.text("reason", denied.reason());
            if let Some(key) = denied.key() {
                line.text("key.id", key);
            }
        }
        Problem::Forbidden { policy } => {
            line.text("policy", policy);
            name_resource(line, exchange);
        }
        Problem::NotFound => {
            line.text("policy", exchange.matched.get().map_or("none", |(_, policy)| policy));
            name_resource(line, exchange);
        }
        Problem::Gone(version) => line.text("version", &version.name),
        Problem::Invalid(faults) => {
            line.value("faults", &faults.iter().map(ToString::to_string).collect::<Vec<_>>());
        }
        Problem::Throttled(spent) => line.text("class", spent.0.policy),
        Problem::Internal(cause) | Problem::Unavailable { cause, .. } => explain(line, cause),
        _ => {}
    }
}

/// Names the object that was asked for, if the path ends in an id: any other
/// text is the client's own and stays out of the log.
fn name_resource(line: &mut Line, exchange: &Exchange) {
    let last = exchange.uri.path().rsplit('/').next().unwrap_or_default();
    if let Ok(id) = last.parse::<uuid::Uuid>() {
        line.text("resource", &id.to_string());
    }
}

fn explain(line: &mut Line, cause: &Cause) {
    match cause.downcast_ref::<Panic>() {
        Some(panic) => panic.describe(line),
        None => causes(line, &**cause),
    }
}
