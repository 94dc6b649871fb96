//! What one option brings: `templates/<choice>/<option>/piece.toml` and its files.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use toml::Spanned;

use super::files::{FileTable, read_files};
use super::{
    By, CatalogError, Fault, Manifest, Method, Naming, PieceId, Practice, Source, Template,
};

/// A piece: names, versions and prose from its manifest, and its files.
#[derive(Debug, Clone)]
pub struct Piece {
    pub id: PieceId,
    pub title: String,
    pub summary: String,
    /// What each practice gets from this piece, in a sentence.
    pub practices: BTreeMap<Practice, String>,
    pub requires: Vec<Spanned<PieceId>>,
    pub conflicts: Vec<Spanned<PieceId>>,
    /// Who does each duty of its choice.
    pub duties: BTreeMap<String, By>,
    /// What becomes of options of other choices.
    pub declares: BTreeMap<PieceId, By>,
    pub crates: Crates,
    pub dev_crates: Crates,
    pub files: Vec<Template>,
    /// How callers are known, where the piece is a method of that.
    pub method: Option<Method>,
    /// Where a request names the version, where the piece decides that.
    pub naming: Option<Naming>,
    /// Sections of the settings, each with its module below `security`; `config/<section>.toml`
    /// says what holds in every profile.
    pub settings: BTreeMap<String, String>,
    /// What it writes to the log.
    pub events: Vec<Event>,
    /// What can go wrong with it, and what answers that.
    pub threats: Vec<Threat>,
    /// The requirements that are proved with it, beside those of base.
    pub proved: Proved,
    /// The package's head; base's alone.
    pub package: Option<Package>,
    /// What stands in Cargo.toml below the dependencies; base's alone.
    pub manifest_tail: Option<Cow<'static, str>>,
    /// The piece's part of Cargo.lock, as a difference to base's.
    pub lock: Option<Cow<'static, str>>,
    pub(super) manifest: Manifest,
}

/// Crates by name.
pub type Crates = BTreeMap<String, Crate>;

/// A dependency that a piece asks for.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Crate {
    pub version: String,
    #[serde(default)]
    pub features: Vec<String>,
    #[serde(default = "yes")]
    pub default_features: bool,
    /// Stands as a comment above the dependency.
    pub why: Option<String>,
}

/// A row of the threat model.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Threat {
    pub boundary: String,
    /// A letter of STRIDE.
    pub kind: String,
    pub threat: String,
    /// Ids of requirements.
    pub answered: Vec<String>,
}

/// Ids of requirements, by what proves them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Proved {
    /// Tests of the service.
    pub tests: Vec<String>,
    /// Tests of palisade, over what it writes.
    pub platform: Vec<String>,
}

/// A kind of audit line that a piece writes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Event {
    /// Its variant: `KeyCreated`.
    pub action: String,
    /// Its name in a line: `key.created`.
    pub name: String,
    pub level: String,
    /// What the inventory of the log says of it.
    pub when: String,
}

/// What Cargo.toml's head says in every service.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Package {
    pub edition: String,
    pub rust_version: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct PieceToml {
    title: String,
    summary: String,
    #[serde(default)]
    practices: BTreeMap<Practice, String>,
    #[serde(default)]
    requires: Vec<Spanned<String>>,
    #[serde(default)]
    conflicts: Vec<Spanned<String>>,
    #[serde(default)]
    duties: BTreeMap<String, By>,
    #[serde(default)]
    declares: BTreeMap<String, BTreeMap<String, By>>,
    #[serde(default)]
    crates: Crates,
    #[serde(default)]
    dev_crates: Crates,
    #[serde(default)]
    files: FileTable,
    method: Option<Method>,
    naming: Option<Naming>,
    #[serde(default)]
    settings: BTreeMap<String, String>,
    #[serde(default)]
    events: Vec<Event>,
    #[serde(default)]
    threats: Vec<Threat>,
    #[serde(default)]
    proved: Proved,
    package: Option<Spanned<Package>>,
}

fn yes() -> bool {
    true
}

impl Piece {
    /// Reads a piece's folder.
    pub(super) fn read(source: &Source, id: PieceId) -> Result<Self, CatalogError> {
        let manifest = Manifest::read(source, format!("{id}/piece.toml"))?;
        let toml: PieceToml = manifest.parse()?;
        if let (Some(package), true) = (&toml.package, id != PieceId::Base) {
            return Err(manifest.fault(Some(package.span()), Fault::BaseOnly));
        }
        let ids = |list: Vec<Spanned<String>>| {
            list.into_iter()
                .map(|id| piece_id(&manifest, id))
                .collect::<Result<Vec<_>, _>>()
        };
        let text = |name: &str| source.text(&format!("{id}/{name}"));
        Ok(Self {
            files: read_files(source, &manifest, &id.to_string(), toml.files)?,
            manifest_tail: text("manifest-tail.toml")?,
            lock: text("crates.lock")?,
            requires: ids(toml.requires)?,
            conflicts: ids(toml.conflicts)?,
            duties: toml.duties,
            declares: declared(&manifest, toml.declares)?,
            title: toml.title,
            summary: toml.summary,
            practices: toml.practices,
            crates: toml.crates,
            dev_crates: toml.dev_crates,
            method: toml.method,
            naming: toml.naming,
            settings: toml.settings,
            events: toml.events,
            threats: toml.threats,
            proved: toml.proved,
            package: toml.package.map(Spanned::into_inner),
            id,
            manifest,
        })
    }
}

fn declared(
    manifest: &Manifest,
    tables: BTreeMap<String, BTreeMap<String, By>>,
) -> Result<BTreeMap<PieceId, By>, CatalogError> {
    let all = tables.into_iter().flat_map(|(choice, options)| {
        let of_choice = move |(option, by)| (format!("{choice}/{option}"), by);
        options.into_iter().map(of_choice)
    });
    all.map(|(id, by)| {
        let id = PieceId::parse(&id).map_err(|error| manifest.fault(None, Fault::BadId(error)))?;
        Ok((id, by))
    })
    .collect()
}

fn piece_id(manifest: &Manifest, id: Spanned<String>) -> Result<Spanned<PieceId>, CatalogError> {
    let at = id.span();
    match PieceId::parse(id.get_ref()) {
        Ok(id) => Ok(Spanned::new(at, id)),
        Err(error) => Err(manifest.fault(Some(at), Fault::BadId(error))),
    }
}
