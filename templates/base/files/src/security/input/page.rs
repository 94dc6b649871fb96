//! Pages of a list: a size with a cap, and a cursor that only its owner can use (INPUT-19).

use std::sync::Arc;

use aws_lc_rs::hmac;
use axum::extract::{FromRef, FromRequestParts};
use axum::http::request::Parts;
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64;
use serde_json::json;

use super::{DateTime, Uuid};
use crate::security::answer::Page;
use crate::security::exchange::Exchange;
use crate::security::openapi::{Describe, Operation};
use crate::security::problem::Problem;
use crate::security::secret::Secret;

const DEFAULT_SIZE: u16 = 20;
pub const MAX_SIZE: u16 = 100;
/// Characters of a cursor: instant, id and HMAC need 75.
const MAX_CURSOR: usize = 512;

/// Signs cursors, so that a list starts only where it once ended.
#[derive(Clone)]
pub struct CursorKey(Arc<hmac::Key>);

impl CursorKey {
    pub fn new(secret: &Secret) -> Self {
        Self(Arc::new(secret.derive("cursor")))
    }
}

/// Where an item stands in its list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    pub created_at: DateTime,
    pub id: Uuid,
}

/// An item that lists know how to continue after.
pub trait Placed {
    fn place(&self) -> Place;
}

/// The part of a list that was asked for: `limit` and `cursor` of the query.
pub struct Paging {
    after: Option<Place>,
    size: u16,
    key: CursorKey,
    /// The principal and the route that a cursor is good for.
    context: String,
}

impl Paging {
    /// Returns where the page starts; the first one before every item.
    pub fn after(&self) -> Place {
        self.after.unwrap_or(Place { created_at: DateTime::EPOCH, id: Uuid::nil() })
    }

    /// Returns how many rows to read: one more than is shown tells whether there is a next page.
    pub fn rows(&self) -> i64 {
        i64::from(self.size).saturating_add(1)
    }

    pub fn page<I: Placed, V: From<I>>(&self, mut items: Vec<I>) -> Page<V> {
        let size = usize::from(self.size);
        let more = items.len() > size;
        items.truncate(size);
        let next = items.last().filter(|_| more).map(|last| self.cursor(last.place()));
        Page { items: items.into_iter().map(V::from).collect(), next }
    }

    fn cursor(&self, place: Place) -> String {
        let place = [&place.created_at.unix().to_be_bytes()[..], place.id.as_bytes()].concat();
        let tag = hmac::sign(&self.key.0, &self.signed(&place));
        BASE64.encode([&place, tag.as_ref()].concat())
    }

    fn parse_cursor(&self, text: &str) -> Option<Place> {
        if text.len() > MAX_CURSOR {
            return None;
        }
        let bytes = BASE64.decode(text).ok()?;
        let (created_at, rest) = bytes.split_first_chunk::<8>()?;
        let (id, tag) = rest.split_first_chunk::<16>()?;
        let place = [&created_at[..], id].concat();
        hmac::verify(&self.key.0, &self.signed(&place), tag).ok()?;
        let created_at = DateTime::from_unix(i64::from_be_bytes(*created_at))?;
        Some(Place { created_at, id: Uuid::from_bytes(*id) })
    }

    fn signed(&self, place: &[u8]) -> Vec<u8> {
        [place, self.context.as_bytes()].concat()
    }
}

impl<S: Sync> FromRequestParts<S> for Paging
where
    CursorKey: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let exchange = Exchange::of(&parts.extensions)?;
        let context = format!("{}\0{}", exchange.principal.get().map_or("", |id| id), exchange.route());
        let mut paging = Self { after: None, size: DEFAULT_SIZE, key: CursorKey::from_ref(state), context };
        // Other names were refused with the route's policy (INPUT-9).
        for (name, value) in query(parts.uri.query()) {
            if name == "limit" {
                paging.size = parse_size(value).ok_or(Problem::Malformed("limit"))?;
            } else {
                paging.after = Some(paging.parse_cursor(value).ok_or(Problem::Malformed("cursor"))?);
            }
        }
        Ok(paging)
    }
}

impl Describe for Paging {
    const QUERY: &'static [&'static str] = &["cursor", "limit"];

    fn describe(operation: &mut Operation) {
        let size = json!({ "type": "integer", "minimum": 1, "maximum": MAX_SIZE, "default": DEFAULT_SIZE });
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

fn parse_size(text: &str) -> Option<u16> {
    let plain = text.bytes().all(|byte| byte.is_ascii_digit());
    let size = text.parse().ok().filter(|size| (1..=MAX_SIZE).contains(size));
    size.filter(|_| plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paging(secret: &str, context: &str) -> Paging {
        let secret = Secret::parse(&secret.repeat(32)).unwrap();
        Paging { after: None, size: 1, key: CursorKey::new(&secret), context: context.to_owned() }
    }

    #[test]
    fn a_cursor_is_good_for_one_principal_and_route() {
        let place = Place { created_at: DateTime::now(), id: Uuid::new_v4() };
        let mine = paging("x", "me\0/items");
        let cursor = mine.cursor(place);
        assert_eq!(cursor.len(), 75);
        assert_eq!(mine.parse_cursor(&cursor), Some(place));
        assert_eq!(paging("x", "you\0/items").parse_cursor(&cursor), None);
        assert_eq!(paging("x", "me\0/others").parse_cursor(&cursor), None);
        assert_eq!(paging("y", "me\0/items").parse_cursor(&cursor), None);
        for index in 0..cursor.len() {
            let mut altered = cursor.clone().into_bytes();
            altered[index] = if altered[index] == b'A' { b'B' } else { b'A' };
            assert_eq!(mine.parse_cursor(std::str::from_utf8(&altered).unwrap()), None, "{index}");
        }
    }

    #[test]
    fn a_size_is_a_plain_number_in_range() {
        assert_eq!([parse_size("1"), parse_size("100")], [Some(1), Some(100)]);
        for text in ["0", "101", "-1", "+1", "", "1.0", "99999999"] {
            assert_eq!(parse_size(text), None, "{text}");
        }
    }
}
