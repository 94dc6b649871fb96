//! The body of a request: media type, encoding, size, one strict pass, then meaning.

use std::sync::Arc;

use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, header};

use super::value::NotJson;
use super::{Faults, Field, Pointer, Rule, Value};
use crate::security::exchange::Exchange;
use crate::security::openapi::{Describe, Operation};
use crate::security::problem::Problem;

/// Bytes of a body that are read at most (INPUT-2).
const MAX_BODY: usize = 64 * 1024;

/// A body that has passed every check of its type.
pub struct Body<T>(pub T);

impl<T: Field, S: Sync> FromRequest<S> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        check_headers(request.headers())?;
        let exchange = Arc::clone(Exchange::of(request.extensions())?);
        let bytes = exchange.read_body(request.into_body(), MAX_BODY).await?;
        parse(&bytes).map(Self)
    }
}

impl<T: Field> Describe for Body<T> {
    fn describe(operation: &mut Operation) {
        operation.body(&T::schema());
        for status in [408, 413, 415, 422] {
            operation.problem(status);
        }
    }

    fn permissions(all: &mut Vec<&'static str>) {
        T::permissions(all);
    }
}

/// Refuses by header alone what need not be read (INPUT-4, 5).
fn check_headers(headers: &HeaderMap) -> Result<(), Problem> {
    let mut types = headers.get_all(header::CONTENT_TYPE).iter();
    let is_json = types.next().and_then(|value| value.to_str().ok()).is_some_and(is_json);
    if !is_json || types.next().is_some() || headers.contains_key(header::CONTENT_ENCODING) {
        return Err(Problem::UnsupportedMediaType);
    }
    Ok(())
}

/// `application/json`, with `charset=utf-8` or no parameter at all.
fn is_json(content_type: &str) -> bool {
    let (essence, parameter) = content_type.split_once(';').unwrap_or((content_type, ""));
    let parameter = parameter.trim();
    let charset = ["", "charset=utf-8", "charset=\"utf-8\""];
    essence.trim().eq_ignore_ascii_case("application/json")
        && charset.iter().any(|known| parameter.eq_ignore_ascii_case(known))
        && (!parameter.is_empty() || !content_type.contains(';'))
}

fn parse<T: Field>(bytes: &[u8]) -> Result<T, Problem> {
    let mut faults = Faults::default();
    match Value::parse(bytes) {
        Ok(value) => match T::parse(value, &Pointer::Root, &mut faults) {
            Some(parsed) if faults.is_empty() => return Ok(parsed),
            _ => {}
        },
        Err(NotJson::OutOfRange) => faults.push(&Pointer::Root, Rule::Range),
        Err(NotJson::Malformed) => return Err(Problem::Malformed("json")),
    }
    Err(Problem::Invalid(faults.into_vec()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_json_in_utf_8_is_read() {
        for good in ["application/json", "Application/JSON; charset=UTF-8", "application/json;charset=\"utf-8\""] {
            assert!(is_json(good), "{good}");
        }
        for bad in [
            "application/json;",
            "application/json; charset=latin1",
            "application/json; charset=utf-8; a=b",
            "application/merge-patch+json",
            "text/json",
            "*/*",
            "",
        ] {
            assert!(!is_json(bad), "{bad}");
        }
    }
}
