//! What HTTP must look like before anything reads it, and what every answer carries.

use axum::http::uri::{Authority, PathAndQuery};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Request, Uri, header};

use super::problem::Problem;

/// The longest target (INPUT-10).
const URI_LIMIT: usize = 4096;

/// The most header fields, and their size in all (INPUT-10).
const FIELD_LIMIT: usize = 64;
const FIELD_BYTES: usize = 16 * 1024;

/// What may stand in a path beside letters, digits and escapes (RFC 3986 §3.3).
const PATH_MARKS: &[u8] = b"-._~!$&'()*+,=:@";

/// Set on every answer, over what a handler may have set.
const FIXED: [(HeaderName, HeaderValue); 5] = [
    (header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=63072000; includeSubDomains")),
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'")),
    (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
];

/// Checks target, header fields and host, in the order in which faults answer.
pub fn check<B>(request: &Request<B>, names: &[String]) -> Result<(), Problem> {
    let target = request.uri().path_and_query().map_or("", PathAndQuery::as_str);
    if target.len() > URI_LIMIT {
        return Err(Problem::UriTooLong);
    }
    // A field has four bytes beside its text: a colon, a space and the end of its line.
    let size =
        |(name, value): (&HeaderName, &HeaderValue)| name.as_str().len().saturating_add(value.len()).saturating_add(4);
    let bytes = request.headers().iter().map(size).fold(0, usize::saturating_add);
    if request.headers().len() > FIELD_LIMIT || bytes > FIELD_BYTES {
        return Err(Problem::HeadersTooLarge);
    }
    if !is_canonical(request.uri().path()) {
        return Err(Problem::Malformed("path"));
    }
    check_host(request.uri(), request.headers(), names)
}

/// Adds what every answer carries (TLS-6, INPUT-16, EXPOSE-4).
pub fn secure(headers: &mut HeaderMap) {
    // Whatever else an answer has, the library's fields too, finds room without another growth.
    headers.reserve(FIXED.len().saturating_add(8));
    for (name, value) in &FIXED {
        headers.insert(name, value.clone());
    }
}

/// Tells whether a path has the one form that is accepted, so that what is
/// authorized is what is routed (INPUT-8). Nothing is repaired and nothing redirected.
fn is_canonical(path: &str) -> bool {
    let hidden = |letter: char| letter.is_control() || matches!(letter, '/' | '\\' | ';');
    let sound = |text: String| text != "." && text != ".." && !text.contains(hidden);
    // Nearly all paths have nothing to decode.
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'-');
    let is_sound = || path.split('/').all(|segment| decode(segment).is_some_and(sound));
    path.starts_with('/') && !path.contains("//") && (path.bytes().all(is_plain) || is_sound())
}

/// Decodes a segment once; a broken escape, a byte that no path may hold or ill-formed UTF-8 is none.
fn decode(segment: &str) -> Option<String> {
    let mut decoded = Vec::with_capacity(segment.len());
    let mut bytes = segment.bytes();
    while let Some(byte) = bytes.next() {
        decoded.push(match byte {
            b'%' => {
                let [high, low] = [bytes.next()?, bytes.next()?].map(|digit| char::from(digit).to_digit(16));
                u8::try_from(high?.checked_mul(16)?.checked_add(low?)?).ok()?
            }
            _ if byte.is_ascii_alphanumeric() || PATH_MARKS.contains(&byte) => byte,
            _ => return None,
        });
    }
    String::from_utf8(decoded).ok()
}

/// Wants one host, in `Host` or in the target or the same in both, and one that
/// is served here (TLS-11).
fn check_host(uri: &Uri, headers: &HeaderMap, names: &[String]) -> Result<(), Problem> {
    let mut fields = headers.get_all(header::HOST).iter();
    let field = fields.next().map(HeaderValue::to_str).transpose().map_err(|_| Problem::Malformed("host"))?;
    let host = match (field, uri.authority().map(Authority::as_str)) {
        (Some(field), Some(target)) if !field.eq_ignore_ascii_case(target) => None,
        (field, target) => target.or(field),
    };
    let Some(host) = host.filter(|_| fields.next().is_none()) else {
        return Err(Problem::Malformed("host"));
    };
    let name = match host.rsplit_once(':') {
        Some((name, port)) if !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    };
    // Compared without case (RFC 9110 §4.2.3).
    if names.iter().any(|known| known.eq_ignore_ascii_case(name)) { Ok(()) } else { Err(Problem::Misdirected) }
}
