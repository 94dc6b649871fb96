use dialoguer::console::truncate_str;
use miette::Diagnostic;

use super::error::UiError;
use super::prompter::{Prompter, Start};
use super::report::render_report;
use crate::answers::{
    Answer, Draft, DraftError, FieldKind, Fields, Key, Offer, ProjectName, Question, Rest,
    SecurityContact, Source,
};

/// What a service is called in examples.
const USUAL_NAME: &str = "notes-api";

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
            .unwrap_or_else(|| USUAL_NAME.to_owned())
    }
}

/// Asks each question that is still open and adds the answers to the draft.
///
/// # Errors
/// When what was given beforehand breaks a rule, the person interrupts, or the terminal fails.
pub fn interview(
    prompter: &Prompter<'_>,
    draft: &mut Draft,
    questions: &[Question],
    suggestions: &Suggestions,
) -> Result<(), UiError> {
    if let Some(error) = contradiction(draft, questions) {
        return Err(error.into());
    }
    for key in draft.open(questions) {
        let mut start = Start::Default(suggestions.start(&key, questions));
        loop {
            let answer = ask(prompter, &key, start, questions)?;
            start = Start::Edit(answer.text());
            let mut more = draft.clone();
            more.offer(Source::Prompt, answer)?;
            let Some(objection) = contradiction(&more, questions) else {
                *draft = more;
                break;
            };
            prompter.say(&render_report(prompter.screen(), &objection))?;
        }
    }
    Ok(())
}

/// Says which rule answers break together; that some are missing breaks none.
fn contradiction(draft: &Draft, questions: &[Question]) -> Option<DraftError> {
    let mut draft = draft.clone();
    if let (None, Ok(name)) = (draft.get(&Key::Name), ProjectName::parse(USUAL_NAME)) {
        // Without one there are no answers that could break a rule.
        draft.offer(Source::Default, Answer::Name(name)).ok()?;
    }
    match draft.finish(questions, Rest::Defaults) {
        Ok(_) | Err(DraftError::Missing { .. }) => None,
        Err(error) => Some(error),
    }
}

/// Asks one question, whose answer so far is `start`.
pub(crate) fn ask(
    prompter: &Prompter<'_>,
    key: &Key,
    start: Start,
    questions: &[Question],
) -> Result<Answer, UiError> {
    if let Key::Choice(id) = key
        && let Some(question) = questions.iter().find(|question| question.id == *id)
    {
        return pick(prompter, question, &start);
    }
    if let Some(hint) = hint(key) {
        aside(prompter, &hint)?;
    }
    let width = prompter.screen().width;
    loop {
        let check = |text: &str| {
            Answer::parse(key, text, questions)
                .map(drop)
                .map_err(|error| objection(width, &error))
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
        aside(prompter, &question.help)?;
    }
    let width = prompter.screen().width;
    let labels: Vec<_> = question
        .options
        .iter()
        .map(|offer| label(offer, width))
        .collect();
    let titles: Vec<_> = question.options.iter().map(|o| o.title.clone()).collect();
    let taken: Vec<_> = start.text().split(',').collect();
    let is_taken = |offer: &Offer| taken.contains(&offer.id.as_str());
    loop {
        let picked = if question.many {
            let checked = question.options.iter().map(is_taken);
            prompter.several(
                &question.prompt,
                &labels.iter().cloned().zip(checked).collect::<Vec<_>>(),
                &titles,
            )?
        } else {
            let first = question
                .options
                .iter()
                .position(is_taken)
                .unwrap_or_default();
            vec![prompter.one(&question.prompt, &labels, &titles, first)?]
        };
        let offers = picked
            .into_iter()
            .filter_map(|index| question.options.get(index));
        match question.pick(offers.map(|offer| offer.id.as_str())) {
            Ok(options) => return Ok(Answer::Choice(question.id.clone(), options)),
            Err(error) => prompter.say(&prompter.palette().bad(objection(width, &error)))?,
        }
    }
}

fn aside(prompter: &Prompter<'_>, text: &str) -> Result<(), UiError> {
    let folded = textwrap::fill(text, prompter.screen().width);
    prompter.say(&prompter.palette().aside(folded))
}

/// An option on one line: a list clears as many lines as it has items.
fn label(offer: &Offer, width: usize) -> String {
    let whole = format!("{}: {}", offer.title, offer.summary);
    truncate_str(&whole, width.saturating_sub(4), "...").into_owned()
}

/// Rule and way out, folded: a prompt clears the lines that it knows of, not those that a
/// terminal made of a long one.
fn objection(width: usize, error: &dyn Diagnostic) -> String {
    let help = error
        .help()
        .map(|help| format!("; {help}"))
        .unwrap_or_default();
    // Beside the mark that the prompt sets before it.
    textwrap::fill(&format!("{error}{help}"), width.saturating_sub(4))
}

/// The question as it is put.
fn wording(key: &Key) -> String {
    match key {
        Key::Name => "Name of the project".to_owned(),
        Key::Description => "What it is for, in one line".to_owned(),
        Key::SecurityContact => "Where flaws are reported (mailto:, https: or none)".to_owned(),
        Key::Resource => "First resource, the name of one item".to_owned(),
        Key::Fields => "Its fields".to_owned(),
        Key::Created | Key::Since | Key::MoreResources | Key::Versions | Key::Choice(_) => {
            key.to_string()
        }
    }
}

/// What is worth knowing before answering.
fn hint(key: &Key) -> Option<String> {
    match key {
        Key::Fields => Some(format!(
            "NAME:TYPE[:MIN..MAX][:optional][:write=ROLE] with blanks between, at most {}.\n\
             Types: {}; as in state:enum:draft,sent and tags:list:..20:string:1..50.",
            Fields::MAX,
            FieldKind::WORDS.join(", ")
        )),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{Suggestions, label, objection};
    use crate::answers::{Answer, Key, test_question};

    fn refused(width: usize, key: &Key, text: &str) -> String {
        objection(width, &Answer::parse(key, text, &[]).expect_err(text))
    }

    #[test]
    fn an_objection_has_rule_and_way_out() {
        assert!(refused(200, &Key::Name, "Straße API").ends_with("; try `strasse-api`"));
        for (key, text) in [
            (Key::Fields, ""),
            (Key::Fields, "x:json"),
            (Key::Resource, "sheep"),
            (Key::Description, ""),
            (Key::SecurityContact, "a@b.c"),
        ] {
            let line = refused(200, &key, text);
            assert!(!line.contains('\n') && line.contains("; "), "{line}");
        }
    }

    #[test]
    fn nothing_at_a_prompt_is_wider_than_the_screen() {
        let folded = refused(50, &Key::Name, "Straße API");
        assert!(
            folded.lines().all(|line| line.chars().count() <= 46),
            "{folded}"
        );
        let mut offer = test_question("ci", false, &["github"]).options.remove(0);
        offer.summary = "long ".repeat(30);
        assert_eq!(label(&offer, 50).chars().count(), 46);
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
