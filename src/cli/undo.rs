//! The last command, taken back.

use serde::Serialize;

use super::failure::{Failure, Outcome};
use super::out::Out;
use super::reconcile::{here, patch, say_settled};
use crate::apply::{Change, Work};
use crate::project::Project;
use crate::ui::{Approval, Interrupt, Prompter, UiError, approve};

const EXAMPLES: &str = "\
Examples:
  palisade undo
  palisade undo --dry-run";

/// Take back the last command that changed the project
///
/// Every file is put as it was before, without git's help; a file that was changed since is
/// named instead, and nothing is touched. One command is remembered, on this machine alone.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct UndoArgs {
    /// Show what would be put back, and change nothing
    #[arg(long)]
    dry_run: bool,
    /// Do not ask before changing anything
    #[arg(long, short)]
    yes: bool,
}

/// The result of `undo`, in `--json`.
#[derive(Debug, Serialize)]
struct Report {
    /// The command that is taken back.
    command: String,
    /// Whether anything was written.
    written: bool,
    files: Vec<FileReport>,
}

/// One file, in `undo --json`.
#[derive(Debug, Serialize)]
struct FileReport {
    path: String,
    done: Done,
}

#[derive(Debug, Clone, Copy, Serialize)]
#[serde(rename_all = "lowercase")]
enum Done {
    Removed,
    Restored,
}

pub(super) fn run(args: &UndoArgs, out: Out) -> Result<Outcome, Failure> {
    let root = Project::find(&here()?)?;
    let (work, settled) = Work::begin(&root)?;
    say_settled(settled.as_ref(), out);
    let (command, changes) = work.last()?;
    let mut report = Report::new(command, &changes);
    if !args.dry_run {
        let interrupt = Interrupt::listen().map_err(Failure::Signals)?;
        if out.asks(args.yes) {
            let prompter = Prompter::new(out.screen, &interrupt)?;
            out.say(format_args!(
                "This takes back `palisade {}`.",
                report.command
            ));
            let diffs = || changes.iter().filter(|change| is_told(&change.path));
            let diffs = || diffs().map(diff).collect();
            if approve(&prompter, &report.lines(), report.files.len(), diffs)? == Approval::Refused
            {
                return Err(UiError::Interrupted.into());
            }
        }
        work.undo(&changes, &|| interrupt.raised())?;
        report.written = true;
    }
    report.print(out)?;
    Ok(Outcome::Done)
}

/// What palisade remembers goes with the files that it is about.
fn is_told(path: &str) -> bool {
    !path.starts_with(".palisade/")
}

fn diff(change: &Change) -> String {
    patch(&change.path, change.before.as_deref(), change.after.bytes())
}

impl Report {
    fn new(command: String, changes: &[Change]) -> Self {
        let changes = changes.iter().filter(|change| is_told(&change.path));
        let mut files: Vec<_> = changes
            .map(|change| FileReport {
                path: change.path.clone(),
                done: match change.after.bytes() {
                    Some(_) => Done::Restored,
                    None => Done::Removed,
                },
            })
            .collect();
        files.sort_by(|a, b| a.path.cmp(&b.path));
        Self {
            command,
            written: false,
            files,
        }
    }

    fn lines(&self) -> String {
        let line = |file: &FileReport| {
            let done = match file.done {
                Done::Removed => "removed",
                Done::Restored => "restored",
            };
            format!("{done:9} {}\n", file.path)
        };
        self.files.iter().map(line).collect()
    }

    fn print(&self, out: Out) -> Result<(), Failure> {
        if out.json {
            return out.json(self);
        }
        out.result(self.lines())?;
        match self.written {
            true => out.say(format_args!("Took back `palisade {}`.", self.command)),
            false => out.say("Nothing was changed: this was a dry run."),
        }
        Ok(())
    }
}
