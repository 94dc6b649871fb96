//! The end of a version.

use super::clock::today;
use super::failure::{Failure, Outcome};
use super::out::Out;
use super::reconcile::{Manner, Opened, carry_out, parse_version};
use crate::project::{Because, Retirement, VERSIONS, VersionTable, mounts_of, uses_of};

const EXAMPLES: &str = "\
Examples:
  palisade retire v1
  palisade retire v1 --because security --advisory https://example.com/1";

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
    /// Address of the announcement
    #[arg(long, value_name = "URL")]
    advisory: Option<String>,
    /// The version to go to
    #[arg(long, value_name = "VERSION")]
    successor: Option<String>,
    #[command(flatten)]
    manner: Manner,
}

pub(super) fn run(args: &RetireArgs, out: Out) -> Result<Outcome, Failure> {
    let successor = args.successor.as_deref().map(parse_version);
    let end = Retirement {
        name: parse_version(&args.name)?,
        today: today(),
        because: args.because,
        advisory: args.advisory.clone(),
        successor: successor.transpose()?,
    };
    let name = end.name;
    let opened = Opened::open(!args.manner.dry_run, out)?;
    let prepared = opened.prepare_edit(VERSIONS, |text| {
        let mut table = VersionTable::parse(text)?;
        table.retire(&end)?;
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
        let mounts = mounts_of(opened.root(), name)?;
        out.say(format_args!(
            "The code of {name} runs no more, and no test walks it. Take it out, as a pipeline \
             demands: remove `src/api/{name}/` and\n{}",
            mounts.join("\n")
        ));
    }
    Ok(outcome)
}
