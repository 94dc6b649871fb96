//! An e-mail address.

use std::str::FromStr;

use email_address::EmailAddress;
use serde::Serialize;
use serde_json::json;

use super::{Faults, Field, Pointer, Rule, Schema, Value};

/// Longer addresses cannot be delivered to (RFC 5321 §4.5.3.1.3).
const MAX: usize = 254;

/// An address that mail can be sent to; whether anyone reads it there is not known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, sqlx::Type)]
#[serde(transparent)]
#[sqlx(transparent)]
pub struct Email(String);

impl Field for Email {
    fn parse(value: Value<'_>, at: &Pointer<'_>, faults: &mut Faults) -> Option<Self> {
        let parsed = match value {
            Value::String(text) => parse_address(&text),
            _ => Err(Rule::Type),
        };
        parsed.map(Self).map_err(|rule| faults.push(at, rule)).ok()
    }

    fn schema() -> Schema {
        json!({ "type": "string", "format": "email", "maxLength": MAX })
    }
}

/// Only ASCII, no display name and no quoted local part: what all mail systems read alike.
fn parse_address(text: &str) -> Result<String, Rule> {
    if text.len() > MAX {
        return Err(Rule::Length);
    }
    let address = EmailAddress::from_str(text).map_err(|_| Rule::Format)?;
    let is_plain = text.is_ascii() && !text.contains(['"', '<', '(', '[']);
    if is_plain && address.domain().contains('.') { Ok(text.to_owned()) } else { Err(Rule::Format) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_plain() {
        assert!(parse_address("a.b+c@mail.example.com").is_ok());
        for text in ["", "a", "@b.c", "a@b", "a@b..c", "A <a@b.c>", "\"a b\"@c.de", "a@[1.2.3.4]", "a@b.c\n", "é@b.c"]
        {
            assert_eq!(parse_address(text), Err(Rule::Format), "{text}");
        }
        assert_eq!(parse_address(&format!("{}@b.cd", "a".repeat(300))), Err(Rule::Length));
    }
}
