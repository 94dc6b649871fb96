//! What must hold between pieces: faults that no manifest shows by itself.

use std::collections::{BTreeMap, BTreeSet};

use super::{AnsweredBy, Catalog, CatalogError, Choice, Fault, Pick, Piece, PieceId};
use crate::answers::FieldKind;

/// Holds the pieces against each other and reports the first fault.
pub(super) fn check(catalog: &Catalog) -> Result<(), CatalogError> {
    for piece in catalog.pieces() {
        check_names(catalog, piece)?;
    }
    for piece in catalog.pieces() {
        check_cycle(catalog, piece)?;
    }
    for piece in catalog.pieces() {
        check_reach(catalog, piece)?;
    }
    check_types(catalog)?;
    check_duties(catalog)?;
    check_owners(catalog)?;
    check_crates(catalog)
}

/// Options that fields answer are called as a type is, or no field would ever take them.
fn check_types(catalog: &Catalog) -> Result<(), CatalogError> {
    let by_fields = |choice: &&Choice| choice.answered_by == AnsweredBy::Fields;
    let options = catalog
        .choices
        .values()
        .filter(by_fields)
        .flat_map(|choice| &choice.options);
    for (option, piece) in options {
        if !FieldKind::WORDS.contains(&option.as_str()) {
            let fault = Fault::UnknownType(option.clone());
            return Err(piece.manifest.fault(None, fault));
        }
    }
    Ok(())
}

/// Each option says who does every duty of its choice, and what becomes of each option that the
/// choice depends on: neither less nor more.
fn check_duties(catalog: &Catalog) -> Result<(), CatalogError> {
    for choice in catalog.choices.values() {
        let duties: BTreeSet<_> = choice.duties.iter().map(|duty| duty.id.clone()).collect();
        let others = choice
            .declares
            .iter()
            .filter_map(|id| catalog.choices.get(id));
        let pieces: BTreeSet<_> = others
            .flat_map(|other| other.options.values())
            .map(|piece| piece.id.to_string())
            .collect();
        let wanted: BTreeSet<_> = duties.union(&pieces).cloned().collect();
        for piece in choice.options.values() {
            let declared = piece.declares.keys().map(PieceId::to_string);
            let said: BTreeSet<_> = piece.duties.keys().cloned().chain(declared).collect();
            let gap = wanted.difference(&said).next().cloned();
            let idle = said.difference(&wanted).next().cloned();
            let fault = gap.map(Fault::Undeclared).or(idle.map(Fault::IdleDuty));
            if let Some(fault) = fault {
                return Err(piece.manifest.fault(None, fault));
            }
        }
    }
    Ok(())
}

fn check_names(catalog: &Catalog, piece: &Piece) -> Result<(), CatalogError> {
    for id in piece.requires.iter().chain(&piece.conflicts) {
        if catalog.piece(id.get_ref()).is_none() {
            let fault = Fault::UnknownPiece(id.get_ref().clone());
            return Err(piece.manifest.fault(Some(id.span()), fault));
        }
    }
    Ok(())
}

fn check_cycle(catalog: &Catalog, piece: &Piece) -> Result<(), CatalogError> {
    let mut way = vec![piece];
    fn walk<'a>(catalog: &'a Catalog, way: &mut Vec<&'a Piece>) -> Result<(), CatalogError> {
        let Some(last) = way.last().copied() else {
            return Ok(());
        };
        for id in &last.requires {
            let Some(next) = catalog.piece(id.get_ref()) else {
                continue;
            };
            if let Some(start) = way.iter().position(|piece| piece.id == next.id) {
                let mut cycle: Vec<_> = way
                    .iter()
                    .skip(start)
                    .map(|piece| piece.id.clone())
                    .collect();
                cycle.push(next.id.clone());
                return Err(last.manifest.fault(Some(id.span()), Fault::Cycle(cycle)));
            }
            way.push(next);
            walk(catalog, way)?;
            way.pop();
        }
        Ok(())
    }
    walk(catalog, &mut way)
}

