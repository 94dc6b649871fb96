//! A web address. The service never connects to it.

use serde::Serialize;
use serde_json::{Value, json};

use super::field::string;
use super::{Faults, Field, Rule, Schema};

const MAX: usize = 2048;

/// An absolute `http` or `https` URL with a host and without a user or password.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, sqlx::Type)]
#[serde(transparent)]
#[sqlx(transparent)]
pub struct Url(String);

impl Field for Url {
    /// Keeps the form that browsers use: what was checked is what is stored.
    fn parse(value: Value) -> Result<Self, Faults> {
        let text = string(value)?;
        if text.len() > MAX {
            return Err(Rule::LENGTH.into());
        }
        let url = url::Url::parse(&text).map_err(|_| Rule::FORMAT)?;
        let is_web = text.starts_with("http://") || text.starts_with("https://");
        let is_plain = !text.contains(|c: char| c.is_control() || c.is_whitespace() || c == '\\');
        let has_login = !url.username().is_empty() || url.password().is_some();
        if !is_web || !is_plain || has_login {
            return Err(Rule::FORMAT.into());
        }
        let form = String::from(url);
        if form.len() > MAX { Err(Rule::LENGTH.into()) } else { Ok(Self(form)) }
    }

    fn schema() -> Schema {
        json!({ "type": "string", "format": "uri", "pattern": "^https?://", "maxLength": MAX })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_is_of_the_web() {
        let parse = |text: &str| Url::parse(json!(text)).map(|url| url.0);
        assert_eq!(parse("https://EXAMPLE.com/a?b=c#d").as_deref(), Ok("https://example.com/a?b=c#d"));
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
            assert_eq!(parse(text), Err(Rule::FORMAT.into()), "{text}");
        }
    }
}
