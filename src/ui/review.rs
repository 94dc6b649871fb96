use super::error::UiError;
use super::interview::ask;
use super::prompter::{Prompter, Start};
use super::report::render_report;
use super::summary::Summary;
use super::table::counted;
use crate::answers::{Answer, Answers, Draft, Key, Question, Rest};

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
        let labels: Vec<_> = ways.iter().map(|way| way.label(questions)).collect();
        let way = prompter.one("Shall it be written?", &labels, &labels, 0)?;
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
    /// With the answer as it is now.
    Change(Key, String),
    Quit,
}

impl Way {
    fn label(&self, questions: &[Question]) -> String {
        match self {
            Self::Write(files) => format!("Write {}", counted(*files, "file")),
            Self::Change(key, _) => format!("Change: {}", key.title(questions)),
            Self::Quit => "Quit, writing nothing".to_owned(),
        }
    }
}

/// Returns what can be done: to write, unless the plan failed; to change what no preset fixes; to quit.
fn ways(
    draft: &Draft,
    answers: &Answers,
    questions: &[Question],
    files: Option<usize>,
) -> Vec<Way> {
    let write = files.map(Way::Write);
    let now = |key: &Key| match key {
        Key::Choice(id) => answers
            .taken(id.as_str())
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
            .join(","),
        _ => draft
            .get(key)
            .or(Draft::default_for(key, questions).as_ref())
            .map(Answer::text)
            .unwrap_or_default(),
    };
    let keys = Key::asked(questions)
        .into_iter()
        .filter(|key| !draft.is_fixed(key));
    let change = keys
        .map(|key| (now(&key), key))
        .map(|(now, key)| Way::Change(key, now));
    write.into_iter().chain(change).chain([Way::Quit]).collect()
}

#[cfg(test)]
mod tests {
    use super::ways;
    use crate::ui::summary::tests::chosen;

    fn labels(files: Option<usize>) -> Vec<String> {
        let (draft, answers, questions) = chosen();
        ways(&draft, &answers, &questions, files)
            .iter()
            .map(|way| way.label(&questions))
            .collect()
    }

    #[test]
    fn facts_and_fixed_answers_cannot_be_changed() {
        assert_eq!(
            labels(Some(78)),
            [
                "Write 78 files",
                "Change: Name",
                "Change: Description",
                "Change: First resource",
                "Change: Fields",
                "Change: CI",
                "Quit, writing nothing",
            ]
        );
    }

    #[test]
    fn nothing_is_written_while_the_answers_do_not_go_together() {
        assert!(labels(None).iter().all(|label| !label.starts_with("Write")));
    }
}
