use std::collections::BTreeMap;

use super::all::Answers;
use super::answer::Answer;
use super::choice::{ChoiceId, OptionId};
use super::date::Date;
use super::description::Description;
use super::draft_error::DraftError;
use super::key::Key;
use super::missing::Missing;
use super::question::Question;
use super::resource::{Fields, Resource};
use super::resource_name::ResourceName;
use super::resources::together;
use super::source::Source;
use super::version::{Version, VersionName};

/// Answers as they come in from several places, until there is one for each question.
///
/// Of two answers to one question the place that stands nearer to the person wins: flag,
/// variable, answers file, preset, prompt, default. What a preset fixes stands above all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    held: BTreeMap<Key, Held>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Held {
    answer: Answer,
    source: Source,
}

/// What becomes of questions that nobody answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rest {
    /// They are an error that names each of them.
    Missing,
    /// They take their defaults (`--defaults`). The name has none.
    Defaults,
}

impl Draft {
    /// Begins with the day on which the project is made, which any place may overrule.
    pub fn new(created: Date) -> Self {
        let mut held = BTreeMap::new();
        held.insert(
            Key::Created,
            Held {
                answer: Answer::Created(created),
                source: Source::Default,
            },
        );
        Self { held }
    }

    /// Takes an answer, if none from a stronger place is held.
    ///
    /// # Errors
    /// When a preset fixes another one.
    pub fn offer(&mut self, source: Source, answer: Answer) -> Result<(), DraftError> {
        let key = answer.key();
        let new = Held { answer, source };
        let Some(held) = self.held.get(&key) else {
            self.held.insert(key, new);
            return Ok(());
        };
        contradiction(&key, held, &new)?;
        contradiction(&key, &new, held)?;
        if new.source >= held.source {
            self.held.insert(key, new);
        }
        Ok(())
    }

    /// Reads an answer from a flag, a variable or a prompt and takes it.
    ///
    /// # Errors
    /// When the text breaks a rule, or a preset fixes another answer.
    pub fn offer_text(
        &mut self,
        source: Source,
        key: &Key,
        text: &str,
        questions: &[Question],
    ) -> Result<(), DraftError> {
        let answer = Answer::parse(key, text, questions).map_err(|cause| DraftError::Refused {
            place: source.place(key),
            cause,
        })?;
        self.offer(source, answer)
    }

    /// Reads the variables that begin with `PALISADE_`; those in `others` are for somebody else.
    ///
    /// # Errors
    /// When a variable names no answer, or its value breaks a rule.
    pub fn offer_variables(
        &mut self,
        variables: impl IntoIterator<Item = (String, String)>,
        others: &[&str],
        questions: &[Question],
    ) -> Result<(), DraftError> {
        let mut keys = Key::asked(questions);
        keys.push(Key::Created);
        keys.extend(
            questions
                .iter()
                .filter(|question| question.fact().is_some())
                .map(|q| Key::Choice(q.id.clone())),
        );
        for (variable, text) in variables {
            if !variable.starts_with("PALISADE_") || others.contains(&variable.as_str()) {
                continue;
            }
            let Some(key) = keys
                .iter()
                .find(|key| key.variable().as_ref() == Some(&variable))
            else {
                let known = keys.iter().filter_map(Key::variable).collect();
                return Err(DraftError::UnknownVariable { variable, known });
            };
            self.offer_text(Source::Variable, key, &text, questions)?;
        }
        Ok(())
    }

    /// Replaces an answer, wherever it came from, as the person at the review screen wants it.
    ///
    /// # Errors
    /// When a preset fixes another one.
    pub fn change(&mut self, answer: Answer) -> Result<(), DraftError> {
        let key = answer.key();
        let new = Held {
            answer,
            source: Source::Prompt,
        };
        if let Some(held) = self.held.get(&key) {
            contradiction(&key, held, &new)?;
            if matches!(held.source, Source::Fixed(_)) {
                return Ok(());
            }
        }
        self.held.insert(key, new);
        Ok(())
    }

    pub fn get(&self, key: &Key) -> Option<&Answer> {
        self.held.get(key).map(|held| &held.answer)
    }

