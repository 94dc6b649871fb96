//! Which answers of a written project may change, and what to do about the others.

use miette::Diagnostic;
use thiserror::Error;

use crate::answers::{Answers, Resource, ResourceName, VersionName};
use crate::catalog::{Catalog, Choice, Class};
use crate::render::Place;

/// An answer that palisade cannot change, since it stands in files that are the user's.
#[derive(Debug, Clone, PartialEq, Eq, Error, Diagnostic)]
pub enum ChangeError {
    #[error("the service was written as `{was}`, and is to be called `{now}`")]
    #[diagnostic(
        code(palisade::project::name),
        help(
            "keep `name = \"{was}\"` in palisade.toml: the name of the crate stands in files that are yours, as in {}. To rename it, write a new service and move them there",
            places.join(", ")
        )
    )]
    Name {
        was: String,
        now: String,
        places: Vec<String>,
    },
    #[error("the resource `{name}` was written with other fields")]
    #[diagnostic(
        code(palisade::project::fields),
        help(
            "put its fields in palisade.toml back to `{was}`, and edit the code, which is yours: {}; and add a migration",
            places.join(", ")
        )
    )]
    Fields {
        name: String,
        was: String,
        places: Vec<String>,
    },
    #[error("the resource `{name}` was written, and is not in palisade.toml any more")]
    #[diagnostic(
        code(palisade::project::resource),
        help(
            "put it back; to give it up, remove {} and then run: palisade regen --forget {name}",
            places.join(", ")
        )
    )]
    Resource { name: String, places: Vec<String> },
    #[error("the version `{name}` was written, and palisade.toml says otherwise now")]
    #[diagnostic(
        code(palisade::project::version),
        help("put it back: versions are only ever added")
    )]
    Version { name: String },
    #[error("the version `{name}` would stand before `{newest}`, which was written")]
    #[diagnostic(
        code(palisade::project::version),
        help(
            "a version goes on with the one before it, so that only a newer one can be added: call it `{next}`"
        )
    )]
    OldVersion {
        name: String,
        newest: VersionName,
        next: VersionName,
    },
    #[error("`{choice}` cannot be changed from `{was}` to `{now}` once there is a migration")]
    #[diagnostic(code(palisade::project::lasting), help("{guide}"))]
    Lasting {
        choice: String,
        was: String,
        now: String,
        guide: String,
    },
    #[error("there is no resource `{name}` to forget")]
    #[diagnostic(code(palisade::project::forget), help("there are {}", known.join(", ")))]
    Unknown { name: String, known: Vec<String> },
    #[error("no resource would be left without `{name}`")]
    #[diagnostic(
        code(palisade::project::forget),
        help("a service has at least one: add another first, with `palisade add resource`")
    )]
    Only { name: String },
    #[error("`{name}` is what {} to", those_who_refer(by))]
    #[diagnostic(
        code(palisade::project::forget),
        help(
            "give up what refers to it first, or in the same run: palisade regen {}",
            forgetting(by, name)
        )
    )]
    Referred { name: String, by: Vec<Reference> },
    #[error("`{name}` still has files")]
    #[diagnostic(
        code(palisade::project::forget),
        help(
            "they are yours, so remove them yourself: {}. Keep its migration, and add one that drops the table",
            places.join(", ")
        )
    )]
    HasFiles { name: String, places: Vec<String> },
}

/// A field of one resource that holds ids of another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    pub resource: String,
    pub field: String,
}

/// A project's answers as they were applied, and the places of the files that came of them.
#[derive(Debug, Clone, Copy)]
pub struct Applied<'a> {
    pub answers: &'a Answers,
    pub places: &'a [Place],
}

