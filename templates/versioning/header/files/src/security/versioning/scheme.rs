//! A header field names the version: `Api-Version: 1`. Whoever sends none is told which there are: no
//! version is meant by default, so that none can change under a client.

use std::sync::Arc;

use axum::http::{HeaderMap, HeaderValue, StatusCode};
use serde_json::json;

use super::{API_VERSION, Unnamed, Version, Versions};
use crate::security::answer::Operation;

/// The field of a request that caches must tell answers apart by (VER-3).
pub const VARY: HeaderValue = HeaderValue::from_static("Api-Version");

impl Versions {
    /// Looks up the version that a request names: once, and as answers do (VER-2).
    pub fn resolve(&self, headers: &HeaderMap) -> Result<Arc<Version>, Unnamed> {
        let mut given = headers.get_all(API_VERSION).iter();
        let all = self.0.load_full();
        let rule = match (given.next(), given.next()) {
            (None, _) => "version-missing",
            (Some(_), Some(_)) => "version-repeated",
            (Some(given), None) => match all.iter().find(|version| given == number(&version.name)) {
                Some(version) => return Ok(Arc::clone(version)),
                None => "version-unknown",
            },
        };
        Err(Unnamed { status: StatusCode::BAD_REQUEST, rule, all })
    }
}

impl Version {
    /// Returns what requests call the version.
    pub(super) fn in_requests(&self) -> Arc<str> {
        number(&self.name).into()
    }

    /// Returns what its answers call it: the same.
    pub(super) fn in_answers(&self) -> String {
        number(&self.name).to_owned()
    }
}

/// Returns `1` for `v1`.
fn number(name: &str) -> &str {
    name.strip_prefix('v').filter(|number| number.parse::<u32>().is_ok()).unwrap_or(name)
}

/// Returns where a path is in another version, and what that is called (RFC 8288 §3.4.2).
pub(super) fn link(other: &str, path: &str) -> String {
    format!("<{path}>; api-version=\"{other}\"")
}

/// Adds the field to what the document says of an operation.
pub fn describe(version: &str, operation: &mut Operation) {
    operation.parameter("header", "Api-Version", true, &json!({ "type": "string", "enum": [number(version)] }));
}

/// Returns what `curl` is told for a path that begins with its version.
pub fn curl(origin: &str, path: &str) -> Option<String> {
    let (version, path) = path.strip_prefix('/')?.split_once('/')?;
    Some(format!("-H \"Api-Version: {}\" {origin}/{path}", number(version)))
}
