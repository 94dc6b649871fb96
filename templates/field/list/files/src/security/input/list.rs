//! Several values of one type; in the database, a JSON text.

use serde::Serialize;
use serde_json::json;
use sqlx::encode::IsNull;
use sqlx::error::BoxDynError;
use sqlx::{Decode, Encode, Type};

use super::{Faults, Field, Pointer, Rule, Schema, Value};
use crate::store::Db;

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
    fn parse(value: Value<'_>, at: &Pointer<'_>, faults: &mut Faults) -> Option<Self> {
        let Value::List(values) = value else {
            faults.push(at, Rule::Type);
            return None;
        };
        if !(MIN..=MAX).contains(&values.len()) {
            faults.push(at, Rule::Count);
            return None;
        }
        let values = values.into_iter().enumerate();
        let items: Vec<_> = values.map(|(index, value)| T::parse(value, &Pointer::Item(at, index), faults)).collect();
        items.into_iter().collect::<Option<_>>().map(Self)
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
        let text = <&str as Decode<Db>>::decode(value)?;
        let value = Value::parse(text.as_bytes())?;
        let list = Self::parse(value, &Pointer::Root, &mut Faults::default());
        list.ok_or_else(|| "a stored list does not fit its type".into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<usize, Vec<(String, &'static str)>> {
        let mut faults = Faults::default();
        let value = Value::parse(text.as_bytes()).unwrap();
        let list = List::<bool, 1, 3>::parse(value, &Pointer::Root, &mut faults);
        let faults = faults.into_vec().into_iter();
        list.map(|list| list.0.len()).ok_or(faults.map(|fault| (fault.pointer, fault.rule)).collect())
    }

    fn fault(pointer: &str, rule: &'static str) -> (String, &'static str) {
        (pointer.to_owned(), rule)
    }

    #[test]
    fn a_list_is_counted_and_each_item_is_named() {
        assert_eq!(parse("[true]"), Ok(1));
        assert_eq!(parse("[]").unwrap_err(), [fault("", "count")]);
        assert_eq!(parse("[true,true,true,true]").unwrap_err(), [fault("", "count")]);
        assert_eq!(parse("[1,true,null]").unwrap_err(), [fault("/0", "type"), fault("/2", "type")]);
        assert_eq!(parse("{}").unwrap_err(), [fault("", "type")]);
    }
}
