//! Where a service's files stand, told without rendering one.

use crate::answers::Answers;
use crate::catalog::{
    Class, PLURAL, PieceId, SERIAL, SINGULAR, Scope, Selection, Template, VERSION,
};

/// A file of a service, and where it comes from.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    pub path: String,
    pub class: Class,
    pub executable: bool,
    pub piece: PieceId,
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
            resource: None,
        })
        .into();
    for piece in selection.pieces() {
        for template in &piece.files {
            let paths = paths(template, answers).into_iter();
            places.extend(paths.map(|(path, resource)| Place {
                path,
                class: template.class,
                executable: template.executable,
                piece: piece.id.clone(),
                resource,
            }));
        }
    }
    places.sort();
    places
}

fn paths(template: &Template, answers: &Answers) -> Vec<(String, Option<String>)> {
    // Later versions go on with the resources of the first, until the user changes one.
    let versions = match template.scope() {
        Scope::Both => answers.versions().get(..1).unwrap_or_default(),
        _ => answers.versions(),
    };
    let versions: Vec<_> = match template.scope() {
        Scope::Version | Scope::Both => versions
            .iter()
            .map(|version| template.path.replace(VERSION, &version.name.to_string()))
            .collect(),
        Scope::Service | Scope::Resource => vec![template.path.clone()],
    };
    match template.scope() {
        Scope::Service | Scope::Version => versions.into_iter().map(|path| (path, None)).collect(),
        Scope::Resource | Scope::Both => answers
            .resources()
            .iter()
            .enumerate()
            .flat_map(|(index, resource)| {
                let (plural, singular) = (resource.name().plural(), resource.name().singular());
                versions.iter().map(move |path| {
                    let path = path
                        .replace(PLURAL, plural)
                        .replace(SINGULAR, singular)
                        .replace(SERIAL, &serial(index));
                    (path, Some(plural.to_owned()))
                })
            })
            .collect(),
    }
}

/// Returns what `__serial__` stands for: a resource's place among those that were added.
pub(in crate::render) fn serial(index: usize) -> String {
    format!("{:04}", index + 1)
}
