//! A web address. The service never connects to it.

use serde::Serialize;
use serde_json::json;

use super::{Faults, Field, Pointer, Rule, Schema, Value};

const MAX: usize = 2048;

/// An absolute `http` or `https` URL with a host and without a user or password.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, sqlx::Type)]
#[serde(transparent)]
#[sqlx(transparent)]
pub struct Url(String);

impl Field for Url {
    fn parse(value: Value<'_>, at: &Pointer<'_>, faults: &mut Faults) -> Option<Self> {
        let parsed = match value {
            Value::String(text) => parse_url(&text),
            _ => Err(Rule::Type),
        };
        parsed.map(Self).map_err(|rule| faults.push(at, rule)).ok()
    }

    fn schema() -> Schema {
        json!({ "type": "string", "format": "uri", "pattern": "^https?://", "maxLength": MAX })
    }
}

/// Keeps the form that browsers use: what was checked is what is stored.
fn parse_url(text: &str) -> Result<String, Rule> {
    if text.len() > MAX {
        return Err(Rule::Length);
    }
    let url = url::Url::parse(text).map_err(|_| Rule::Format)?;
    let is_web = text.starts_with("http://") || text.starts_with("https://");
    let is_plain = !text.contains(|c: char| c.is_control() || c.is_whitespace() || c == '\\');
    let has_login = !url.username().is_empty() || url.password().is_some();
    if !is_web || !is_plain || has_login {
        return Err(Rule::Format);
    }
    let form = String::from(url);
    if form.len() > MAX { Err(Rule::Length) } else { Ok(form) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_is_of_the_web() {
        assert_eq!(parse_url("https://EXAMPLE.com/a?b=c#d").as_deref(), Ok("https://example.com/a?b=c#d"));
        for text in [
            "",
            "example.com",
            "//example.com",
            "javascript:alert(1)",
            "file:///etc/passwd",
            "http:example.com",
            "https://",
            "https://user:word@example.com",
            "https://exa mple.com",
            "https://example.com/\n",
            "https:\\\\example.com",
        ] {
            assert_eq!(parse_url(text), Err(Rule::Format), "{text}");
        }
    }
}
