use std::fmt;

use miette::Diagnostic;
use thiserror::Error;

use super::quoted::is_invisible;

/// What the service is for, in one line.
///
/// It ends up in Cargo.toml, the README and the OpenAPI document, and so has at
/// most [`Description::MAX`] characters, none of which a reader could not see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Description(String);

/// Why a text is no description.
#[derive(Debug, Clone, PartialEq, Eq, Error, Diagnostic)]
pub enum DescriptionError {
    #[error("the description is empty")]
    #[diagnostic(
        code(palisade::answers::description),
        help("say in one line what the service is for")
    )]
    Empty,
    #[error(
        "the description has {length} characters; at most {} fit",
        Description::MAX
    )]
    #[diagnostic(
        code(palisade::answers::description),
        help("one line is enough: the README has room for the rest")
    )]
    TooLong { length: usize },
    #[error("the description has a control or invisible character, `{}`, at position {position}", found.escape_unicode())]
    #[diagnostic(
        code(palisade::answers::description),
        help("write it as one line of visible text")
    )]
    Character { found: char, position: usize },
}

impl Description {
    pub const MAX: usize = 120;

    /// Reads a description; blanks around it are dropped.
    ///
    /// # Errors
    /// When it is empty, too long, or holds a control or invisible character.
    pub fn parse(text: &str) -> Result<Self, DescriptionError> {
        let text = text.trim();
        if text.is_empty() {
            return Err(DescriptionError::Empty);
        }
        let odd = |c: char| c.is_control() || is_invisible(c);
        if let Some((index, found)) = text.chars().enumerate().find(|(_, c)| odd(*c)) {
            return Err(DescriptionError::Character {
                found,
                position: index + 1,
            });
        }
        let length = text.chars().count();
        if length > Self::MAX {
            return Err(DescriptionError::TooLong { length });
        }
        Ok(Self(text.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Description {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::{Description, DescriptionError};

    #[test]
    fn one_line_of_any_script_is_taken() {
        assert_eq!(
            Description::parse("  Notizen für Ärzte \"heute\" ")
                .expect("a line")
                .as_str(),
            "Notizen für Ärzte \"heute\""
        );
        assert!(Description::parse(&"ä".repeat(120)).is_ok());
    }

    #[test]
    fn what_is_not_one_visible_line_is_refused() {
        assert_eq!(Description::parse(" \t"), Err(DescriptionError::Empty));
        assert_eq!(
            Description::parse(&"a".repeat(121)),
            Err(DescriptionError::TooLong { length: 121 })
        );
        assert_eq!(
            Description::parse("a\nb"),
            Err(DescriptionError::Character {
                found: '\n',
                position: 2
            })
        );
        assert_eq!(
            Description::parse("a\u{1b}b"),
            Err(DescriptionError::Character {
                found: '\u{1b}',
                position: 2
            })
        );
        assert_eq!(
            Description::parse("ab\u{202e}c"),
            Err(DescriptionError::Character {
                found: '\u{202e}',
                position: 3
            })
        );
    }
}
