//! The requirements that a service is measured by: `templates/requirements.toml`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{CatalogError, Manifest, Practice, Source};

/// What one id demands, and how that is proved.
///
/// Which files and tests of a service hold it, they say themselves: [`Evidence`](super::Evidence).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Requirement {
    pub practice: Practice,
    pub requirement: String,
    pub source: String,
    pub proof: String,
    /// Tests of palisade itself that prove it, as `tests/rendered/locks.rs name`, or scripts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub test: Vec<String>,
    /// Where a service's files hold it without a test: a path, and words that stand in there.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub check: Vec<String>,
    /// What is not proved here, and why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unproved: Option<String>,
}

impl Requirement {
    /// Returns the answers that ask for it, from the tags that lead its text; none binds them all.
    pub fn tags(&self) -> impl Iterator<Item = &str> {
        let tags = self.requirement.strip_prefix("`[");
        let tags = tags.and_then(|rest| rest.split_once("]`"));
        tags.into_iter().flat_map(|(tags, _)| tags.split("]["))
    }
}

/// All requirements by id, as `TLS-4`.
#[derive(Debug, Clone, Default)]
pub struct Requirements(BTreeMap<String, Requirement>);

impl Requirements {
    /// Reads the table compiled into this program.
    ///
    /// # Errors
    /// As [`Requirements::read`]; a test holds that there are none.
    pub fn embedded() -> Result<Self, CatalogError> {
        Self::read(&Source::embedded())
    }

    /// Reads the table.
    ///
    /// # Errors
    /// When it is missing, or has an unknown key.
    pub fn read(source: &Source) -> Result<Self, CatalogError> {
        Manifest::read(source, "requirements.toml".to_owned())?
            .parse()
            .map(Self)
    }

    /// Returns the requirement of an id, whatever the case of its letters.
    pub fn get(&self, id: &str) -> Option<(&str, &Requirement)> {
        let (id, requirement) = self.0.get_key_value(&id.to_ascii_uppercase())?;
        Some((id, requirement))
    }

    /// Returns all ids.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }
}
