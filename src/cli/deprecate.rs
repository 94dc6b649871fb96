//! The announced end of a version.

use super::clock::today;
use super::failure::{Failure, Outcome};
use super::out::Out;
use super::reconcile::{Manner, Opened, carry_out, parse_day, parse_version};
use crate::project::{Because, Deprecation, VERSIONS, VersionTable, VersionTableError};

const EXAMPLES: &str = "\
Examples:
  palisade deprecate v1 --sunset 2027-06-30 --because superseded --successor v2
  palisade deprecate v1 --sunset 2027-01-15 --because security --advisory https://example.com/1";

/// Announce the end of a version of the API
///
/// Its entry in config/versions.toml is changed by key, and nothing else is. Answers of the
/// version tell its end from then on, and from the sunset on it answers 410 by itself. Clients
/// get 90 days, unless the version is unsafe. A running service takes it up by itself.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct DeprecateArgs {
    /// The version, like `v1`
    name: String,
    /// Day from which it is shut
    #[arg(long, value_name = "YYYY-MM-DD")]
    sunset: String,
    /// Why it comes to its end
    #[arg(long, value_enum)]
    because: Because,
    /// Address of the announcement
    #[arg(long, value_name = "URL")]
    advisory: Option<String>,
    /// The version to go to
    #[arg(long, value_name = "VERSION")]
    successor: Option<String>,
    #[command(flatten)]
    manner: Manner,
}

pub(super) fn run(args: &DeprecateArgs, out: Out) -> Result<Outcome, Failure> {
    let successor = args.successor.as_deref().map(parse_version);
    let end = Deprecation {
        name: parse_version(&args.name)?,
        today: today(),
        sunset: parse_day(&args.sunset)?,
        because: args.because,
        advisory: args.advisory.clone(),
        successor: successor.transpose()?,
    };
    let opened = Opened::open(!args.manner.dry_run, out)?;
    let prepared = opened.prepare_edit(VERSIONS, |text| {
        let mut table = VersionTable::parse(text)?;
        table.deprecate(&end)?;
        Ok::<_, VersionTableError>(table.to_string())
    })?;
    let command = format!("deprecate {} --sunset {}", end.name, end.sunset);
    carry_out(&opened, &prepared, &command, args.manner, out)
}
