//! Identifiers: random, and accepted in one spelling only (INPUT-12, RFC 9562 §4).

use axum::extract::{FromRequestParts, RawPathParams};
use axum::http::request::Parts;
use serde_json::json;
pub use uuid::Uuid;

use super::{Faults, Field, Pointer, Rule, Schema, Value};
use crate::security::openapi::{Describe, Operation};
use crate::security::problem::Problem;

/// The `{id}` of a path.
pub struct Id(pub Uuid);

impl<S: Send + Sync> FromRequestParts<S> for Id {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let path = RawPathParams::from_request_parts(parts, state).await;
        let path = path.map_err(|_| Problem::Malformed("path-value"))?;
        let id = path.iter().find_map(|(name, value)| (name == "id").then_some(value));
        id.and_then(parse_id).map(Self).ok_or(Problem::Malformed("path-value"))
    }
}

impl Describe for Id {
    fn describe(operation: &mut Operation) {
        operation.parameter("path", "id", true, &Uuid::schema());
        operation.problem(404);
    }
}

impl Field for Uuid {
    fn parse(value: Value<'_>, at: &Pointer<'_>, faults: &mut Faults) -> Option<Self> {
        let parsed = match value {
            Value::String(text) => parse_id(&text).ok_or(Rule::Format),
            _ => Err(Rule::Type),
        };
        parsed.map_err(|rule| faults.push(at, rule)).ok()
    }

    fn schema() -> Schema {
        json!({ "type": "string", "format": "uuid" })
    }
}

/// Of the spellings that the library reads, only the hyphenated one has 36 bytes.
fn parse_id(text: &str) -> Option<Uuid> {
    if text.len() == 36 { Uuid::try_parse(text).ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_hyphenated_form_is_read() {
        let id = "67e55044-10b1-426f-9247-bb680e5fe0c8";
        assert_eq!(parse_id(&id.to_uppercase()).unwrap().to_string(), id);
        let braced = format!("{{{id}}}");
        let urn = format!("urn:uuid:{id}");
        for text in [&braced, &urn, &id.replace('-', ""), &id.replace('-', "0"), "1", ""] {
            assert_eq!(parse_id(text), None, "{text}");
        }
    }
}
