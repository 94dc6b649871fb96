use miette::Diagnostic;
use thiserror::Error;

use super::choice::{ChoiceId, OptionId};
use super::quoted::Quoted;

/// A choice of the catalog as it is put to somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    pub id: ChoiceId,
    /// The choice as a heading: `Continuous integration`.
    pub title: String,
    pub prompt: String,
    /// What to think of when answering; may be empty.
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

/// Why an answer does not fit its question.
#[derive(Debug, Clone, PartialEq, Eq, Error, Diagnostic)]
pub enum ChoiceError {
    #[error("there is no choice {given}")]
    #[diagnostic(code(palisade::answers::unknown_choice), help("there are {}", known.join(", ")))]
    Unknown { given: Quoted, known: Vec<String> },
    #[error("there is no {choice} called {given}")]
    #[diagnostic(code(palisade::answers::unknown_option), help("choose one of {}", known.join(", ")))]
    UnknownOption {
        choice: ChoiceId,
        given: Quoted,
        known: Vec<String>,
    },
    #[error("{choice} takes one option, not {count}")]
    #[diagnostic(code(palisade::answers::one_option), help("choose one of {}", known.join(", ")))]
    NotOne {
        choice: ChoiceId,
        count: usize,
        known: Vec<String>,
    },
    #[error("{choice} takes at least one option")]
    #[diagnostic(code(palisade::answers::no_option), help("choose of {}", known.join(", ")))]
    None {
        choice: ChoiceId,
        known: Vec<String>,
    },
    #[error("{given} stands twice among the options of {choice}")]
    #[diagnostic(code(palisade::answers::option_twice), help("name each option once"))]
    Twice { choice: ChoiceId, given: Quoted },
}

impl Question {
    /// The only option, if there is but one: then there is nothing to ask.
    pub fn fact(&self) -> Option<&Offer> {
        match self.options.as_slice() {
            [only] => Some(only),
            _ => None,
        }
    }

    pub fn offer(&self, id: &str) -> Option<&Offer> {
        self.options.iter().find(|offer| offer.id.as_str() == id)
    }

    /// Returns the question about a choice.
    ///
    /// # Errors
    /// When the catalog has no such choice.
    pub fn find<'a>(questions: &'a [Self], choice: &str) -> Result<&'a Self, ChoiceError> {
        let known = || {
            questions
                .iter()
                .map(|question| question.id.to_string())
                .collect()
        };
        questions
            .iter()
            .find(|question| question.id.as_str() == choice)
            .ok_or_else(|| ChoiceError::Unknown {
                given: Quoted::new(choice),
                known: known(),
            })
    }

    /// Reads an answer: one option, or several if the question takes them; kept in the catalog's order.
    ///
    /// # Errors
    /// When an option is unknown, missing, one too many or given twice.
    pub fn pick<'a>(
        &self,
        given: impl IntoIterator<Item = &'a str>,
    ) -> Result<Vec<OptionId>, ChoiceError> {
        let choice = || self.id.clone();
        let mut picked: Vec<usize> = Vec::new();
        for text in given {
            let found = self
                .options
                .iter()
                .position(|offer| offer.id.as_str() == text);
            let index = found.ok_or_else(|| ChoiceError::UnknownOption {
                choice: choice(),
                given: Quoted::new(text),
                known: self.known(),
            })?;
            if picked.contains(&index) {
                return Err(ChoiceError::Twice {
                    choice: choice(),
                    given: Quoted::new(text),
                });
            }
            picked.push(index);
        }
        match picked.len() {
            0 => {
                return Err(ChoiceError::None {
                    choice: choice(),
                    known: self.known(),
                });
            }
            count if count > 1 && !self.many => {
                return Err(ChoiceError::NotOne {
                    choice: choice(),
                    count,
                    known: self.known(),
                });
            }
            _ => picked.sort_unstable(),
        }
        let offers = picked
            .into_iter()
            .filter_map(|index| self.options.get(index));
        Ok(offers.map(|offer| offer.id.clone()).collect())
    }

    /// What may be given on a command line: `github|none`, or `api-key,oidc` where several can.
    pub(crate) fn allowed(&self) -> String {
        self.known().join(if self.many { "," } else { "|" })
    }

    fn known(&self) -> Vec<String> {
        self.options
            .iter()
            .map(|offer| offer.id.to_string())
            .collect()
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::{ChoiceError, Offer, Question};
    use crate::answers::choice::{ChoiceId, OptionId};

    pub(crate) fn question(id: &str, many: bool, options: &[&str]) -> Question {
        let option = |id: &str| OptionId::parse(id).expect(id);
        Question {
            id: ChoiceId::parse(id).expect(id),
            title: id.to_uppercase(),
            prompt: format!("Which {id}?"),
            help: String::new(),
            default: options.first().map(|id| option(id)).into_iter().collect(),
            many,
            options: options
                .iter()
                .map(|id| Offer {
                    id: option(id),
                    title: format!("The {id}"),
                    summary: format!("does {id}"),
                })
                .collect(),
        }
    }

    #[test]
    fn one_option_is_picked_where_one_is_asked() {
        let ci = question("ci", false, &["github", "none"]);
        assert_eq!(ci.pick(["none"]).expect("an option")[0].as_str(), "none");
        assert!(matches!(
            ci.pick(["github", "none"]),
            Err(ChoiceError::NotOne { count: 2, .. })
        ));
        assert!(matches!(ci.pick([]), Err(ChoiceError::None { .. })));
        let error = ci.pick(["gitlab"]).expect_err("unknown");
        assert_eq!(error.to_string(), "there is no ci called `gitlab`");
        assert_eq!(
            miette::Diagnostic::help(&error).expect("help").to_string(),
            "choose one of github, none"
        );
    }

    #[test]
    fn several_options_come_in_the_catalogs_order() {
        let auth = question("auth", true, &["api-key", "oidc", "mtls"]);
        let picked: Vec<_> = auth
            .pick(["mtls", "api-key"])
            .expect("two")
            .iter()
            .map(ToString::to_string)
            .collect();
        assert_eq!(picked, ["api-key", "mtls"]);
        assert!(matches!(
            auth.pick(["oidc", "oidc"]),
            Err(ChoiceError::Twice { .. })
        ));
    }

    #[test]
    fn an_unknown_choice_names_those_there_are() {
        let questions = [
            question("ci", false, &["github"]),
            question("auth", true, &["api-key"]),
        ];
        let error = Question::find(&questions, "cl").expect_err("unknown");
        assert_eq!(
            miette::Diagnostic::help(&error).expect("help").to_string(),
            "there are ci, auth"
        );
    }
}
