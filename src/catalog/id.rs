//! The name of a piece, as its folder spells it.

use std::fmt;

use crate::answers::{ChoiceId, IdError, OptionId};

/// The name of a piece: `base`, or `choice/option`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PieceId {
    /// What every service has.
    Base,
    /// What an option of a choice brings.
    Option(ChoiceId, OptionId),
}

impl PieceId {
    /// Reads `base` or `choice/option`.
    ///
    /// # Errors
    /// When a part of it is no id.
    pub fn parse(text: &str) -> Result<Self, IdError> {
        match text.split_once('/') {
            Some((choice, option)) => Ok(Self::Option(
                ChoiceId::parse(choice)?,
                OptionId::parse(option)?,
            )),
            None if text == "base" => Ok(Self::Base),
            // An id alone names a choice; the empty option says so in the message.
            None => Ok(Self::Option(ChoiceId::parse(text)?, OptionId::parse("")?)),
        }
    }

    /// Returns the choice that this piece answers; base answers none.
    pub fn choice(&self) -> Option<&ChoiceId> {
        match self {
            Self::Base => None,
            Self::Option(choice, _) => Some(choice),
        }
    }
}

impl fmt::Display for PieceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Base => f.write_str("base"),
            Self::Option(choice, option) => write!(f, "{choice}/{option}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_piece_is_base_or_an_option_of_a_choice() {
        for good in ["base", "ci/github", "auth/api-key"] {
            assert_eq!(
                PieceId::parse(good).map(|id| id.to_string()),
                Ok(good.to_owned())
            );
        }
        for bad in ["", "ci", "ci/", "/github", "a/b/c", "Ci/github"] {
            assert!(PieceId::parse(bad).is_err(), "{bad}");
        }
    }
}
