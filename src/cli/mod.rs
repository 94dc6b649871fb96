//! The command line: one file a command, with its `Args` and its `run`.
//!
//! To add a command: its file, a variant of [`Command`](args::Command), an arm in `dispatch.rs`.

mod add;
mod args;
mod choice_flags;
mod clock;
mod completions;
mod deprecate;
mod diff;
mod dispatch;
mod explain;
mod failure;
mod list;
mod man;
mod new;
mod out;
mod pieces;
mod reconcile;
mod regen;
mod retire;
mod status;
mod undo;

pub use args::Cli;
pub use dispatch::run;
