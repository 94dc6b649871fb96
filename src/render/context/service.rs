//! Words about the whole service.

use std::collections::BTreeMap;

use heck::ToUpperCamelCase as _;
use serde::Serialize;

use super::{AuthWords, ResourceWords, VersionWords};
use crate::answers::Answers;
use crate::catalog::{Catalog, Choice, Event, Selection};

/// What each template can name, whatever its scope.
#[derive(Debug, Clone, Serialize)]
pub struct ServiceContext {
    pub service: ServiceWords,
    /// The API's versions, as rustfmt sorts their modules.
    pub versions: Vec<VersionWords>,
    /// The resources, sorted by their plural.
    pub resources: Vec<ResourceWords>,
    /// The resource that the service began with, for examples in prose.
    pub first: ResourceWords,
    /// The resources' singulars, sorted.
    pub singulars: Vec<String>,
    /// The field types that bring code of their own, sorted by module.
    pub inputs: Vec<InputWords>,
    /// Whether there is one of those.
    pub has_inputs: bool,
    /// The methods by which callers are known.
    pub auth: AuthWords,
    /// Sections of the settings that options bring, sorted.
    pub sections: Vec<SectionWords>,
    /// Kinds of audit lines that options bring, sorted by name.
    pub events: Vec<Event>,
    /// What can go wrong with options, in the order of their pieces.
    pub threats: Vec<ThreatWords>,
    /// The requirements that options prove.
    pub proved: ProvedWords,
    /// A flag an option, as `chosen.ci.github`; `_` stands for the `-` of a name.
    pub chosen: BTreeMap<String, BTreeMap<String, bool>>,
}

/// The service's names and prose.
#[derive(Debug, Clone, Serialize)]
pub struct ServiceWords {
    /// `notes-api`
    pub name: String,
    /// `notes_api`
    pub crate_name: String,
    /// `NOTES_API`
    pub env_prefix: String,
    pub description: String,
    /// The description as a text of JSON, with its quotes.
    pub description_json: String,
    /// `mailto:…` or `https://…`; empty when nobody gave one.
    pub security_contact: String,
    pub has_security_contact: bool,
    /// The day on which the service was made: `2026-11-23`.
    pub created: String,
    /// The day by which people first audit what machines cannot.
    pub quarter_later: String,
    /// A year after that day less one: what must be looked at yearly ends then.
    pub year_later: String,
}

/// A path of the API, as the document of its version lists it.
#[derive(Debug, Clone, Serialize)]
pub struct PathWords {
    /// `/v1/notes/{id}`, or `/notes/{id}` where the path does not name the version.
    pub path: String,
    /// `/v1/notes/[^/?]+`, what the raw target of a request to it begins with, as a regular expression.
    pub pattern: String,
    /// `v1-notes-id`, with its path's steps: what its operations' ids end in.
    pub name: String,
    /// Whether it is the list's, and not an item's.
    pub is_list: bool,
    pub resource: ResourceWords,
    /// `,` between members in JSON; empty after the last one.
    pub comma: String,
}

/// A section of the settings.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct SectionWords {
    /// `oidc`, as in the settings and as `config/oidc.toml`.
    pub name: String,
    /// Its module below `security`: `authn::oidc`.
    pub module: String,
}

/// A row of the threat model.
#[derive(Debug, Clone, Serialize)]
pub struct ThreatWords {
    pub boundary: String,
    /// A letter of STRIDE.
    pub kind: String,
    pub threat: String,
    /// Ids, with commas.
    pub answered: String,
}

/// Ids of requirements that options prove, to be added to those of every service.
#[derive(Debug, Clone, Serialize)]
pub struct ProvedWords {
    /// `, AUTHN-22, AUTHN-23`; empty when there are none.
    pub tests: String,
    pub platform: String,
    /// Those of either that are about credentials.
    pub credentials: String,
}

/// A field type with code of its own.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct InputWords {
    /// `decimal`
    pub module: String,
    /// The line that makes it known: `pub use decimal::Decimal;`
    pub export: String,
}

impl ServiceContext {
    /// Puts the words together.
    pub fn new(answers: &Answers, catalog: &Catalog, selection: &Selection<'_>) -> Self {
        let mut resources: Vec<_> = answers.resources().iter().map(ResourceWords::new).collect();
        let first = resources
            .first()
            .cloned()
            .expect("answers hold at least one resource");
        resources.sort_by(|a, b| a.plural.cmp(&b.plural));
        let mut namings = selection.pieces().iter().filter_map(|piece| piece.naming);
        let naming = namings.next().unwrap_or_default();
        let mut versions = VersionWords::all(answers, naming, &resources);
        versions.sort_by(|a, b| a.module.cmp(&b.module));
        let mut singulars: Vec<_> = resources.iter().map(|r| r.singular.clone()).collect();
        singulars.sort();
        let mut inputs: Vec<_> = selection.field_types().map(InputWords::new).collect();
        inputs.sort();
        Self {
            service: ServiceWords::new(answers),
            versions,
            resources,
            first,
            singulars,
            has_inputs: !inputs.is_empty(),
            inputs,
            sections: SectionWords::all(selection),
            events: events(selection),
            threats: ThreatWords::all(selection),
            proved: ProvedWords::new(selection),
            auth: AuthWords::new(selection),
            chosen: chosen(catalog, selection),
        }
    }
}

