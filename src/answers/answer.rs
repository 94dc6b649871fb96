use std::collections::BTreeMap;

use miette::Diagnostic;
use thiserror::Error;

use super::choice::{ChoiceId, OptionId};
use super::date::{Date, DateError};
use super::description::{Description, DescriptionError};
use super::key::Key;
use super::project_name::{ProjectName, ProjectNameError};
use super::question::{ChoiceError, Question};
use super::resource::{Fields, FieldsError, Resource};
use super::resource_name::{ResourceName, ResourceNameError};
use super::security_contact::{SecurityContact, SecurityContactError};
use super::version::{Version, VersionError, VersionName};

/// One answer, whoever gave it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    Name(ProjectName),
    Description(Description),
    /// `None` is an answer too: no security.txt until the setting is filled.
    SecurityContact(Option<SecurityContact>),
    Created(Date),
    Resource(ResourceName),
    Fields(Fields),
    /// The oldest version that has a resource, for those that the service's first does not have.
    Since(BTreeMap<ResourceName, VersionName>),
    MoreResources(Vec<Resource>),
    Versions(Vec<Version>),
    Choice(ChoiceId, Vec<OptionId>),
}

/// Why a text is no answer.
#[derive(Debug, Clone, PartialEq, Eq, Error, Diagnostic)]
pub enum AnswerError {
    #[error(transparent)]
    #[diagnostic(transparent)]
    Name(#[from] ProjectNameError),
    #[error(transparent)]
    #[diagnostic(transparent)]
    Description(#[from] DescriptionError),
    #[error(transparent)]
    #[diagnostic(transparent)]
    SecurityContact(#[from] SecurityContactError),
    #[error(transparent)]
    #[diagnostic(transparent)]
    Date(#[from] DateError),
    #[error(transparent)]
    #[diagnostic(transparent)]
    Resource(#[from] ResourceNameError),
    #[error(transparent)]
    #[diagnostic(transparent)]
    Fields(#[from] FieldsError),
    #[error(transparent)]
    #[diagnostic(transparent)]
    Version(#[from] VersionError),
    #[error(transparent)]
    #[diagnostic(transparent)]
    Choice(#[from] ChoiceError),
    #[error("{key} cannot be given as one text")]
    #[diagnostic(
        code(palisade::answers::not_one_text),
        help("give it in an answers file, with `--answers FILE`")
    )]
    NotOneText { key: Key },
}

impl Answer {
    /// Reads an answer from the text of a flag, a variable or a prompt.
    ///
    /// # Errors
    /// The rule that the text breaks, with a way out.
    pub fn parse(key: &Key, text: &str, questions: &[Question]) -> Result<Self, AnswerError> {
        Ok(match key {
            Key::Name => Self::Name(ProjectName::parse(text)?),
            Key::Description => Self::Description(Description::parse(text)?),
            Key::SecurityContact => Self::SecurityContact(parse_contact(text)?),
            Key::Created => Self::Created(Date::parse(text)?),
            Key::Resource => Self::Resource(ResourceName::parse(text)?),
            Key::Fields => Self::Fields(Fields::parse(text)?),
            Key::Choice(id) => {
                let given = text
                    .split(',')
                    .map(str::trim)
                    .filter(|option| !option.is_empty());
                Self::Choice(
                    id.clone(),
                    Question::find(questions, id.as_str())?.pick(given)?,
                )
            }
            Key::Since | Key::MoreResources | Key::Versions => {
                return Err(AnswerError::NotOneText { key: key.clone() });
            }
        })
    }

    pub fn key(&self) -> Key {
        match self {
            Self::Name(_) => Key::Name,
            Self::Description(_) => Key::Description,
            Self::SecurityContact(_) => Key::SecurityContact,
            Self::Created(_) => Key::Created,
            Self::Resource(_) => Key::Resource,
            Self::Fields(_) => Key::Fields,
            Self::Since(_) => Key::Since,
            Self::MoreResources(_) => Key::MoreResources,
            Self::Versions(_) => Key::Versions,
            Self::Choice(id, _) => Key::Choice(id.clone()),
        }
    }

    /// The answer as somebody would type it.
    pub fn text(&self) -> String {
        match self {
            Self::Name(name) => name.to_string(),
            Self::Description(description) => description.to_string(),
            Self::SecurityContact(contact) => contact
                .as_ref()
                .map_or_else(|| "none".to_owned(), ToString::to_string),
            Self::Created(date) => date.to_string(),
            Self::Resource(name) => name.to_string(),
            Self::Fields(fields) => fields.to_string(),
            Self::Since(since) => joined(
                since
                    .iter()
                    .map(|(name, version)| format!("{name} since {version}")),
            ),
            Self::MoreResources(resources) => {
                joined(resources.iter().map(|resource| resource.name().to_string()))
            }
            Self::Versions(versions) => {
                joined(versions.iter().map(|version| version.name.to_string()))
            }
            Self::Choice(_, options) => joined(options.iter().map(ToString::to_string)),
        }
    }
}

pub(crate) fn parse_contact(text: &str) -> Result<Option<SecurityContact>, SecurityContactError> {
    if text.trim() == "none" {
        Ok(None)
    } else {
        SecurityContact::parse(text).map(Some)
    }
}

fn joined(texts: impl Iterator<Item = String>) -> String {
    texts.collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use super::Answer;
    use crate::answers::choice::ChoiceId;
    use crate::answers::key::Key;
    use crate::answers::question::tests::question;

    #[test]
    fn what_is_typed_reads_back_the_same() {
        let questions = [question("auth", true, &["api-key", "oidc"])];
        for (key, text) in [
            (Key::Name, "notes-api"),
            (Key::Description, "Keeps notes"),
            (Key::SecurityContact, "none"),
            (Key::SecurityContact, "https://example.org/security"),
            (Key::Created, "2026-11-23"),
            (Key::Resource, "order_item"),
            (Key::Fields, "title:string:1..200 done:bool"),
            (
                Key::Choice(ChoiceId::parse("auth").expect("an id")),
                "api-key,oidc",
            ),
        ] {
            let answer = Answer::parse(&key, text, &questions).expect(text);
            assert_eq!((answer.key(), answer.text()), (key, text.to_owned()));
        }
    }
}
