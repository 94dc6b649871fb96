//! A TOML file of the templates, and faults that point into it.

use std::borrow::Cow;
use std::ops::Range;

use serde::de::DeserializeOwned;

use super::{CatalogError, Fault, Source};

/// The text of a `choice.toml` or `piece.toml`.
#[derive(Debug, Clone)]
pub struct Manifest {
    file: String,
    text: Cow<'static, str>,
}

impl Manifest {
    /// Reads a manifest; a missing one is a fault, since its folder means a piece.
    pub(super) fn read(source: &Source, file: String) -> Result<Self, CatalogError> {
        match source.text(&file)? {
            Some(text) => Ok(Self { file, text }),
            None => Err(CatalogError::file(file, Fault::Missing)),
        }
    }

    /// Parses the text; the fault shows the line.
    pub(super) fn parse<T: DeserializeOwned>(&self) -> Result<T, CatalogError> {
        toml::from_str(&self.text)
            .map_err(|error| self.fault(error.span(), Fault::Syntax(error.message().to_owned())))
    }

    /// Points at a place in this manifest.
    pub(super) fn fault(&self, at: Option<Range<usize>>, fault: Fault) -> CatalogError {
        CatalogError::at(&self.file, &self.text, at, fault)
    }
}
