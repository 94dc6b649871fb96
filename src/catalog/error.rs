//! What can be wrong with the templates, and where.

use std::fmt;

use miette::{Diagnostic, LabeledSpan, NamedSource, SourceCode, SourceSpan};

use super::{Class, PieceId};
use crate::answers::{ChoiceId, IdError, OptionId};

/// A fault in `templates/`, with the file and, in a manifest, the key.
#[derive(Debug, thiserror::Error)]
#[error("{file}: {fault}")]
pub struct CatalogError {
    file: String,
    text: Option<Box<NamedSource<String>>>,
    at: Option<SourceSpan>,
    fault: Box<Fault>,
}

/// What is wrong there.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    #[error("{0}")]
    Syntax(String),
    #[error("the file is not UTF-8")]
    NotText,
    #[error("the manifest is missing")]
    Missing,
    #[error("no piece owns this file")]
    Stray,
    #[error("there is no piece called `{0}`")]
    UnknownPiece(PieceId),
    #[error("{0}")]
    BadId(IdError),
    #[error("{choice} has no option called `{option}`")]
    UnknownDefault { choice: ChoiceId, option: OptionId },
    #[error("{0} has several options and no default")]
    NoDefault(ChoiceId),
    #[error("{0} takes one option, and its default has several")]
    ManyDefaults(ChoiceId),
    #[error("the pieces require each other: {}", join(.0, " -> "))]
    Cycle(Vec<PieceId>),
    #[error("no answers reach {piece}: {why}")]
    Unreachable { piece: PieceId, why: String },
    #[error("{first} and {second} both own `{path}`, and one service can have both")]
    TwoOwners {
        path: String,
        first: PieceId,
        second: PieceId,
    },
    #[error("no file of the piece matches `{0}`")]
    IdleGlob(String),
    #[error("`{0}` is not a pattern for paths")]
    BadGlob(String),
    #[error("`{path}` is both {first} and {second}")]
    TwoClasses {
        path: String,
        first: Class,
        second: Class,
    },
    #[error("`{0}` cannot be a path in a service")]
    BadPath(String),
    #[error("`{old}` cannot be a former path of `{new}`")]
    BadRename { old: String, new: String },
    #[error("{first} and {second} ask for different versions of the crate `{name}`")]
    CrateClash {
        name: String,
        first: PieceId,
        second: PieceId,
    },
    #[error("only base has this table")]
    BaseOnly,
    #[error("the piece does not say who does {0}")]
    Undeclared(String),
    #[error("the piece says who does {0}, and there is no such duty or piece")]
    IdleDuty(String),
    #[error("no field has a type called `{0}`")]
    UnknownType(OptionId),
}

impl Fault {
    /// Returns the way out, where there is one to name.
    fn way_out(&self) -> Option<&'static str> {
        Some(match self {
            Self::Stray => "a piece's files are below its files/, beside its piece.toml",
            Self::Missing => "a choice has a choice.toml, an option a piece.toml",
            Self::Cycle(_) => "take one `requires` away: what both need belongs to base",
            Self::TwoOwners { .. } => {
                "one piece owns each file: let them conflict, or move the file to what both require"
            }
            Self::IdleGlob(_) => "patterns are held against paths in the service, without `.tera`",
            Self::BadRename { .. } => {
                "a former path is no longer a file's, and has the placeholders of the new one"
            }
            Self::UnknownType(_) => "the options of this choice are the types of fields",
            _ => return None,
        })
    }
}

impl CatalogError {
    /// Reports a fault of a whole file.
    pub(crate) fn file(file: impl Into<String>, fault: Fault) -> Self {
        Self {
            file: file.into(),
            text: None,
            at: None,
            fault: Box::new(fault),
        }
    }

    /// Reports a fault at a place in a text.
    pub(crate) fn at(
        file: &str,
        text: &str,
        at: Option<std::ops::Range<usize>>,
        fault: Fault,
    ) -> Self {
        Self {
            file: file.to_owned(),
            text: Some(Box::new(NamedSource::new(file, text.to_owned()))),
            at: at.map(SourceSpan::from),
            fault: Box::new(fault),
        }
    }

    /// Returns what is wrong, without the place.
    pub fn fault(&self) -> &Fault {
        &self.fault
    }

    /// Returns the file, below `templates/`.
    pub fn path(&self) -> &str {
        &self.file
    }
}

impl Diagnostic for CatalogError {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        Some(Box::new("palisade::catalog"))
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.fault
            .way_out()
            .map(|help| Box::new(help) as Box<dyn fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.text
            .as_ref()
            .map(|text| text.as_ref() as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let at = self.at?;
        Some(Box::new(std::iter::once(LabeledSpan::new_with_span(
            None, at,
        ))))
    }
}

fn join(ids: &[PieceId], with: &str) -> String {
    ids.iter()
        .map(PieceId::to_string)
        .collect::<Vec<_>>()
        .join(with)
}
