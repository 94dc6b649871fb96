//! Words about a version of the API.

use serde::Serialize;

use super::{PathWords, ResourceWords, ServiceContext};
use crate::answers::{Answers, Version, VersionName};

/// One version.
#[derive(Debug, Clone, Serialize)]
pub struct VersionWords {
    /// `v1`
    pub module: String,
    /// `1`
    pub number: u16,
    /// The version before it, whose resources it goes on with: `v1` for `v2`; empty for the first.
    pub before: String,
    /// The day from which it is served: `2026-11-23`.
    pub released: String,
    /// The modules of its resources, as rustfmt sorts them.
    pub modules: Vec<ModuleWords>,
    /// Whether some of them begin in this version.
    pub has_own: bool,
    /// Whether the version before it has some of them too.
    pub has_older: bool,
    /// The paths of its resources, sorted as JSON's members are.
    pub paths: Vec<PathWords>,
}

/// A resource's module in a version.
#[derive(Debug, Clone, Serialize)]
pub struct ModuleWords {
    /// `line_items`
    pub plural: String,
    /// `line-items`
    pub path: String,
    /// Whether it stands in the version's folder: the version before it has none of that name.
    pub is_own: bool,
}

/// What a template with `__version__` in its path can name.
#[derive(Debug, Clone, Serialize)]
pub struct VersionContext<'a> {
    #[serde(flatten)]
    pub common: &'a ServiceContext,
    pub version: &'a VersionWords,
}

/// What a template with `__version__` and a resource in its path can name.
#[derive(Debug, Clone, Serialize)]
pub struct VersionedResourceContext<'a> {
    #[serde(flatten)]
    pub common: &'a ServiceContext,
    pub version: &'a VersionWords,
    pub resource: &'a ResourceWords,
}

impl VersionWords {
    /// Puts the words of all versions together, oldest first; resources come sorted by plural.
    pub(super) fn all(answers: &Answers, resources: &[ResourceWords]) -> Vec<Self> {
        let mut before = None;
        let versions = answers.versions().iter();
        versions
            .map(|version| Self::new(answers, version, before.replace(version.name), resources))
            .collect()
    }

    fn new(
        answers: &Answers,
        version: &Version,
        before: Option<VersionName>,
        resources: &[ResourceWords],
    ) -> Self {
        let is_in = |words: &&ResourceWords, version: VersionName| {
            let mut all = answers.resources().iter();
            all.any(|there| there.name().plural() == words.plural && there.is_in(version))
        };
        let is_older = |words: &&ResourceWords| before.is_some_and(|before| is_in(words, before));
        let here = resources.iter().filter(|words| is_in(words, version.name));
        let modules = here.clone().map(|words| ModuleWords {
            plural: words.plural.clone(),
            path: words.path.clone(),
            is_own: !is_older(&words),
        });
        let modules: Vec<_> = modules.collect();
        Self {
            module: version.name.to_string(),
            number: version.name.number(),
            before: before.map(|name| name.to_string()).unwrap_or_default(),
            released: version.released.to_string(),
            has_own: modules.iter().any(|module| module.is_own),
            has_older: modules.iter().any(|module| !module.is_own),
            modules,
            paths: PathWords::all(version.name, here),
        }
    }
}
