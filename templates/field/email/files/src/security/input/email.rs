//! An e-mail address.

use std::str::FromStr;

use email_address::EmailAddress;
use serde::Serialize;
use serde_json::{Value, json};

use super::field::string;
use super::{Faults, Field, Rule, Schema};

/// Longer addresses cannot be delivered to (RFC 5321 §4.5.3.1.3).
const MAX: usize = 254;

/// An address that mail can be sent to; whether anyone reads it there is not known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, sqlx::Type)]
#[serde(transparent)]
#[sqlx(transparent)]
pub struct Email(String);

impl Field for Email {
    /// Only ASCII, no display name and no quoted local part: what all mail systems read alike.
    fn parse(value: Value) -> Result<Self, Faults> {
        let text = string(value)?;
        if text.len() > MAX {
            return Err(Rule::LENGTH.into());
        }
        let address = EmailAddress::from_str(&text).map_err(|_| Rule::FORMAT)?;
        let is_plain = text.is_ascii() && !text.contains(['"', '<', '(', '[']);
        if is_plain && address.domain().contains('.') { Ok(Self(text)) } else { Err(Rule::FORMAT.into()) }
    }

    fn schema() -> Schema {
        json!({ "type": "string", "format": "email", "maxLength": MAX })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_plain() {
        let parse = |text: &str| Email::parse(json!(text));
        assert!(parse("a.b+c@mail.example.com").is_ok());
        for text in ["", "a", "@b.c", "a@b", "a@b..c", "A <a@b.c>", "\"a b\"@c.de", "a@[1.2.3.4]", "a@b.c\n", "é@b.c"]
        {
            assert_eq!(parse(text), Err(Rule::FORMAT.into()), "{text}");
        }
        assert_eq!(parse(&format!("{}@b.cd", "a".repeat(300))), Err(Rule::LENGTH.into()));
    }
}