    pub fn source(&self, key: &Key) -> Option<&Source> {
        self.held.get(key).map(|held| &held.source)
    }

    pub fn is_fixed(&self, key: &Key) -> bool {
        matches!(self.source(key), Some(Source::Fixed(_)))
    }

    /// Returns the questions that are still open, in the order in which they are asked.
    pub fn open(&self, questions: &[Question]) -> Vec<Key> {
        Key::asked(questions)
            .into_iter()
            .filter(|key| !self.held.contains_key(key))
            .collect()
    }

    /// Returns the answer that a question has when nobody gives one: the name has none.
    pub fn default_for(key: &Key, questions: &[Question]) -> Option<Answer> {
        match key {
            Key::Description => Description::parse(DESCRIPTION)
                .ok()
                .map(Answer::Description),
            Key::SecurityContact => Some(Answer::SecurityContact(None)),
            Key::Resource => Some(Answer::Resource(Resource::default().name().clone())),
            Key::Fields => Some(Answer::Fields(Fields::default())),
            Key::Choice(id) => {
                let question = questions.iter().find(|question| question.id == *id)?;
                Some(Answer::Choice(id.clone(), question.default.clone()))
            }
            Key::Name | Key::Created | Key::Since | Key::MoreResources | Key::Versions => None,
        }
    }

    /// Puts the answers together.
    ///
    /// # Errors
    /// All that is missing at once; else the first rule that answers break together.
    pub fn finish(&self, questions: &[Question], rest: Rest) -> Result<Answers, DraftError> {
        let whole = match rest {
            Rest::Missing => self.clone(),
            Rest::Defaults => self.with_defaults(questions)?,
        };
        let missing: Vec<_> = whole
            .open(questions)
            .into_iter()
            .map(|key| Missing::new(key, questions))
            .collect();
        match whole.join(questions) {
            Some(answers) if missing.is_empty() => answers,
            _ => Err(DraftError::Missing { missing }),
        }
    }

    fn with_defaults(&self, questions: &[Question]) -> Result<Self, DraftError> {
        let mut whole = self.clone();
        for answer in self
            .open(questions)
            .iter()
            .filter_map(|key| Self::default_for(key, questions))
        {
            whole.offer(Source::Default, answer)?;
        }
        Ok(whole)
    }

    /// Returns nothing while one of the answers that every project has is open.
    fn join(&self, questions: &[Question]) -> Option<Result<Answers, DraftError>> {
        let Answer::Name(name) = self.get(&Key::Name)? else {
            return None;
        };
        let Answer::Description(description) = self.get(&Key::Description)? else {
            return None;
        };
        let Answer::SecurityContact(security_contact) = self.get(&Key::SecurityContact)? else {
            return None;
        };
        let Answer::Created(created) = self.get(&Key::Created)? else {
            return None;
        };
        let Answer::Resource(resource) = self.get(&Key::Resource)? else {
            return None;
        };
        let Answer::Fields(fields) = self.get(&Key::Fields)? else {
            return None;
        };
        let lists = || {
            let versions = self.versions(*created)?;
            let resources = self.resources(resource, fields, &versions)?;
            Ok((self.choices(questions)?, versions, resources))
        };
        Some(lists().map(|(choices, versions, resources)| Answers {
            name: name.clone(),
            description: description.clone(),
            security_contact: security_contact.clone(),
            created: *created,
            choices,
            versions,
            resources,
        }))
    }

    fn choices(
        &self,
        questions: &[Question],
    ) -> Result<BTreeMap<ChoiceId, Vec<OptionId>>, DraftError> {
        let mut choices = BTreeMap::new();
        for answer in self.held.values().map(|held| &held.answer) {
            if let Answer::Choice(id, options) = answer {
                let texts = options.iter().map(OptionId::as_str);
                choices.insert(
                    id.clone(),
                    Question::find(questions, id.as_str())?.pick(texts)?,
                );
            }
        }
        for question in questions {
            if let Some(fact) = question.fact() {
                choices
                    .entry(question.id.clone())
                    .or_insert_with(|| vec![fact.id.clone()]);
            }
        }
        Ok(choices)
    }

