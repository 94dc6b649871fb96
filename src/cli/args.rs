//! What can be typed.

use clap::{ArgAction, Args, Parser, Subcommand};

use super::add::AddArgs;
use super::completions::CompletionsArgs;
use super::deprecate::DeprecateArgs;
use super::diff::DiffArgs;
use super::explain::ExplainArgs;
use super::list::ListArgs;
use super::man::ManArgs;
use super::new::NewArgs;
use super::regen::RegenArgs;
use super::retire::RetireArgs;
use super::status::StatusArgs;
use super::undo::UndoArgs;
use crate::ui::ColourChoice;

/// Write a secure API service in Rust, and keep it up to date
///
/// palisade asks a few questions and writes a complete service: HTTPS, authentication,
/// authorization, input validation, limits, audit log, tests and pipeline. It runs no
/// hook, fetches no template and opens no connection.
#[derive(Debug, Parser)]
#[command(
    name = "palisade",
    version,
    propagate_version = true,
    max_term_width = 100
)]
#[command(subcommand_required = true, arg_required_else_help = true)]
pub struct Cli {
    #[command(flatten)]
    pub(super) common: Common,
    #[command(subcommand)]
    pub(super) command: Command,
}

/// What every command understands.
#[derive(Debug, Clone, Copy, Args)]
#[command(next_help_heading = "Everywhere")]
pub(super) struct Common {
    /// Print results as JSON
    #[arg(long, global = true)]
    pub(super) json: bool,
    /// Print results and errors, and nothing else
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub(super) quiet: bool,
    /// Print what is done, file by file
    #[arg(short, long, global = true, action = ArgAction::SetTrue)]
    pub(super) verbose: bool,
    /// When to use colours; NO_COLOR is respected
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub(super) color: ColourChoice,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    New(Box<NewArgs>),
    Regen(RegenArgs),
    Add(AddArgs),
    Deprecate(DeprecateArgs),
    Retire(RetireArgs),
    Status(StatusArgs),
    Diff(DiffArgs),
    Undo(UndoArgs),
    List(ListArgs),
    Explain(ExplainArgs),
    Completions(CompletionsArgs),
    Man(ManArgs),
}
