//! Resources held against each other, and against the versions that have them.

use std::collections::{BTreeMap, BTreeSet};

use super::draft_error::DraftError;
use super::resource::Resource;
use super::resource_name::ResourceName;
use super::version::{Version, VersionName};

/// Puts a service's resources together, in the order in which they were added.
///
/// # Errors
/// The first rule that they break together.
pub(super) fn together(
    resources: Vec<Resource>,
    since: &BTreeMap<ResourceName, VersionName>,
    versions: &[Version],
) -> Result<Vec<Resource>, DraftError> {
    let dated = resources.into_iter().map(|resource| {
        let since = since.get(resource.name()).copied();
        dated(resource, since, versions)
    });
    let resources = dated.collect::<Result<Vec<_>, _>>()?;
    hold_apart(&resources)?;
    refer_back(&resources)?;
    Ok(resources)
}

/// Tells a resource since which version it is there.
fn dated(
    resource: Resource,
    since: Option<VersionName>,
    versions: &[Version],
) -> Result<Resource, DraftError> {
    match since.filter(|since| !versions.iter().any(|version| version.name == *since)) {
        None => Ok(resource.with_since(since)),
        Some(since) => Err(DraftError::NoVersion {
            resource: resource.name().clone(),
            since,
            known: versions.iter().map(|version| version.name).collect(),
        }),
    }
}

/// Holds that plurals differ: each is a table, and `axe` and `axis` would share theirs.
fn hold_apart(resources: &[Resource]) -> Result<(), DraftError> {
    let mut seen = BTreeSet::new();
    let mut plurals = resources.iter().map(|resource| resource.name().plural());
    match plurals.find(|plural| !seen.insert(*plural)) {
        None => Ok(()),
        Some(twice) => Err(DraftError::ResourceTwice {
            plural: twice.to_owned(),
        }),
    }
}

/// Holds that each reference leads to a resource that stands before it, or to its own: tables are
/// made in this order.
fn refer_back(resources: &[Resource]) -> Result<(), DraftError> {
    for (index, resource) in resources.iter().enumerate() {
        let (before, own) = (&resources[..index], resource.name());
        let leads = |target: &ResourceName| {
            target == own || before.iter().any(|known| known.name() == target)
        };
        if let Some((field, target)) = resource.references().find(|(_, target)| !leads(target)) {
            return Err(DraftError::NoTarget {
                resource: own.to_string(),
                field: field.name().to_string(),
                target: target.to_string(),
                known: before
                    .iter()
                    .map(|known| known.name().to_string())
                    .collect(),
            });
        }
    }
    Ok(())
}
