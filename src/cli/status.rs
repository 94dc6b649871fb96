//! How far a project has moved from what palisade wrote.

use std::path::PathBuf;

use serde::Serialize;

use super::failure::{Failure, Outcome};
use super::out::Out;
use crate::answers::{Answers, Date, Draft, Question, Rest};
use crate::catalog::Catalog;
use crate::pipe::version;
use crate::project::{ANSWERS, AnswersState, Drift, Project, State};

const EXAMPLES: &str = "\
Examples:
  palisade status
  palisade status ../notes-api --json";

/// Show which files palisade keeps are current, edited or missing
///
/// Edited files are fine: palisade merges them. A missing file, or answers that are not
/// applied, end with code 4.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct StatusArgs {
    /// A folder in the project
    #[arg(default_value = ".", hide_default_value = true)]
    dir: PathBuf,
}

/// The state of a project, in `status --json`.
#[derive(Debug, Serialize)]
struct Report<'a> {
    root: String,
    generator: String,
    #[serde(flatten)]
    drift: &'a Drift,
    /// Whether palisade.toml has answers that are not applied.
    stale: bool,
}

pub(super) fn run(args: &StatusArgs, out: Out) -> Result<Outcome, Failure> {
    let look = |cause| Failure::Read {
        path: args.dir.display().to_string(),
        cause,
    };
    let dir = args.dir.canonicalize().map_err(look)?;
    let project = Project::open(&dir, &version())?;
    let drift = project.drift()?;
    let stale = drift.answers == AnswersState::Edited && is_stale(&project)?;
    if out.json {
        out.json(&Report {
            root: project.root().display().to_string(),
            generator: project.record().generator.to_string(),
            drift: &drift,
            stale,
        })?;
    } else {
        out.result(rendered(&project, &drift, stale))?;
    }
    let missing = drift.in_state(State::Missing).next().is_some();
    Ok(if missing || stale {
        Outcome::Found
    } else {
        Outcome::Done
    })
}

/// Whether the answers say something else than those that were applied; a comment does not.
fn is_stale(project: &Project) -> Result<bool, Failure> {
    let questions = Catalog::embedded()?.questions();
    let path = project.root().join(ANSWERS);
    let read = |cause| Failure::Read {
        path: path.display().to_string(),
        cause,
    };
    let there = std::fs::read_to_string(&path).map_err(read)?;
    let applied = String::from_utf8_lossy(project.applied_answers().unwrap_or_default());
    Ok(parsed(&there, &questions)? != parsed(&applied, &questions)?)
}

fn parsed(text: &str, questions: &[Question]) -> Result<Answers, Failure> {
    let mut draft = Draft::new(Date::from_unix_seconds(0));
    draft.offer_file(ANSWERS, text, questions)?;
    Ok(draft.finish(questions, Rest::Missing)?)
}

fn rendered(project: &Project, drift: &Drift, stale: bool) -> String {
    let mut text = format!(
        "{}: {} files as palisade {} wrote them\n",
        project.root().display(),
        drift.in_state(State::Current).count(),
        project.record().generator,
    );
    for state in [State::Edited, State::Missing] {
        for path in drift.in_state(state) {
            text.push_str(&format!("  {state:8} {path}\n"));
        }
    }
    if stale {
        text.push_str(&format!(
            "  {:8} {ANSWERS} has answers that are not applied\n",
            "stale"
        ));
    }
    text
}