impl Applied<'_> {
    /// Holds new answers against those that were applied.
    ///
    /// `migrated` tells whether there is a migration: data then lies in what was chosen.
    ///
    /// # Errors
    /// The first that cannot change, with the places to edit.
    pub fn permits(
        &self,
        next: &Answers,
        forgotten: &[ResourceName],
        catalog: &Catalog,
        migrated: bool,
    ) -> Result<(), ChangeError> {
        let (was, now) = (self.answers.name().as_str(), next.name().as_str());
        if was != now {
            return Err(ChangeError::Name {
                was: was.to_owned(),
                now: now.to_owned(),
                places: self.seeded(|_| true),
            });
        }
        for resource in self.answers.resources() {
            if !forgotten.contains(resource.name()) {
                self.permits_resource(resource, next)?;
            }
        }
        let versions = self.answers.versions().iter();
        if let Some(version) = versions.into_iter().find(|v| !next.versions().contains(v)) {
            let name = version.name.to_string();
            return Err(ChangeError::Version { name });
        }
        let mut added = next.versions().iter();
        if let Some(version) = added.find(|v| !self.answers.versions().contains(v)) {
            self.permits_version(version.name)?;
        }
        match catalog.in_order().into_iter().find_map(|choice| {
            let changed = migrated.then(|| self.lasting(choice, next)).flatten();
            changed.map(|(was, now, guide)| (choice, was, now, guide))
        }) {
            None => Ok(()),
            Some((choice, was, now, guide)) => Err(ChangeError::Lasting {
                choice: choice.id.to_string(),
                was,
                now,
                guide,
            }),
        }
    }

    /// Holds that a resource can be forgotten with others: it is there, others are that stay, none
    /// of them refers to it, and its files are gone.
    ///
    /// # Errors
    /// What stands against it.
    pub fn permits_forgetting(
        &self,
        name: &ResourceName,
        forgotten: &[ResourceName],
        is_there: impl Fn(&str) -> bool,
    ) -> Result<(), ChangeError> {
        let resources = self.answers.resources();
        if !resources.iter().any(|resource| resource.name() == name) {
            let known = resources.iter().map(|r| r.name().to_string()).collect();
            return Err(ChangeError::Unknown {
                name: name.to_string(),
                known,
            });
        }
        if resources
            .iter()
            .all(|there| forgotten.contains(there.name()))
        {
            return Err(ChangeError::Only {
                name: name.to_string(),
            });
        }
        let by = self.references_to(name, forgotten);
        if !by.is_empty() {
            return Err(ChangeError::Referred {
                name: name.to_string(),
                by,
            });
        }
        let mut places = self.seeded(|place| place.resource.as_deref() == Some(name.plural()));
        places.retain(|path| is_there(path));
        match places.is_empty() {
            true => Ok(()),
            false => Err(ChangeError::HasFiles {
                name: name.to_string(),
                places,
            }),
        }
    }

    /// Returns the fields that refer to a resource, of itself and of what is forgotten none.
    fn references_to(&self, name: &ResourceName, forgotten: &[ResourceName]) -> Vec<Reference> {
        let stays =
            |resource: &&Resource| resource.name() != name && !forgotten.contains(resource.name());
        let resources = self.answers.resources().iter().filter(stays);
        let of = |resource: &Resource| -> Vec<Reference> {
            let fields = resource.references().filter(|(_, target)| *target == name);
            let fields = fields.map(|(field, _)| Reference {
                resource: resource.name().to_string(),
                field: field.name().to_string(),
            });
            fields.collect()
        };
        resources.flat_map(of).collect()
    }

    fn permits_version(&self, name: VersionName) -> Result<(), ChangeError> {
        match self.answers.newest() {
            newest if name > newest => Ok(()),
            newest => Err(ChangeError::OldVersion {
                name: name.to_string(),
                newest,
                next: newest.next(),
            }),
        }
    }

    fn permits_resource(&self, resource: &Resource, next: &Answers) -> Result<(), ChangeError> {
        let name = resource.name();
        let places = || self.seeded(|place| place.resource.as_deref() == Some(name.plural()));
        match next.resources().iter().find(|next| next.name() == name) {
            Some(next) if next.fields() == resource.fields() => Ok(()),
            Some(_) => Err(ChangeError::Fields {
                name: name.to_string(),
                was: resource.fields().to_string(),
                places: places(),
            }),
            None => Err(ChangeError::Resource {
                name: name.to_string(),
                places: places(),
            }),
        }
    }

    fn lasting(&self, choice: &Choice, next: &Answers) -> Option<(String, String, String)> {
        let guide = choice.lasting.clone()?;
        let taken = |answers: &Answers| {
            let taken = answers.taken(choice.id.as_str()).iter();
            taken.map(ToString::to_string).collect::<Vec<_>>().join(",")
        };
        let (was, now) = (taken(self.answers), taken(next));
        (was != now).then_some((was, now, guide))
    }

    fn seeded(&self, wanted: impl Fn(&Place) -> bool) -> Vec<String> {
        let seeded = |place: &&Place| place.class == Class::Seeded && wanted(place);
        let seeded = self.places.iter().filter(seeded);
        seeded.map(|place| place.path.clone()).collect()
    }
}

/// Names the fields, with the verb that goes with their number.
fn those_who_refer(by: &[Reference]) -> String {
    let names: Vec<_> = by
        .iter()
        .map(|by| format!("`{}` of `{}`", by.field, by.resource))
        .collect();
    let verb = if by.len() == 1 { "refers" } else { "refer" };
    format!("{} {verb}", names.join(" and "))
}

fn forgetting(by: &[Reference], name: &str) -> String {
    let mut names: Vec<_> = by.iter().map(|by| by.resource.as_str()).collect();
    names.dedup();
    names.push(name);
    let flags: Vec<_> = names
        .iter()
        .map(|name| format!("--forget {name}"))
        .collect();
    flags.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::answers::{Date, Draft, Rest};
    use crate::catalog::Source;

    fn answers(catalog: &Catalog, database: &str) -> Answers {
        let text = format!("name = \"notes-api\"\n[choices]\ndatabase = \"{database}\"\n");
        let questions = catalog.questions();
        let mut draft = Draft::new(Date::from_unix_seconds(0));
        draft
            .offer_file("palisade.toml", &text, &questions)
            .expect("good answers");
        draft
            .finish(&questions, Rest::Defaults)
            .expect("the rest has defaults")
    }

    #[test]
    fn a_lasting_choice_stays_once_there_is_a_migration_and_a_guide_is_given() {
        let piece = "title = \"Other\"\nsummary = \"Another database\"\n";
        let source = Source::embedded().with("database/other/piece.toml", piece);
        let catalog = Catalog::read(&source).expect("a catalog");
        let (was, now) = (answers(&catalog, "sqlite"), answers(&catalog, "other"));
        let applied = Applied {
            answers: &was,
            places: &[],
        };
        assert_eq!(applied.permits(&now, &[], &catalog, false), Ok(()));
        assert_eq!(applied.permits(&was, &[], &catalog, true), Ok(()));
        let refused = applied.permits(&now, &[], &catalog, true);
        let Err(ChangeError::Lasting { choice, guide, .. }) = refused else {
            panic!("it is refused: {refused:?}");
        };
        assert_eq!(choice, "database");
        assert!(guide.contains("data does not move by itself"), "{guide}");
    }
}
