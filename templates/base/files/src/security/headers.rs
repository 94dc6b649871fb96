//! Header fields that every answer carries, whatever it is.

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};

/// Set on every answer, over what a handler may have set.
const FIXED: [(HeaderName, HeaderValue); 5] = [
    (header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=63072000; includeSubDomains")),
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'")),
    (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
];

/// Adds what every answer carries (TLS-6, INPUT-16, EXPOSE-4).
pub fn secure(headers: &mut HeaderMap) {
    headers.reserve(FIXED.len().saturating_add(4));
    for (name, value) in &FIXED {
        headers.insert(name, value.clone());
    }
}
