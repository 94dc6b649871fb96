//! The body of a request: media type, encoding, size, one strict pass, then meaning.

use std::fmt;
use std::sync::Arc;

use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, header};
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

use super::{Field, Rule};
use crate::security::answer::{Describe, Operation};
use crate::security::exchange::Exchange;
use crate::security::problem::Problem;

/// Bytes of a body that are read at most (INPUT-2).
const MAX_BODY: usize = 64 * 1024;
/// How deep arrays and objects may nest, the outermost one included (INPUT-3).
const MAX_DEPTH: u8 = 32;
/// Faults that one answer lists (ERR-7).
const MAX_FAULTS: usize = 20;

/// A body that has passed every check of its type.
pub struct Body<T>(pub T);

impl<T: Field, S: Sync> FromRequest<S> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        if !is_plain_json(request.headers()) {
            return Err(Problem::UnsupportedMediaType);
        }
        let exchange = Arc::clone(Exchange::of(request.extensions())?);
        let bytes = exchange.read_body(request.into_body(), MAX_BODY).await?;
        let mut faults = match parse_json(&bytes).map(T::parse) {
            Ok(Ok(body)) => return Ok(Self(body)),
            Ok(Err(faults)) => faults,
            // `1e400` is well-formed JSON: its fault is one of meaning. serde_json has no public
            // code for it; a test pins the text.
            Err(error) if error.to_string().starts_with("number out of range") => Rule::RANGE.into(),
            Err(_) => return Err(Problem::Malformed("json")),
        };
        faults.truncate(MAX_FAULTS);
        Err(Problem::Invalid(faults))
    }
}

impl<T: Field> Describe for Body<T> {
    fn describe(operation: &mut Operation) {
        operation.body(&T::schema());
        T::permissions(&mut operation.permissions);
    }
}

/// Tells by the header alone whether a body is `application/json` in UTF-8 and not packed
/// (INPUT-4, INPUT-5).
fn is_plain_json(headers: &HeaderMap) -> bool {
    let mut types = headers.get_all(header::CONTENT_TYPE).iter();
    let content_type = types.next().and_then(|value| value.to_str().ok()).unwrap_or_default();
    let mut parts = content_type.split(';').map(|part| part.trim().to_ascii_lowercase());
    parts.next().is_some_and(|essence| essence == "application/json")
        && parts.next().is_none_or(|charset| ["charset=utf-8", "charset=\"utf-8\""].contains(&&*charset))
        && parts.next().is_none()
        && types.next().is_none()
        && !headers.contains_key(header::CONTENT_ENCODING)
}

/// Reads JSON that no two parsers read differently (INPUT-3).
pub fn parse_json(body: &[u8]) -> serde_json::Result<Value> {
    let mut parser = serde_json::Deserializer::from_slice(body);
    let value = Strict(MAX_DEPTH).deserialize(&mut parser)?;
    parser.end()?;
    Ok(value)
}

/// Builds a value and refuses duplicate members, U+0000 and deep nesting, which the library lets pass.
struct Strict(u8);

impl Strict {
    fn deeper<E: Error>(&self) -> Result<Self, E> {
        self.0.checked_sub(1).map(Self).ok_or_else(|| E::custom("nested too deeply"))
    }
}

impl<'de> DeserializeSeed<'de> for Strict {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, input: D) -> Result<Value, D::Error> {
        input.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict {
    type Value = Value;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Value, E> {
        if text.contains('\0') { Err(E::custom("U+0000")) } else { Ok(text.into()) }
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Value, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = list.next_element_seed(self.deeper()?)? {
            items.push(item);
        }
        Ok(items.into())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Value, A::Error> {
        let mut members = Map::new();
        while let Some(name) = object.next_key::<String>()? {
            let value = object.next_value_seed(self.deeper()?)?;
            if name.contains('\0') || members.insert(name, value).is_some() {
                return Err(A::Error::custom("a name that is doubled or holds U+0000"));
            }
        }
        Ok(members.into())
    }
}
