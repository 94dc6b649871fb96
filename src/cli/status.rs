//! How far a project has moved from what palisade wrote.

use std::collections::BTreeSet;
use std::path::PathBuf;

use serde::Serialize;

use super::failure::{Failure, Outcome};
use super::out::Out;
use super::reconcile::{Opened, Wish, say_settled};
use crate::apply::settle;
use crate::pipe::version;
use crate::project::{ANSWERS, AnswersState, Drift, Project, State};

const EXAMPLES: &str = "\
Examples:
  palisade status
  palisade status ../notes-api --json";

/// Show which files palisade keeps are current, edited, in conflict or missing
///
/// Edited files are fine: palisade merges them, and so are those that were deleted before the
/// last `regen`. Open conflicts end with code 3; a missing file, a merge that git left open in
/// palisade's memory, or answers that are not applied, with code 4.
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
    /// Files whose conflicts are still to be resolved.
    conflicts: &'a [String],
    /// Files of palisade's own in which git left a merge open.
    unmerged: &'a [String],
    /// Whether palisade.toml has answers that are not applied.
    stale: bool,
}

pub(super) fn run(args: &StatusArgs, out: Out) -> Result<Outcome, Failure> {
    let look = |cause| Failure::Read {
        path: args.dir.display().to_string(),
        cause,
    };
    let root = Project::find(&args.dir.canonicalize().map_err(look)?)?;
    say_settled(settle(&root)?.as_ref(), out);
    let project = Project::load(&root, &version())?;
    let drift = project.drift()?;
    let stale = drift.answers == AnswersState::Edited && is_stale(&project)?;
    let conflicts = open_conflicts(&project)?;
    if out.json {
        out.json(&Report {
            root: root.display().to_string(),
            generator: project.record().generator.to_string(),
            drift: &drift,
            conflicts: &conflicts,
            unmerged: project.unmerged(),
            stale,
        })?;
    } else {
        out.result(rendered(&project, &drift, &conflicts, stale))?;
    }
    let missing = drift.in_state(State::Missing).next().is_some();
    Ok(match () {
        () if !conflicts.is_empty() => Outcome::Conflicts,
        () if missing || stale || !project.unmerged().is_empty() => Outcome::Found,
        () => Outcome::Done,
    })
}

/// Whether the answers say something else than those that were applied; a comment does not.
fn is_stale(project: &Project) -> Result<bool, Failure> {
    let opened = Opened::load(project.root(), None)?;
    Ok(*opened.here() != opened.applied)
}

/// Returns the files that were left with a conflict which is not resolved yet.
fn open_conflicts(project: &Project) -> Result<Vec<String>, Failure> {
    let recorded = &project.record().conflicts;
    if recorded.is_empty() {
        return Ok(Vec::new());
    }
    // Whether one is still open, only a plan tells: not each leaves marks.
    let opened = Opened::load(project.root(), None)?;
    let prepared = opened.prepare(&Wish::nothing(opened.here().clone()))?;
    let conflicts = prepared.changed.plan.conflicts();
    let open: BTreeSet<_> = conflicts.map(|(path, _)| path).collect();
    let recorded = recorded.iter().filter(|path| open.contains(path.as_str()));
    Ok(recorded.cloned().collect())
}

fn rendered(project: &Project, drift: &Drift, conflicts: &[String], stale: bool) -> String {
    let mut text = format!(
        "{}: {} files as palisade {} wrote them\n",
        project.root().display(),
        drift.in_state(State::Current).count(),
        project.record().generator,
    );
    let mut line = |state: &str, path: &str| text.push_str(&format!("  {state:8} {path}\n"));
    conflicts.iter().for_each(|path| line("conflict", path));
    for state in [State::Edited, State::Missing, State::Deleted] {
        let paths = drift.in_state(state);
        let paths = paths.filter(|path| !conflicts.iter().any(|open| open == path));
        paths.for_each(|path| line(&state.to_string(), path));
    }
    for path in project.unmerged() {
        let way_out = "git left a merge open, and both sides count: palisade regen";
        line("unmerged", &format!("{path}: {way_out}"));
    }
    if stale {
        line(
            "stale",
            &format!("{ANSWERS} has answers that are not applied: palisade regen"),
        );
    }
    text
}
