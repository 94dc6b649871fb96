//! A whole number with bounds.

use serde::Serialize;
use serde_json::json;

use super::{Faults, Field, Pointer, Rule, Schema, Value};

/// A whole number from `MIN` to `MAX`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, sqlx::Type)]
#[serde(transparent)]
#[sqlx(transparent)]
pub struct Int<const MIN: i64, const MAX: i64>(i64);

impl<const MIN: i64, const MAX: i64> Field for Int<MIN, MAX> {
    fn parse(value: Value<'_>, at: &Pointer<'_>, faults: &mut Faults) -> Option<Self> {
        let rule = match value {
            Value::Int(number) if (MIN..=MAX).contains(&number) => return Some(Self(number)),
            Value::Int(_) => Rule::Range,
            _ => Rule::Type,
        };
        faults.push(at, rule);
        None
    }

    fn schema() -> Schema {
        json!({ "type": "integer", "format": "int64", "minimum": MIN, "maximum": MAX })
    }
}

/// The number nearest to zero.
impl<const MIN: i64, const MAX: i64> Default for Int<MIN, MAX> {
    fn default() -> Self {
        Self(0.clamp(MIN, MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_whole_and_in_range() {
        let parse = |text: &str| {
            let mut faults = Faults::default();
            let value = Value::parse(text.as_bytes()).unwrap();
            Int::<-1, 9>::parse(value, &Pointer::Root, &mut faults).map(|int| int.0)
        };
        assert_eq!([parse("-1"), parse("9")], [Some(-1), Some(9)]);
        for text in ["-2", "10", "1.5", "1.0", "\"1\"", "null", "9223372036854775808"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    #[test]
    fn what_is_left_out_is_nearest_to_zero() {
        assert_eq!(Int::<-1, 9>::default().0, 0);
        assert_eq!(Int::<3, 9>::default().0, 3);
        assert_eq!(Int::<-9, -3>::default().0, -3);
    }
}
