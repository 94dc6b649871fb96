//! What a piece brings, or what a requirement demands.

use std::fmt::Write as _;

use serde::Serialize;

use super::failure::{Failure, Outcome};
use super::out::Out;
use super::pieces::find;
use crate::catalog::{Catalog, Evidence, Piece, PieceId, Place, Requirement, Requirements};

const EXAMPLES: &str = "\
Examples:
  palisade explain TLS-4
  palisade explain ci/github";

/// Explain a piece, or a requirement by its id
///
/// Of a requirement: what it demands, its source, which files of a service name it and which
/// tests prove it.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct ExplainArgs {
    /// A piece as `choice/option` or `base`, or an id as `AUTHN-1`
    #[arg(value_name = "PIECE|ID")]
    topic: String,
}

/// A piece, in `explain --json`.
#[derive(Debug, Serialize)]
struct PieceReport<'a> {
    id: String,
    title: &'a str,
    summary: &'a str,
    practices: Vec<(&'static str, &'a str)>,
    requires: Vec<String>,
    conflicts: Vec<String>,
    crates: Vec<&'a str>,
    files: Vec<&'a str>,
}

/// A requirement, in `explain --json`.
#[derive(Debug, Serialize)]
struct RequirementReport<'a> {
    id: &'a str,
    #[serde(flatten)]
    requirement: &'a Requirement,
    /// What the service's own files say.
    service: Evidence,
}

pub(super) fn run(args: &ExplainArgs, out: Out) -> Result<Outcome, Failure> {
    let requirements = Requirements::embedded()?;
    let catalog = Catalog::embedded()?;
    if let Some((id, requirement)) = requirements.get(&args.topic) {
        let report = RequirementReport {
            id,
            requirement,
            service: Evidence::gather(&catalog, id),
        };
        match out.json {
            true => out.json(&report)?,
            false => out.result(render_requirement(&report, out))?,
        }
        return Ok(Outcome::Done);
    }
    let Some(piece) = find(&catalog, &args.topic) else {
        let pieces = catalog.pieces().map(|piece| piece.id.to_string());
        let known: Vec<_> = pieces
            .chain(requirements.ids().map(ToOwned::to_owned))
            .collect();
        let suggestion = nearest(&args.topic, &known).map(ToOwned::to_owned);
        return Err(Failure::UnknownTopic {
            given: args.topic.clone(),
            suggestion,
        });
    };
    let report = report(piece);
    match out.json {
        true => out.json(&report)?,
        false => out.result(render_piece(&report, out))?,
    }
    Ok(Outcome::Done)
}

fn report(piece: &Piece) -> PieceReport<'_> {
    let ids =
        |ids: &[toml::Spanned<PieceId>]| ids.iter().map(|id| id.get_ref().to_string()).collect();
    PieceReport {
        id: piece.id.to_string(),
        title: &piece.title,
        summary: &piece.summary,
        practices: piece
            .practices
            .iter()
            .map(|(p, gains)| (p.title(), gains.as_str()))
            .collect(),
        requires: ids(&piece.requires),
        conflicts: ids(&piece.conflicts),
        crates: piece.crates.keys().map(String::as_str).collect(),
        files: piece.files.iter().map(|file| file.path.as_str()).collect(),
    }
}

fn render_piece(report: &PieceReport<'_>, out: Out) -> String {
    let mut text = format!(
        "{}  {}\n{}\n",
        out.screen.palette.heading(&report.id),
        report.title,
        report.summary
    );
    let mut list = |title: &str, items: Vec<String>| {
        if !items.is_empty() {
            // Writing to a string cannot fail.
            let _ = writeln!(text, "\n{}", out.screen.palette.heading(title));
            items
                .iter()
                .for_each(|item| text.push_str(&format!("  {item}\n")));
        }
    };
    let owned = |items: &[&str]| items.iter().map(|item| (*item).to_owned()).collect();
    list(
        "Practices",
        report
            .practices
            .iter()
            .map(|(p, gains)| format!("{p}: {gains}"))
            .collect(),
    );
    list("Requires", report.requires.clone());
    list("Conflicts", report.conflicts.clone());
    list("Crates", owned(&report.crates));
    list("Files", owned(&report.files));
    text
}

fn render_requirement(report: &RequirementReport<'_>, out: Out) -> String {
    let palette = out.screen.palette;
    let mut text = format!(
        "{}  {}\n{}\n\n",
        palette.heading(report.id),
        report.requirement.practice,
        textwrap::fill(&report.requirement.requirement, out.screen.width),
    );
    let mut row = |title: &str, value: &str| {
        // Writing to a string cannot fail.
        let _ = writeln!(
            text,
            "{} {value}",
            palette.heading(format_args!("{title:7}"))
        );
    };
    row("Source", &report.requirement.source);
    row("Proof", &report.requirement.proof);
    let Evidence { files, tests } = &report.service;
    for place in files {
        row("File", &told(place, ""));
    }
    if files.is_empty() {
        row("File", "named in no file of the service");
    }
    for check in &report.requirement.check {
        row("Check", check);
    }
    for proof in tests {
        row("Test", &told(&proof.place, &proof.name));
    }
    if tests.is_empty() {
        row("Test", "not proven by a test of the service");
    }
    for test in &report.requirement.test {
        row("Test", &format!("{test} (palisade)"));
    }
    if let Some(unproved) = &report.requirement.unproved {
        row("Open", unproved);
    }
    text
}

/// A path, what is in it, and the piece without which it is not there.
fn told(place: &Place, inside: &str) -> String {
    let piece = place.piece.as_ref().map(|piece| format!("({piece})"));
    let words = [place.path.as_str(), inside, piece.as_deref().unwrap_or("")];
    let words = words.into_iter().filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join(" ")
}

/// Returns what was probably meant: the known name with the fewest differing letters.
fn nearest<'a>(given: &str, known: &'a [String]) -> Option<&'a str> {
    let distance = |name: &str| edits(&given.to_lowercase(), &name.to_lowercase());
    let best = known.iter().min_by_key(|name| distance(name))?;
    (distance(best) <= 2).then_some(best)
}

/// Counts the letters to change, add or take away between two words (Levenshtein).
fn edits(from: &str, to: &str) -> usize {
    let to: Vec<char> = to.chars().collect();
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (index, a) in from.chars().enumerate() {
        let mut last = index;
        let mut next = vec![index + 1];
        for (b, above) in to.iter().zip(row.iter().skip(1)) {
            let left = next.last().copied().unwrap_or_default();
            next.push((last + usize::from(a != *b)).min(left + 1).min(above + 1));
            last = *above;
        }
        row = next;
    }
    row.last().copied().unwrap_or_default()
}
