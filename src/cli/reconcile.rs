//! What every command does that changes a written project: plan, review, apply, report.

mod opened;
mod report;

use std::collections::BTreeSet;

pub(super) use opened::{Opened, Prepared, here, say_settled};
use report::Report;
pub(super) use report::patch;

use super::failure::{Failure, Outcome};
use super::out::Out;
use crate::answers::{AnswerError, Answers, Date, DraftError, VersionName};
use crate::merge::{Conflict, Plan, Planned, Verdict};
use crate::project::ANSWERS;
use crate::ui::{Approval, Interrupt, Prompter, UiError, approve};
use crate::vcs;

/// How a command that changes a project goes about it.
#[derive(Debug, Clone, Copy, clap::Args)]
pub(super) struct Manner {
    /// Show what would change, and change nothing
    #[arg(long)]
    pub(super) dry_run: bool,
    /// Do not ask before changing anything
    #[arg(long, short)]
    pub(super) yes: bool,
    /// Merge into files whose edits are not in version control yet
    #[arg(long)]
    pub(super) allow_dirty: bool,
}

/// What a command wants of a project.
#[derive(Debug)]
pub(super) struct Wish {
    /// The command as it was typed.
    pub(super) command: String,
    pub(super) answers: Answers,
    /// Files that come back although they were deleted.
    pub(super) restored: BTreeSet<String>,
    /// Files in whose conflicts what is there is to stand.
    pub(super) settled: BTreeSet<String>,
    /// The plural of a resource that comes whole or not at all.
    pub(super) added: Option<String>,
}

impl Wish {
    /// Wants the answers, and nothing besides.
    pub(super) fn nothing(answers: Answers) -> Self {
        Self {
            command: String::new(),
            answers,
            restored: BTreeSet::new(),
            settled: BTreeSet::new(),
            added: None,
        }
    }
}

/// Reads the name of a version from the command line.
pub(super) fn parse_version(text: &str) -> Result<VersionName, Failure> {
    let name = VersionName::parse(text).map_err(AnswerError::from);
    Ok(name.map_err(refused(text))?)
}

/// Reads a day from the command line.
pub(super) fn parse_day(text: &str) -> Result<Date, Failure> {
    let day = Date::parse(text).map_err(AnswerError::from);
    Ok(day.map_err(refused(text))?)
}

fn refused(text: &str) -> impl FnOnce(AnswerError) -> DraftError {
    let place = format!("`{text}`");
    |cause| DraftError::Refused { place, cause }
}

/// Brings a project to where its answers say.
pub(super) fn reconcile(
    opened: &Opened,
    wish: &Wish,
    manner: Manner,
    out: Out,
) -> Result<Outcome, Failure> {
    let prepared = opened.prepare(wish)?;
    let answers = prepared.changed.plan.get(ANSWERS);
    if let Some(conflict) = answers.and_then(Planned::conflict_found) {
        let conflict = conflict.clone();
        return Err(Failure::Answers { conflict });
    }
    if let Some(added) = &wish.added {
        refuse_half(&prepared, added)?;
    }
    carry_out(opened, &prepared, &wish.command, manner, out)
}

/// Shows a plan, asks, and applies it.
pub(super) fn carry_out(
    opened: &Opened,
    prepared: &Prepared,
    command: &str,
    manner: Manner,
    out: Out,
) -> Result<Outcome, Failure> {
    let mut report = Report::new(opened, prepared);
    if !manner.allow_dirty {
        match refuse_unrecorded(opened, &prepared.changed.plan) {
            // A dry run shows the plan all the same.
            Err(refusal) if opened.work().is_none() => report.note(refusal.to_string()),
            refusal => refusal?,
        }
    }
    if let Some(work) = opened.work()
        && !prepared.changed.plan.is_empty()
    {
        let interrupt = Interrupt::listen().map_err(Failure::Signals)?;
        let asks = out.asks(manner.yes) && report.changes() > 0;
        if asks {
            let prompter = Prompter::new(out.screen, &interrupt)?;
            let diffs = || prepared.patches();
            if approve(&prompter, &report.lines(), report.changes(), diffs)? == Approval::Refused {
                return Err(UiError::Interrupted.into());
            }
        }
        let changes = prepared.changes(&opened.project);
        work.apply(command, &changes, &|| interrupt.raised())?;
        report.written(asks);
    }
    report.print(out)
}

/// Half a resource would not compile, and a file of the user's stays in its place.
fn refuse_half(prepared: &Prepared, added: &str) -> Result<(), Failure> {
    let changed = &prepared.changed;
    let unresolved = changed.plan.conflicts();
    let unresolved: Vec<_> = unresolved
        .filter(|(_, conflict)| **conflict == Conflict::Unresolved)
        .map(|(path, _)| path.to_owned())
        .collect();
    if !unresolved.is_empty() {
        return Err(Failure::Unresolved { paths: unresolved });
    }
    let is_of_it = |path: &str| {
        let mut places = changed.places.iter();
        places.any(|place| place.path == path && place.resource.as_deref() == Some(added))
    };
    let stays = |verdict| matches!(verdict, Verdict::Kept | Verdict::Conflict);
    let taken = changed.plan.iter();
    let taken: Vec<_> = taken
        .filter(|(path, planned)| stays(planned.verdict) && is_of_it(path))
        .map(|(path, _)| path.to_owned())
        .collect();
    match taken.is_empty() {
        true => Ok(()),
        false => Err(Failure::Taken { paths: taken }),
    }
}

/// An edit that is in no version yet would be hard to tell from what a merge brings.
fn refuse_unrecorded(opened: &Opened, plan: &Plan) -> Result<(), Failure> {
    let merged = plan.iter().filter(|(path, planned)| {
        let edited = matches!(planned.verdict, Verdict::Merged | Verdict::Conflict);
        edited && planned.result.is_some() && *path != ANSWERS
    });
    let paths = merged.map(|(path, planned)| planned.from.as_deref().unwrap_or(path));
    let paths = vcs::unrecorded(opened.root(), paths);
    match paths.is_empty() {
        true => Ok(()),
        false => Err(Failure::Unrecorded { paths }),
    }
}
