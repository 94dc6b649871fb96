//! `.palisade/lock.toml`: who wrote the project, and what the files do not tell.
//!
//! It stands in version control, and branches each change it. It is TOML with a value a line;
//! what a merge makes of it is read too: marks of a conflict, and keys that come twice.

use std::collections::BTreeSet;

use semver::Version;
use sha2::{Digest as _, Sha256};

use super::memory::LOCK;
use super::unmerged;
use crate::catalog::Class;
use crate::merge::{Kept, Plan, Reason};
use crate::render::Place;

/// What cannot be told from the pristine files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// The palisade that wrote the project.
    pub generator: Version,
    /// Hashes of Cargo.lock as it was written: untouched means equal to it. There are two once
    /// branches were merged.
    cargo_lock: BTreeSet<String>,
    /// Templates of files that are written once. Of which files, the answers tell; without
    /// these, one that a newer palisade brings would look like one that the user deleted.
    once: BTreeSet<String>,
    /// Templates of managed files that were written as executable.
    executable: BTreeSet<String>,
    /// Managed files that the user deleted, and that stay away.
    pub deleted: BTreeSet<String>,
    /// Files that were left with a conflict; whether it is settled, only the file tells.
    pub conflicts: BTreeSet<String>,
}

impl Record {
    /// Records what this palisade writes.
    pub fn new(generator: Version, cargo_lock: &[u8], places: &[Place]) -> Self {
        let templates = |wanted: fn(&Place) -> bool| {
            let places = places.iter().filter(|place| wanted(place));
            let templates = places.filter_map(|place| place.templates.first());
            templates.cloned().collect()
        };
        Self {
            generator,
            cargo_lock: BTreeSet::from([hash(cargo_lock)]),
            once: templates(|place| !matches!(place.class, Class::Managed | Class::Lock)),
            executable: templates(|place| place.executable && place.class == Class::Managed),
            deleted: BTreeSet::new(),
            conflicts: BTreeSet::new(),
        }
    }

    /// Returns what is to be recorded once a plan is applied.
    pub fn of(generator: Version, cargo_lock: &[u8], places: &[Place], plan: &Plan) -> Self {
        let mut next = Self::new(generator, cargo_lock, places);
        for (path, planned) in plan.iter() {
            let class = planned.wanted.as_ref().map(|file| file.class);
            let kept = matches!(class, Some(Class::Managed | Class::Lock));
            if kept && planned.reason == Some(Reason::Kept(Kept::Deleted)) {
                next.deleted.insert(path.to_owned());
            }
        }
        let conflicts = plan.conflicts().map(|(path, _)| path);
        next.conflicts.extend(conflicts.map(ToOwned::to_owned));
        next
    }

    /// Whether Cargo.lock is as it was written, on each side of a merge that git left open.
    pub fn holds(&self, cargo_lock: &[u8]) -> bool {
        let holds = |lock: &[u8]| self.cargo_lock.contains(&hash(lock));
        holds(cargo_lock)
            || str::from_utf8(cargo_lock)
                .ok()
                .and_then(unmerged::sides)
                .is_some_and(|sides| sides.iter().all(|side| holds(side.as_bytes())))
    }

    /// Whether the file of a place was written, and only once.
    pub fn wrote_once(&self, place: &Place) -> bool {
        let mut templates = place.templates.iter();
        place.path == LOCK || templates.any(|template| self.once.contains(template))
    }

    /// Returns those places whose files were written: a newer palisade has templates of which
    /// nothing was.
    pub fn written(&self, mut places: Vec<Place>) -> Vec<Place> {
        places.retain(|place| place.class == Class::Managed || self.wrote_once(place));
        places
    }

    /// Whether the file of a place was written as executable.
    pub fn wrote_executable(&self, place: &Place) -> bool {
        let mut templates = place.templates.iter();
        templates.any(|template| self.executable.contains(template))
    }

    pub(super) fn render(&self) -> String {
        let Self {
            generator,
            cargo_lock,
            once,
            executable,
            deleted,
            conflicts,
        } = self;
        let mut text = format!("generator = \"{generator}\"\n");
        text += &list("cargo-lock", cargo_lock);
        text += &list("once", once);
        text += &list("executable", executable);
        text += &list("deleted", deleted);
        text += &list("conflicts", conflicts);
        text
    }

    /// Reads what [`Record::render`] wrote, or what a merge made of two of those.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let mut generators = BTreeSet::new();
        let mut lists = [const { BTreeSet::<String>::new() }; 5];
        let mut open: Option<usize> = None;
        for line in unmerged::both(text).lines().map(str::trim) {
            if let Some(entry) = line.strip_suffix(',') {
                lists.get_mut(open?)?.insert(string(entry)?);
            } else if let Some((key, value)) = line.split_once(" = ") {
                open = LISTS.iter().position(|list| *list == key);
                match (key, open, value) {
                    (_, Some(_), "[") => {}
                    ("generator", None, value) => {
                        generators.insert(Version::parse(&string(value)?).ok()?);
                    }
                    _ => return None,
                }
            } else if !matches!(line, "" | "]") {
                return None;
            }
        }
        let [cargo_lock, once, executable, deleted, conflicts] = lists;
        (!cargo_lock.is_empty()).then_some(())?;
        Some(Self {
            // The newer one: an older could not read what it wrote.
            generator: generators.pop_last()?,
            cargo_lock,
            once,
            executable,
            deleted,
            conflicts,
        })
    }
}

