//! One file of a piece: where it goes and how it gets there.

use std::borrow::Cow;
use std::fmt;

use serde::Serialize;

/// A file below a piece's `files/`.
#[derive(Debug, Clone)]
pub struct Template {
    /// Where it stands below `templates/`.
    pub origin: String,
    /// Where it goes in a service, placeholders and all.
    pub path: String,
    pub body: Body,
    pub class: Class,
    pub executable: bool,
    /// Whether its lines, or its arrays, are lists in which both sides' additions hold.
    pub list: bool,
    /// Paths that it had in the past, placeholders and all.
    pub was: Vec<String>,
}

/// What is done with a template's bytes.
#[derive(Debug, Clone)]
pub enum Body {
    Copied(Cow<'static, [u8]>),
    Rendered { text: Cow<'static, str>, tags: Tags },
}

/// How a template's tags are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tags {
    /// `{{ name }}` and `{% if flag %}`.
    Curly,
    /// `<{ name }>` and `<% if flag %>`, for text that has curly tags of its own.
    Angle,
}

/// What happens to a file after it was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Class {
    /// Kept up to date, and merged where it was edited.
    Managed,
    /// Written once, then the user's alone.
    Seeded,
    /// Never changed after being written.
    AppendOnly,
    /// Made by the project itself, and checked in.
    Derived,
    /// Cargo.lock: replaced while untouched, never merged.
    Lock,
    /// What palisade remembers of a project, checked in with it.
    Memory,
    /// What stays on this machine.
    Local,
}

impl fmt::Display for Class {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Managed => "managed",
            Self::Seeded => "seeded",
            Self::AppendOnly => "append-only",
            Self::Derived => "derived",
            Self::Lock => "lock",
            Self::Memory => "memory",
            Self::Local => "local",
        })
    }
}

/// How often a template is rendered, told by the placeholders of its path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    /// Once.
    Service,
    /// Once a version: `__version__`, or `__document__` where that of the newest stands apart.
    Version,
    /// Once a resource: `__resource__` or `__singular__`, and `__serial__` beside one of them.
    Resource,
    /// Once a resource, in the version that brought it.
    Both,
}

/// The resource's plural in a path: `notes`.
pub(crate) const PLURAL: &str = "__resource__";
/// The resource's singular in a path: `note`.
pub(crate) const SINGULAR: &str = "__singular__";
/// The resource's place among those that were added, in a path: `0001`.
pub(crate) const SERIAL: &str = "__serial__";
/// The version in a path: `v1`.
pub(crate) const VERSION: &str = "__version__";
/// The document of a version in a path: `openapi` for the newest, `openapi/v1` for `v1` before it.
pub(crate) const DOCUMENT: &str = "__document__";

impl Scope {
    pub(crate) const ALL: [Self; 4] = [Self::Service, Self::Version, Self::Resource, Self::Both];

    /// Reads the scope from a path's placeholders.
    pub fn of(path: &str) -> Self {
        let resource = path.contains(PLURAL) || path.contains(SINGULAR);
        let version = path.contains(VERSION) || path.contains(DOCUMENT);
        match (resource, version) {
            (false, false) => Self::Service,
            (false, true) => Self::Version,
            (true, false) => Self::Resource,
            (true, true) => Self::Both,
        }
    }
}

impl Template {
    /// Returns the path that it has, and those that it had.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        let was = self.was.iter().map(String::as_str);
        std::iter::once(self.path.as_str()).chain(was)
    }

    /// Returns how often it is rendered.
    pub fn scope(&self) -> Scope {
        Scope::of(&self.path)
    }
}
