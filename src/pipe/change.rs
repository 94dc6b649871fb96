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
    /// `names` lists a folder: the user may have added to it too, and an option that was given
    /// up has left its files there.
    pub fn append(&mut self, written: &[Place], names: impl Fn(&str) -> Vec<String>) {
        let written: BTreeSet<_> = written
            .iter()
            .filter(|place| place.class == Class::AppendOnly)
            .map(|place| unnumbered(&place.path))
            .collect();
        let stands = |place: &Place| {
            let Some((folder, _, rest)) = numbered(&place.path) else {
                return false;
            };
            let is_it = |name: &String| {
                let digits = name.strip_suffix(rest).unwrap_or_default();
                !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
            };
            // A resource that was given up may have dropped its table, and comes with a new one.
            place.resource.is_none() && names(folder).iter().any(is_it)
        };
        let mut next: BTreeMap<String, u64> = BTreeMap::new();
        for place in &mut self.places {
            if place.class != Class::AppendOnly {
                continue;
            }
            let Some(file) = self.tree.remove(&place.path) else {
                continue;
            };
            if written.contains(&unnumbered(&place.path)) || stands(place) {
                continue;
            }
            if let Some((folder, number, rest)) = numbered(&place.path) {
                let last = || {
                    let names = names(folder);
                    names.iter().filter_map(|name| serial(name)).max()
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
        let record = Record::of(version(), &lock, &self.places, &plan);
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
fn numbered(path: &str) -> Option<(&str, u64, &str)> {
    let (folder, name) = path.rsplit_once('/')?;
    let (digits, _) = name.split_once('_')?;
    Some((folder, serial(name)?, &name[digits.len()..]))
}

/// Returns a path without the number, which depends on what was there before.
fn unnumbered(path: &str) -> String {
    match numbered(path) {
        Some((folder, _, rest)) => format!("{folder}/{rest}"),
        None => path.to_owned(),
    }
}

/// Returns the number of `0001_notes.sql`: many digits, where somebody counts by the clock.
pub fn serial(name: &str) -> Option<u64> {
    name.split_once('_')?.0.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::answers::{Date, Draft, Key, Rest, Source};
    use crate::catalog::Source as Templates;
    use crate::merge::{Kept, Reason, Verdict};

    /// What the default service has of its own in `migrations/security/`.
    const SECURITY: [&str; 2] = ["0001_audit.sql", "0002_api_keys.sql"];

    /// Whether a plan leaves a file to the user, who deleted it.
    fn is_deleted(plan: &Plan, path: &str) -> bool {
        let planned = plan.get(path).expect("it is planned");
        planned.reason == Some(Reason::Kept(Kept::Deleted))
    }

    #[test]
    fn what_a_newer_palisade_brings_is_written_and_what_was_deleted_stays_away() {
        let templates = Templates::embedded();
        let manifest = templates
            .iter()
            .find(|(path, _)| *path == "base/piece.toml");
        let (_, manifest) = manifest.expect("it is there");
        let manifest = String::from_utf8(manifest.to_vec()).expect("text");
        let manifest = manifest.replace(
            "    \"README.md\",\n",
            "    \"README.md\",\n    \"docs/__resource__.md\",\n",
        );
        let newer = Templates::embedded()
            .with("base/piece.toml", manifest)
            .with("base/files/docs/__resource__.md", "Notes\n")
            .with(
                "base/files/migrations/security/0007_more.sql",
                "SELECT 1;\n",
            );
        let [older, newer] = [templates, newer].map(|t| Catalog::read(&t).expect("a catalog"));
        let questions = newer.questions();
        let mut draft = Draft::new(Date::from_unix_seconds(0));
        let name = draft.offer_text(Source::Flag, &Key::Name, "notes-api", &questions);
        name.expect("a good name");
        let answers = draft.finish(&questions, Rest::Defaults).expect("answers");
        let of = |catalog: &Catalog| places(&answers, &catalog.select(&answers).expect("pieces"));

        let record = Record::new(version(), b"", &of(&older));
        let written = record.written(of(&newer));
        let once = written.iter().filter(|place| record.wrote_once(place));
        let once: BTreeSet<_> = once.map(|place| place.path.clone()).collect();
        let mut rendered =
            render_change(&newer, &questions, &answers, Surroundings::Alone).expect("it renders");
        let names = |folder: &str| match folder {
            "migrations/security" => SECURITY.map(ToOwned::to_owned).to_vec(),
            _ => Vec::new(),
        };
        rendered.append(&written, names);
        let standing = Standing {
            written: Written {
                once,
                ..Written::nothing(version())
            },
            pristine: &Contents::new(),
            here: &answers,
            disk: &Disk::new(),
            memory: Disk::new(),
            restored: BTreeSet::new(),
            settled: BTreeSet::new(),
        };
        let plan = rendered.plan(&questions, standing).plan;
        for path in ["docs/notes.md", "migrations/security/0003_more.sql"] {
            assert_eq!(
                plan.get(path).map(|p| p.verdict),
                Some(Verdict::New),
                "{path}"
            );
        }
        assert!(is_deleted(&plan, "src/domain/note.rs") && is_deleted(&plan, "README.md"));
        for path in [
            "migrations/0001_notes.sql",
            "migrations/security/0001_audit.sql",
        ] {
            assert_eq!(plan.get(path), None, "{path}");
        }
    }

    #[test]
    fn what_an_option_appended_is_not_appended_again_when_it_comes_back() {
        let templates =
            Templates::embedded().with("base/files/migrations/security/0002_more.sql", "\n");
        let catalog = Catalog::read(&templates).expect("a catalog");
        let questions = catalog.questions();
        let mut draft = Draft::new(Date::from_unix_seconds(0));
        let name = draft.offer_text(Source::Flag, &Key::Name, "notes-api", &questions);
        name.expect("a good name");
        let answers = draft.finish(&questions, Rest::Defaults).expect("answers");
        let appended = |names: &[&str]| {
            let mut rendered = render_change(&catalog, &questions, &answers, Surroundings::Alone)
                .expect("it renders");
            let names = |_: &str| names.iter().map(|name| (*name).to_owned()).collect();
            rendered.append(&[], names);
            let paths = rendered
                .paths()
                .filter(|path| path.starts_with("migrations/"));
            paths.map(ToOwned::to_owned).collect::<Vec<_>>()
        };
        let [audit, keys] = SECURITY;
        let stands = [audit, keys, "0004_more.sql"];
        assert_eq!(appended(&stands), ["migrations/0005_notes.sql"]);
        let other = [audit, keys, "0004_much_more.sql"];
        let more = "migrations/security/0005_more.sql";
        assert_eq!(appended(&other), ["migrations/0005_notes.sql", more]);
    }
}
