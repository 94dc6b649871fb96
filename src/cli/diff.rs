//! How files differ from what palisade wrote, or from what it would write.

use serde::Serialize;

use super::failure::{Failure, Outcome};
use super::out::Out;
use super::pieces::select_paths;
use super::reconcile::{Opened, Wish, patch};
use crate::merge::There;
use crate::project::ANSWERS;

const EXAMPLES: &str = "\
Examples:
  palisade diff
  palisade diff src/security
  palisade diff ci/github --wanted";

/// Show your edits to what palisade wrote
///
/// With `--wanted`, show instead how what it wrote differs from what your answers and this
/// palisade would give: what `regen` will merge.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct DiffArgs {
    /// Pieces, files or folders to look at, instead of all
    #[arg(value_name = "PIECE|FILE")]
    pieces: Vec<String>,
    /// Compare what was written with what is wanted now
    #[arg(long)]
    wanted: bool,
}

/// A file that differs, in `diff --json`.
#[derive(Debug, Serialize)]
struct Difference {
    path: String,
    /// As `diff -u` tells it.
    diff: String,
}

pub(super) fn run(args: &DiffArgs, out: Out) -> Result<Outcome, Failure> {
    let opened = Opened::open(false, out)?;
    let chosen = select_paths(&opened, opened.here(), &args.pieces)?;
    let mut differences = differences(&opened, args.wanted)?;
    differences.retain(|found| chosen.is_empty() || chosen.contains(&found.path));
    if out.json {
        out.json(&differences)?;
    } else {
        let texts = differences.iter().map(|found| found.diff.as_str());
        out.result(texts.collect::<String>())?;
    }
    Ok(Outcome::Done)
}

fn differences(opened: &Opened, wanted: bool) -> Result<Vec<Difference>, Failure> {
    let prepared = opened.prepare(&Wish::nothing(opened.here().clone()))?;
    let pristine = opened.project.pristine();
    let told = |path: &str, from: Option<&[u8]>, to: Option<&[u8]>| Difference {
        path: path.to_owned(),
        diff: patch(path, from, to),
    };
    let written = |path: &str| pristine.get(path).map(Vec::as_slice);
    let found: Vec<_> = match wanted {
        true => {
            let plan = prepared.changed.plan.iter();
            let managed = plan.filter(|(path, planned)| {
                let class = planned.wanted.as_ref().map(|file| file.class);
                class == Some(crate::catalog::Class::Managed) || pristine.contains_key(*path)
            });
            let bytes =
                |planned: &crate::merge::Planned| planned.wanted.clone().map(|file| file.bytes);
            managed
                .map(|(path, planned)| told(path, written(path), bytes(planned).as_deref()))
                .collect()
        }
        false => {
            let there = |path: &str| prepared.disk.get(path).and_then(There::bytes);
            let paths = pristine.keys().filter(|path| *path != ANSWERS);
            paths
                .map(|path| told(path, written(path), there(path)))
                .collect()
        }
    };
    Ok(found
        .into_iter()
        .filter(|found| !found.diff.is_empty())
        .collect())
}
