use std::fmt;

use super::choice::ChoiceId;
use super::question::Question;

/// Which answer is meant: its flag, its variable and its key in a file come from here.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Key {
    Name,
    Description,
    SecurityContact,
    Created,
    /// The name of the first resource.
    Resource,
    /// The fields of the first resource.
    Fields,
    /// The versions since which resources are there, which only a file can give.
    Since,
    /// The resources after the first, which only a file can give.
    MoreResources,
    /// The versions of the API, which only a file can give.
    Versions,
    Choice(ChoiceId),
}

impl Key {
    /// Returns the answers that a flag, a variable or a prompt can give, in the order in which they are asked.
    pub fn asked(questions: &[Question]) -> Vec<Self> {
        let own = [
            Self::Name,
            Self::Description,
            Self::SecurityContact,
            Self::Resource,
            Self::Fields,
        ];
        let choices = questions
            .iter()
            .filter(|question| question.fact().is_none());
        own.into_iter()
            .chain(choices.map(|question| Self::Choice(question.id.clone())))
            .collect()
    }

    /// The command line's flag, if the answer has one: `--security-contact`.
    pub fn flag(&self) -> Option<String> {
        let word = self.word()?;
        Some(format!("--{}", word.replace('_', "-")))
    }

    /// The environment's variable, if the answer has one: `PALISADE_SECURITY_CONTACT`.
    pub fn variable(&self) -> Option<String> {
        let word = self.word()?;
        Some(format!(
            "PALISADE_{}",
            word.replace('-', "_").to_ascii_uppercase()
        ))
    }

    /// The answer as a heading: `Security contact`, or the title of a choice.
    pub fn title(&self, questions: &[Question]) -> String {
        if let Self::Choice(id) = self
            && let Some(question) = questions.iter().find(|question| question.id == *id)
        {
            return question.title.clone();
        }
        let name = self.to_string();
        let mut rest = name.chars();
        rest.next().map_or_else(String::new, |first| {
            first.to_uppercase().chain(rest).collect()
        })
    }

    fn word(&self) -> Option<&str> {
        match self {
            Self::Name => Some("name"),
            Self::Description => Some("description"),
            Self::SecurityContact => Some("security_contact"),
            Self::Created => Some("created"),
            Self::Resource => Some("resource"),
            Self::Fields => Some("fields"),
            Self::Since | Self::MoreResources | Self::Versions => None,
            Self::Choice(id) => Some(id.as_str()),
        }
    }

    /// Says what may be given, for the list of what is missing.
    pub(crate) fn expects(&self, questions: &[Question]) -> String {
        match self {
            Self::Name => "or DIR; small letters, digits and `-`".to_owned(),
            Self::Description => "one line, what the service is for".to_owned(),
            Self::SecurityContact => "a `mailto:` or `https:` address, or `none`".to_owned(),
            Self::Since => "a version, like `v2`".to_owned(),
            Self::Created | Self::Versions => "YYYY-MM-DD".to_owned(),
            Self::Resource | Self::MoreResources => "one item's name, like `note`".to_owned(),
            Self::Fields => "NAME:TYPE each, like `title:string done:bool`".to_owned(),
            Self::Choice(id) => questions
                .iter()
                .find(|question| question.id == *id)
                .map(Question::allowed)
                .unwrap_or_default(),
        }
    }
}

/// The answer as a sentence names it.
impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name => f.write_str("name"),
            Self::Description => f.write_str("description"),
            Self::SecurityContact => f.write_str("security contact"),
            Self::Created => f.write_str("creation date"),
            Self::Resource => f.write_str("first resource"),
            Self::Fields => f.write_str("fields"),
            Self::Since => f.write_str("resources' first versions"),
            Self::MoreResources => f.write_str("further resources"),
            Self::Versions => f.write_str("versions"),
            Self::Choice(id) => write!(f, "choice `{id}`"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Key;
    use crate::answers::choice::ChoiceId;
    use crate::answers::question::tests::question;

    #[test]
    fn a_key_is_spelled_for_each_place() {
        let key = Key::Choice(ChoiceId::parse("rate-limit").expect("an id"));
        assert_eq!(key.flag().as_deref(), Some("--rate-limit"));
        assert_eq!(key.variable().as_deref(), Some("PALISADE_RATE_LIMIT"));
        assert_eq!(
            Key::SecurityContact.flag().as_deref(),
            Some("--security-contact")
        );
        assert_eq!(
            Key::SecurityContact.variable().as_deref(),
            Some("PALISADE_SECURITY_CONTACT")
        );
        assert_eq!(Key::Versions.flag(), None);
    }

    #[test]
    fn a_choice_is_headed_by_its_title() {
        let questions = [question("ci", false, &["github", "none"])];
        let ci = Key::Choice(ChoiceId::parse("ci").expect("an id"));
        assert_eq!(ci.title(&questions), "CI");
        assert_eq!(Key::SecurityContact.title(&questions), "Security contact");
    }
}
