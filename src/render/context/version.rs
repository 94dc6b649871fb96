//! Words about a version of the API.

use serde::Serialize;
use serde_json::json;

use super::{PathWords, ResourceWords, ServiceContext};
use crate::answers::{Answers, Version, VersionName};
use crate::catalog::Naming;

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
    /// What its JSON is called: `application/json`, or a name of the version's own.
    pub json_type: String,
    /// The parameter of each operation that names it, as JSON behind others; empty if there is none.
    pub next_parameter: String,
    /// The same, where there is no other.
    pub only_parameter: String,
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
    pub(super) fn all(answers: &Answers, naming: Naming, resources: &[ResourceWords]) -> Vec<Self> {
        let mut before = None;
        let versions = answers.versions().iter().map(|version| {
            let before = before.replace(version.name);
            Self::new(answers, naming, version, before, resources)
        });
        versions.collect()
    }

    fn new(
        answers: &Answers,
        naming: Naming,
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
        let parameter = parameter(naming, version.name);
        Self {
            module: version.name.to_string(),
            number: version.name.number(),
            before: before.map(|name| name.to_string()).unwrap_or_default(),
            released: version.released.to_string(),
            has_own: modules.iter().any(|module| module.is_own),
            has_older: modules.iter().any(|module| !module.is_own),
            modules,
            paths: PathWords::all(&prefix(naming, version.name), here),
            json_type: json_type(naming, version.name, answers.name().as_str()),
            next_parameter: parameter
                .as_ref()
                .map(|parameter| format!(",\n          {parameter}"))
                .unwrap_or_default(),
            only_parameter: parameter
                .map(|parameter| format!("\n          {parameter}\n        "))
                .unwrap_or_default(),
        }
    }
}

/// Returns what the paths of a version begin with.
fn prefix(naming: Naming, version: VersionName) -> String {
    match naming {
        Naming::Path => format!("/{version}"),
        Naming::Header | Naming::MediaType => String::new(),
    }
}

fn json_type(naming: Naming, version: VersionName, service: &str) -> String {
    match naming {
        Naming::MediaType => format!("application/vnd.{service}.{version}+json"),
        Naming::Path | Naming::Header => "application/json".to_owned(),
    }
}

/// Returns the parameter that names the version, as an operation lists it.
fn parameter(naming: Naming, version: VersionName) -> Option<String> {
    let parameter = match naming {
        Naming::Path | Naming::MediaType => return None,
        Naming::Header => json!({
            "in": "header", "name": "Api-Version", "required": true,
            "schema": { "type": "string", "enum": [version.number().to_string()] },
        }),
    };
    Some(format!("{parameter:#}").replace('\n', "\n          "))
}
