//! `.palisade/lock.toml`: who wrote the project, and what the files do not tell.

use std::collections::BTreeSet;

use semver::Version;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::catalog::Class;
use crate::merge::{Kept, Plan, Reason};

/// What cannot be told from the pristine files.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Record {
    /// The palisade that wrote the project.
    pub generator: Version,
    /// Cargo.lock as it was written: untouched means equal to it.
    pub cargo_lock: String,
    /// Managed files that the user deleted, and that stay away.
    #[serde(default)]
    pub deleted: BTreeSet<String>,
    /// Files that were left with a conflict; whether it is settled, only the file tells.
    #[serde(default)]
    pub conflicts: BTreeSet<String>,
}

impl Record {
    /// Records a lock as this palisade writes it.
    pub fn new(generator: Version, cargo_lock: &[u8]) -> Self {
        Self {
            generator,
            cargo_lock: hash(cargo_lock),
            deleted: BTreeSet::new(),
            conflicts: BTreeSet::new(),
        }
    }

    /// Whether Cargo.lock is as it was written.
    pub fn holds(&self, cargo_lock: &[u8]) -> bool {
        self.cargo_lock == hash(cargo_lock)
    }

    /// Returns what is to be recorded once a plan is applied.
    pub fn of(generator: Version, cargo_lock: &[u8], plan: &Plan) -> Self {
        let mut next = Self::new(generator, cargo_lock);
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

    pub(super) fn render(&self) -> String {
        let Self {
            generator,
            cargo_lock,
            deleted,
            conflicts,
        } = self;
        let mut text = format!("generator = \"{generator}\"\ncargo-lock = \"{cargo_lock}\"\n");
        text += &list("deleted", deleted);
        text += &list("conflicts", conflicts);
        text
    }
}

/// A path a line, so that two branches which each add one can be merged.
fn list(key: &str, paths: &BTreeSet<String>) -> String {
    if paths.is_empty() {
        return String::new();
    }
    let line = |path: &String| format!("    {},\n", toml::Value::from(path.as_str()));
    format!(
        "{key} = [\n{}]\n",
        paths.iter().map(line).collect::<String>()
    )
}

fn hash(bytes: &[u8]) -> String {
    format!("sha256:{:x}", Sha256::digest(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_reads_back_as_it_was_written() {
        let mut record = Record::new(Version::new(0, 1, 0), b"lock");
        assert_eq!(toml::from_str(&record.render()), Ok(record.clone()));
        assert_eq!(record.render().lines().count(), 2);
        record.deleted = ["a \"b\"".to_owned(), "c".to_owned()].into();
        record.conflicts = ["d".to_owned()].into();
        assert_eq!(toml::from_str(&record.render()), Ok(record.clone()));
        assert!(record.holds(b"lock") && !record.holds(b"other"));
    }
}
