//! The `OpenAPI` document, written from the types of the routes: what a handler takes and answers is
//! what the document says.

use std::collections::BTreeMap;

use axum::http::{Method, StatusCode};
use serde_json::{Map, Value, json};

use super::input::{Schema, object};

/// An argument or an answer of a handler, as the document tells of it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be documented",
    label = "a handler takes extractors of `security::input` and answers with a type of `security::answer`",
    note = "write a `Describe` impl that adds its parameters and responses to the operation"
)]
pub trait Describe {
    fn describe(operation: &mut Operation);
}

impl<S> Describe for axum::extract::State<S> {
    fn describe(_: &mut Operation) {}
}

/// One method of one path.
#[derive(Debug, Default)]
pub struct Operation {
    pub permission: Option<&'static str>,
    /// The route's own, and those of members of its body.
    pub permissions: Vec<&'static str>,
    /// The query keys that are read; all others are refused (INPUT-9).
    pub query: Vec<&'static str>,
    /// The media type of the answer, if it is not JSON (INPUT-6).
    pub serves: Option<&'static str>,
    parameters: Vec<Value>,
    body: Option<Value>,
    responses: Map<String, Value>,
}

impl Operation {
    pub fn parameter(&mut self, place: &str, name: &'static str, required: bool, schema: &Schema) {
        self.query.extend((place == "query").then_some(name));
        self.parameters.push(json!({ "name": name, "in": place, "required": required, "schema": schema }));
    }

    pub fn body(&mut self, schema: &Schema) {
        let content = json!({ "application/json": { "schema": schema } });
        self.body = Some(json!({ "required": true, "content": content }));
    }

    /// Adds the answer of success; those of failure have one form, whatever the route.
    pub fn answer(&mut self, status: StatusCode, headers: &[&str], schema: Option<Schema>) {
        let headers = describe_headers(headers);
        let content = schema.map_or(json!({}), |schema| json!({ "application/json": { "schema": schema } }));
        let answer = json!({ "description": status.canonical_reason(), "headers": headers, "content": content });
        self.responses.insert(status.as_str().to_owned(), answer);
    }

    fn to_value(&self, id: String) -> Value {
        let mut responses = self.responses.clone();
        for failures in ["4XX", "5XX"] {
            responses.insert(failures.to_owned(), json!({ "$ref": "#/components/responses/Problem" }));
        }
        let security = self.permission.map_or(json!([]), |_| json!([{ "bearer": [] }, { "header": [] }]));
        let mut value = Map::new();
        value.extend(self.body.clone().map(|body| ("requestBody".to_owned(), body)));
        value.extend(self.permission.map(|name| ("x-permission".to_owned(), name.into())));
        value.insert("operationId".to_owned(), id.into());
        value.insert("parameters".to_owned(), json!(self.parameters));
        value.insert("responses".to_owned(), responses.into());
        value.insert("security".to_owned(), security);
        value.into()
    }
}

/// The document of a set of operations, ready to be written to a file.
pub fn document<'a>(operations: impl Iterator<Item = (&'a Method, &'a str, &'a Operation)>) -> String {
    let mut paths = BTreeMap::<&str, Map<String, Value>>::new();
    for (method, path, operation) in operations {
        let method = method.as_str().to_ascii_lowercase();
        let id = method.clone() + &path.replace('/', "-").replace(['{', '}'], "");
        paths.entry(path).or_default().insert(method, operation.to_value(id));
    }
    let problem = json!({
        "description": "Not as hoped",
        "headers": describe_headers(&["Retry-After"]),
        "content": { "application/problem+json": { "schema": problem_schema() } },
    });
    let document = json!({
        "openapi": "3.1.0",
        "info": {
            "title": env!("CARGO_PKG_NAME"),
            "description": env!("CARGO_PKG_DESCRIPTION"),
            "version": env!("CARGO_PKG_VERSION"),
        },
        "paths": paths,
        "components": {
            "responses": { "Problem": problem },
            "securitySchemes": {
                "bearer": { "type": "http", "scheme": "bearer" },
                "header": { "type": "apiKey", "in": "header", "name": "X-API-Key" },
            },
        },
    });
    format!("{document:#}\n")
}

/// What an answer has in its head: the quota, for one (GATE-2).
fn describe_headers(more: &[&str]) -> Value {
    let text = json!({ "schema": { "type": "string", "maxLength": 512 } });
    let names = ["RateLimit", "RateLimit-Policy"].iter().chain(more);
    names.map(|name| ((*name).to_owned(), text.clone())).collect::<Map<_, _>>().into()
}

/// RFC 9457 §3, with the members that some types add.
fn problem_schema() -> Schema {
    let text = json!({ "type": "string", "maxLength": 4096 });
    let fault = object([("pointer", text.clone(), true), ("rule", text.clone(), true)]);
    json!({
        "type": "object",
        "properties": {
            "type": text,
            "title": text,
            "status": { "type": "integer", "format": "int32", "minimum": 400, "maximum": 599 },
            "instance": text,
            "rule": text,
            "faults": { "type": "array", "maxItems": 20, "items": fault },
            "violated-policies": { "type": "array", "maxItems": 1, "items": text },
        },
        "required": ["type", "title", "status", "instance"],
    })
}
