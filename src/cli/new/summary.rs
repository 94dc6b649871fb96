//! The review screen's facts.

use std::collections::BTreeSet;

use super::{NewArgs, target};
use crate::answers::Answers;
use crate::apply::Target;
use crate::catalog::{By, Catalog, Choice, Piece, Practice};
use crate::pipe::Prepared;
use crate::ui;

/// Tells what would be written, and what each practice gets from which pieces.
pub(super) fn summary(
    _: &Target,
    args: &NewArgs,
    answers: &Answers,
    prepared: &Prepared<'_>,
    catalog: &Catalog,
) -> ui::Summary {
    let pieces = prepared.selection.pieces();
    let gains = |practice: Practice| {
        let texts: Vec<_> = pieces
            .iter()
            .filter_map(|piece| piece.practices.get(&practice))
            .cloned()
            .collect();
        ui::Practice {
            title: practice.title().to_owned(),
            gains: texts.join(". "),
        }
    };
    let crates: BTreeSet<_> = pieces
        .iter()
        .flat_map(|piece| piece.crates.keys())
        .cloned()
        .collect();
    ui::Summary {
        directory: target::path(args, answers).display().to_string(),
        files: prepared.plan.writes().count(),
        remembered: prepared
            .plan
            .writes()
            .filter(|(path, _)| path.starts_with(".palisade/"))
            .count(),
        practices: Practice::ALL
            .map(gains)
            .into_iter()
            .filter(|p| !p.gains.is_empty())
            .collect(),
        duties: catalog
            .in_order()
            .into_iter()
            .filter_map(|choice| duties(choice, pieces))
            .collect(),
        crates: crates.into_iter().collect(),
    }
}

/// Tells who does the duties of a choice, if its option does any by itself.
fn duties(choice: &Choice, pieces: &[&Piece]) -> Option<ui::Duties> {
    let piece = pieces
        .iter()
        .find(|piece| piece.id.choice() == Some(&choice.id))?;
    let titles = |by: &By| {
        let done = choice
            .duties
            .iter()
            .filter(|duty| piece.duties.get(&duty.id) == Some(by));
        done.map(|duty| duty.title.as_str())
            .collect::<Vec<_>>()
            .join(". ")
    };
    let rows = [By::Native, By::Delegated, By::Service].map(|by| (by.to_string(), titles(&by)));
    let rows: Vec<_> = rows
        .into_iter()
        .filter(|(_, titles)| !titles.is_empty())
        .collect();
    (rows.len() > 1).then(|| ui::Duties {
        title: format!("{}: {}", choice.title, piece.title),
        rows,
    })
}
