//! The files of a piece, and what its manifest's `[files]` says of them.

use std::borrow::Cow;
use std::collections::BTreeMap;

use glob::{MatchOptions, Pattern};
use serde::Deserialize;
use toml::Spanned;

use super::source::as_text;
use super::{Body, CatalogError, Class, Fault, Manifest, Scope, Source, Tags, Template};

/// The `[files]` table: patterns over paths in the service.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub(super) struct FileTable {
    seeded: Vec<Spanned<String>>,
    append_only: Vec<Spanned<String>>,
    derived: Vec<Spanned<String>>,
    lists: Vec<Spanned<String>>,
    executable: Vec<Spanned<String>>,
    angle_tags: Vec<Spanned<String>>,
    /// Paths of the past, each with the one that it has now.
    renames: BTreeMap<String, Spanned<String>>,
}

/// palisade writes these itself, so that no piece can own one.
const OURS: [&str; 6] = [
    "palisade.toml",
    ".palisade",
    ".git",
    "Cargo.toml",
    "Cargo.lock",
    "target",
];

const PATHS: MatchOptions = MatchOptions {
    case_sensitive: true,
    require_literal_separator: true,
    require_literal_leading_dot: false,
};

/// Reads what stands below a piece's `files/`.
pub(super) fn read_files(
    source: &Source,
    manifest: &Manifest,
    piece: &str,
    table: FileTable,
) -> Result<Vec<Template>, CatalogError> {
    let folder = format!("{piece}/files");
    let files: Vec<_> = source.below(&folder).collect();
    let paths: Vec<&str> = files.iter().map(|(path, _)| final_path(path)).collect();
    let rules = |globs| Rules::read(manifest, globs, &paths);
    let classes = [
        (Class::Seeded, rules(table.seeded)?),
        (Class::AppendOnly, rules(table.append_only)?),
        (Class::Derived, rules(table.derived)?),
    ];
    let lists = rules(table.lists)?;
    let executable = rules(table.executable)?;
    let angle = rules(table.angle_tags)?;
    let renames = read_renames(manifest, table.renames, &paths)?;

    let mut templates = Vec::with_capacity(files.len());
    for ((below, bytes), path) in files.into_iter().zip(paths) {
        let origin = format!("{folder}/{below}");
        if !is_safe(path) || path == below && is_dropped(path) {
            return Err(CatalogError::file(origin, Fault::BadPath(path.to_owned())));
        }
        let tags = if angle.hold(path) {
            Tags::Angle
        } else {
            Tags::Curly
        };
        templates.push(Template {
            class: class(manifest, &classes, path)?,
            executable: executable.hold(path),
            list: lists.hold(path),
            was: renames.get(path).cloned().unwrap_or_default(),
            body: body(&origin, path == below, bytes.clone(), tags)?,
            path: path.to_owned(),
            origin,
        });
    }
    Ok(templates)
}

/// Reads renames, as old paths by the new one.
fn read_renames(
    manifest: &Manifest,
    renames: BTreeMap<String, Spanned<String>>,
    paths: &[&str],
) -> Result<BTreeMap<String, Vec<String>>, CatalogError> {
    let mut read: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (old, new) in renames {
        let at = Some(new.span());
        let new = new.into_inner();
        if !paths.contains(&new.as_str()) {
            return Err(manifest.fault(at, Fault::IdleGlob(new)));
        }
        if paths.contains(&old.as_str()) || !is_safe(&old) || Scope::of(&old) != Scope::of(&new) {
            return Err(manifest.fault(at, Fault::BadRename { old, new }));
        }
        read.entry(new).or_default().push(old);
    }
    Ok(read)
}

fn final_path(below: &str) -> &str {
    below.strip_suffix(".tera").unwrap_or(below)
}

fn is_safe(path: &str) -> bool {
    let first = path.split('/').next().unwrap_or_default();
    let step = |step: &str| !matches!(step, "" | "." | "..") && !step.contains('\\');
    path.split('/').all(step) && !OURS.contains(&first)
}

/// Whether `cargo package` would leave the file out: the suffix is what keeps it.
fn is_dropped(path: &str) -> bool {
    path.rsplit('/')
        .next()
        .is_some_and(|name| name.starts_with('.'))
}

fn body(
    origin: &str,
    copied: bool,
    bytes: Cow<'static, [u8]>,
    tags: Tags,
) -> Result<Body, CatalogError> {
    if copied {
        return Ok(Body::Copied(bytes));
    }
    Ok(Body::Rendered {
        text: as_text(origin, bytes)?,
        tags,
    })
}

fn class(
    manifest: &Manifest,
    classes: &[(Class, Rules)],
    path: &str,
) -> Result<Class, CatalogError> {
    let mut held = classes
        .iter()
        .filter_map(|(class, rules)| Some((*class, rules.find(path)?)));
    let Some((first, _)) = held.next() else {
        return Ok(Class::Managed);
    };
    match held.next() {
        None => Ok(first),
        Some((second, rule)) => {
            let fault = Fault::TwoClasses {
                path: path.to_owned(),
                first,
                second,
            };
            Err(manifest.fault(Some(rule.span()), fault))
        }
    }
}

/// The patterns of one key.
struct Rules(Vec<Spanned<Pattern>>);

impl Rules {
    /// Reads patterns; one that matches nothing is a mistake in it or in a file's name.
    fn read(
        manifest: &Manifest,
        globs: Vec<Spanned<String>>,
        paths: &[&str],
    ) -> Result<Self, CatalogError> {
        let mut rules = Vec::with_capacity(globs.len());
        for glob in globs {
            let at = glob.span();
            let text = glob.into_inner();
            let Ok(pattern) = Pattern::new(&text) else {
                return Err(manifest.fault(Some(at), Fault::BadGlob(text)));
            };
            if !paths.iter().any(|path| pattern.matches_with(path, PATHS)) {
                return Err(manifest.fault(Some(at), Fault::IdleGlob(text)));
            }
            rules.push(Spanned::new(at, pattern));
        }
        Ok(Self(rules))
    }

    fn find(&self, path: &str) -> Option<&Spanned<Pattern>> {
        self.0
            .iter()
            .find(|rule| rule.get_ref().matches_with(path, PATHS))
    }

    fn hold(&self, path: &str) -> bool {
        self.find(path).is_some()
    }
}
