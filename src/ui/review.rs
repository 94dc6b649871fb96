use super::error::UiError;
use super::interview::ask;
use super::prompter::{Prompter, Start};
use super::report::render_report;
use super::summary::{Summary, capitalized, changeable};
use crate::answers::{Answers, Draft, Key, Question, Rest};

/// What the person decided at the review screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    Write(Answers),
    Quit,
}

/// Shows what would be written and lets any answer be changed, until it is to be written or not.
///
/// `plan` is called for the answers as they are at first and after each change. When it
/// fails, its report is shown and the answers stay open to change.
///
/// # Errors
/// When the person interrupts, or the terminal fails.
pub fn review(
    prompter: &Prompter<'_>,
    draft: &mut Draft,
    questions: &[Question],
    mut plan: impl FnMut(&Answers) -> miette::Result<Summary>,
) -> Result<Decision, UiError> {
    loop {
        let answers = draft.finish(questions, Rest::Defaults)?;
        let summary = plan(&answers);
        match &summary {
            Ok(summary) => {
                prompter.say(&summary.render(prompter.screen(), &answers, draft, questions))?
            }
            Err(report) => prompter.say(&render_report(prompter.screen(), report.as_ref()))?,
        }
        let ways = ways(
            draft,
            &answers,
            questions,
            summary.ok().map(|summary| summary.files),
        );
        let labels: Vec<_> = ways.iter().map(Way::label).collect();
        let way = prompter.one("Shall it be written?", &labels, 0)?;
        match ways.into_iter().nth(way) {
            Some(Way::Write(_)) => return Ok(Decision::Write(answers)),
            Some(Way::Change(key, now)) => change(prompter, draft, questions, &key, now)?,
            Some(Way::Quit) | None => return Ok(Decision::Quit),
        }
    }
}

/// Asks again, and again if the new answer does not go with the others.
fn change(
    prompter: &Prompter<'_>,
    draft: &mut Draft,
    questions: &[Question],
    key: &Key,
    now: String,
) -> Result<(), UiError> {
    let mut now = now;
    loop {
        let answer = ask(prompter, key, Start::Edit(now), questions)?;
        now = answer.text();
        let mut changed = draft.clone();
        changed.change(answer)?;
        match changed.finish(questions, Rest::Defaults) {
            Ok(_) => {
                *draft = changed;
                return Ok(());
            }
            Err(error) => prompter.say(&render_report(prompter.screen(), &error))?,
        }
    }
}

/// A way on from the review screen.
enum Way {
    Write(usize),
    Change(Key, String),
    Quit,
}

impl Way {
    fn label(&self) -> String {
        match self {
            Self::Write(files) => format!("Write {files} files"),
            Self::Change(key, _) => format!("Change {}", capitalized(key).to_lowercase()),
            Self::Quit => "Quit, writing nothing".to_owned(),
        }
    }
}

fn ways(
    draft: &Draft,
    answers: &Answers,
    questions: &[Question],
    files: Option<usize>,
) -> Vec<Way> {
    let write = files.map(Way::Write);
    let change = changeable(draft, answers, questions)
        .into_iter()
        .map(|(key, now)| Way::Change(key, now));
    write.into_iter().chain(change).chain([Way::Quit]).collect()
}

#[cfg(test)]
mod tests {
    use super::{Way, ways};
    use crate::answers::{Date, Draft, Key, Rest, Source};

    #[test]
    fn nothing_is_written_while_the_answers_do_not_go_together() {
        let mut draft = Draft::new(Date::parse("2026-11-23").expect("a date"));
        draft
            .offer_text(Source::Flag, &Key::Name, "notes-api", &[])
            .expect("a name");
        let answers = draft.finish(&[], Rest::Defaults).expect("defaults");
        let labels = |files| {
            ways(&draft, &answers, &[], files)
                .iter()
                .map(Way::label)
                .collect::<Vec<_>>()
        };
        assert_eq!(
            labels(Some(78)).first().map(String::as_str),
            Some("Write 78 files")
        );
        assert_eq!(
            labels(None).first().map(String::as_str),
            Some("Change name")
        );
        assert_eq!(
            labels(None).last().map(String::as_str),
            Some("Quit, writing nothing")
        );
    }
}
