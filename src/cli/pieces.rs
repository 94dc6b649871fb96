//! Pieces, files and folders as they are named on the command line.

use std::collections::BTreeSet;

use super::failure::Failure;
use super::reconcile::{Opened, here};
use crate::answers::Answers;
use crate::catalog::{Catalog, Class, Piece, PieceId};
use crate::pipe::PipeError;
use crate::render::places;

/// Returns the files that are meant, of a piece those that palisade keeps.
pub(super) fn select_paths(
    opened: &Opened,
    answers: &Answers,
    names: &[String],
) -> Result<BTreeSet<String>, Failure> {
    let selection = opened.catalog.select(answers).map_err(PipeError::from)?;
    let places = places(answers, &selection);
    let mut paths = BTreeSet::new();
    for name in names {
        if let Some(piece) = find(&opened.catalog, name) {
            if !selection.has(&piece.id) {
                return Err(not_chosen(&piece.id));
            }
            let kept = |class| matches!(class, Class::Managed | Class::Lock);
            let of_it = places.iter().filter(|place| place.piece == piece.id);
            paths.extend(
                of_it
                    .filter(|place| kept(place.class))
                    .map(|place| place.path.clone()),
            );
            continue;
        }
        let path = from_root(opened, name)?;
        let below = format!("{path}/");
        let known = places.iter().map(|place| place.path.as_str());
        let known = known.chain(opened.project.pristine().keys().map(String::as_str));
        let meant: Vec<_> = known
            .filter(|known| *known == path || known.starts_with(&below))
            .map(ToOwned::to_owned)
            .collect();
        if meant.is_empty() {
            return Err(Failure::UnknownPiece {
                given: name.clone(),
            });
        }
        paths.extend(meant);
    }
    Ok(paths)
}

/// Finds a piece by its full name, or by its option's alone where that says enough.
pub(super) fn find<'a>(catalog: &'a Catalog, topic: &str) -> Option<&'a Piece> {
    if let Ok(id) = PieceId::parse(topic) {
        return catalog.piece(&id);
    }
    let mut named = catalog.pieces().filter(
        |piece| matches!(&piece.id, PieceId::Option(_, option) if option.as_str() == topic),
    );
    let first = named.next();
    first.filter(|_| named.next().is_none())
}

fn not_chosen(id: &PieceId) -> Failure {
    Failure::NotChosen {
        piece: id.to_string(),
        set: id.to_string().replacen('/', "=", 1),
    }
}

/// Returns a path from the project's root, of one that was typed anywhere in it.
pub(super) fn from_root(opened: &Opened, name: &str) -> Result<String, Failure> {
    let here = here()?;
    let inside = here.strip_prefix(opened.root()).unwrap_or(opened.root());
    let mut steps: Vec<&str> = inside.iter().filter_map(|step| step.to_str()).collect();
    for step in name.split('/') {
        match step {
            "" | "." => {}
            ".." => drop(steps.pop()),
            step => steps.push(step),
        }
    }
    Ok(steps.join("/"))
}
