//! The end of a version.

use super::clock::today;
use super::failure::{Failure, Outcome};
use super::out::Out;
use super::reconcile::{Manner, Opened, carry_out, parse_version};
use crate::project::{Because, VERSIONS, VersionTable, uses_of};

const EXAMPLES: &str = "\
Examples:
  palisade retire v1
  palisade retire v1 --because security";

/// Shut a version of the API, for good or at once
///
/// Its entry in config/versions.toml is changed by key, and nothing else is: the version answers
/// 410 from then on and runs no code. Refused before its sunset, unless it is unsafe, and while
/// code that is served needs its code. A running service takes it up by itself.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct RetireArgs {
    /// The version, like `v1`
    name: String,
    /// Why it comes to its end, if it was not announced
    #[arg(long, value_enum)]
    because: Option<Because>,
    #[command(flatten)]
    manner: Manner,
}

pub(super) fn run(args: &RetireArgs, out: Out) -> Result<Outcome, Failure> {
    let name = parse_version(&args.name)?;
    let opened = Opened::open(!args.manner.dry_run, out)?;
    let prepared = opened.prepare_edit(VERSIONS, |text| {
        let mut table = VersionTable::parse(text)?;
        table.retire(name, args.because, today())?;
        let uses = uses_of(opened.root(), name, &table.retired())?;
        match uses.is_empty() {
            true => Ok(table.to_string()),
            false => Err(Failure::VersionUsed { name, uses }),
        }
    })?;
    let outcome = carry_out(
        &opened,
        &prepared,
        &format!("retire {name}"),
        args.manner,
        out,
    )?;
    if !args.manner.dry_run {
        out.say(format_args!(
            "The code of {name} runs no more. Its tests would fail, so take it out: remove \
             `src/api/{name}/` and its lines in `src/api/mod.rs` first."
        ));
    }
    Ok(outcome)
}
