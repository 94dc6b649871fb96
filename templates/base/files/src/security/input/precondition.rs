//! `If-Match`: a change names the version that it was made from (RFC 9110 §13.1.1).

use axum::extract::FromRequestParts;
use axum::http::header;
use axum::http::request::Parts;
use serde_json::json;

use crate::security::openapi::{Describe, Operation};
use crate::security::problem::Problem;

/// The versions that a change may replace. Without the header there is no change (428).
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
        let text = first.to_str().map_err(|_| Problem::Malformed("if-match"))?;
        if all.next().is_some() {
            return Err(Problem::Malformed("if-match"));
        }
        Ok(Self(text.to_owned()))
    }
}

impl Describe for IfMatch {
    fn describe(operation: &mut Operation) {
        operation.parameter("header", "If-Match", true, &json!({ "type": "string" }));
        operation.problem(412);
        operation.problem(428);
    }
}
