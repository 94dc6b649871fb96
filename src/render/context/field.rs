//! Words about a field of a resource.

use serde::Serialize;

use super::TypeWords;
use crate::answers::{DefaultValue, Field, FieldKind};

/// A field, with its type and flags.
#[derive(Debug, Clone, Serialize)]
pub struct FieldWords {
    /// `pinned`, as a member, a column and in JSON.
    pub name: String,
    /// `Pinned`, as a type.
    pub type_name: String,
    /// `in-review`, as permissions spell it.
    pub kebab: String,
    /// As it is given on the command line: `pinned:bool:write=admin`.
    pub spec: String,
    pub kind: TypeWords,
    /// The values of an enum, or of a list of them.
    pub variants: Vec<VariantWords>,
    pub is_optional: bool,
    /// Whether each create must bring it.
    pub is_required: bool,
    /// Whether only some role may write it.
    pub is_restricted: bool,
    /// The lowest role that may; empty when any writer may.
    pub role: String,
    /// What others' objects hold, as a Rust expression; empty when any writer may.
    pub default: String,
}

/// A value of an enum.
#[derive(Debug, Clone, Serialize)]
pub struct VariantWords {
    /// `in-review`, as in JSON.
    pub name: String,
    /// `InReview`
    pub type_name: String,
}

impl FieldWords {
    pub(super) fn new(field: &Field) -> Self {
        let name = field.name();
        let default = field.write().and_then(|_| field.value_for_others());
        Self {
            name: name.as_str().to_owned(),
            type_name: name.type_name(),
            kebab: name.kebab(),
            spec: field.to_string(),
            kind: TypeWords::new(field.kind(), &name.type_name()),
            variants: field.kind().and_item().flat_map(variants).collect(),
            is_optional: field.is_optional(),
            is_required: field.is_required(),
            is_restricted: field.write().is_some(),
            role: field
                .write()
                .map(|role| role.to_string())
                .unwrap_or_default(),
            default: default
                .map(|value| expression(&value, field))
                .unwrap_or_default(),
        }
    }
}

fn expression(value: &DefaultValue, field: &Field) -> String {
    match value {
        DefaultValue::Nothing => "None".to_owned(),
        DefaultValue::False => "false".to_owned(),
        DefaultValue::Number(number) => number.to_string(),
        DefaultValue::EmptyString | DefaultValue::EmptyList => "Default::default()".to_owned(),
        DefaultValue::Variant(variant) => {
            format!("{}::{}", field.name().type_name(), variant.type_name())
        }
    }
}

fn variants(kind: &FieldKind) -> Vec<VariantWords> {
    let FieldKind::Enum(variants) = kind else {
        return Vec::new();
    };
    variants
        .iter()
        .map(|variant| VariantWords {
            name: variant.as_str().to_owned(),
            type_name: variant.type_name(),
        })
        .collect()
}