impl ServiceWords {
    fn new(answers: &Answers) -> Self {
        let contact = answers.security_contact();
        Self {
            name: answers.name().as_str().to_owned(),
            crate_name: answers.name().crate_name(),
            env_prefix: answers.name().env_prefix(),
            description: answers.description().as_str().to_owned(),
            description_json: serde_json::Value::from(answers.description().as_str()).to_string(),
            security_contact: contact.map(|c| c.as_str().to_owned()).unwrap_or_default(),
            has_security_contact: contact.is_some(),
            created: answers.created().to_string(),
            quarter_later: answers.created().plus_days(90).to_string(),
            year_later: answers.created().plus_days(364).to_string(),
        }
    }
}

impl PathWords {
    /// Returns the paths of a version's resources, sorted as JSON's members are.
    pub(super) fn all<'a>(
        prefix: &str,
        resources: impl Iterator<Item = &'a ResourceWords>,
    ) -> Vec<Self> {
        let mut all = Vec::new();
        for resource in resources {
            let list = format!("{prefix}/{}", resource.path);
            for (path, is_list) in [(format!("{list}/{{id}}"), false), (list, true)] {
                let name = path[1..].replace('/', "-").replace(['{', '}'], "");
                all.push(Self {
                    pattern: path.replace("{id}", "[^/?]+"),
                    path,
                    name,
                    is_list,
                    resource: resource.clone(),
                    comma: ",".to_owned(),
                });
            }
        }
        all.sort_by(|a, b| a.path.cmp(&b.path));
        if let Some(last) = all.last_mut() {
            last.comma.clear();
        }
        all
    }
}

impl SectionWords {
    fn all(selection: &Selection<'_>) -> Vec<Self> {
        let settings = selection.pieces().iter().flat_map(|piece| &piece.settings);
        let mut all: Vec<_> = settings
            .map(|(name, module)| Self {
                name: name.clone(),
                module: module.clone(),
            })
            .collect();
        all.sort();
        all
    }
}

impl ThreatWords {
    fn all(selection: &Selection<'_>) -> Vec<Self> {
        let threats = selection.pieces().iter().flat_map(|piece| &piece.threats);
        let words = threats.map(|threat| Self {
            boundary: threat.boundary.clone(),
            kind: threat.kind.clone(),
            threat: threat.threat.clone(),
            answered: threat.answered.join(", "),
        });
        words.collect()
    }
}

impl ProvedWords {
    fn new(selection: &Selection<'_>) -> Self {
        let proved = || selection.pieces().iter().map(|piece| &piece.proved);
        let tests: Vec<_> = proved().flat_map(|proved| &proved.tests).collect();
        let platform: Vec<_> = proved().flat_map(|proved| &proved.platform).collect();
        let credentials = tests.iter().chain(&platform).copied();
        Self {
            credentials: listed(credentials.filter(|id| id.starts_with("AUTHN-")).collect()),
            tests: listed(tests.clone()),
            // What the service's own tests prove as well stands there.
            platform: listed(
                platform
                    .into_iter()
                    .filter(|id| !tests.contains(id))
                    .collect(),
            ),
        }
    }
}

/// Continues a list of ids, which are sorted by area and number.
fn listed(mut ids: Vec<&String>) -> String {
    let key = |id: &&String| {
        let (area, number) = id.rsplit_once('-').unwrap_or((id, ""));
        (area.to_owned(), number.parse::<u32>().unwrap_or_default())
    };
    ids.sort_by_key(key);
    ids.dedup();
    ids.iter().map(|id| format!(", {id}")).collect()
}

fn events(selection: &Selection<'_>) -> Vec<Event> {
    let events = selection.pieces().iter().flat_map(|piece| &piece.events);
    let mut all: Vec<_> = events.cloned().collect();
    all.sort_by(|a, b| a.name.cmp(&b.name));
    all
}

impl InputWords {
    /// The types of an enum and of a reference are declared by a macro, since each has words of
    /// its own.
    fn new(field_type: &str) -> Self {
        let (module, export) = match field_type {
            "enum" => (
                "choice".to_owned(),
                "pub(crate) use choice::choice;".to_owned(),
            ),
            "ref" => (
                "reference".to_owned(),
                "pub(crate) use reference::reference;".to_owned(),
            ),
            _ => {
                let module = word(field_type);
                let export = format!("pub use {module}::{};", field_type.to_upper_camel_case());
                (module, export)
            }
        };
        Self { module, export }
    }
}

fn chosen(
    catalog: &Catalog,
    selection: &Selection<'_>,
) -> BTreeMap<String, BTreeMap<String, bool>> {
    let flags = |choice: &Choice| {
        let flag = |piece| selection.has(piece);
        choice
            .options
            .iter()
            .map(|(id, piece)| (word(id.as_str()), flag(&piece.id)))
            .collect()
    };
    catalog
        .choices
        .values()
        .map(|choice| (word(choice.id.as_str()), flags(choice)))
        .collect()
}

/// Writes an id as a module is called.
pub(super) fn word(id: &str) -> String {
    id.replace('-', "_")
}
