//! Words about a field of a resource.

use serde::Serialize;

use super::TypeWords;
use super::field_type::item_type_name;
use crate::answers::{Field, FieldKind, Resource, RoleName, Variant};

/// A field, with its type and flags.
#[derive(Debug, Clone, Serialize)]
pub struct FieldWords {
    /// `pinned`, as a member, a column and in JSON.
    pub name: String,
    /// `Pinned`, as a type.
    pub type_name: String,
    /// `in-review`, as permissions spell it.
    pub kebab: String,
    pub kind: TypeWords,
    /// As a stored item and a view have it: `Option<field::Alias>`.
    pub stored_type: String,
    /// As a request has it: `Restricted<field::Pinned, store::WritePinned>`.
    pub request_type: String,
    /// As the table has it: `TEXT NOT NULL`.
    pub column_type: String,
    /// Its parameter in a statement that writes: `$6`.
    pub parameter: String,
    /// Whether only some role may write it.
    pub is_restricted: bool,
    /// Whether that role is `editor`, and so `admin` too.
    pub editor_may: bool,
}

/// An enum that a field or the elements of a list have for their type.
#[derive(Debug, Clone, Serialize)]
pub struct ChoiceWords {
    /// `State`
    pub type_name: String,
    pub variants: Vec<VariantWords>,
}

/// A value of an enum.
#[derive(Debug, Clone, Serialize)]
pub struct VariantWords {
    /// `in-review`, as in JSON.
    pub name: String,
    /// `InReview`
    pub type_name: String,
}

/// The parameters before those of a resource's fields: id, owner, version and two instants.
const PARAMETERS_BEFORE: usize = 5;

impl FieldWords {
    /// Puts the words of each field of a resource together.
    pub(super) fn all(resource: &Resource) -> Vec<Self> {
        let fields = resource.fields().iter().enumerate();
        let words = fields.map(|(index, field)| {
            let mut words = Self::new(index, field);
            if field.target() == Some(resource.name()) {
                // One that needed another of its kind would need that one's, and so on.
                words.kind.sample = "null".to_owned();
            }
            words
        });
        words.collect()
    }

    /// Puts the words of the field at `index`, counted from 0, together.
    fn new(index: usize, field: &Field) -> Self {
        let name = field.name();
        let type_name = name.type_name();
        let kind = TypeWords::new(field.kind(), &type_name);
        let stored_type = if field.is_optional() {
            format!("Option<field::{type_name}>")
        } else {
            format!("field::{type_name}")
        };
        let request_type = match field.write() {
            Some(_) => format!("Restricted<{stored_type}, store::Write{type_name}>"),
            None => stored_type.clone(),
        };
        let nullability = if field.is_optional() { "" } else { " NOT NULL" };
        Self {
            name: name.as_str().to_owned(),
            kebab: name.kebab(),
            column_type: format!("{}{nullability}", kind.sql),
            stored_type,
            request_type,
            parameter: format!("${}", PARAMETERS_BEFORE + index + 1),
            is_restricted: field.write().is_some(),
            editor_may: field.write() == Some(RoleName::Editor),
            type_name,
            kind,
        }
    }
}

impl ChoiceWords {
    /// Returns the enum that a field's type is or holds, if there is one.
    pub(super) fn new(field: &Field) -> Option<Self> {
        let type_name = field.name().type_name();
        match field.kind() {
            FieldKind::Enum(values) => Some(Self {
                type_name,
                variants: variants(values),
            }),
            FieldKind::List { item, .. } => match item.as_ref() {
                FieldKind::Enum(values) => Some(Self {
                    type_name: item_type_name(&type_name),
                    variants: variants(values),
                }),
                _ => None,
            },
            _ => None,
        }
    }
}

fn variants(values: &[Variant]) -> Vec<VariantWords> {
    values
        .iter()
        .map(|variant| VariantWords {
            name: variant.as_str().to_owned(),
            type_name: variant.type_name(),
        })
        .collect()
}
