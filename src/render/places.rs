//! Where a service's files stand, told without rendering one.

use crate::answers::{Answers, Resource, ResourceName, VersionName};
use crate::catalog::{
    Class, DOCUMENT, PLURAL, PieceId, SERIAL, SINGULAR, Scope, Selection, VERSION,
};

/// A file of a service, and where it comes from.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    pub path: String,
    pub class: Class,
    pub executable: bool,
    pub piece: PieceId,
    /// The path of its template, placeholders and all, and after it those of the past.
    pub templates: Vec<String>,
    /// The plural of the resource that it is about, if it is about one.
    pub resource: Option<String>,
}

/// Returns the place of each file that [`super::render`] gives, sorted by path.
pub fn places(answers: &Answers, selection: &Selection<'_>) -> Vec<Place> {
    let mut places: Vec<_> = ["Cargo.toml", "Cargo.lock"]
        .map(|path| Place {
            path: path.to_owned(),
            class: match path {
                "Cargo.lock" => Class::Lock,
                _ => Class::Managed,
            },
            executable: false,
            piece: PieceId::Base,
            templates: vec![path.to_owned()],
            resource: None,
        })
        .into();
    for piece in selection.pieces() {
        for template in &piece.files {
            let names = Names::all(template.scope(), answers).into_iter();
            places.extend(names.map(|names| Place {
                path: names.place(&template.path),
                class: template.class,
                executable: template.executable,
                piece: piece.id.clone(),
                templates: template.paths().map(ToOwned::to_owned).collect(),
                resource: names.resource.map(|resource| resource.plural),
            }));
        }
    }
    places.sort();
    places
}

/// What the placeholders of a path stand for: a template is rendered once for each.
#[derive(Debug, Clone)]
pub(super) struct Names {
    /// The version's module.
    pub(super) version: Option<String>,
    /// The version's OpenAPI document, without its ending.
    document: String,
    pub(super) resource: Option<ResourceNames>,
}

/// What `__resource__`, `__singular__` and `__serial__` stand for.
#[derive(Debug, Clone)]
pub(super) struct ResourceNames {
    pub(super) plural: String,
    singular: String,
    /// Its place among the resources, in the order in which they were added: `0001`.
    serial: String,
}

impl Names {
    /// Returns what templates of a scope are rendered for.
    pub(super) fn all(scope: Scope, answers: &Answers) -> Vec<Self> {
        let newest = answers.newest();
        let names = |version: Option<VersionName>, resource| Self {
            version: version.map(|version| version.to_string()),
            document: match version {
                Some(version) if version != newest => format!("openapi/{version}"),
                _ => "openapi".to_owned(),
            },
            resource,
        };
        let versions = answers.versions().iter();
        let resources = answers.resources().iter().enumerate();
        let of = |(index, resource): (usize, &Resource)| ResourceNames::new(index, resource.name());
        match scope {
            Scope::Service => vec![names(None, None)],
            Scope::Version => versions.map(|v| names(Some(v.name), None)).collect(),
            Scope::Resource => resources.map(|r| names(None, Some(of(r)))).collect(),
            // Versions after the first that has it go on with it, until the user changes one.
            Scope::Both => resources
                .map(|r| {
                    let since = r.1.since().unwrap_or(answers.oldest());
                    names(Some(since), Some(of(r)))
                })
                .collect(),
        }
    }

    /// Returns the path with its placeholders replaced.
    pub(super) fn place(&self, path: &str) -> String {
        let mut path = path.to_owned();
        if let Some(version) = &self.version {
            path = path
                .replace(VERSION, version)
                .replace(DOCUMENT, &self.document);
        }
        if let Some(resource) = &self.resource {
            path = path
                .replace(PLURAL, &resource.plural)
                .replace(SINGULAR, &resource.singular)
                .replace(SERIAL, &resource.serial);
        }
        path
    }
}

impl ResourceNames {
    fn new(index: usize, name: &ResourceName) -> Self {
        Self {
            plural: name.plural().to_owned(),
            singular: name.singular().to_owned(),
            serial: format!("{:04}", index + 1),
        }
    }
}
