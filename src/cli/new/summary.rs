//! The review screen's facts.

use std::collections::BTreeSet;

use super::{NewArgs, target};
use crate::answers::Answers;
use crate::apply::Target;
use crate::catalog::Practice;
use crate::pipe::Prepared;
use crate::ui;

/// Tells what would be written, and what each practice gets from which pieces.
pub(super) fn summary(
    _: &Target,
    args: &NewArgs,
    answers: &Answers,
    prepared: &Prepared<'_>,
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
        crates: crates.into_iter().collect(),
    }
}
