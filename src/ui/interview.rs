use miette::Diagnostic;

use super::error::UiError;
use super::prompter::{Prompter, Start};
use crate::answers::{
    Answer, Draft, FieldKind, Fields, Key, ProjectName, Question, SecurityContact, Source,
};

/// What can be offered because it was found lying about.
#[derive(Debug, Clone, Default)]
pub struct Suggestions {
    /// From the folder's name.
    pub name: Option<ProjectName>,
    /// From git's `user.email`.
    pub security_contact: Option<SecurityContact>,
}

impl Suggestions {
    /// Makes `mailto:` of an e-mail address, nothing of what is none.
    pub fn contact_of(email: &str) -> Option<SecurityContact> {
        SecurityContact::parse(&format!("mailto:{}", email.trim())).ok()
    }

    fn start(&self, key: &Key, questions: &[Question]) -> String {
        let found = match key {
            Key::Name => self.name.as_ref().map(ToString::to_string),
            Key::SecurityContact => self.security_contact.as_ref().map(ToString::to_string),
            _ => None,
        };
        let usual = || Draft::default_for(key, questions).map(|answer| answer.text());
        found
            .or_else(usual)
            .unwrap_or_else(|| "notes-api".to_owned())
    }
}

/// Asks each question that is still open and adds the answers to the draft.
///
/// # Errors
/// When the person interrupts, or the terminal fails.
pub fn interview(
    prompter: &Prompter<'_>,
    draft: &mut Draft,
    questions: &[Question],
    suggestions: &Suggestions,
) -> Result<(), UiError> {
    for key in draft.open(questions) {
        let start = Start::Default(suggestions.start(&key, questions));
        let answer = ask(prompter, &key, start, questions)?;
        draft.offer(Source::Prompt, answer)?;
    }
    Ok(())
}

/// Asks one question, whose answer so far is `start`.
pub(crate) fn ask(
    prompter: &Prompter<'_>,
    key: &Key,
    start: Start,
    questions: &[Question],
) -> Result<Answer, UiError> {
    if let Key::Choice(id) = key {
        if let Some(question) = questions.iter().find(|question| question.id == *id) {
            return pick(prompter, question, &start);
        }
    }
    if let Some(hint) = hint(key) {
        prompter.say(&prompter.palette().aside(hint))?;
    }
    loop {
        let check = |text: &str| {
            Answer::parse(key, text, questions)
                .map(drop)
                .map_err(|error| objection(&error))
        };
        let text = prompter.line(&wording(key), start.clone(), check)?;
        // The line was held against the very same rules, so this is left at the first turn.
        if let Ok(answer) = Answer::parse(key, &text, questions) {
            return Ok(answer);
        }
    }
}

fn pick(prompter: &Prompter<'_>, question: &Question, start: &Start) -> Result<Answer, UiError> {
    if !question.help.is_empty() {
        let help = textwrap::fill(&question.help, prompter.screen().width);
        prompter.say(&prompter.palette().aside(help))?;
    }
    let taken: Vec<&str> = start.text().split(',').collect();
    let items: Vec<_> = question
        .options
        .iter()
        .map(|offer| {
            (
                format!("{}: {}", offer.title, offer.summary),
                taken.contains(&offer.id.as_str()),
            )
        })
        .collect();
    loop {
        let picked = if question.many {
            prompter.several(&question.prompt, &items)?
        } else {
            let labels: Vec<_> = items.iter().map(|(label, _)| label.clone()).collect();
            let first = items
                .iter()
                .position(|(_, taken)| *taken)
                .unwrap_or_default();
            vec![prompter.one(&question.prompt, &labels, first)?]
        };
        let ids = picked
            .into_iter()
            .filter_map(|index| question.options.get(index))
            .map(|offer| offer.id.as_str());
        match question.pick(ids) {
            Ok(options) => return Ok(Answer::Choice(question.id.clone(), options)),
            Err(error) => prompter.say(&prompter.palette().bad(objection(&error)))?,
        }
    }
}

/// Rule and way out on the one line that a prompt has for an objection.
fn objection(error: &dyn Diagnostic) -> String {
    match error.help() {
        Some(help) => format!("{error}; {help}"),
        None => error.to_string(),
    }
}

/// The question as it is put.
fn wording(key: &Key) -> String {
    match key {
        Key::Name => "Name of the project".to_owned(),
        Key::Description => "What it is for, in one line".to_owned(),
        Key::SecurityContact => "Where flaws are reported (mailto:, https: or none)".to_owned(),
        Key::Resource => "First resource, the name of one item".to_owned(),
        Key::Fields => "Its fields".to_owned(),
        Key::Created | Key::MoreResources | Key::Versions | Key::Choice(_) => key.to_string(),
    }
}

/// What is worth knowing before answering.
fn hint(key: &Key) -> Option<String> {
    match key {
        Key::Fields => Some(format!(
            "NAME:TYPE[:MIN..MAX][:optional][:write=ROLE] with blanks between, at most {}.\n\
             Types: {}, like state:enum:draft,sent or tags:list:..20:string:1..50.",
            Fields::MAX,
            FieldKind::WORDS.join(", ")
        )),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{Suggestions, objection};
    use crate::answers::{Answer, Key};

    #[test]
    fn an_objection_is_one_line_with_rule_and_way_out() {
        let error = Answer::parse(&Key::Name, "Straße API", &[]).expect_err("no name");
        let line = objection(&error);
        assert!(line.ends_with("; try `strasse-api`"), "{line}");
        for (key, text) in [
            (Key::Fields, ""),
            (Key::Fields, "x:json"),
            (Key::Resource, "sheep"),
            (Key::Description, ""),
            (Key::SecurityContact, "a@b.c"),
        ] {
            let line = objection(&Answer::parse(&key, text, &[]).expect_err(text));
            assert!(!line.contains('\n') && line.contains("; "), "{line}");
        }
    }

    #[test]
    fn what_was_found_is_offered_before_the_default() {
        let found = Suggestions {
            security_contact: Suggestions::contact_of("me@example.org\n"),
            ..Suggestions::default()
        };
        assert_eq!(
            found.start(&Key::SecurityContact, &[]),
            "mailto:me@example.org"
        );
        assert_eq!(
            Suggestions::default().start(&Key::SecurityContact, &[]),
            "none"
        );
        assert_eq!(Suggestions::default().start(&Key::Name, &[]), "notes-api");
        assert_eq!(Suggestions::contact_of("not an address"), None);
    }
}
