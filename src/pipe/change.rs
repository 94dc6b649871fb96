//! From new answers to a plan for a project that is there.

use std::collections::{BTreeMap, BTreeSet};

use super::{PipeError, version};
use crate::answers::{Answers, Question};
use crate::catalog::{Catalog, Class};
use crate::merge::{Contents, Disk, Plan, Wanted, Written, plan};
use crate::project::{ANSWERS, Record, memory};
use crate::render::{File, Place, Surroundings, Tree, places, render};

/// What a set of answers gives, before anybody looked at the disk.
#[derive(Debug)]
pub struct Rendered {
    /// Where each file stands.
    pub places: Vec<Place>,
    tree: Tree,
}

/// What a set of answers will change in a project.
#[derive(Debug)]
pub struct Changed {
    pub places: Vec<Place>,
    pub plan: Plan,
}

/// What a project is like, and what is wanted of it beside its answers.
#[derive(Debug)]
pub struct Standing<'a> {
    pub written: Written,
    /// Each managed file as the project remembers it.
    pub pristine: &'a Contents,
    /// The answers in palisade.toml as it is on disk, which may have been edited.
    pub here: &'a Answers,
    pub disk: &'a Disk,
    /// The files of `.palisade/` as they are on disk.
    pub memory: Disk,
    pub restored: BTreeSet<String>,
    pub settled: BTreeSet<String>,
}

/// Renders a set of answers for a project that is there.
///
/// # Errors
/// When answers do not go together, or palisade's own templates are at fault.
pub fn render_change(
    catalog: &Catalog,
    questions: &[Question],
    answers: &Answers,
    surroundings: Surroundings,
) -> Result<Rendered, PipeError> {
    let selection = catalog.select(answers)?;
    let mut tree = render(answers, catalog, &selection, surroundings)?;
    tree.insert(
        ANSWERS,
        File::new(Class::Managed, answers.to_toml(questions)),
    );
    Ok(Rendered {
        places: places(answers, &selection),
        tree,
    })
}

impl Rendered {
    /// Returns the path of each file.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.tree.paths()
    }

    /// Returns the bytes of one file.
    pub fn bytes(&self, path: &str) -> &[u8] {
        let file = self.tree.get(path);
        file.map(|file| file.bytes.as_slice()).unwrap_or_default()
    }

    /// Leaves what is append-only and written as it is, and lets what is new follow on it.
    ///
    /// `names` lists a folder: the user may have added to it too.
    pub fn append(&mut self, written: &[Place], mut names: impl FnMut(&str) -> Vec<String>) {
        let written: BTreeSet<_> = written
            .iter()
            .filter(|place| place.class == Class::AppendOnly)
            .map(|place| unnumbered(&place.path))
            .collect();
        let mut next: BTreeMap<String, u32> = BTreeMap::new();
        for place in &mut self.places {
            if place.class != Class::AppendOnly {
                continue;
            }
            let Some(file) = self.tree.remove(&place.path) else {
                continue;
            };
            if written.contains(&unnumbered(&place.path)) {
                continue;
            }
            if let Some((folder, number, rest)) = numbered(&place.path) {
                let mut last = || {
                    let names = names(folder);
                    names.iter().filter_map(|name| number_of(name)).max()
                };
                let next = next
                    .entry(folder.to_owned())
                    .or_insert_with(|| last().map_or(number, |last| last.saturating_add(1)));
                place.path = format!("{folder}/{next:04}{rest}");
                *next = next.saturating_add(1);
            }
            self.tree.insert(place.path.clone(), file);
        }
    }

    /// Decides what becomes of each file.
    pub fn plan(self, questions: &[Question], standing: Standing<'_>) -> Changed {
        let Standing {
            mut written,
            pristine,
            here,
            disk,
            memory: remembered,
            restored,
            settled,
        } = standing;
        let lock = self.bytes("Cargo.lock").to_vec();
        // The user's words about answers stay; what the answers are is settled by now.
        let base = here.to_toml(questions).into_bytes();
        written.files.insert(ANSWERS.to_owned(), base);
        let wanted = Wanted {
            restored,
            settled,
            ..Wanted::new(version(), self.tree)
        };
        let mut plan = plan(&written, disk, wanted);
        let record = Record::of(version(), &lock, &plan);
        let bases = plan
            .bases()
            .map(|(path, file)| (path, file.bytes.as_slice()));
        let memory = memory(bases, &record, pristine, &remembered);
        plan.remember(memory, &remembered);
        Changed {
            places: self.places,
            plan,
        }
    }
}

/// Splits `migrations/0001_notes.sql` into folder, number and rest.
fn numbered(path: &str) -> Option<(&str, u32, &str)> {
    let (folder, name) = path.rsplit_once('/')?;
    let (digits, _) = name.split_once('_')?;
    Some((folder, digits.parse().ok()?, &name[digits.len()..]))
}

/// Returns a path without the number, which depends on what was there before.
fn unnumbered(path: &str) -> String {
    match numbered(path) {
        Some((folder, _, rest)) => format!("{folder}/{rest}"),
        None => path.to_owned(),
    }
}

fn number_of(name: &str) -> Option<u32> {
    name.split_once('_')?.0.parse().ok()
}
