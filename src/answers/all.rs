use std::collections::BTreeMap;

use super::choice::{ChoiceId, OptionId};
use super::date::Date;
use super::description::Description;
use super::project_name::ProjectName;
use super::resource::Resource;
use super::security_contact::SecurityContact;
use super::version::{Version, VersionName};

/// All that was chosen for one project: what a rendering depends on, and nothing else.
///
/// Comes from [`super::Draft::finish`] alone, so each choice of the catalog has its
/// options, resources have different names, and there is a version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answers {
    pub(super) name: ProjectName,
    pub(super) description: Description,
    pub(super) security_contact: Option<SecurityContact>,
    pub(super) created: Date,
    pub(super) choices: BTreeMap<ChoiceId, Vec<OptionId>>,
    pub(super) versions: Vec<Version>,
    pub(super) resources: Vec<Resource>,
}

impl Answers {
    pub fn name(&self) -> &ProjectName {
        &self.name
    }

    pub fn description(&self) -> &Description {
        &self.description
    }

    pub fn security_contact(&self) -> Option<&SecurityContact> {
        self.security_contact.as_ref()
    }

    /// The day on which the project was begun; every rendered date comes from here.
    pub fn created(&self) -> Date {
        self.created
    }

    pub fn choices(&self) -> &BTreeMap<ChoiceId, Vec<OptionId>> {
        &self.choices
    }

    /// Returns what was taken of a choice, nothing if there is no such choice.
    pub fn taken(&self, choice: &str) -> &[OptionId] {
        self.choices.get(choice).map_or(&[], Vec::as_slice)
    }

    /// The newest of the API's versions.
    pub fn newest(&self) -> VersionName {
        let newest = self.versions.last().map(|version| version.name);
        newest.unwrap_or(VersionName::FIRST)
    }

    /// The oldest of the API's versions.
    pub fn oldest(&self) -> VersionName {
        let oldest = self.versions.first().map(|version| version.name);
        oldest.unwrap_or(VersionName::FIRST)
    }

    /// The API's versions, oldest first; never empty.
    pub fn versions(&self) -> &[Version] {
        &self.versions
    }

    /// The resources in the order in which they were added; never empty.
    pub fn resources(&self) -> &[Resource] {
        &self.resources
    }
}
