//! All templates held against the words that they are rendered with.

use super::context::{
    ResourceContext, SectionWords, ServiceContext, ThreatWords, VersionContext,
    VersionedResourceContext,
};
use super::{SampleError, TemplateError, Vocabulary};
use crate::answers::Answers;
use crate::catalog::{Catalog, Event, Scope};

/// Finds every template that names what its context lacks, or computes.
///
/// The names come from a service with these answers, in which no list may be empty.
///
/// # Errors
/// When such a list is empty all the same.
pub fn check(catalog: &Catalog, sample: &Answers) -> Result<Vec<TemplateError>, SampleError> {
    let mut common = ServiceContext::new(sample, catalog, &catalog.superset());
    // Options need not bring any.
    common.sections.push(SectionWords {
        name: "section".to_owned(),
        module: "module".to_owned(),
    });
    common.threats.push(ThreatWords {
        boundary: "boundary".to_owned(),
        kind: "S".to_owned(),
        threat: "threat".to_owned(),
        answered: "ids".to_owned(),
    });
    common.events.push(Event {
        action: "Action".to_owned(),
        name: "name".to_owned(),
        level: "info".to_owned(),
        when: "when".to_owned(),
    });
    let (Some(version), Some(resource)) = (common.versions.first(), common.resources.first())
    else {
        return Err(SampleError::Hollow("resources".to_owned()));
    };
    let common = &common;
    let service = Vocabulary::of(common)?;
    let versions = Vocabulary::of(&VersionContext { common, version })?;
    let resources = Vocabulary::of(&ResourceContext { common, resource })?;
    let both = Vocabulary::of(&VersionedResourceContext {
        common,
        version,
        resource,
    })?;
    let faults = catalog
        .pieces()
        .flat_map(|piece| &piece.files)
        .filter_map(|template| {
            let words = match template.scope() {
                Scope::Service => &service,
                Scope::Version => &versions,
                Scope::Resource => &resources,
                Scope::Both => &both,
            };
            words.check(template).err()
        });
    Ok(faults.collect())
}
