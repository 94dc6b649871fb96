use std::fmt;

use miette::Diagnostic;
use thiserror::Error;

use super::quoted::Quoted;

/// Where a flaw in the service is reported: the `Contact` line of its security.txt
/// (RFC 9116 §2.5.3), a `mailto:` or `https:` URI.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecurityContact(String);

/// Why a text is no security contact.
#[derive(Debug, Clone, PartialEq, Eq, Error, Diagnostic)]
pub enum SecurityContactError {
    #[error("the security contact is empty")]
    #[diagnostic(
        code(palisade::answers::security_contact),
        help("give a `mailto:` or `https:` address, or `none`")
    )]
    Empty,
    #[error("{given} has no scheme")]
    #[diagnostic(code(palisade::answers::security_contact), help("try `mailto:{bare}`"))]
    BareEmail { given: Quoted, bare: String },
    #[error("{given} is neither a `mailto:` nor an `https:` address")]
    #[diagnostic(
        code(palisade::answers::security_contact),
        help("try `mailto:security@example.org` or `https://example.org/security`")
    )]
    Scheme { given: Quoted },
    #[error("{given} is not one e-mail address")]
    #[diagnostic(
        code(palisade::answers::security_contact),
        help("write it as `mailto:security@example.org`")
    )]
    Email { given: Quoted },
    #[error("{given} is not a web address")]
    #[diagnostic(
        code(palisade::answers::security_contact),
        help("write it as `https://example.org/security`")
    )]
    Web { given: Quoted },
    #[error(
        "{given} has {length} characters; at most {} fit",
        SecurityContact::MAX
    )]
    #[diagnostic(
        code(palisade::answers::security_contact),
        help("give a shorter address")
    )]
    TooLong { given: Quoted, length: usize },
}

impl SecurityContact {
    pub const MAX: usize = 254;

    /// Reads a contact.
    ///
    /// # Errors
    /// When it is neither `mailto:` with one ASCII address nor `https:` with a host.
    pub fn parse(text: &str) -> Result<Self, SecurityContactError> {
        let text = text.trim();
        let given = Quoted::new(text);
        if text.is_empty() {
            return Err(SecurityContactError::Empty);
        }
        if text.len() > Self::MAX {
            return Err(SecurityContactError::TooLong {
                given,
                length: text.chars().count(),
            });
        }
        if let Some(address) = text.strip_prefix("mailto:") {
            return if is_email(address) {
                Ok(Self(text.to_owned()))
            } else {
                Err(SecurityContactError::Email { given })
            };
        }
        if let Some(rest) = text.strip_prefix("https://") {
            return if is_web(rest) {
                Ok(Self(text.to_owned()))
            } else {
                Err(SecurityContactError::Web { given })
            };
        }
        if is_email(text) {
            return Err(SecurityContactError::BareEmail {
                given,
                bare: text.to_owned(),
            });
        }
        Err(SecurityContactError::Scheme { given })
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Stricter than RFC 5322 on purpose: no quotes, no comments, no query, so that the
/// address can stand in a header file, a TOML string and a link without escaping.
fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.split_once('@') else {
        return false;
    };
    let plain = |c: char| c.is_ascii_alphanumeric() || "!#$'*+-/=^_{|}~.".contains(c);
    !local.is_empty()
        && local.len() <= 64
        && local.chars().all(plain)
        && local.split('.').all(|atom| !atom.is_empty())
        && is_host(domain)
}

fn is_web(rest: &str) -> bool {
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let (host, port) = authority.split_once(':').unwrap_or((authority, "443"));
    let visible = rest
        .chars()
        .all(|c| c.is_ascii_graphic() && !"\"<>\\^`{|}".contains(c));
    visible && is_host(host) && port.parse::<u16>().is_ok_and(|port| port > 0)
}

fn is_host(text: &str) -> bool {
    let is_label = |label: &str| {
        !label.is_empty()
            && label.len() <= 63
            && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    text.contains('.') && text.split('.').all(is_label)
}

impl fmt::Display for SecurityContact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::{SecurityContact, SecurityContactError};

    #[test]
    fn mail_and_web_addresses_are_taken() {
        for text in [
            "mailto:security@example.org",
            "mailto:a.b+c@x-y.example.org",
            "https://example.org/security?x=1#y",
            "https://example.org:8443",
        ] {
            assert_eq!(SecurityContact::parse(text).expect(text).as_str(), text);
        }
    }

    #[test]
    fn a_bare_address_is_offered_its_scheme() {
        let error = SecurityContact::parse("me@example.org").expect_err("no scheme");
        assert_eq!(
            miette::Diagnostic::help(&error)
                .expect("a way out")
                .to_string(),
            "try `mailto:me@example.org`"
        );
    }

    #[test]
    fn anything_else_is_refused() {
        for text in [
            "http://example.org",
            "example.org",
            "tel:+49",
            "MAILTO:a@b.c",
            "javascript:alert(1)",
        ] {
            assert!(
                matches!(
                    SecurityContact::parse(text),
                    Err(SecurityContactError::Scheme { .. })
                ),
                "{text}"
            );
        }
        for text in [
            "mailto:",
            "mailto:a",
            "mailto:a@b",
            "mailto:a@b.c,d@e.f",
            "mailto:a b@c.d",
            "mailto:a@b..c",
            "mailto:a@b.c?subject=x",
            "mailto:.a@b.c",
        ] {
            assert!(
                matches!(
                    SecurityContact::parse(text),
                    Err(SecurityContactError::Email { .. })
                ),
                "{text}"
            );
        }
        for text in [
            "https://",
            "https://localhost",
            "https://u:p@example.org",
            "https://example.org/a b",
            "https://example.org:0",
            "https://example.org/\"",
            "https://-a.org",
        ] {
            assert!(
                matches!(
                    SecurityContact::parse(text),
                    Err(SecurityContactError::Web { .. })
                ),
                "{text}"
            );
        }
        assert!(matches!(
            SecurityContact::parse(&format!("mailto:a@{}.org", "b".repeat(300))),
            Err(SecurityContactError::TooLong { .. })
        ));
        assert_eq!(SecurityContact::parse(""), Err(SecurityContactError::Empty));
    }
}
