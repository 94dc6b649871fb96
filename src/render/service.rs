//! A whole service: every template of the chosen pieces, and cargo's two files.

use serde::Serialize;
use tera::Context;

use super::context::{ResourceContext, ServiceContext, VersionContext, VersionedResourceContext};
use super::engine::Engine;
use super::manifest::{Head, Surroundings, render_manifest};
use super::places::Names;
use super::{File, Graph, RenderError, Tree};
use crate::answers::Answers;
use crate::catalog::{Body, Catalog, Class, Piece, PieceId, Scope, Selection, Template};

/// Renders all files of a service.
///
/// # Errors
/// Only when the templates are at fault.
pub fn render(
    answers: &Answers,
    catalog: &Catalog,
    selection: &Selection<'_>,
    surroundings: Surroundings,
) -> Result<Tree, RenderError> {
    let templates = selection.pieces().iter().flat_map(|piece| &piece.files);
    let engine = Engine::compile(templates.clone())?;
    let common = ServiceContext::new(answers, catalog, selection);
    let contexts = Contexts::new(&common, answers)?;
    let mut tree = Tree::default();
    for template in templates {
        for (names, context) in contexts.of(template.scope()) {
            add(&mut tree, &engine, template, names, context)?;
        }
    }
    let head = Head {
        name: answers.name().as_str(),
        description: answers.description().as_str(),
    };
    let manifest = render_manifest(selection.pieces(), head, surroundings)?;
    tree.insert("Cargo.toml", File::new(Class::Managed, manifest).as_list());
    let lock = render_lock(selection.pieces(), answers.name().as_str())?;
    tree.insert("Cargo.lock", File::new(Class::Lock, lock));
    Ok(tree)
}

/// Puts Cargo.lock together from the pieces' fragments.
///
/// # Errors
/// When base has no fragment, or fragments do not belong together.
pub fn render_lock(pieces: &[&Piece], name: &str) -> Result<String, RenderError> {
    let mut whole = Graph::default();
    for piece in pieces {
        let Some(text) = &piece.lock else {
            if piece.id == PieceId::Base {
                return Err(RenderError::NoLock {
                    piece: piece.id.clone(),
                });
            }
            continue;
        };
        let part = Graph::parse_fragment(text).map_err(|cause| RenderError::Fragment {
            piece: piece.id.clone(),
            cause,
        })?;
        whole.unite(part).map_err(|cause| RenderError::Clash {
            piece: piece.id.clone(),
            cause,
        })?;
    }
    Ok(whole.render_lock(name))
}

fn add(
    tree: &mut Tree,
    engine: &Engine,
    template: &Template,
    names: &Names,
    context: &Context,
) -> Result<(), RenderError> {
    let path = names.place(&template.path);
    let bytes = match &template.body {
        Body::Copied(bytes) => bytes.to_vec(),
        Body::Rendered { tags, .. } => engine
            .render(&template.origin, *tags, context)?
            .into_bytes(),
    };
    let file = File {
        bytes,
        executable: template.executable,
        class: template.class,
        list: template.list,
        was: template.was.iter().map(|was| names.place(was)).collect(),
    };
    match tree.insert(path.clone(), file) {
        None => Ok(()),
        Some(_) => Err(RenderError::Twice {
            path,
            origin: template.origin.clone(),
        }),
    }
}

/// Every context that a template of this service can be rendered with.
struct Contexts(Vec<(Scope, Names, Context)>);

impl Contexts {
    fn new(common: &ServiceContext, answers: &Answers) -> Result<Self, RenderError> {
        let mut contexts = Vec::new();
        for scope in Scope::ALL {
            for names in Names::all(scope, answers) {
                let context = context(common, &names)?;
                contexts.push((scope, names, context));
            }
        }
        Ok(Self(contexts))
    }

    /// Returns what a template of a scope is rendered for, and with which words.
    fn of(&self, scope: Scope) -> impl Iterator<Item = (&Names, &Context)> {
        let all = self.0.iter().filter(move |(of, ..)| *of == scope);
        all.map(|(_, names, context)| (names, context))
    }
}

fn context(common: &ServiceContext, names: &Names) -> Result<Context, RenderError> {
    let version = names.version.as_ref().and_then(|module| {
        let mut versions = common.versions.iter();
        versions.find(|version| version.module == *module)
    });
    let resource = names.resource.as_ref().and_then(|names| {
        let mut resources = common.resources.iter();
        resources.find(|resource| resource.plural == names.plural)
    });
    match (version, resource) {
        (None, None) => serialized(common),
        (Some(version), None) => serialized(&VersionContext { common, version }),
        (None, Some(resource)) => serialized(&ResourceContext { common, resource }),
        (Some(version), Some(resource)) => serialized(&VersionedResourceContext {
            common,
            version,
            resource,
        }),
    }
}

fn serialized(words: &impl Serialize) -> Result<Context, RenderError> {
    Context::from_serialize(words).map_err(|error| RenderError::template("a context", &error))
}
