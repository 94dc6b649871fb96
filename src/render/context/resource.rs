//! Words about a resource.

use std::collections::BTreeSet;

use serde::Serialize;

use super::schema;
use super::{ChoiceWords, FieldWords, ReferenceWords, ServiceContext};
use crate::answers::{FieldKind, Resource};

/// What a template with `__resource__` or `__singular__` in its path can name.
#[derive(Debug, Clone, Serialize)]
pub struct ResourceContext<'a> {
    #[serde(flatten)]
    pub common: &'a ServiceContext,
    pub resource: &'a ResourceWords,
}

/// A resource and its fields, in the order in which they were given.
#[derive(Debug, Clone, Serialize)]
pub struct ResourceWords {
    /// `line_item`, as a module and a member.
    pub singular: String,
    /// `line_items`, as a module and a table.
    pub plural: String,
    /// `line-items`, as a step of a URI and in permissions.
    pub path: String,
    /// `LineItem`
    pub type_name: String,
    /// In prose: `line item`.
    pub label: String,
    /// `a` or `an`, before the label.
    pub article: String,
    /// `A` or `An`, where a sentence begins with it.
    pub article_capital: String,
    /// Where a sentence begins with it: `Line items`.
    pub plural_label_capital: String,
    pub fields: Vec<FieldWords>,
    /// The fields that only some role may write.
    pub restricted_fields: Vec<FieldWords>,
    /// The fields that any writer may write.
    pub free_fields: Vec<FieldWords>,
    /// The fields whose type is not declared under their own name.
    pub aliases: Vec<FieldWords>,
    pub has_aliases: bool,
    /// The enums, of fields and of elements of lists.
    pub choices: Vec<ChoiceWords>,
    /// The fields that hold the id of an item of another resource, or of this one.
    pub references: Vec<ReferenceWords>,
    /// The tables of those items, each once.
    pub targets: Vec<String>,
    pub schema: SchemaWords,
    /// The fields' parameters in a statement that writes: `$6, $7`.
    pub parameters: String,
    pub uses: ResourceUses,
}

/// Schemas of a resource, as `openapi.json` has them at the depths where they stand.
#[derive(Debug, Clone, Serialize)]
pub struct SchemaWords {
    /// Of the body that creates or replaces an item.
    pub request: String,
    /// Of an item alone.
    pub view: String,
    /// Of an item on a page of a list.
    pub listed: String,
}

/// What a resource's fields want of its files.
#[derive(Debug, Clone, Default, Serialize)]
pub struct ResourceUses {
    /// Some field has a type of the service's own: any but `bool`.
    pub input: bool,
    /// Some field is written by some role alone.
    pub restricted: bool,
    /// Some field holds the id of an item.
    pub references: bool,
}

impl ResourceWords {
    pub(super) fn new(resource: &Resource) -> Self {
        let name = resource.name();
        let fields = FieldWords::all(resource);
        let only = |wanted: fn(&FieldWords) -> bool| -> Vec<_> {
            fields.iter().filter(|f| wanted(f)).cloned().collect()
        };
        let path = name.path();
        let schema = SchemaWords {
            request: schema::request(resource, &fields, &path, 14),
            view: schema::view(resource, 16),
            listed: schema::view(resource, 22),
        };
        let parameters: Vec<_> = fields.iter().map(|f| f.parameter.clone()).collect();
        let targets: BTreeSet<_> = resource
            .references()
            .map(|(_, target)| target.plural().to_owned())
            .collect();
        let aliases = only(|field| !field.kind.is_enum && !field.kind.is_reference);
        Self {
            singular: name.singular().to_owned(),
            plural: name.plural().to_owned(),
            path,
            schema,
            parameters: parameters.join(", "),
            type_name: name.type_name(),
            label: name.label(),
            article: name.article().to_lowercase(),
            article_capital: capitalized(name.article()),
            plural_label_capital: capitalized(&name.plural_label()),
            restricted_fields: only(|field| field.is_restricted),
            free_fields: only(|field| !field.is_restricted),
            has_aliases: !aliases.is_empty(),
            aliases,
            choices: resource
                .fields()
                .iter()
                .filter_map(ChoiceWords::new)
                .collect(),
            targets: targets.into_iter().collect(),
            references: ReferenceWords::all(resource, &fields),
            fields,
            uses: ResourceUses::of(resource),
        }
    }
}

impl ResourceUses {
    fn of(resource: &Resource) -> Self {
        let fields = resource.fields();
        Self {
            input: fields
                .iter()
                .any(|field| !matches!(field.kind(), FieldKind::Bool)),
            restricted: fields.iter().any(|field| field.write().is_some()),
            references: resource.references().next().is_some(),
        }
    }
}

fn capitalized(word: &str) -> String {
    let mut chars = word.chars();
    chars
        .next()
        .map(|first| first.to_uppercase().chain(chars).collect())
        .unwrap_or_default()
}
