//! What a resource's members are in the OpenAPI document, as the written service derives it.
//!
//! `openapi.json` is shipped as the service's `derive` would write it; a test of the service
//! finds the two unlike, so each type here is the twin of one in `security/input/`.

use serde_json::{Map, Value, json};

use super::FieldWords;
use crate::answers::{Field, FieldKind, Resource};

const LINE: &str = r"^[^\u0000-\u001f\u007f-\u009f\u2028-\u202e\ufdd0-\ufdef\ufffe\uffff]*$";
const TEXT: &str =
    r"^[^\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028-\u202e\ufdd0-\ufdef\ufffe\uffff]*$";
const ID: &str = "^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$";
const DECIMAL: &str = r"^-?(0|[1-9][0-9]{0,17})(\.[0-9]{1,9})?$";

/// Returns the schema of a body that creates or replaces, its lines after the first indented.
pub(super) fn request(
    resource: &Resource,
    words: &[FieldWords],
    path: &str,
    indent: usize,
) -> String {
    let members = members(resource).zip(words).map(|((name, field), words)| {
        let schema = stored(field);
        let schema = match field.write() {
            Some(_) => json!({
                "allOf": [schema],
                "x-permission": format!("{path}:write-{}", words.kebab),
            }),
            None => schema,
        };
        (
            name,
            schema,
            !field.is_optional() && field.write().is_none(),
        )
    });
    indented(&object(members), indent)
}

/// Returns the schema of an item as its readers see it, its lines after the first indented.
pub(super) fn view(resource: &Resource, indent: usize) -> String {
    let own = [
        ("id", json!({ "type": "string", "format": "uuid" })),
        (
            "created_at",
            json!({ "type": "string", "format": "date-time" }),
        ),
        (
            "updated_at",
            json!({ "type": "string", "format": "date-time" }),
        ),
    ];
    let own = own.into_iter().map(|(name, schema)| (name, schema, true));
    let members = members(resource).map(|(name, field)| (name, stored(field), true));
    indented(&object(own.chain(members)), indent)
}

fn members(resource: &Resource) -> impl Iterator<Item = (&str, &Field)> {
    resource
        .fields()
        .iter()
        .map(|field| (field.name().as_str(), field))
}

fn object<'a>(members: impl Iterator<Item = (&'a str, Value, bool)>) -> Value {
    let mut properties = Map::new();
    let mut required = Vec::new();
    for (name, schema, is_required) in members {
        properties.insert(name.to_owned(), schema);
        if is_required {
            required.push(name);
        }
    }
    json!({
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": false,
    })
}

fn stored(field: &Field) -> Value {
    let schema = schema(field.kind());
    if field.is_optional() {
        json!({ "anyOf": [schema, { "type": "null" }] })
    } else {
        schema
    }
}

fn schema(kind: &FieldKind) -> Value {
    match kind {
        FieldKind::String(range) => json!({
            "type": "string", "minLength": range.min(), "maxLength": range.max(), "pattern": LINE,
        }),
        FieldKind::Text(range) => json!({
            "type": "string", "minLength": range.min(), "maxLength": range.max(), "pattern": TEXT,
        }),
        FieldKind::Int(range) => json!({
            "type": "integer", "format": "int64", "minimum": range.min(), "maximum": range.max(),
        }),
        FieldKind::Decimal(range) => json!({
            "type": "string", "pattern": DECIMAL,
            "x-minimum": range.min(), "x-maximum": range.max(),
        }),
        FieldKind::Bool => json!({ "type": "boolean" }),
        FieldKind::Uuid => json!({ "type": "string", "format": "uuid" }),
        FieldKind::Date => json!({ "type": "string", "format": "date" }),
        FieldKind::DateTime => json!({ "type": "string", "format": "date-time" }),
        FieldKind::Email => json!({ "type": "string", "format": "email", "maxLength": 254 }),
        FieldKind::Url => json!({
            "type": "string", "format": "uri", "pattern": "^https?://", "maxLength": 2048,
        }),
        FieldKind::Enum(variants) => {
            let words: Vec<_> = variants.iter().map(|variant| variant.as_str()).collect();
            json!({ "type": "string", "enum": words })
        }
        FieldKind::Ref(target) => json!({
            "type": "string", "format": "uuid", "pattern": ID,
            "description": format!("The id of {} {} of the same owner", target.article(), target.label()),
            "x-refers-to": target.path(),
        }),
        FieldKind::List { count, item } => json!({
            "type": "array", "items": schema(item),
            "minItems": count.min(), "maxItems": count.max(),
        }),
    }
}

fn indented(value: &Value, indent: usize) -> String {
    format!("{value:#}").replace('\n', &format!("\n{}", " ".repeat(indent)))
}