/// Pieces with all that they require, themselves included.
fn closure<'a>(
    catalog: &'a Catalog,
    ids: impl IntoIterator<Item = &'a PieceId>,
) -> BTreeSet<&'a PieceId> {
    let mut open: Vec<&PieceId> = ids.into_iter().collect();
    let mut closed = BTreeSet::new();
    while let Some(id) = open.pop() {
        if closed.insert(id)
            && let Some(piece) = catalog.piece(id)
        {
            open.extend(piece.requires.iter().map(toml::Spanned::get_ref));
        }
    }
    closed
}

/// Says why one service cannot have all of these pieces, if it cannot.
fn contradiction(catalog: &Catalog, pieces: &BTreeSet<&PieceId>) -> Option<String> {
    let mut taken: BTreeMap<&str, &PieceId> = BTreeMap::new();
    for id in pieces {
        let Some(choice) = id.choice() else { continue };
        let pick = catalog.choices.get(choice)?.pick;
        if let (Pick::One, Some(other)) = (pick, taken.insert(choice.as_str(), id)) {
            return Some(format!("{other} and {id} answer one choice"));
        }
    }
    for piece in pieces.iter().filter_map(|id| catalog.piece(id)) {
        let hit = piece
            .conflicts
            .iter()
            .find(|id| pieces.contains(id.get_ref()));
        if let Some(other) = hit {
            return Some(format!("{} conflicts with {}", piece.id, other.get_ref()));
        }
    }
    None
}

fn check_reach(catalog: &Catalog, piece: &Piece) -> Result<(), CatalogError> {
    let with = closure(catalog, [&PieceId::Base, &piece.id]);
    let why = contradiction(catalog, &with).or_else(|| {
        let mut asked = catalog
            .choices
            .values()
            .filter(|c| c.answered_by == AnsweredBy::User);
        asked
            .find(|choice| is_dead_end(catalog, &with, choice))
            .map(|choice| format!("no option of {} goes with it", choice.id))
    });
    match why {
        None => Ok(()),
        Some(why) => {
            let at = piece
                .requires
                .iter()
                .chain(&piece.conflicts)
                .next()
                .map(|id| id.span());
            let fault = Fault::Unreachable {
                piece: piece.id.clone(),
                why,
            };
            Err(piece.manifest.fault(at, fault))
        }
    }
}

fn is_dead_end(catalog: &Catalog, with: &BTreeSet<&PieceId>, choice: &Choice) -> bool {
    choice.options.values().all(|option| {
        let both = closure(catalog, with.iter().copied().chain([&option.id]));
        contradiction(catalog, &both).is_some()
    })
}

fn can_meet(catalog: &Catalog, first: &PieceId, second: &PieceId) -> bool {
    let both = closure(catalog, [&PieceId::Base, first, second]);
    contradiction(catalog, &both).is_none()
}

fn check_owners(catalog: &Catalog) -> Result<(), CatalogError> {
    let mut owners: BTreeMap<&str, Vec<&PieceId>> = BTreeMap::new();
    for piece in catalog.pieces() {
        for file in &piece.files {
            let others = owners.entry(&file.path).or_default();
            let other = others
                .iter()
                .find(|other| can_meet(catalog, other, &piece.id));
            if let Some(first) = other {
                let fault = Fault::TwoOwners {
                    path: file.path.clone(),
                    first: (*first).clone(),
                    second: piece.id.clone(),
                };
                return Err(CatalogError::file(&file.origin, fault));
            }
            others.push(&piece.id);
        }
    }
    Ok(())
}

fn check_crates(catalog: &Catalog) -> Result<(), CatalogError> {
    let mut seen: BTreeMap<&str, (&str, &PieceId)> = BTreeMap::new();
    for piece in catalog.pieces() {
        for (name, asked) in piece.crates.iter().chain(&piece.dev_crates) {
            let (version, first) = seen.entry(name).or_insert((&asked.version, &piece.id));
            if *version != asked.version {
                let fault = Fault::CrateClash {
                    name: name.clone(),
                    first: (*first).clone(),
                    second: piece.id.clone(),
                };
                return Err(piece.manifest.fault(None, fault));
            }
        }
    }
    Ok(())
}
