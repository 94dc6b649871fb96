//! Words about a field that refers to an item.

use serde::Serialize;

use super::FieldWords;
use crate::answers::{Field, Resource, ResourceName};

/// A field that holds the id of an item, and where that item is.
#[derive(Debug, Clone, Serialize)]
pub struct ReferenceWords {
    pub field: FieldWords,
    pub is_optional: bool,
    /// The table: `order_items`.
    pub table: String,
    /// As a step of a URI: `order-items`.
    pub path: String,
    /// In prose: `an order item`.
    pub label: String,
    /// Its parameter in the statement that names what leads nowhere: `$3`.
    pub parameter: String,
    /// What joins its condition to those before it: `WHERE`, then `AND`.
    pub joint: String,
    /// Whether there is none before it.
    pub is_first: bool,
}

/// The parameters before those of references: the item's id and its owner.
const PARAMETERS_BEFORE: usize = 2;

impl ReferenceWords {
    /// Puts the words of all references of a resource together.
    pub(super) fn all(resource: &Resource, fields: &[FieldWords]) -> Vec<Self> {
        let words = resource.fields().iter().zip(fields);
        let references = words.filter_map(|(field, words)| Some((field, words, field.target()?)));
        references
            .enumerate()
            .map(|(index, (field, words, target))| Self::new(index, field, words, target))
            .collect()
    }

    fn new(index: usize, field: &Field, words: &FieldWords, target: &ResourceName) -> Self {
        Self {
            field: words.clone(),
            is_optional: field.is_optional(),
            table: target.plural().to_owned(),
            path: target.path(),
            label: format!("{} {}", target.article(), target.label()),
            parameter: format!("${}", PARAMETERS_BEFORE + index + 1),
            joint: if index == 0 { "WHERE" } else { "AND" }.to_owned(),
            is_first: index == 0,
        }
    }
}
