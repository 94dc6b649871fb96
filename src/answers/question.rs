use super::choice::{ChoiceId, OptionId};

/// A choice of the catalog as it is put to somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    pub id: ChoiceId,
    pub prompt: String,
    pub help: String,
    /// What is taken when nobody says otherwise.
    pub default: Vec<OptionId>,
    /// Whether several options can be taken together.
    pub many: bool,
    pub options: Vec<Offer>,
}

/// An option of a [`Question`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    pub id: OptionId,
    pub title: String,
    pub summary: String,
}

impl Question {
    /// The only option, if there is but one: then there is nothing to ask.
    pub fn fact(&self) -> Option<&Offer> {
        match self.options.as_slice() {
            [only] => Some(only),
            _ => None,
        }
    }

    pub fn offer(&self, id: &OptionId) -> Option<&Offer> {
        self.options.iter().find(|offer| offer.id == *id)
    }
}
