//! Several values of one type; in the database, a JSON text.

use serde::Serialize;
use serde_json::{Value, json};
use sqlx::encode::IsNull;
use sqlx::error::BoxDynError;
use sqlx::{Decode, Encode, Type};

use super::{Faults, Field, Rule, Schema};
use crate::store::Db;

impl Rule {
    pub const COUNT: Self = Self("count");
}

/// `MIN` to `MAX` values.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct List<T, const MIN: usize, const MAX: usize>(Vec<T>);

impl<T, const MAX: usize> Default for List<T, 0, MAX> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T: Field, const MIN: usize, const MAX: usize> Field for List<T, MIN, MAX> {
    fn parse(value: Value) -> Result<Self, Faults> {
        let Value::Array(values) = value else { return Err(Rule::TYPE.into()) };
        if !(MIN..=MAX).contains(&values.len()) {
            return Err(Rule::COUNT.into());
        }
        let (mut items, mut faults) = (Vec::new(), Faults::new());
        for (index, value) in values.into_iter().enumerate() {
            match T::parse(value) {
                Ok(item) => items.push(item),
                Err(wrong) => faults.extend(wrong.into_iter().map(|fault| fault.below(&index.to_string()))),
            }
        }
        if faults.is_empty() { Ok(Self(items)) } else { Err(faults) }
    }

    fn schema() -> Schema {
        json!({ "type": "array", "items": T::schema(), "minItems": MIN, "maxItems": MAX })
    }
}

impl<T, const MIN: usize, const MAX: usize> Type<Db> for List<T, MIN, MAX> {
    fn type_info() -> <Db as sqlx::Database>::TypeInfo {
        <String as Type<Db>>::type_info()
    }
}

impl<T: Serialize, const MIN: usize, const MAX: usize> Encode<'_, Db> for List<T, MIN, MAX> {
    fn encode_by_ref(&self, buffer: &mut <Db as sqlx::Database>::ArgumentBuffer) -> Result<IsNull, BoxDynError> {
        Encode::<Db>::encode(serde_json::to_string(&self.0)?, buffer)
    }
}

/// Reads with the checks of a request: narrow an item's type together with a migration.
impl<'r, T: Field, const MIN: usize, const MAX: usize> Decode<'r, Db> for List<T, MIN, MAX> {
    fn decode(value: <Db as sqlx::Database>::ValueRef<'r>) -> Result<Self, BoxDynError> {
        let value = serde_json::from_str(<&str as Decode<Db>>::decode(value)?)?;
        Self::parse(value).map_err(|_| "a stored list does not fit its type".into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_counted_and_each_item_is_named() {
        let parse = |value: Value| List::<bool, 1, 3>::parse(value).map(|list| list.0.len());
        assert_eq!(parse(json!([true])), Ok(1));
        assert_eq!(parse(json!({})), Err(Rule::TYPE.into()));
        for value in [json!([]), json!([true, true, true, true])] {
            assert_eq!(parse(value), Err(Rule::COUNT.into()));
        }
        let faults = parse(json!([1, true, null])).unwrap_err();
        assert_eq!(faults.iter().map(ToString::to_string).collect::<Vec<_>>(), ["/0 type", "/2 type"]);
    }
}
