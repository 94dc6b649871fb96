//! A field's type, in the words of Rust and SQL.

use serde::Serialize;

use crate::answers::FieldKind;

/// How a type is written where it is used.
#[derive(Debug, Clone, Serialize)]
pub struct TypeWords {
    /// Its word on the command line: `string`.
    pub word: String,
    /// As Rust writes it: `Line<1, 200>`.
    pub rust: String,
    /// The column's type in SQLite: `TEXT`.
    pub sql: String,
    pub is_string: bool,
    pub is_text: bool,
    pub is_int: bool,
    pub is_decimal: bool,
    pub is_bool: bool,
    pub is_uuid: bool,
    pub is_date: bool,
    pub is_datetime: bool,
    pub is_email: bool,
    pub is_url: bool,
    pub is_enum: bool,
    pub is_list: bool,
}

impl TypeWords {
    /// Puts the words together; an enum is a type of its own, called like its field.
    pub(super) fn new(kind: &FieldKind, type_name: &str) -> Self {
        let is = |word: &str| kind.word() == word;
        Self {
            word: kind.word().to_owned(),
            rust: rust(kind, type_name),
            sql: sql(kind).to_owned(),
            is_string: is("string"),
            is_text: is("text"),
            is_int: is("int"),
            is_decimal: is("decimal"),
            is_bool: is("bool"),
            is_uuid: is("uuid"),
            is_date: is("date"),
            is_datetime: is("datetime"),
            is_email: is("email"),
            is_url: is("url"),
            is_enum: is("enum"),
            is_list: is("list"),
        }
    }
}

fn rust(kind: &FieldKind, type_name: &str) -> String {
    match kind {
        FieldKind::String(range) => format!("Line<{}, {}>", range.min(), range.max()),
        FieldKind::Text(range) => format!("Text<{}, {}>", range.min(), range.max()),
        FieldKind::Int(range) => format!("Int<{}, {}>", number(range.min()), number(range.max())),
        FieldKind::Decimal(range) => {
            format!("Decimal<{}, {}>", number(range.min()), number(range.max()))
        }
        FieldKind::Bool => "bool".to_owned(),
        FieldKind::Uuid => "Uuid".to_owned(),
        FieldKind::Date => "Date".to_owned(),
        FieldKind::DateTime => "DateTime".to_owned(),
        FieldKind::Email => "Email".to_owned(),
        FieldKind::Url => "Url".to_owned(),
        FieldKind::Enum(_) => type_name.to_owned(),
        FieldKind::List { count, item } => {
            format!(
                "List<{}, {}, {}>",
                rust(item, type_name),
                count.min(),
                count.max()
            )
        }
    }
}

fn sql(kind: &FieldKind) -> &'static str {
    match kind {
        FieldKind::Int(_) | FieldKind::Bool => "INTEGER",
        FieldKind::Uuid => "BLOB",
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
            ("title:string:1..200", "Line<1, 200>"),
            ("body:text:..10000", "Text<0, 10000>"),
            ("count:int:-5..10", "Int<-5, 10>"),
            (
                "count:int",
                "Int<-9_007_199_254_740_991, 9_007_199_254_740_991>",
            ),
            ("price:decimal:0..100000", "Decimal<0, 100_000>"),
            ("pinned:bool", "bool"),
            ("state:enum:draft,sent", "State"),
            ("tags:list:..20:string:1..50", "List<Line<1, 50>, 0, 20>"),
        ] {
            let field = Field::parse(field).expect("a field");
            assert_eq!(rust(field.kind(), &field.name().type_name()), expected);
        }
    }
}
