//! Words about a version of the API.

use serde::Serialize;
use serde_json::json;

use super::{PathWords, ResourceWords, ServiceContext};
use crate::answers::{Answers, OptionId, Version, VersionName};

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

/// Where a request names its version, as the documents tell it.
#[derive(Debug, Clone, Copy)]
enum Scheme {
    Path,
    Header,
    MediaType,
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
        let scheme = Scheme::of(answers);
        Self {
            module: version.name.to_string(),
            number: version.name.number(),
            before: before.map(|name| name.to_string()).unwrap_or_default(),
            released: version.released.to_string(),
            has_own: modules.iter().any(|module| module.is_own),
            has_older: modules.iter().any(|module| !module.is_own),
            modules,
            paths: PathWords::all(&scheme.prefix(version.name), here),
            json_type: scheme.json_type(version.name, answers.name().as_str()),
            next_parameter: scheme
                .parameter(version.name)
                .map(|parameter| format!(",\n          {parameter}"))
                .unwrap_or_default(),
            only_parameter: scheme
                .parameter(version.name)
                .map(|parameter| format!("\n          {parameter}\n        "))
                .unwrap_or_default(),
        }
    }
}

impl Scheme {
    fn of(answers: &Answers) -> Self {
        match answers.taken("versioning").first().map(OptionId::as_str) {
            Some("header") => Self::Header,
            Some("media-type") => Self::MediaType,
            _ => Self::Path,
        }
    }

    /// What the paths of a version begin with.
    fn prefix(self, version: VersionName) -> String {
        match self {
            Self::Path => format!("/{version}"),
            Self::Header | Self::MediaType => String::new(),
        }
    }

    fn json_type(self, version: VersionName, service: &str) -> String {
        match self {
            Self::MediaType => format!("application/vnd.{service}.{version}+json"),
            Self::Path | Self::Header => "application/json".to_owned(),
        }
    }

    /// The parameter that names the version, as an operation lists it.
    fn parameter(self, version: VersionName) -> Option<String> {
        let (required, schema) = match self {
            Self::Path | Self::MediaType => return None,
            Self::Header => (
                true,
                json!({ "type": "string", "enum": [version.number().to_string()] }),
            ),
        };
        let parameter = json!({
            "in": "header", "name": "Api-Version", "required": required, "schema": schema,
        });
        Some(format!("{parameter:#}").replace('\n', "\n          "))
    }
}
