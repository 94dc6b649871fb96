//! A whole number with bounds.

use serde::Serialize;
use serde_json::{Value, json};

use super::{Faults, Field, Rule, Schema};

/// A whole number from `MIN` to `MAX`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, sqlx::Type)]
#[serde(transparent)]
#[sqlx(transparent)]
pub struct Int<const MIN: i64, const MAX: i64>(i64);

impl<const MIN: i64, const MAX: i64> Field for Int<MIN, MAX> {
    /// Takes no fraction and no exponent, and nothing beyond 64 bits.
    fn parse(value: Value) -> Result<Self, Faults> {
        let number = value.as_i64().ok_or(Rule::TYPE)?;
        if (MIN..=MAX).contains(&number) { Ok(Self(number)) } else { Err(Rule::RANGE.into()) }
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
        let parse = |value: Value| Int::<-1, 9>::parse(value).map(|int| int.0);
        assert_eq!([parse(json!(-1)), parse(json!(9))], [Ok(-1), Ok(9)]);
        for value in [json!(-2), json!(10)] {
            assert_eq!(parse(value), Err(Rule::RANGE.into()));
        }
        for value in [json!(1.5), json!(1.0), json!("1"), json!(null), json!(9_223_372_036_854_775_808_u64)] {
            assert_eq!(parse(value), Err(Rule::TYPE.into()));
        }
    }

    #[test]
    fn what_is_left_out_is_nearest_to_zero() {
        let defaults = [Int::<-1, 9>::default().0, Int::<3, 9>::default().0, Int::<-9, -3>::default().0];
        assert_eq!(defaults, [0, 3, -3]);
    }
}
