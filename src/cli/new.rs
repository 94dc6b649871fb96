//! A new service.

mod gather;
mod report;
mod summary;
mod target;

use std::path::PathBuf;

use gather::Gathered;
use report::Report;

use super::choice_flags::ChoiceFlags;
use super::failure::{Failure, Outcome};
use super::out::Out;
use crate::answers::{Answers, Draft, Question, Rest};
use crate::apply::{Target, apply_new};
use crate::catalog::Catalog;
use crate::pipe::{Prepared, prepare_new};
use crate::project::workspace_above;
use crate::render::Surroundings;
use crate::ui::{Decision, Interrupt, Progress, Prompter, Suggestions, UiError, interview, review};
use crate::vcs;

const EXAMPLES: &str = "\
Examples:
  palisade new notes-api
  palisade new ../tasks --defaults --resource task --fields \"title:string:1..80 done:bool\"
  palisade new notes-api --answers answers.toml --dry-run";

/// Write a new service
///
/// At a terminal the open questions are asked, and nothing is written before you have seen
/// what will be. All files are put in place at once, or none is.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct NewArgs {
    /// Folder to write; its last part is the name, unless `--name`, a variable or the answers
    /// file gives one
    dir: Option<PathBuf>,
    /// Name of the service and its crate, like `notes-api`
    #[arg(long)]
    name: Option<String>,
    /// What the service is for, in one line
    #[arg(long, value_name = "TEXT")]
    description: Option<String>,
    /// Where flaws are reported: `mailto:…`, `https://…` or `none`
    #[arg(long, value_name = "URI")]
    security_contact: Option<String>,
    /// The first resource, as the name of one item: `note`
    #[arg(long, value_name = "NAME")]
    resource: Option<String>,
    /// Its fields, with blanks between: `title:string:1..200 done:bool`
    #[arg(long, value_name = "FIELDS")]
    fields: Option<String>,
    /// Day that stands in the rendered files, instead of today
    #[arg(long, value_name = "YYYY-MM-DD")]
    created: Option<String>,
    #[command(flatten)]
    choices: ChoiceFlags,
    /// Take the default of whatever is not given, and ask nothing
    #[arg(long)]
    defaults: bool,
    /// Read answers from a file, or from standard input with `-`
    #[arg(long, value_name = "FILE")]
    answers: Option<PathBuf>,
    /// Read an organisation's answers, each fixed or a default
    #[arg(
        long,
        value_name = "FILE",
        env = "PALISADE_PRESET",
        hide_env_values = true
    )]
    preset: Option<PathBuf>,
    /// Show what would be written, and write nothing
    #[arg(long)]
    dry_run: bool,
    /// Make no repository and no commit
    #[arg(long)]
    no_git: bool,
}

pub(super) fn run(args: NewArgs, out: Out) -> Result<Outcome, Failure> {
    let catalog = Catalog::embedded()?;
    let questions = catalog.questions();
    let Gathered { mut draft, current } = gather::gather(&args, &questions)?;
    let interrupt = Interrupt::listen().map_err(Failure::Signals)?;
    let answers = match silent(&args, &draft, &questions, out) {
        Some(rest) => draft.finish(&questions, rest)?,
        None => ask(&args, &mut draft, &catalog, &questions, out, &interrupt)?,
    };
    let target = Target::look(&target::path(&args, &answers), &current)?;
    let prepared = prepare(&catalog, &questions, &answers, &target)?;
    let mut report = Report::new(&target, &args, &answers, &prepared.plan, catalog.resolved);
    if !args.dry_run {
        write(&args, &prepared, &target, &interrupt, &mut report, out)?;
    }
    report.print(out)?;
    Ok(Outcome::Done)
}

/// Whether to go on without a question, and what then becomes of those that are open.
fn silent(args: &NewArgs, draft: &Draft, questions: &[Question], out: Out) -> Option<Rest> {
    match () {
        () if args.defaults => Some(Rest::Defaults),
        () if !out.screen.interactive || draft.open(questions).is_empty() => Some(Rest::Missing),
        () => None,
    }
}

fn ask(
    args: &NewArgs,
    draft: &mut Draft,
    catalog: &Catalog,
    questions: &[Question],
    out: Out,
    interrupt: &Interrupt,
) -> Result<Answers, Failure> {
    let prompter = Prompter::new(out.screen, interrupt)?;
    let email = vcs::user_email();
    let suggestions = Suggestions {
        name: None,
        security_contact: email.as_deref().and_then(Suggestions::contact_of),
    };
    interview(&prompter, draft, questions, &suggestions)?;
    let current = gather::current()?;
    let decision = review(&prompter, draft, questions, |answers| {
        let target = Target::look(&target::path(args, answers), &current)?;
        let prepared = prepare(catalog, questions, answers, &target)?;
        Ok(summary::summary(&target, args, answers, &prepared, catalog))
    })?;
    match decision {
        Decision::Write(answers) => Ok(answers),
        Decision::Quit => Err(UiError::Interrupted.into()),
    }
}

fn prepare<'a>(
    catalog: &'a Catalog,
    questions: &[Question],
    answers: &Answers,
    target: &Target,
) -> Result<Prepared<'a>, Failure> {
    let surroundings = match workspace_above(target.parent()) {
        Some(_) => Surroundings::InWorkspace,
        None => Surroundings::Alone,
    };
    let prepared = prepare_new(catalog, questions, answers, surroundings)?;
    let pieces = prepared.selection.pieces();
    let crates = pieces
        .iter()
        .flat_map(|piece| piece.crates.keys().chain(piece.dev_crates.keys()));
    answers
        .name()
        .apart_from(crates.map(String::as_str))
        .map_err(Failure::CrateName)?;
    Ok(prepared)
}

fn write(
    args: &NewArgs,
    prepared: &Prepared<'_>,
    target: &Target,
    interrupt: &Interrupt,
    report: &mut Report,
    out: Out,
) -> Result<(), Failure> {
    let around = vcs::repository_around(target.parent());
    let commits = !args.no_git && around.is_none();
    let mut progress = Progress::new(out.screen, "Writing files", prepared.plan.writes().count());
    let applied = apply_new(
        &prepared.plan,
        target,
        &|| interrupt.raised(),
        &mut || progress.step(),
        |tree| match commits {
            true => Ok::<_, Failure>(Some(vcs::commit_first(tree, report::MESSAGE)?)),
            false => Ok(None),
        },
    )?;
    report.written(applied, around.filter(|_| !args.no_git));
    Ok(())
}
