//! From arguments to an exit code.

use std::ffi::OsString;
use std::process::ExitCode;

use clap::Parser as _;

use super::args::{Cli, Command};
use super::failure::{Failure, Outcome};
use super::out::Out;
use super::{
    add, completions, deprecate, diff, explain, list, man, new, regen, retire, status, undo,
};
use crate::ui::print_report;

/// Runs the command line and returns the exit code.
pub fn run(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    let cli = match Cli::try_parse_from(args) {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version are results: clap knows which stream is whose.
            let _ = error.print();
            return ExitCode::from(if error.use_stderr() { 2 } else { 0 });
        }
    };
    let out = Out::new(cli.common);
    match dispatch(cli.command, out) {
        Ok(outcome) => ExitCode::from(outcome.code()),
        Err(failure) => {
            if !failure.is_quiet() {
                print_report(out.screen, &failure);
            }
            ExitCode::from(failure.code())
        }
    }
}

fn dispatch(command: Command, out: Out) -> Result<Outcome, Failure> {
    match command {
        Command::New(args) => new::run(*args, out),
        Command::Regen(args) => regen::run(&args, out),
        Command::Add(args) => add::run(&args, out),
        Command::Deprecate(args) => deprecate::run(&args, out),
        Command::Retire(args) => retire::run(&args, out),
        Command::Diff(args) => diff::run(&args, out),
        Command::Undo(args) => undo::run(&args, out),
        Command::Status(args) => status::run(&args, out),
        Command::List(args) => list::run(&args, out),
        Command::Explain(args) => explain::run(&args, out),
        Command::Completions(args) => completions::run(&args, out),
        Command::Man(args) => man::run(&args, out),
    }
}
