//! The command line: one file a command, with its `Args` and its `run`.
//!
//! To add a command: its file, a variant of [`Command`](args::Command), an arm in `dispatch.rs`.

mod args;
mod choice_flags;
mod completions;
mod dispatch;
mod explain;
mod failure;
mod list;
mod man;
mod new;
mod out;
mod status;

pub use args::Cli;
pub use dispatch::run;
