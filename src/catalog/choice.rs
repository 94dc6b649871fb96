//! A question with its options: `templates/<choice>/choice.toml`.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use toml::Spanned;

use super::{CatalogError, Duty, Fault, Manifest, Piece, PieceId, Practice, Source};
use crate::answers::{ChoiceId, OptionId};

/// A choice, with the pieces that answer it.
#[derive(Debug, Clone)]
pub struct Choice {
    pub id: ChoiceId,
    /// A heading, as `Continuous integration`.
    pub title: String,
    /// The question, as it is asked.
    pub prompt: String,
    /// What to think of when answering.
    pub help: Option<String>,
    pub default: Vec<OptionId>,
    pub pick: Pick,
    pub answered_by: AnsweredBy,
    /// Where the question stands among the others.
    pub order: u32,
    /// The practice that the answer serves.
    pub practice: Option<Practice>,
    /// What each option says who does.
    pub duties: Vec<Duty>,
    /// The choices of which each option says what becomes of theirs.
    pub declares: Vec<ChoiceId>,
    /// Why the answer stays once a service has a migration, and what to do instead.
    pub lasting: Option<String>,
    pub options: BTreeMap<OptionId, Piece>,
}

/// How many options an answer takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Pick {
    One,
    Many,
}

/// Where the answer comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AnsweredBy {
    /// Asked, or given by a flag.
    User,
    /// An option is taken because a field has the type of that name.
    Fields,
    /// An option is taken because a chosen piece requires it.
    Need,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct ChoiceToml {
    title: String,
    prompt: Option<String>,
    help: Option<String>,
    #[serde(default)]
    default: Vec<Spanned<String>>,
    pick: Pick,
    #[serde(default = "AnsweredBy::user")]
    answered_by: AnsweredBy,
    order: u32,
    practice: Option<Practice>,
    lasting: Option<String>,
    #[serde(default)]
    duty: Vec<Duty>,
    #[serde(default)]
    declares: Vec<Spanned<String>>,
}

impl AnsweredBy {
    fn user() -> Self {
        Self::User
    }
}

impl Choice {
    /// Reads a choice's folder with all its options.
    pub(super) fn read(
        source: &Source,
        id: ChoiceId,
        options: BTreeSet<OptionId>,
    ) -> Result<Self, CatalogError> {
        let manifest = Manifest::read(source, format!("{id}/choice.toml"))?;
        let toml: ChoiceToml = manifest.parse()?;
        let options = options
            .into_iter()
            .map(|option| {
                let piece = PieceId::Option(id.clone(), option.clone());
                Ok((option, Piece::read(source, piece)?))
            })
            .collect::<Result<BTreeMap<_, _>, CatalogError>>()?;
        if toml.answered_by == AnsweredBy::User && options.len() > 1 && toml.default.is_empty() {
            return Err(manifest.fault(None, Fault::NoDefault(id)));
        }
        if let (Pick::One, [_, second, ..]) = (toml.pick, toml.default.as_slice()) {
            return Err(manifest.fault(Some(second.span()), Fault::ManyDefaults(id)));
        }
        let declares = toml.declares.into_iter().map(|choice| {
            let parsed = ChoiceId::parse(choice.get_ref());
            parsed.map_err(|error| manifest.fault(Some(choice.span()), Fault::BadId(error)))
        });
        Ok(Self {
            declares: declares.collect::<Result<_, _>>()?,
            duties: toml.duty,
            default: defaults(&manifest, &id, &options, toml.default)?,
            prompt: toml.prompt.unwrap_or_else(|| toml.title.clone()),
            title: toml.title,
            help: toml.help,
            pick: toml.pick,
            answered_by: toml.answered_by,
            order: toml.order,
            practice: toml.practice,
            lasting: toml.lasting,
            id,
            options,
        })
    }

    /// Whether there is anything to ask: a choice with one option is a fact.
    pub fn is_asked(&self) -> bool {
        self.answered_by == AnsweredBy::User && self.options.len() > 1
    }
}

fn defaults(
    manifest: &Manifest,
    choice: &ChoiceId,
    options: &BTreeMap<OptionId, Piece>,
    given: Vec<Spanned<String>>,
) -> Result<Vec<OptionId>, CatalogError> {
    let mut defaults = Vec::with_capacity(given.len());
    for text in given {
        let fault = |fault| manifest.fault(Some(text.span()), fault);
        let option = OptionId::parse(text.get_ref()).map_err(|error| fault(Fault::BadId(error)))?;
        if !options.contains_key(&option) {
            return Err(fault(Fault::UnknownDefault {
                choice: choice.clone(),
                option,
            }));
        }
        defaults.push(option);
    }
    Ok(defaults)
}