    fn versions(&self, created: Date) -> Result<Vec<Version>, DraftError> {
        let first = || {
            vec![Version {
                name: VersionName::FIRST,
                released: created,
            }]
        };
        let versions = match self.get(&Key::Versions) {
            Some(Answer::Versions(versions)) if !versions.is_empty() => versions.clone(),
            _ => first(),
        };
        let mut newest: Option<VersionName> = None;
        for version in &versions {
            if newest.is_some_and(|newest| newest >= version.name) {
                return Err(DraftError::VersionOrder { name: version.name });
            }
            newest = Some(version.name);
        }
        Ok(versions)
    }

    fn resources(
        &self,
        name: &ResourceName,
        fields: &Fields,
        versions: &[Version],
    ) -> Result<Vec<Resource>, DraftError> {
        let mut resources = vec![Resource::new(name.clone(), fields.clone())?];
        if let Some(Answer::MoreResources(more)) = self.get(&Key::MoreResources) {
            resources.extend(more.iter().cloned());
        }
        let since = match self.get(&Key::Since) {
            Some(Answer::Since(since)) => since.clone(),
            _ => BTreeMap::new(),
        };
        together(resources, &since, versions)
    }
}

/// What stands in Cargo.toml and the README until somebody says it better.
const DESCRIPTION: &str = "An API that is secure from its first commit";

