//! One strict pass over a JSON body.
//!
//! What two parsers could read differently is refused before anyone acts on it: duplicate members,
//! bytes after the value, ill-formed UTF-8, lone surrogates, U+0000 and deep nesting (INPUT-3).

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

/// How deep arrays and objects may nest, the outermost one included.
const MAX_DEPTH: u8 = 32;

/// A JSON value that no two parsers read differently; strings borrow from the body.
#[derive(Debug, PartialEq)]
pub enum Value<'a> {
    Null,
    Bool(bool),
    Int(i64),
    /// A fraction, an exponent, or more than 64 bits: no field takes one.
    Number,
    String(Cow<'a, str>),
    List(Vec<Self>),
    Object(BTreeMap<Cow<'a, str>, Self>),
}

/// Why bytes are not a [`Value`].
#[derive(Debug, thiserror::Error)]
pub enum NotJson {
    #[error("malformed JSON")]
    Malformed,
    /// `1e400` is well-formed JSON: its fault is one of meaning.
    #[error("a number is out of range")]
    OutOfRange,
}

impl<'a> Value<'a> {
    /// Reads a whole body.
    ///
    /// # Errors
    /// [`NotJson`], which says nothing of the body's content.
    pub fn parse(body: &'a [u8]) -> Result<Self, NotJson> {
        let mut parser = serde_json::Deserializer::from_slice(body);
        let nested = Nested { depth: MAX_DEPTH };
        let value = nested.deserialize(&mut parser)?;
        parser.end()?;
        Ok(value)
    }
}

impl From<serde_json::Error> for NotJson {
    fn from(error: serde_json::Error) -> Self {
        // serde_json has no public code for this one fault; a test below pins the text.
        let is_number = error.to_string().starts_with("number out of range");
        if is_number { Self::OutOfRange } else { Self::Malformed }
    }
}

#[derive(Clone, Copy)]
struct Nested {
    depth: u8,
}

impl Nested {
    fn deeper<E: Error>(self) -> Result<Self, E> {
        let depth = self.depth.checked_sub(1).ok_or_else(|| E::custom("nested too deeply"))?;
        Ok(Self { depth })
    }
}

impl<'de> DeserializeSeed<'de> for Nested {
    type Value = Value<'de>;

    fn deserialize<D: Deserializer<'de>>(self, input: D) -> Result<Self::Value, D::Error> {
        input.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Nested {
    type Value = Value<'de>;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Self::Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Self::Value, E> {
        Ok(Value::Int(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Self::Value, E> {
        Ok(i64::try_from(value).map_or(Value::Number, Value::Int))
    }

    fn visit_f64<E>(self, _: f64) -> Result<Self::Value, E> {
        Ok(Value::Number)
    }

    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Self::Value, E> {
        without_nul(Cow::Borrowed(text)).map(Value::String)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        without_nul(Cow::Owned(text.to_owned())).map(Value::String)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        let inner = self.deeper()?;
        let mut items = Vec::new();
        while let Some(item) = list.next_element_seed(inner)? {
            items.push(item);
        }
        Ok(Value::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Self::Value, A::Error> {
        let inner = self.deeper()?;
        let mut members = BTreeMap::new();
        while let Some(name) = object.next_key_seed(Name)? {
            let value = object.next_value_seed(inner)?;
            if members.insert(name, value).is_some() {
                return Err(A::Error::custom("duplicate member"));
            }
        }
        Ok(Value::Object(members))
    }
}

struct Name;

impl<'de> DeserializeSeed<'de> for Name {
    type Value = Cow<'de, str>;

    fn deserialize<D: Deserializer<'de>>(self, input: D) -> Result<Self::Value, D::Error> {
        input.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for Name {
    type Value = Cow<'de, str>;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a member name")
    }

    fn visit_borrowed_str<E: Error>(self, name: &'de str) -> Result<Self::Value, E> {
        without_nul(Cow::Borrowed(name))
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<Self::Value, E> {
        without_nul(Cow::Owned(name.to_owned()))
    }
}

fn without_nul<E: Error>(text: Cow<'_, str>) -> Result<Cow<'_, str>, E> {
    if text.contains('\0') { Err(E::custom("U+0000")) } else { Ok(text) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nested(depth: usize) -> String {
        format!("{}{}", "[".repeat(depth), "]".repeat(depth))
    }

    #[test]
    fn refuses_what_parsers_read_differently() {
        let faults: [&[u8]; 13] = [
            b"",
            br#"{"a":1,"a":2}"#,
            br#"{"a":1,"\u0061":2}"#,
            br#"{"x":[{"a":1,"a":1}]}"#,
            b"{} {}",
            b"\xef\xbb\xbf{}",
            b"\"\xff\"",
            br#""\ud800""#,
            br#""\udc00x""#,
            br#""a\u0000b""#,
            br#"{"a\u0000":1}"#,
            b"[1,]",
            b"NaN",
        ];
        for body in faults {
            let answer = Value::parse(body);
            assert!(matches!(answer, Err(NotJson::Malformed)), "{}", body.escape_ascii());
        }
    }

    #[test]
    fn nests_32_deep_and_no_deeper() {
        assert!(Value::parse(nested(32).as_bytes()).is_ok());
        assert!(Value::parse(nested(33).as_bytes()).is_err());
    }

    #[test]
    fn a_number_beyond_any_type_is_a_fault_of_meaning() {
        assert!(matches!(Value::parse(b"[1e400]"), Err(NotJson::OutOfRange)));
        assert_eq!(Value::parse(b"1.5").unwrap(), Value::Number);
        assert_eq!(Value::parse(b"9223372036854775808").unwrap(), Value::Number);
        assert_eq!(Value::parse(b"-9223372036854775808").unwrap(), Value::Int(i64::MIN));
    }
}
