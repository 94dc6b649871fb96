//! A whole service: every template of the chosen pieces, and cargo's two files.

use serde::Serialize;
use tera::Context;

use super::context::{
    ResourceContext, ServiceContext, VersionContext, VersionWords, VersionedResourceContext,
};
use super::engine::Engine;
use super::manifest::{Head, Surroundings, render_manifest};
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
    let contexts = Contexts::new(&ServiceContext::new(answers, catalog, selection))?;
    let mut tree = Tree::default();
    for template in templates {
        for (names, context) in contexts.of(template) {
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
    names: Names<'_>,
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
struct Contexts {
    service: Context,
    versions: Vec<(VersionNames, Context)>,
    resources: Vec<(ResourceNames, Context)>,
    both: Vec<(VersionNames, ResourceNames, Context)>,
}

/// What `__version__` stands for.
#[derive(Clone)]
struct VersionNames(String);

/// What `__resource__`, `__singular__` and `__serial__` stand for.
#[derive(Clone)]
struct ResourceNames {
    serial: String,
    plural: String,
    singular: String,
}

impl Contexts {
    fn new(common: &ServiceContext) -> Result<Self, RenderError> {
        let mut contexts = Self {
            service: serialized(common)?,
            versions: Vec::new(),
            resources: Vec::new(),
            both: Vec::new(),
        };
        for version in &common.versions {
            let context = serialized(&VersionContext { common, version })?;
            contexts
                .versions
                .push((VersionNames(version.module.clone()), context));
        }
        for resource in &common.resources {
            let names = ResourceNames {
                serial: resource.serial.clone(),
                plural: resource.plural.clone(),
                singular: resource.singular.clone(),
            };
            let context = serialized(&ResourceContext { common, resource })?;
            contexts.resources.push((names.clone(), context));
            let both = |version: &VersionWords| {
                let context = VersionedResourceContext {
                    common,
                    version,
                    resource,
                };
                Ok((
                    VersionNames(version.module.clone()),
                    names.clone(),
                    serialized(&context)?,
                ))
            };
            let both = common
                .versions
                .iter()
                .filter(|version| version.is_first)
                .map(both)
                .collect::<Result<Vec<_>, RenderError>>()?;
            contexts.both.extend(both);
        }
        Ok(contexts)
    }

    /// Returns what a template is rendered for, and with which words.
    fn of(&self, template: &Template) -> Vec<(Names<'_>, &Context)> {
        let names = |version, resource| Names { version, resource };
        match template.scope() {
            Scope::Service => vec![(names(None, None), &self.service)],
            Scope::Version => self
                .versions
                .iter()
                .map(|(v, context)| (names(Some(v), None), context))
                .collect(),
            Scope::Resource => self
                .resources
                .iter()
                .map(|(r, context)| (names(None, Some(r)), context))
                .collect(),
            Scope::Both => self
                .both
                .iter()
                .map(|(v, r, context)| (names(Some(v), Some(r)), context))
                .collect(),
        }
    }
}

/// What the placeholders of a path stand for.
#[derive(Clone, Copy)]
struct Names<'a> {
    version: Option<&'a VersionNames>,
    resource: Option<&'a ResourceNames>,
}

impl Names<'_> {
    fn place(self, path: &str) -> String {
        let path = match self.version {
            Some(version) => version.place(path),
            None => path.to_owned(),
        };
        match self.resource {
            Some(resource) => resource.place(&path),
            None => path,
        }
    }
}

impl VersionNames {
    fn place(&self, path: &str) -> String {
        path.replace(crate::catalog::VERSION, &self.0)
    }
}

impl ResourceNames {
    fn place(&self, path: &str) -> String {
        path.replace(crate::catalog::PLURAL, &self.plural)
            .replace(crate::catalog::SINGULAR, &self.singular)
            .replace(crate::catalog::SERIAL, &self.serial)
    }
}

fn serialized(words: &impl Serialize) -> Result<Context, RenderError> {
    Context::from_serialize(words).map_err(|error| RenderError::template("a context", &error))
}
