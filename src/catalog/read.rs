//! The whole of `templates/`, read once.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use super::{CatalogError, Choice, Fault, Manifest, Piece, PieceId, Source, structure};
use crate::answers::{ChoiceId, Date, OptionId};

/// All pieces, and the choices between them.
#[derive(Debug, Clone)]
pub struct Catalog {
    pub base: Piece,
    pub choices: BTreeMap<ChoiceId, Choice>,
    /// The day on which the crates of all pieces were resolved (PATCH-4).
    pub resolved: Date,
}

/// `crates.toml`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Crates {
    resolved: toml::value::Datetime,
}

/// Files of `templates/` that belong to no piece.
const SHARED: [&str; 2] = [CRATES, "requirements.toml"];

/// Says when the crates were resolved.
const CRATES: &str = "crates.toml";

impl Catalog {
    /// Reads the templates compiled into this program.
    ///
    /// # Errors
    /// As [`Catalog::read`]; a test holds that there are none.
    pub fn embedded() -> Result<Self, CatalogError> {
        Self::read(&Source::embedded())
    }

    /// Reads and checks manifests.
    ///
    /// # Errors
    /// The first fault found, with file and key.
    pub fn read(source: &Source) -> Result<Self, CatalogError> {
        let catalog = Self {
            base: Piece::read(source, PieceId::Base)?,
            choices: folders(source)?
                .into_iter()
                .map(|(id, options)| Ok((id.clone(), Choice::read(source, id, options)?)))
                .collect::<Result<_, CatalogError>>()?,
            resolved: resolved(source)?,
        };
        structure::check(&catalog)?;
        Ok(catalog)
    }

    /// Returns every piece, base first.
    pub fn pieces(&self) -> impl Iterator<Item = &Piece> {
        let options = self
            .choices
            .values()
            .flat_map(|choice| choice.options.values());
        std::iter::once(&self.base).chain(options)
    }

    /// Returns the piece of that name.
    pub fn piece(&self, id: &PieceId) -> Option<&Piece> {
        match id {
            PieceId::Base => Some(&self.base),
            PieceId::Option(choice, option) => self.choices.get(choice)?.options.get(option),
        }
    }

    /// Returns the choices in the order in which they are asked.
    pub fn in_order(&self) -> Vec<&Choice> {
        let mut choices: Vec<_> = self.choices.values().collect();
        choices.sort_by_key(|choice| (choice.order, &choice.id));
        choices
    }
}

fn resolved(source: &Source) -> Result<Date, CatalogError> {
    let manifest = Manifest::read(source, CRATES.to_owned())?;
    let crates: Crates = manifest.parse()?;
    Date::parse(&crates.resolved.to_string())
        .map_err(|error| manifest.fault(None, Fault::Syntax(error.to_string())))
}

/// Tells choices and options from the folders; a file elsewhere is a fault.
fn folders(source: &Source) -> Result<BTreeMap<ChoiceId, BTreeSet<OptionId>>, CatalogError> {
    let mut folders: BTreeMap<ChoiceId, BTreeSet<OptionId>> = BTreeMap::new();
    for (path, _) in source.iter() {
        let parts: Vec<&str> = path.split('/').collect();
        let (choice, option) = match parts.as_slice() {
            [file] if SHARED.contains(file) => continue,
            ["base", "piece.toml" | "manifest-tail.toml" | "crates.lock"] => continue,
            ["base", "files", _, ..] => continue,
            [choice, "choice.toml"] => (*choice, None),
            [choice, option, "piece.toml" | "crates.lock"] => (*choice, Some(*option)),
            [choice, option, "files", _, ..] => (*choice, Some(*option)),
            _ => return Err(CatalogError::file(path, Fault::Stray)),
        };
        let bad = |error| CatalogError::file(path, Fault::BadId(error));
        let options = folders
            .entry(ChoiceId::parse(choice).map_err(bad)?)
            .or_default();
        if let Some(option) = option {
            options.insert(OptionId::parse(option).map_err(bad)?);
        }
    }
    Ok(folders)
}