fn contradiction(key: &Key, fixed: &Held, other: &Held) -> Result<(), DraftError> {
    match &fixed.source {
        Source::Fixed(preset)
            if other.source != Source::Default && fixed.answer != other.answer =>
        {
            Err(DraftError::Fixed {
                key: key.clone(),
                fixed: fixed.answer.text(),
                preset: preset.clone(),
                place: other.source.place(key),
                given: other.answer.text(),
            })
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::{Draft, DraftError, Rest, Source};
    use crate::answers::answer::Answer;
    use crate::answers::choice::ChoiceId;
    use crate::answers::date::Date;
    use crate::answers::key::Key;
    use crate::answers::question::Question;
    use crate::answers::question::tests::question;

    fn questions() -> Vec<Question> {
        vec![
            question("auth", true, &["api-key"]),
            question("ci", false, &["github", "none"]),
        ]
    }

    fn ci() -> Key {
        Key::Choice(ChoiceId::parse("ci").expect("an id"))
    }

    fn draft() -> Draft {
        Draft::new(Date::parse("2026-11-23").expect("a date"))
    }

    fn given(answers: &[(Source, Key, &str)]) -> Result<Draft, DraftError> {
        let mut draft = draft();
        for (source, key, text) in answers {
            draft.offer_text(source.clone(), key, text, &questions())?;
        }
        Ok(draft)
    }

    #[test]
    fn defaults_answer_all_but_the_name() {
        let error = draft()
            .finish(&questions(), Rest::Defaults)
            .expect_err("no name");
        assert!(
            matches!(&error, DraftError::Missing { missing } if missing.len() == 1),
            "{error:?}"
        );
        let draft = given(&[(Source::Flag, Key::Name, "notes-api")]).expect("a name");
        let answers = draft
            .finish(&questions(), Rest::Defaults)
            .expect("defaults");
        assert_eq!(answers.name().as_str(), "notes-api");
        assert_eq!(answers.security_contact(), None);
        assert_eq!(answers.resources().len(), 1);
        assert_eq!(answers.taken("ci")[0].as_str(), "github");
        assert_eq!(answers.taken("auth")[0].as_str(), "api-key");
        assert!(answers.taken("gateway").is_empty());
        assert_eq!(answers.versions()[0].released, answers.created());
    }

    #[test]
    fn everything_missing_is_named_at_once_with_its_flag_and_values() {
        let error = draft()
            .finish(&questions(), Rest::Missing)
            .expect_err("nothing given");
        assert_eq!(
            error.to_string(),
            "6 answers are missing, and there is no terminal to ask at"
        );
        let help = miette::Diagnostic::help(&error).expect("help").to_string();
        for line in [
            "  --name ",
            "  --description ",
            "  --security-contact ",
            "  --resource ",
            "  --fields ",
        ] {
            assert!(help.contains(line), "{help}");
        }
        assert!(help.contains("  --ci                github|none"), "{help}");
        assert!(!help.contains("--auth"), "a fact is not missing: {help}");
    }

    #[test]
    fn the_nearer_place_wins_in_whatever_order_they_come() {
        let ranked = [
            (Source::Prompt, "a1"),
            (Source::Preset("org.toml".into()), "a2"),
            (Source::File("answers.toml".into()), "a3"),
            (Source::Variable, "a4"),
            (Source::Flag, "a5"),
        ];
        for (low, weak) in ranked.iter().enumerate() {
            for strong in &ranked[low + 1..] {
                for pair in [[weak, strong], [strong, weak]] {
                    let pair = pair.map(|(source, name)| (source.clone(), Key::Name, *name));
                    let draft = given(&pair).expect("no contradiction");
                    assert_eq!(
                        draft.get(&Key::Name).map(Answer::text).as_deref(),
                        Some(strong.1)
                    );
                }
            }
        }
    }

    #[test]
    fn what_a_preset_fixes_is_overruled_by_nobody() {
        let fixed = (Source::Fixed("org.toml".into()), ci(), "github");
        for source in [
            Source::Flag,
            Source::Variable,
            Source::File("a.toml".into()),
        ] {
            let other = (source, ci(), "none");
            for pair in [[fixed.clone(), other.clone()], [other, fixed.clone()]] {
                let error = given(&pair).expect_err("fixed");
                assert!(error.to_string().starts_with(
                    "the choice `ci` is fixed to `github` by the preset org.toml, and "
                ));
            }
        }
        let mut draft =
            given(&[fixed.clone(), (Source::Flag, ci(), "github")]).expect("they agree");
        assert!(draft.is_fixed(&ci()));
        let other = Answer::parse(&ci(), "none", &questions()).expect("an option");
        assert!(matches!(draft.change(other), Err(DraftError::Fixed { .. })));
    }

    #[test]
    fn a_change_at_the_review_screen_overrules_even_a_flag() {
        let mut draft = given(&[(Source::Flag, ci(), "github")]).expect("a draft");
        draft
            .change(Answer::parse(&ci(), "none", &questions()).expect("an option"))
            .expect("not fixed");
        assert_eq!(draft.get(&ci()).map(Answer::text).as_deref(), Some("none"));
    }

    #[test]
    fn a_refused_text_names_the_place_where_it_stood() {
        let refusal =
            |source, key, text| given(&[(source, key, text)]).expect_err(text).to_string();
        assert_eq!(
            refusal(Source::Flag, ci(), "gitlab"),
            "`--ci`: there is no ci called `gitlab`"
        );
        assert!(
            refusal(Source::Variable, Key::Name, "Notes")
                .starts_with("`PALISADE_NAME`: `Notes` has `N` in it")
        );
    }

    #[test]
    fn variables_are_read_and_a_misspelt_one_is_refused() {
        let mut draft = draft();
        let variable = |name: &str, text: &str| (name.to_owned(), text.to_owned());
        let variables = [
            variable("PALISADE_CI", "none"),
            variable("PALISADE_AUTH", "api-key"),
            variable("HOME", "/root"),
            variable("PALISADE_PRESET", "org.toml"),
        ];
        draft
            .offer_variables(variables, &["PALISADE_PRESET"], &questions())
            .expect("known variables");
        assert_eq!(draft.source(&ci()), Some(&Source::Variable));
        let error = draft
            .offer_variables([variable("PALISADE_CL", "none")], &[], &questions())
            .expect_err("misspelt");
        assert_eq!(
            error.to_string(),
            "there is no answer for the variable `PALISADE_CL`"
        );
    }

    #[test]
    fn a_resource_may_be_renamed_and_keep_the_default_fields() {
        let draft = given(&[
            (Source::Flag, Key::Name, "todo"),
            (Source::Flag, Key::Resource, "task"),
        ])
        .expect("a draft");
        let answers = draft
            .finish(&questions(), Rest::Defaults)
            .expect("defaults");
        assert_eq!(answers.resources()[0].name().plural(), "tasks");
        assert_eq!(
            answers.resources()[0].fields(),
            &crate::answers::Fields::default()
        );
    }
}
