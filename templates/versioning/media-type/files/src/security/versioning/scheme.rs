//! What a client accepts names the version: `Accept: application/vnd.<service>.v1+json`. A body that it
//! sends may say the same, or just that it is JSON. Whoever names no version is told which there are:
//! none is meant by default, so that none can change under a client.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};

use super::{Unnamed, Version, Versions};

/// The field of a request that caches must tell answers apart by (VER-3).
pub const VARY: HeaderValue = HeaderValue::from_static("Accept");

const PREFIX: &str = concat!("application/vnd.", env!("CARGO_PKG_NAME"), ".");
const SUFFIX: &str = "+json";

impl Versions {
    /// Looks up the version that a request names: one, also where it names it twice (VER-2).
    pub fn resolve(&self, headers: &HeaderMap) -> Result<Arc<Version>, Unnamed> {
        let all = self.0.load_full();
        let (accepted, sent) = (named(headers, header::ACCEPT), named(headers, header::CONTENT_TYPE));
        let found = match accepted.first() {
            None => Err((StatusCode::BAD_REQUEST, "version-missing")),
            Some(_) if accepted.len() > 1 => Err((StatusCode::BAD_REQUEST, "version-repeated")),
            Some(_) if !sent.is_subset(&accepted) => Err((StatusCode::BAD_REQUEST, "version-contradicted")),
            Some(name) => {
                let found = all.iter().find(|version| media_type(&version.name) == *name);
                found.map(Arc::clone).ok_or((StatusCode::NOT_ACCEPTABLE, "version-unknown"))
            }
        };
        found.map_err(|(status, rule)| Unnamed { status, rule, all })
    }
}

impl Version {
    /// Returns what requests call the version.
    pub(super) fn in_requests(&self) -> Arc<str> {
        media_type(&self.name).into()
    }

    /// Returns what its answers call it, beside the type of their bodies: `1` for `v1`.
    pub(super) fn in_answers(&self) -> String {
        let number = self.name.strip_prefix('v').filter(|number| number.parse::<u32>().is_ok());
        number.unwrap_or(&self.name).to_owned()
    }

    /// Calls the JSON of an answer by the version's name for it.
    pub fn name_type(&self, headers: &mut HeaderMap) {
        let is_json = headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind == "application/json");
        if let Some(name) = HeaderValue::try_from(media_type(&self.name)).ok().filter(|_| is_json) {
            headers.insert(header::CONTENT_TYPE, name);
        }
    }
}

/// Returns the version's name for JSON.
pub fn media_type(version: &str) -> String {
    format!("{PREFIX}{version}{SUFFIX}")
}

/// Tells whether a type is some version's name for JSON.
pub fn is_of_a_version(essence: &str) -> bool {
    essence.starts_with(PREFIX) && essence.ends_with(SUFFIX)
}

/// Returns the versions' types in a field, without those that it rules out (RFC 9110 §12.4.2).
fn named(headers: &HeaderMap, field: HeaderName) -> BTreeSet<String> {
    let lines = headers.get_all(field).iter();
    let types = lines.flat_map(|line| line.to_str().unwrap_or_default().split(','));
    let named = types.filter_map(|kind| {
        let kind = kind.to_ascii_lowercase();
        let mut parts = kind.split(';').map(str::trim);
        let essence = parts.next().filter(|essence| is_of_a_version(essence))?;
        let is_zero = |part: &str| part.strip_prefix("q=").and_then(|q| q.parse::<f32>().ok()) == Some(0.0);
        (!parts.any(is_zero)).then(|| essence.to_owned())
    });
    named.collect()
}

/// Returns where a path is in another version, and the type to ask for (RFC 8288 §3.4.1).
pub(super) fn link(other: &str, path: &str) -> String {
    format!("<{path}>; type=\"{other}\"")
}

/// Returns what `curl` is told for a path that begins with its version.
pub fn curl(origin: &str, path: &str) -> Option<String> {
    let (version, path) = path.strip_prefix('/')?.split_once('/')?;
    Some(format!("-H \"Accept: {}\" {origin}/{path}", media_type(version)))
}
