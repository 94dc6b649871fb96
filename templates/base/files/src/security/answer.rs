//! What handlers answer: each type knows its status, its headers and its schema.

use aws_lc_rs::digest;
use axum::Json;
use axum::body::Bytes;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64;
use serde::Serialize;
use serde_json::json;

use super::input::{MAX_SIZE, Schema};
use super::openapi::{Describe, Operation};
use super::problem::Problem;
use crate::store::StoreError;

/// A body that clients may see; `response!` declares one.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a response type",
    note = "declare what a client sees with `response!`; stored types are never shown"
)]
pub trait Shown: Serialize {
    fn schema() -> Schema;
}

/// 200 with one version of an item.
pub struct Tagged<V> {
    version: i64,
    view: V,
}

impl<V> Tagged<V> {
    pub const fn new(version: i64, view: V) -> Self {
        Self { version, view }
    }
}

impl<V: Shown> IntoResponse for Tagged<V> {
    fn into_response(self) -> Response {
        ([(header::ETAG, etag(self.version))], Json(self.view)).into_response()
    }
}

impl<V: Shown> Describe for Tagged<V> {
    fn describe(operation: &mut Operation) {
        operation.answer(200, &["ETag"], Some(&V::schema()));
    }
}

/// 201 with the first version of an item, and where it is.
pub struct Created<V> {
    location: String,
    version: i64,
    view: V,
}

impl<V> Created<V> {
    pub const fn at(location: String, version: i64, view: V) -> Self {
        Self { location, version, view }
    }
}

impl<V: Shown> IntoResponse for Created<V> {
    fn into_response(self) -> Response {
        let headers = [(header::ETAG, etag(self.version)), (header::LOCATION, header_value(self.location))];
        (StatusCode::CREATED, headers, Json(self.view)).into_response()
    }
}

impl<V: Shown> Describe for Created<V> {
    fn describe(operation: &mut Operation) {
        operation.answer(201, &["ETag", "Location"], Some(&V::schema()));
    }
}

/// 204: done, and there is nothing to show.
pub struct Gone;

impl IntoResponse for Gone {
    fn into_response(self) -> Response {
        StatusCode::NO_CONTENT.into_response()
    }
}

impl Describe for Gone {
    fn describe(operation: &mut Operation) {
        operation.answer(204, &[], None);
    }
}

/// 200 with a part of a list, and the cursor of the next part.
#[derive(Serialize)]
pub struct Page<V> {
    pub items: Vec<V>,
    pub next: Option<String>,
}

impl<V: Shown> IntoResponse for Page<V> {
    fn into_response(self) -> Response {
        let body = match serde_json::to_vec(&self) {
            Ok(body) => Bytes::from(body),
            Err(error) => return Problem::internal(error).into_response(),
        };
        let tag = BASE64.encode(digest::digest(&digest::SHA256, &body));
        let headers: [(HeaderName, HeaderValue); 2] = [
            (header::ETAG, header_value(format!("\"{tag}\""))),
            (header::CONTENT_TYPE, HeaderValue::from_static("application/json")),
        ];
        (headers, body).into_response()
    }
}

impl<V: Shown> Describe for Page<V> {
    fn describe(operation: &mut Operation) {
        let schema = json!({
            "type": "object",
            "properties": {
                "items": { "type": "array", "items": V::schema(), "maxItems": MAX_SIZE },
                "next": { "type": ["string", "null"] },
            },
            "required": ["items", "next"],
            "additionalProperties": false,
        });
        operation.answer(200, &["ETag"], Some(&schema));
    }
}

fn etag(version: i64) -> HeaderValue {
    header_value(format!("\"{version}\""))
}

/// Paths and tags of ours are visible ASCII; anything else is left out, not sent.
fn header_value(text: String) -> HeaderValue {
    HeaderValue::try_from(text).unwrap_or(HeaderValue::from_static(""))
}

/// The one place where an error of the store gets its status.
impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Stale => Self::PreconditionFailed,
            StoreError::Taken(_) => Self::Conflict,
            StoreError::Unavailable(_) => Self::Unavailable { retry_after: 1, cause: error.into() },
            StoreError::Broken(_) => Self::internal(error),
        }
    }
}
