//! A project in memory: what was written, and what is there.

use palisade::catalog::Class;
use palisade::merge::{Disk, Plan, Planned, There, Verdict, Wanted, Written, plan};
use palisade::render::{File, Tree};
use semver::Version;

/// A project that the first palisade wrote.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Project {
    pub(crate) written: Written,
    pub(crate) disk: Disk,
}

impl Project {
    pub(crate) fn empty() -> Self {
        Self {
            written: Written::nothing(Version::new(0, 1, 0)),
            disk: Disk::new(),
        }
    }

    /// Remembers a managed file.
    pub(crate) fn written(mut self, path: &str, text: impl Into<Vec<u8>>) -> Self {
        self.written.files.insert(path.to_owned(), text.into());
        self
    }

    /// Puts a file in place.
    pub(crate) fn there(mut self, path: &str, text: impl Into<Vec<u8>>) -> Self {
        let file = There::File {
            bytes: text.into(),
            executable: false,
        };
        self.disk.insert(path.to_owned(), file);
        self
    }

    /// Remembers a managed file, and has it in place.
    pub(crate) fn with(self, path: &str, text: &str) -> Self {
        self.written(path, text).there(path, text)
    }

    /// Remembers that a file was written that is written once.
    pub(crate) fn once(mut self, path: &str) -> Self {
        self.written.once.insert(path.to_owned());
        self
    }

    pub(crate) fn stands(mut self, path: &str, there: There) -> Self {
        self.disk.insert(path.to_owned(), there);
        self
    }

    pub(crate) fn plan(&self, wanted: Wanted) -> Plan {
        plan(&self.written, &self.disk, wanted)
    }

    /// Does what a plan says, and remembers what it says.
    pub(crate) fn apply(&mut self, plan: &Plan) {
        for (path, file) in plan.writes() {
            let there = There::File {
                bytes: file.bytes.clone(),
                executable: file.executable,
            };
            self.disk.insert(path.to_owned(), there);
        }
        for path in plan.removes() {
            self.disk.remove(path);
        }
        let files = plan
            .bases()
            .map(|(path, file)| (path.to_owned(), file.bytes.clone()));
        self.written.files = files.collect();
        let executable = plan.bases().filter(|(_, file)| file.executable);
        self.written.executable = executable.map(|(path, _)| path.to_owned()).collect();
        self.written.generator = Version::new(0, 2, 0);
        let once = plan.iter().filter_map(|(path, planned)| {
            let class = planned.wanted.as_ref()?.class;
            (class != Class::Managed).then(|| path.to_owned())
        });
        self.written.once.extend(once);
    }

    /// Returns a file's text.
    pub(crate) fn text(&self, path: &str) -> Option<String> {
        let bytes = self.disk.get(path)?.bytes()?;
        Some(String::from_utf8_lossy(bytes).into_owned())
    }
}

/// Wants files of one class.
pub(crate) fn wanted(class: Class, files: &[(&str, &str)]) -> Wanted {
    want(
        files
            .iter()
            .map(|(path, text)| (*path, File::new(class, *text))),
    )
}

/// Wants managed files.
pub(crate) fn managed(files: &[(&str, &str)]) -> Wanted {
    wanted(Class::Managed, files)
}

pub(crate) fn want<'a>(files: impl IntoIterator<Item = (&'a str, File)>) -> Wanted {
    let mut tree = Tree::default();
    for (path, file) in files {
        tree.insert(path, file);
    }
    Wanted::new(Version::new(0, 2, 0), tree)
}

/// Returns the plan for one file.
#[track_caller]
pub(crate) fn planned<'a>(plan: &'a Plan, path: &str) -> &'a Planned {
    plan.get(path).expect("the file is planned")
}

/// Returns the verdicts by path.
pub(crate) fn verdicts(plan: &Plan) -> Vec<(&str, Verdict)> {
    plan.iter()
        .map(|(path, planned)| (path, planned.verdict))
        .collect()
}
