//! `.palisade/lock.toml`: who wrote the project, and which lock it wrote.

use semver::Version;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

/// What cannot be told from the pristine files.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Record {
    /// The palisade that wrote the project.
    pub generator: Version,
    /// Cargo.lock as it was written: untouched means equal to it.
    pub cargo_lock: String,
}

impl Record {
    /// Records a lock as this palisade writes it.
    pub fn new(generator: Version, cargo_lock: &[u8]) -> Self {
        Self {
            generator,
            cargo_lock: hash(cargo_lock),
        }
    }

    /// Whether Cargo.lock is as it was written.
    pub fn holds(&self, cargo_lock: &[u8]) -> bool {
        self.cargo_lock == hash(cargo_lock)
    }

    pub(super) fn render(&self) -> String {
        let Self {
            generator,
            cargo_lock,
        } = self;
        format!("generator = \"{generator}\"\ncargo-lock = \"{cargo_lock}\"\n")
    }
}

fn hash(bytes: &[u8]) -> String {
    format!("sha256:{:x}", Sha256::digest(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_reads_back_as_it_was_written() {
        let record = Record::new(Version::new(0, 1, 0), b"lock");
        assert_eq!(toml::from_str(&record.render()), Ok(record.clone()));
        assert!(record.holds(b"lock") && !record.holds(b"other"));
    }
}
