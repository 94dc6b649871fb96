//! Values that a field accepts, as JSON: what a written service tests itself with.

use crate::answers::{FieldKind, IntRange, Range};

/// Returns a value that is valid.
pub(super) fn usual(kind: &FieldKind) -> String {
    match kind {
        FieldKind::String(range) | FieldKind::Text(range) => text(*range),
        FieldKind::Int(range) => nearest(*range).to_string(),
        FieldKind::Decimal(range) => format!("\"{}\"", nearest(*range)),
        FieldKind::Bool => "false".to_owned(),
        FieldKind::Uuid => r#""67e55044-10b1-426f-9247-bb680e5fe0c8""#.to_owned(),
        FieldKind::Date => r#""2026-11-24""#.to_owned(),
        FieldKind::DateTime => r#""2026-11-24T05:00:00Z""#.to_owned(),
        FieldKind::Email => r#""someone@example.com""#.to_owned(),
        FieldKind::Url => r#""https://example.com/""#.to_owned(),
        FieldKind::Enum(variants) => format!(
            "\"{}\"",
            variants.first().map(|v| v.as_str()).unwrap_or_default()
        ),
        // The tests put the id of an item of that path in its place.
        FieldKind::Ref(target) => format!("\"{{{}}}\"", target.path()),
        FieldKind::List { count, item } => list(count.min().max(1), count.max(), &usual(item)),
    }
}

/// Returns a valid value that is not the type's default, if it has two.
pub(super) fn other(kind: &FieldKind) -> String {
    match kind {
        FieldKind::Int(range) => beside(*range).to_string(),
        FieldKind::Decimal(range) => format!("\"{}\"", beside(*range)),
        FieldKind::Bool => "true".to_owned(),
        FieldKind::Enum(variants) => {
            format!(
                "\"{}\"",
                variants.last().map(|v| v.as_str()).unwrap_or_default()
            )
        }
        _ => usual(kind),
    }
}

/// As many letters as the shortest value has, and at least one if there may be one.
fn text(range: Range) -> String {
    const WORD: &str = "Sample";
    let wanted = usize::try_from(range.min()).unwrap_or(usize::MAX);
    let most = usize::try_from(range.max()).unwrap_or(usize::MAX);
    let length = wanted.max(WORD.len()).min(most);
    format!(
        "\"{}\"",
        WORD.chars().cycle().take(length).collect::<String>()
    )
}

fn list(least: u32, most: u32, item: &str) -> String {
    let count = usize::try_from(least.min(most)).unwrap_or(usize::MAX);
    format!("[{}]", vec![item; count].join(", "))
}

fn nearest(range: IntRange) -> i64 {
    0.clamp(range.min(), range.max())
}

/// The neighbour of the number nearest to zero, on the side where there is room.
fn beside(range: IntRange) -> i64 {
    let nearest = nearest(range);
    if nearest < range.max() {
        nearest.saturating_add(1)
    } else {
        nearest.saturating_sub(1).max(range.min())
    }
}

#[cfg(test)]
mod tests {
    use super::{other, usual};
    use crate::answers::Field;

    #[test]
    fn a_sample_is_as_short_and_as_long_as_the_field_says() {
        for (spec, value, another) in [
            ("a:string:1..200", "\"Sample\"", "\"Sample\""),
            ("a:string:1..3", "\"Sam\"", "\"Sam\""),
            ("a:string:8..9", "\"SampleSa\"", "\"SampleSa\""),
            ("a:int:3..9", "3", "4"),
            ("a:int:-9..0", "0", "-1"),
            ("a:decimal:-9..-3", "\"-3\"", "\"-4\""),
            ("a:bool", "false", "true"),
            ("a:enum:low,high", "\"low\"", "\"high\""),
            ("a:list:2..5:int:0..9", "[0, 0]", "[0, 0]"),
            ("a:ref:order_item", "\"{order-items}\"", "\"{order-items}\""),
        ] {
            let field = Field::parse(spec).expect("a field");
            assert_eq!(usual(field.kind()), value, "{spec}");
            assert_eq!(other(field.kind()), another, "{spec}");
        }
    }
}
