//! A field's type, in the words of Rust and SQL.

use serde::Serialize;

use super::sample;
use crate::answers::FieldKind;

/// How a type is written where it is used.
#[derive(Debug, Clone, Serialize)]
pub struct TypeWords {
    /// As Rust writes it: `input::Line<1, 200>`.
    pub rust: String,
    /// The column's type: `TEXT`.
    pub sql: String,
    /// A valid value, as JSON.
    pub sample: String,
    /// Another one, and not the type's default.
    pub other_sample: String,
    pub is_enum: bool,
    pub is_reference: bool,
}

impl TypeWords {
    /// Puts the words together; an enum and a reference are types of their own, called like
    /// their field.
    pub(super) fn new(kind: &FieldKind, type_name: &str) -> Self {
        Self {
            rust: rust(kind, type_name),
            sql: sql(kind).to_owned(),
            sample: sample::usual(kind),
            other_sample: sample::other(kind),
            is_enum: matches!(kind, FieldKind::Enum(_)),
            is_reference: matches!(kind, FieldKind::Ref(_)),
        }
    }
}

fn rust(kind: &FieldKind, type_name: &str) -> String {
    match kind {
        FieldKind::String(range) => bounded("Line", range.min().into(), range.max().into()),
        FieldKind::Text(range) => bounded("Text", range.min().into(), range.max().into()),
        FieldKind::Int(range) => bounded("Int", range.min(), range.max()),
        FieldKind::Decimal(range) => bounded("Decimal", range.min(), range.max()),
        FieldKind::Bool => "bool".to_owned(),
        FieldKind::Uuid => "input::Uuid".to_owned(),
        FieldKind::Date => "input::Date".to_owned(),
        FieldKind::DateTime => "input::DateTime".to_owned(),
        FieldKind::Email => "input::Email".to_owned(),
        FieldKind::Url => "input::Url".to_owned(),
        FieldKind::Enum(_) | FieldKind::Ref(_) => type_name.to_owned(),
        FieldKind::List { count, item } => {
            let item = rust(item, &item_type_name(type_name));
            format!("input::List<{item}, {}, {}>", count.min(), count.max())
        }
    }
}

/// Names the type of an enum that a list holds, after the list.
pub(super) fn item_type_name(type_name: &str) -> String {
    format!("{type_name}Item")
}

fn bounded(name: &str, min: i64, max: i64) -> String {
    format!("input::{name}<{}, {}>", number(min), number(max))
}

fn sql(kind: &FieldKind) -> &'static str {
    match kind {
        FieldKind::Int(_) => "BIGINT",
        FieldKind::Bool => "BOOLEAN",
        FieldKind::Uuid | FieldKind::Ref(_) => "BLOB",
        _ => "TEXT",
    }
}

/// Writes a number as Rust does, long ones in groups of three digits.
fn number(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut text = String::from(if number < 0 { "-" } else { "" });
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && digits.len() > 4 && (digits.len() - index).is_multiple_of(3) {
            text.push('_');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::answers::Field;

    #[test]
    fn each_type_is_written_as_rust_writes_it() {
        for (field, expected) in [
            ("title:string:1..200", "input::Line<1, 200>"),
            ("body:text:..10000", "input::Text<0, 10_000>"),
            ("count:int:-5..10", "input::Int<-5, 10>"),
            (
                "count:int",
                "input::Int<-9_007_199_254_740_991, 9_007_199_254_740_991>",
            ),
            ("price:decimal:0..100000", "input::Decimal<0, 100_000>"),
            ("pinned:bool", "bool"),
            ("state:enum:draft,sent", "State"),
            (
                "tags:list:..20:string:1..50",
                "input::List<input::Line<1, 50>, 0, 20>",
            ),
            (
                "moods:list:..9:enum:low,high",
                "input::List<MoodsItem, 0, 9>",
            ),
        ] {
            let field = Field::parse(field).expect("a field");
            assert_eq!(rust(field.kind(), &field.name().type_name()), expected);
        }
    }
}