const LISTS: [&str; 5] = ["cargo-lock", "once", "executable", "deleted", "conflicts"];

/// An entry a line, so that branches which each add one can be merged.
fn list(key: &str, entries: &BTreeSet<String>) -> String {
    if entries.is_empty() {
        return String::new();
    }
    let line = |entry: &String| format!("    {},\n", toml::Value::from(entry.as_str()));
    format!(
        "{key} = [\n{}]\n",
        entries.iter().map(line).collect::<String>()
    )
}

/// Reads a string as TOML writes it.
fn string(text: &str) -> Option<String> {
    let table = format!("it = {text}").parse::<toml::Table>().ok()?;
    Some(table.get("it")?.as_str()?.to_owned())
}

fn hash(bytes: &[u8]) -> String {
    format!("sha256:{:x}", Sha256::digest(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(lock: &[u8]) -> Record {
        Record::new(Version::new(0, 1, 0), lock, &[])
    }

    fn texts(texts: &[&str]) -> BTreeSet<String> {
        texts.iter().map(|text| (*text).to_owned()).collect()
    }

    #[test]
    fn a_record_reads_back_as_it_was_written() {
        let mut record = record(b"lock");
        assert_eq!(Record::parse(&record.render()), Some(record.clone()));
        assert_eq!(record.render().lines().count(), 4);
        record.once = texts(&["src/__resource__.rs"]);
        record.executable = texts(&["run"]);
        record.deleted = texts(&["a \"b\"", "c = d"]);
        record.conflicts = texts(&["d"]);
        assert_eq!(Record::parse(&record.render()), Some(record.clone()));
        assert!(record.render().parse::<toml::Table>().is_ok());
        assert!(record.holds(b"lock") && !record.holds(b"other"));
    }

    #[test]
    fn what_a_template_was_written_as_is_known_by_its_path_of_then() {
        let place = |class, executable, templates: &[&str]| Place {
            path: "somewhere".to_owned(),
            class,
            executable,
            piece: crate::catalog::PieceId::Base,
            templates: templates.iter().map(|path| (*path).to_owned()).collect(),
            resource: None,
        };
        let script = place(Class::Managed, true, &["run"]);
        let page = place(Class::Seeded, false, &["old.md"]);
        let record = Record::new(Version::new(0, 1, 0), b"", &[script.clone(), page]);
        assert!(record.wrote_executable(&script) && !record.wrote_once(&script));
        // It has been renamed since, and palisade keeps it now.
        let page = place(Class::Managed, true, &["new.md", "old.md"]);
        assert!(record.wrote_once(&page) && !record.wrote_executable(&page));
        let other = place(Class::Seeded, false, &["new.md"]);
        assert!(!record.wrote_once(&other));
        assert_eq!(record.written(vec![other, page.clone()]), [page]);
    }

    #[test]
    fn what_is_no_record_is_told() {
        for text in [
            "",
            "generator = \"0.1.0\"\n",
            "cargo-lock = [\n    \"a\",\n]\n",
            "generator = \"0.1.0\"\ncargo-lock = [\n    \"a\",\n]\nother = [\n]\n",
            "generator = \"0.1.0\"\ncargo-lock = [\n    a,\n]\n",
            "generator = \"0.1.0\"\ncargo-lock = [\n    \"a\",\n]\nwords\n",
        ] {
            assert_eq!(Record::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_merge_that_git_left_open_has_what_both_sides_have() {
        let (mut ours, mut theirs) = (record(b"ours"), record(b"theirs"));
        theirs.generator = Version::new(0, 2, 0);
        ours.deleted = texts(&["a", "both"]);
        theirs.deleted = texts(&["b", "both"]);
        theirs.conflicts = texts(&["c"]);
        let united = Record {
            generator: Version::new(0, 2, 0),
            cargo_lock: ours.cargo_lock.union(&theirs.cargo_lock).cloned().collect(),
            deleted: texts(&["a", "b", "both"]),
            ..theirs.clone()
        };
        let (ours, theirs) = (ours.render(), theirs.render());
        let base = "generator = \"0.0.1\"\ncargo-lock = [\n    \"base\",\n]\n";
        for text in [
            format!("<<<<<<< HEAD\n{ours}=======\n{theirs}>>>>>>> a\n"),
            format!("<<<<<<< HEAD\n{ours}||||||| 123\n{base}=======\n{theirs}>>>>>>> a\n"),
            // As git's driver `union` leaves it, which keeps a line at the end that both have.
            format!("{}{theirs}", ours.strip_suffix("]\n").unwrap_or_default()),
        ] {
            assert_eq!(Record::parse(&text), Some(united.clone()), "{text}");
        }
        let lock = |other: &str| format!("<<<<<<< HEAD\nours=======\n{other}>>>>>>> a\n");
        assert!(!united.holds(lock("mine\n").as_bytes()));
    }

    #[test]
    fn a_lock_that_git_left_open_is_untouched_when_both_sides_are() {
        let mut record = record(b"a\n1\n");
        let open = |mine: &str| format!("a\n<<<<<<< HEAD\n1\n=======\n{mine}\n>>>>>>> b\n");
        assert!(!record.holds(open("2").as_bytes()));
        record.cargo_lock.insert(hash(b"a\n2\n"));
        assert!(record.holds(open("2").as_bytes()));
        assert!(!record.holds(open("3").as_bytes()));
    }
}
