//! The pieces that a set of answers takes.

use std::collections::BTreeSet;

use super::{AnsweredBy, By, Catalog, Choice, Piece, PieceId};
use crate::answers::{Answers, ChoiceId, OptionId};

/// Pieces that go together, base first, then in the order of their choices.
#[derive(Debug, Clone)]
pub struct Selection<'a> {
    pieces: Vec<&'a Piece>,
    field_choices: BTreeSet<&'a ChoiceId>,
}

/// Answers that do not go together.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, miette::Diagnostic)]
pub enum SelectionError {
    #[error("this palisade has no {0}")]
    #[diagnostic(
        code(palisade::catalog::unknown),
        help("see what it has: palisade list")
    )]
    Unknown(PieceId),
    #[error("nothing is chosen for {choice}")]
    #[diagnostic(code(palisade::catalog::unanswered), help("choose one of {}", known.join(", ")))]
    Unanswered {
        choice: ChoiceId,
        known: Vec<String>,
    },
    #[error("{piece} does not work without {needed}")]
    #[diagnostic(
        code(palisade::catalog::required),
        help("choose {needed} too, or another option than {piece}")
    )]
    Required { piece: PieceId, needed: PieceId },
    #[error("{first} and {second} do not go together")]
    #[diagnostic(
        code(palisade::catalog::conflict),
        help("choose another option for one of them")
    )]
    Conflict { first: PieceId, second: PieceId },
    #[error("{first} and {second} do not go together: {why}")]
    #[diagnostic(
        code(palisade::catalog::refused),
        help("choose another option for one of them")
    )]
    Refused {
        first: PieceId,
        second: PieceId,
        why: String,
    },
}

impl Catalog {
    /// Finds the pieces for a set of answers.
    ///
    /// # Errors
    /// When an answer names what is not there, or answers contradict each other.
    pub fn select(&self, answers: &Answers) -> Result<Selection<'_>, SelectionError> {
        let mut pieces = vec![&self.base];
        for choice in self.in_order() {
            match choice.answered_by {
                AnsweredBy::User => pieces.extend(choice.chosen(answers)?),
                AnsweredBy::Fields => pieces.extend(choice.used(answers)),
                AnsweredBy::Need => {}
            }
        }
        self.add_required(&mut pieces);
        let selection = Selection {
            pieces,
            field_choices: self.choices_answered_by(AnsweredBy::Fields),
        };
        selection.hold()?;
        Ok(selection)
    }

    /// Puts every piece together, alternatives too: what Cargo.lock is cut from.
    pub fn superset(&self) -> Selection<'_> {
        Selection {
            pieces: self.pieces().collect(),
            field_choices: self.choices_answered_by(AnsweredBy::Fields),
        }
    }

    /// Puts base and one other piece together.
    pub fn base_and<'a>(&'a self, piece: &'a Piece) -> Selection<'a> {
        let pieces =
            std::iter::once(&self.base).chain((piece.id != PieceId::Base).then_some(piece));
        Selection {
            pieces: pieces.collect(),
            field_choices: self.choices_answered_by(AnsweredBy::Fields),
        }
    }

    /// Adds what chosen pieces require and nobody is asked about.
    fn add_required<'a>(&'a self, pieces: &mut Vec<&'a Piece>) {
        let by_user = self.choices_answered_by(AnsweredBy::User);
        let mut next = 0;
        while let Some(piece) = pieces.get(next) {
            let required = piece
                .requires
                .iter()
                .filter_map(|id| self.piece(id.get_ref()));
            let unasked =
                |piece: &&Piece| piece.id.choice().is_some_and(|id| !by_user.contains(id));
            let missing: Vec<_> = required
                .filter(unasked)
                .filter(|piece| !pieces.iter().any(|known| known.id == piece.id))
                .collect();
            pieces.extend(missing);
            next += 1;
        }
    }

    fn choices_answered_by(&self, source: AnsweredBy) -> BTreeSet<&ChoiceId> {
        self.choices
            .values()
            .filter(|choice| choice.answered_by == source)
            .map(|choice| &choice.id)
            .collect()
    }
}

impl Choice {
    fn chosen(&self, answers: &Answers) -> Result<Vec<&Piece>, SelectionError> {
        let taken = answers.taken(self.id.as_str());
        if taken.is_empty() {
            let known = self.options.keys().map(ToString::to_string).collect();
            return Err(SelectionError::Unanswered {
                choice: self.id.clone(),
                known,
            });
        }
        let unknown = |option: &OptionId| PieceId::Option(self.id.clone(), option.clone());
        let piece = |option: &OptionId| {
            self.options
                .get(option)
                .ok_or_else(|| SelectionError::Unknown(unknown(option)))
        };
        let mut pieces = taken.iter().map(piece).collect::<Result<Vec<_>, _>>()?;
        pieces.sort_by_key(|piece| &piece.id);
        Ok(pieces)
    }

    /// Returns the pieces of the types that some field has.
    fn used(&self, answers: &Answers) -> Vec<&Piece> {
        let fields = answers
            .resources()
            .iter()
            .flat_map(|resource| resource.fields().iter());
        let words: BTreeSet<&str> = fields
            .flat_map(|field| field.kind().and_item())
            .map(|kind| kind.word())
            .collect();
        let used = |(option, _): &(&OptionId, &Piece)| words.contains(option.as_str());
        self.options
            .iter()
            .filter(used)
            .map(|(_, piece)| piece)
            .collect()
    }
}

impl<'a> Selection<'a> {
    /// Returns the pieces.
    pub fn pieces(&self) -> &[&'a Piece] {
        &self.pieces
    }

    /// Whether that piece is among them.
    pub fn has(&self, id: &PieceId) -> bool {
        self.pieces.iter().any(|piece| piece.id == *id)
    }

    /// Returns the types of fields that bring a piece, by name.
    pub fn field_types(&self) -> impl Iterator<Item = &str> {
        self.pieces.iter().filter_map(|piece| match &piece.id {
            PieceId::Option(choice, option) if self.field_choices.contains(choice) => {
                Some(option.as_str())
            }
            _ => None,
        })
    }

    fn hold(&self) -> Result<(), SelectionError> {
        for piece in &self.pieces {
            let missing = piece
                .requires
                .iter()
                .find(|needed| !self.has(needed.get_ref()));
            if let Some(needed) = missing {
                let needed = needed.get_ref().clone();
                return Err(SelectionError::Required {
                    piece: piece.id.clone(),
                    needed,
                });
            }
            let hit = piece
                .conflicts
                .iter()
                .find(|other| self.has(other.get_ref()));
            if let Some(other) = hit {
                let (first, second) = (piece.id.clone(), other.get_ref().clone());
                return Err(SelectionError::Conflict { first, second });
            }
            for (second, by) in &piece.declares {
                if let (By::Refused(why), true) = (by, self.has(second)) {
                    let (first, second, why) = (piece.id.clone(), second.clone(), why.clone());
                    return Err(SelectionError::Refused { first, second, why });
                }
            }
        }
        Ok(())
    }
}
