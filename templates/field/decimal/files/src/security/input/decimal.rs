//! An exact decimal number, sent as text so that no parser rounds it.

use rust_decimal::Decimal as Number;
use serde::{Serialize, Serializer};
use serde_json::{Value, json};
use sqlx::encode::IsNull;
use sqlx::error::BoxDynError;
use sqlx::{Decode, Encode, Type};

use super::field::string;
use super::{Faults, Field, Rule, Schema};
use crate::store::Db;

/// Digits and at most one point, as the schema says it too.
const PATTERN: &str = r"^-?(0|[1-9][0-9]{0,17})(\.[0-9]{1,9})?$";

/// A number from `MIN` to `MAX` with up to nine decimal places.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decimal<const MIN: i64, const MAX: i64>(Number);

impl<const MIN: i64, const MAX: i64> Field for Decimal<MIN, MAX> {
    fn parse(value: Value) -> Result<Self, Faults> {
        let text = string(value)?;
        let number = Number::from_str_exact(&text).ok().filter(|_| has_form(&text)).ok_or(Rule::FORMAT)?;
        let is_in_range = (Number::from(MIN)..=Number::from(MAX)).contains(&number);
        if is_in_range { Ok(Self(number)) } else { Err(Rule::RANGE.into()) }
    }

    fn schema() -> Schema {
        json!({ "type": "string", "pattern": PATTERN, "x-minimum": MIN, "x-maximum": MAX })
    }
}

/// Holds a text against [`PATTERN`].
fn has_form(text: &str) -> bool {
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let (whole, places) = unsigned.split_once('.').unwrap_or((unsigned, "0"));
    let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let is_padded = whole.len() > 1 && whole.starts_with('0');
    (1..=18).contains(&whole.len())
        && (1..=9).contains(&places.len())
        && is_digits(whole)
        && is_digits(places)
        && !is_padded
}

impl<const MIN: i64, const MAX: i64> Serialize for Decimal<MIN, MAX> {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        out.collect_str(&self.0)
    }
}

impl<const MIN: i64, const MAX: i64> Type<Db> for Decimal<MIN, MAX> {
    fn type_info() -> <Db as sqlx::Database>::TypeInfo {
        <String as Type<Db>>::type_info()
    }
}

impl<const MIN: i64, const MAX: i64> Encode<'_, Db> for Decimal<MIN, MAX> {
    fn encode_by_ref(&self, buffer: &mut <Db as sqlx::Database>::ArgumentBuffer) -> Result<IsNull, BoxDynError> {
        Encode::<Db>::encode(self.0.to_string(), buffer)
    }
}

impl<'r, const MIN: i64, const MAX: i64> Decode<'r, Db> for Decimal<MIN, MAX> {
    fn decode(value: <Db as sqlx::Database>::ValueRef<'r>) -> Result<Self, BoxDynError> {
        let text = <&str as Decode<Db>>::decode(value)?;
        Ok(Self(Number::from_str_exact(text)?))
    }
}

/// The number nearest to zero.
impl<const MIN: i64, const MAX: i64> Default for Decimal<MIN, MAX> {
    fn default() -> Self {
        Self(Number::from(0.clamp(MIN, MAX)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_decimal_is_exact_and_in_range() {
        let parse = |text| Decimal::<-1, 10>::parse(json!(text)).map(|number| number.0.to_string());
        assert_eq!(parse("0.10").as_deref(), Ok("0.10"));
        for text in ["-1.000000001", "10.1"] {
            assert_eq!(parse(text), Err(Rule::RANGE.into()), "{text}");
        }
        for text in ["", "1.", ".5", "01", "+1", "1e3", "0x1", "1,5", "1.0000000001", "--1", "NaN"] {
            assert_eq!(parse(text), Err(Rule::FORMAT.into()), "{text}");
        }
    }
}
