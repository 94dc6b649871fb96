use std::borrow::Borrow;
use std::fmt;

use miette::Diagnostic;
use thiserror::Error;

use super::quoted::Quoted;

/// Why a text is neither a choice nor an option: those are folder names of the catalog.
#[derive(Debug, Clone, PartialEq, Eq, Error, Diagnostic)]
#[error("{given} cannot name a choice or an option")]
#[diagnostic(
    code(palisade::answers::id),
    help("those are small letters, digits and single `-`, like `api-key`")
)]
pub struct IdError {
    given: Quoted,
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(String);

        impl $name {
            /// Reads an id.
            ///
            /// # Errors
            /// When it is not small letters and digits in words joined by `-`.
            pub fn parse(text: &str) -> Result<Self, IdError> {
                if is_id(text) { Ok(Self(text.to_owned())) } else { Err(IdError { given: Quoted::new(text) }) }
            }

            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        // So that maps by id can be asked with a plain text.
        impl Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }
    };
}

id! {
    /// A choice of the catalog: `auth`, `ci`.
    ChoiceId
}

id! {
    /// An option of a choice: `api-key`, `github`.
    OptionId
}

fn is_id(text: &str) -> bool {
    text.len() <= 40
        && text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.split('-').all(|word| {
            !word.is_empty() && word.chars().all(|c| matches!(c, 'a'..='z' | '0'..='9'))
        })
}

#[cfg(test)]
mod tests {
    use super::{ChoiceId, OptionId};

    #[test]
    fn folder_names_are_ids_and_nothing_else_is() {
        for text in ["ci", "api-key", "media-type", "oauth2"] {
            assert_eq!(OptionId::parse(text).expect(text).as_str(), text);
        }
        for text in [
            "",
            "API",
            "a_b",
            "a--b",
            "-a",
            "a-",
            "2fa",
            "../x",
            "a b",
            &"a".repeat(41),
        ] {
            assert!(ChoiceId::parse(text).is_err(), "{text}");
        }
    }
}
