//! What a request says before its body: the id in its path, the page in its query, and the
//! version in `If-Match`.

use std::sync::Arc;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::hmac;
use axum::extract::{FromRef, FromRequestParts, RawPathParams};
use axum::http::header;
use axum::http::request::Parts;
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64;
use serde_json::json;

use super::field::parse_id;
use super::{DateTime, Field, Uuid};
use crate::security::answer::{Describe, Operation, Page};
use crate::security::exchange::Exchange;
use crate::security::problem::Problem;
use crate::security::secret::Secret;

const DEFAULT_SIZE: u16 = 20;
pub const MAX_SIZE: u16 = 100;
/// Characters of a cursor: instant, id and HMAC need 75.
pub const MAX_CURSOR: usize = 512;

/// The `{id}` of a path, accepted in one spelling only (INPUT-12, RFC 9562 §4).
pub struct Id(pub Uuid);

impl<S: Send + Sync> FromRequestParts<S> for Id {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let path = RawPathParams::from_request_parts(parts, state).await.ok();
        let id = path.iter().flatten().find(|(name, _)| *name == "id").and_then(|(_, id)| parse_id(id));
        id.map(Self).ok_or(Problem::Malformed("path-value"))
    }
}

impl Describe for Id {
    fn describe(operation: &mut Operation) {
        operation.parameter("path", "id", true, &Uuid::schema());
    }
}

/// The versions that a change may replace (RFC 9110 §13.1.1). Without the header there is no
/// change (428).
pub struct IfMatch(String);

impl IfMatch {
    /// # Errors
    /// 412 when the client has not seen this version.
    pub fn check(&self, version: i64) -> Result<(), Problem> {
        let current = format!("\"{version}\"");
        let mut tags = self.0.split(',').map(str::trim);
        if tags.any(|tag| tag == current || tag == "*") { Ok(()) } else { Err(Problem::PreconditionFailed) }
    }
}

impl<S: Sync> FromRequestParts<S> for IfMatch {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let mut all = parts.headers.get_all(header::IF_MATCH).iter();
        let first = all.next().ok_or(Problem::PreconditionRequired)?;
        let only = first.to_str().ok().filter(|_| all.next().is_none());
        only.map(|tags| Self(tags.to_owned())).ok_or(Problem::Malformed("if-match"))
    }
}

impl Describe for IfMatch {
    fn describe(operation: &mut Operation) {
        operation.parameter("header", "If-Match", true, &json!({ "type": "string", "maxLength": 512 }));
    }
}

/// Signs cursors, so that a list starts only where it once ended.
#[derive(Clone)]
pub struct CursorKey(Arc<hmac::Key>);

impl CursorKey {
    pub fn new(secret: &Secret) -> Self {
        Self(Arc::new(secret.derive("cursor")))
    }
}

/// Where an item stands in its list: by when it was made, then by its id.
pub type Place = (DateTime, Uuid);

/// The part of a list that was asked for: `limit` and `cursor` of the query (INPUT-19).
pub struct Paging {
    after: Place,
    size: u16,
    key: CursorKey,
    /// The principal and the route that a cursor is good for.
    context: String,
}

impl Paging {
    /// Returns where the page starts; the first one before every item.
    pub const fn after(&self) -> Place {
        self.after
    }

    /// Returns how many rows to read: one more than is shown tells whether there is a next page.
    pub fn rows(&self) -> i64 {
        i64::from(self.size).saturating_add(1)
    }

    pub fn page<I, V: From<I>>(&self, mut items: Vec<I>, place: impl Fn(&I) -> Place) -> Page<V> {
        let size = usize::from(self.size);
        let more = items.len() > size;
        items.truncate(size);
        let next = items.last().filter(|_| more).map(|last| self.cursor(place(last)));
        Page { items: items.into_iter().map(V::from).collect(), next }
    }

    fn cursor(&self, (created_at, id): Place) -> String {
        let place = [&created_at.unix().to_be_bytes()[..], id.as_bytes()].concat();
        let tag = hmac::sign(&self.key.0, &[&place, self.context.as_bytes()].concat());
        BASE64.encode([&place, tag.as_ref()].concat())
    }

    /// Reads the place, and takes the text if that place would be told in just these characters.
    fn parse_cursor(&self, text: &str) -> Option<Place> {
        let bytes = BASE64.decode(text).ok()?;
        let (created_at, rest) = bytes.split_first_chunk()?;
        let created_at = DateTime::from_unix(i64::from_be_bytes(*created_at))?;
        let place = (created_at, Uuid::from_bytes(*rest.first_chunk()?));
        verify_slices_are_equal(self.cursor(place).as_bytes(), text.as_bytes()).ok()?;
        Some(place)
    }
}

impl<S: Sync> FromRequestParts<S> for Paging
where
    CursorKey: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let exchange = Exchange::of(&parts.extensions)?;
        let context = format!("{}\0{}", exchange.principal().map_or("", |by| &by.id), exchange.route());
        let first = (DateTime::EPOCH, Uuid::nil());
        let mut paging = Self { after: first, size: DEFAULT_SIZE, key: CursorKey::from_ref(state), context };
        // Other names were refused with the route's policy (INPUT-9).
        for (name, value) in query(parts.uri.query()) {
            if name == "limit" {
                // A sign is no part of a size, and `parse` takes it.
                let size = value.parse().ok().filter(|size| (1..=MAX_SIZE).contains(size) && !value.starts_with('+'));
                paging.size = size.ok_or(Problem::Malformed("limit"))?;
            } else {
                paging.after = paging.parse_cursor(value).ok_or(Problem::Malformed("cursor"))?;
            }
        }
        Ok(paging)
    }
}

impl Describe for Paging {
    fn describe(operation: &mut Operation) {
        let size =
            json!({ "type": "integer", "format": "int32", "minimum": 1, "maximum": MAX_SIZE, "default": DEFAULT_SIZE });
        operation.parameter("query", "limit", false, &size);
        let cursor = json!({ "type": "string", "minLength": 1, "maxLength": MAX_CURSOR });
        operation.parameter("query", "cursor", false, &cursor);
    }
}

/// Splits a query into names and values as sent: no name or value that is taken needs an escape.
pub fn query(text: Option<&str>) -> impl Iterator<Item = (&str, &str)> {
    let pairs = text.unwrap_or_default().split('&').filter(|pair| !pair.is_empty());
    pairs.map(|pair| pair.split_once('=').unwrap_or((pair, "")))
}
