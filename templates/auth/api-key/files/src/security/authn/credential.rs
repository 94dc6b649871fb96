//! The one credential of a request, and the challenge for those without one.

use axum::http::{HeaderMap, HeaderValue, Uri, header};

use super::Denied;
use crate::security::input::query;

/// What logs call this way of telling who one is.
pub const METHOD: &str = "api-key";

const API_KEY: &str = "x-api-key";
/// Where a credential would end in logs and histories: it is not even looked at (AUTHN-4).
const IN_QUERY: [&str; 3] = ["access_token", "api_key", "token"];

/// Finds the API key in `Authorization: Bearer` or `X-API-Key`.
///
/// # Errors
/// [`Denied`]: none, more than one, in the URL, or of another scheme.
pub fn find<'a>(headers: &'a HeaderMap, uri: &Uri) -> Result<&'a str, Denied> {
    if query(uri.query()).any(|(name, _)| IN_QUERY.iter().any(|known| name.eq_ignore_ascii_case(known))) {
        return Err(Denied::InUrl);
    }
    let authorization = headers.get_all(header::AUTHORIZATION).iter().map(|value| (true, value));
    let api_key = headers.get_all(API_KEY).iter().map(|value| (false, value));
    let mut all = authorization.chain(api_key);
    let (is_scheme, value) = all.next().ok_or(Denied::Missing)?;
    if all.next().is_some() {
        return Err(Denied::Ambiguous);
    }
    let value = value.to_str().map_err(|_| Denied::bad("malformed"))?;
    if is_scheme { bearer(value) } else { Ok(value) }
}

/// Splits scheme and token (RFC 9110 §11.4). The scheme is compared without case.
fn bearer(value: &str) -> Result<&str, Denied> {
    let (scheme, token) = value.split_once(' ').unwrap_or((value, ""));
    if scheme.eq_ignore_ascii_case("bearer") { Ok(token.trim()) } else { Err(Denied::bad("scheme")) }
}

/// Adds the challenge of the one scheme that is served (RFC 9110 §11.6.1).
pub fn challenge(headers: &mut HeaderMap) {
    let challenge = concat!("Bearer realm=\"", env!("CARGO_PKG_NAME"), "\"");
    headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static(challenge));
}
