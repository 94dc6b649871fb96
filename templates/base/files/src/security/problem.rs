//! The one error that an answer can be: a public half for the client, a
//! private half for the log.

use std::error::Error;
use std::sync::Arc;

use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::authn::{self, Denied};
use super::input::Fault;
use super::json::Object;
use super::limits::Spent;
use super::versioning::Version;

/// What the log is told and the client is not.
pub type Cause = Box<dyn Error + Send + Sync>;

/// The size that the faults in a body stay under: with the rest it is below 4 KiB (ERR-1).
const FAULTS_LIMIT: usize = 3500;

/// A request that is not answered as its sender hoped.
///
/// A handler returns it; `app.rs` turns it into a body and one log event, so
/// that no other place writes an error.
#[derive(Debug)]
pub enum Problem {
    /// 400: the request breaks a rule of syntax, named by a code.
    Malformed(&'static str),
    /// 401: no credential, or one that is not good.
    Unauthenticated(Denied),
    /// 403: the caller is known and may not do this.
    Forbidden { policy: &'static str },
    /// 404: no such path, or no such object that this caller may see.
    NotFound,
    /// 405: the router adds the `Allow` header.
    MethodNotAllowed,
    /// 406: no type that the client accepts is served.
    NotAcceptable,
    /// 408: the body did not arrive in time.
    Timeout,
    /// 409: the object's state forbids the change.
    Conflict,
    /// 410: the version of the path is shut.
    Gone(Arc<Version>),
    /// 412: the object changed since the client read it.
    PreconditionFailed,
    /// 413: the body is larger than is read.
    TooLarge,
    /// 414: the URI is longer than is read.
    UriTooLong,
    /// 415: the body is of a type or an encoding that is not read.
    UnsupportedMediaType,
    /// 421: the request names a host that is not served here.
    Misdirected,
    /// 422: the body is well formed, and its members are not what they must be.
    Invalid(Vec<Fault>),
    /// 428: a change without `If-Match`.
    PreconditionRequired,
    /// 429: a quota is spent.
    Throttled(Spent),
    /// 431: too many header fields, or too large ones.
    HeadersTooLarge,
    /// 500: ours, and told to the log alone.
    Internal(Cause),
    /// 503: something that the service needs is not there at the moment.
    Unavailable { retry_after: u32, cause: Cause },
}

impl Problem {
    /// Wraps an error that is the service's own.
    pub fn internal(cause: impl Into<Cause>) -> Self {
        Self::Internal(cause.into())
    }

    /// The request after the last that fits (GATE-17).
    pub fn overloaded() -> Self {
        Self::Unavailable { retry_after: 1, cause: "as many requests run as may".into() }
    }

    /// The handler used its time up (GATE-16).
    pub fn out_of_time() -> Self {
        Self::Unavailable { retry_after: 5, cause: "the handler used its time up".into() }
    }

    /// Returns status, kind (the last part of `type`) and title.
    pub const fn public(&self) -> (StatusCode, &'static str, &'static str) {
        use StatusCode as S;
        match self {
            Self::Malformed(_) => (S::BAD_REQUEST, "malformed", "The request is malformed"),
            Self::Unauthenticated(_) => (S::UNAUTHORIZED, "unauthenticated", "A valid credential is needed"),
            Self::Forbidden { .. } => (S::FORBIDDEN, "forbidden", "The caller may not do this"),
            Self::NotFound => (S::NOT_FOUND, "not-found", "There is nothing here"),
            Self::MethodNotAllowed => (S::METHOD_NOT_ALLOWED, "method-not-allowed", "The path has no such method"),
            Self::NotAcceptable => (S::NOT_ACCEPTABLE, "not-acceptable", "No acceptable type is served"),
            Self::Timeout => (S::REQUEST_TIMEOUT, "timeout", "The body did not arrive in time"),
            Self::Conflict => (S::CONFLICT, "conflict", "The state forbids the change"),
            Self::Gone(_) => (S::GONE, "gone", "The version is no longer served"),
            Self::PreconditionFailed => (S::PRECONDITION_FAILED, "precondition-failed", "The object has changed"),
            Self::TooLarge => (S::PAYLOAD_TOO_LARGE, "too-large", "The body is too large"),
            Self::UriTooLong => (S::URI_TOO_LONG, "uri-too-long", "The URI is too long"),
            Self::UnsupportedMediaType => (S::UNSUPPORTED_MEDIA_TYPE, "unsupported-media-type", "The type is not read"),
            Self::Misdirected => (S::MISDIRECTED_REQUEST, "misdirected", "The host is not served here"),
            Self::Invalid(_) => (S::UNPROCESSABLE_ENTITY, "invalid", "The body's members are not valid"),
            Self::PreconditionRequired => (S::PRECONDITION_REQUIRED, "precondition-required", "If-Match is needed"),
            Self::Throttled(_) => (S::TOO_MANY_REQUESTS, "quota-exceeded", "A quota is spent"),
            Self::HeadersTooLarge => (S::REQUEST_HEADER_FIELDS_TOO_LARGE, "headers-too-large", "Too many headers"),
            Self::Internal(_) => (S::INTERNAL_SERVER_ERROR, "internal", "The service failed"),
            Self::Unavailable { .. } => (S::SERVICE_UNAVAILABLE, "unavailable", "The service is not available"),
        }
    }

    /// Writes the answer (RFC 9457 §3), naming the request it belongs to.
    pub fn render(&self, instance: &str) -> Response {
        let (status, kind, title) = self.public();
        let mut body = Object::new();
        body.text("type", &type_uri(kind));
        body.text("title", title);
        body.number("status", u64::from(status.as_u16()));
        body.text("instance", instance);
        match self {
            Self::Malformed(rule) => body.text("rule", rule),
            Self::Invalid(faults) => body.value("faults", &fitting(faults)),
            Self::Throttled(spent) => body.value("violated-policies", &[spent.0.policy]),
            Self::Gone(version) => version.describe(&mut body),
            _ => {}
        }
        let mut response = Response::new(Body::from(body.finish()));
        *response.status_mut() = status;
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        match self {
            Self::Unauthenticated(_) => authn::challenge(headers),
            Self::Throttled(spent) => {
                headers.insert(header::RETRY_AFTER, spent.0.reset.into());
            }
            Self::Unavailable { retry_after, .. } => {
                headers.insert(header::RETRY_AFTER, (*retry_after).into());
            }
            _ => {}
        }
        response
    }
}

/// Returns the URI that names a kind of problem, the same in every answer.
pub fn type_uri(kind: &str) -> String {
    format!(concat!("urn:problem:", env!("CARGO_PKG_NAME"), ":{}"), kind)
}

/// Returns as many faults as there is room for: a pointer may hold the client's own member name, of
/// any length.
fn fitting(faults: &[Fault]) -> Vec<&Fault> {
    let mut left = FAULTS_LIMIT;
    let fits = |fault: &&Fault| {
        let size = serde_json::to_vec(fault).map_or(usize::MAX, |json| json.len());
        left.checked_sub(size).inspect(|rest| left = *rest).is_some()
    };
    faults.iter().take_while(fits).collect()
}

impl IntoResponse for Problem {
    /// Leaves the body to the end of the request path, which knows the id.
    fn into_response(self) -> Response {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = self.public().0;
        response.extensions_mut().insert(Arc::new(self));
        response
    }
}
