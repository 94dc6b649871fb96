//! The manual.

use std::fs;
use std::path::{Path, PathBuf};

use clap::CommandFactory as _;
use clap_mangen::Man;

use super::args::Cli;
use super::failure::{Failure, Outcome};
use super::out::Out;

const EXAMPLES: &str = "\
Examples:
  palisade man | man -l -
  palisade man --dir ~/.local/share/man/man1";

/// Print the manual page, or write one for each command
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct ManArgs {
    /// Folder for a page per command
    #[arg(long, value_name = "FOLDER")]
    dir: Option<PathBuf>,
}

pub(super) fn run(args: &ManArgs, out: Out) -> Result<Outcome, Failure> {
    let mut command = Cli::command();
    command.build();
    match &args.dir {
        None => out.result(String::from_utf8_lossy(&page(command)?))?,
        Some(dir) => write_pages(dir, &command, out)?,
    }
    Ok(Outcome::Done)
}

/// Writes the page of a command, and those of the commands below it.
fn write_pages(dir: &Path, command: &clap::Command, out: Out) -> Result<(), Failure> {
    let name = command
        .get_display_name()
        .unwrap_or_else(|| command.get_name());
    let path = dir.join(format!("{name}.1"));
    let page = page(command.clone())?;
    fs::write(&path, page).map_err(|cause| Failure::Page {
        path: path.clone(),
        cause,
    })?;
    out.detail(path.display());
    let below = command.get_subcommands();
    let mut below = below.filter(|command| !command.is_hide_set() && command.get_name() != "help");
    below.try_for_each(|command| write_pages(dir, command, out))
}

fn page(command: clap::Command) -> Result<Vec<u8>, Failure> {
    let mut page = Vec::new();
    Man::new(command)
        .render(&mut page)
        .map_err(Failure::Output)?;
    Ok(page)
}
