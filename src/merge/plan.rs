//! The verdicts over all files.

use std::collections::{BTreeMap, BTreeSet};

use super::decide::Decider;
use super::{
    Conflict, Disk, Kept, Note, Obstacle, Planned, Reason, There, Verdict, Wanted, Written,
};
use crate::catalog::Class;
use crate::render::{File, Tree};

/// What will be done, file by file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Plan {
    files: BTreeMap<String, Planned>,
}

/// Decides what becomes of each file that was written or is wanted.
pub fn plan(written: &Written, there: &Disk, wanted: Wanted) -> Plan {
    let moves = Moves::find(written, there, &wanted);
    let decider = Decider::new(written, there, &wanted);
    let mut files = BTreeMap::new();
    let unwanted = written
        .files
        .keys()
        .filter(|path| wanted.tree.get(path).is_none() && !moves.explain(path));
    for path in unwanted {
        files.insert(path.clone(), decider.unwanted(path));
    }
    for old in &moves.blocked {
        files.insert(old.clone(), decider.stays(old));
    }
    for (path, file) in wanted.tree.iter() {
        let planned = match moves.old(path) {
            Some(old) if moves.blocked.contains(old) => {
                let obstacle = Obstacle::File;
                Planned::conflict(Conflict::InTheWay { obstacle }, Some(file.clone()), None)
            }
            old => decider.wanted(path, old, file.clone()),
        };
        files.insert(path.to_owned(), planned);
    }
    Plan { files }
}

/// The files that palisade renamed since they were written.
#[derive(Debug, Default)]
struct Moves<'a> {
    /// Old paths by new ones.
    old: BTreeMap<&'a str, &'a str>,
    /// Old paths of files whose new place is taken.
    blocked: BTreeSet<String>,
}

impl<'a> Moves<'a> {
    fn find(written: &Written, there: &Disk, wanted: &'a Wanted) -> Self {
        let mut moves = Self::default();
        for (new, file) in wanted.tree.iter() {
            if written.files.contains_key(new) || wanted.settled.contains(new) {
                continue;
            }
            let is_old =
                |old: &&String| written.files.contains_key(*old) && wanted.tree.get(old).is_none();
            let Some(old) = file.was.iter().find(is_old) else {
                continue;
            };
            if there.contains_key(old) && there.contains_key(new) {
                moves.blocked.insert(old.clone());
            }
            moves.old.insert(new, old);
        }
        moves
    }

    fn old(&self, new: &str) -> Option<&'a str> {
        self.old.get(new).copied()
    }

    /// Whether a path is no longer wanted since its file has another now.
    fn explain(&self, path: &str) -> bool {
        self.old.values().any(|old| *old == path)
    }
}

impl Plan {
    /// Plans one file as a command edited it; what palisade remembers of it stays as it is.
    pub fn edit(path: &str, file: File) -> Self {
        let planned = Planned {
            base: None,
            ..Planned::write(Verdict::Merged, file)
        };
        Self {
            files: BTreeMap::from([(path.to_owned(), planned)]),
        }
    }

    /// Returns all files, sorted by path.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Planned)> {
        self.files
            .iter()
            .map(|(path, planned)| (path.as_str(), planned))
    }

    /// Returns the plan for one file.
    pub fn get(&self, path: &str) -> Option<&Planned> {
        self.files.get(path)
    }

    /// Returns the files that will be put on disk.
    pub fn writes(&self) -> impl Iterator<Item = (&str, &File)> {
        self.iter()
            .filter_map(|(path, planned)| Some((path, planned.result.as_ref()?)))
    }

    /// Returns the paths whose files will be taken from the disk, after all was written.
    pub fn removes(&self) -> impl Iterator<Item = &str> {
        self.iter().flat_map(|(path, planned)| {
            let deleted = (planned.verdict == Verdict::Deleted).then_some(path);
            deleted.into_iter().chain(planned.from.as_deref())
        })
    }

    /// Whether nothing will be written or removed.
    pub fn is_empty(&self) -> bool {
        self.writes().next().is_none() && self.removes().next().is_none()
    }

    /// Returns the conflicts that the user has to resolve.
    pub fn conflicts(&self) -> impl Iterator<Item = (&str, &Conflict)> {
        self.iter()
            .filter_map(|(path, planned)| Some((path, planned.conflict_found()?)))
    }

    /// Returns the files that the project is to remember as rendered, for the next merge.
    pub fn bases(&self) -> impl Iterator<Item = (&str, &File)> {
        self.iter()
            .filter_map(|(path, planned)| Some((path, planned.base.as_ref()?)))
    }

    /// Returns what is left to the user once the plan was applied.
    pub fn notes(&self) -> BTreeSet<Note> {
        let stale = |(_, planned): &(&str, &Planned)| planned.is_stale();
        let lock =
            |(_, planned): &(&str, &Planned)| planned.reason == Some(Reason::Kept(Kept::Lock));
        let mut notes = BTreeSet::new();
        if self.iter().any(|found| lock(&found)) {
            notes.insert(Note::Lock);
        }
        if self.changes_sources() && self.iter().any(|found| stale(&found)) {
            notes.insert(Note::Derive);
        }
        notes
    }

    /// Whether more is written or removed than what palisade remembers.
    fn changes_sources(&self) -> bool {
        let class = |file: &File| file.class;
        let written = self.writes().map(|(_, file)| class(file));
        self.removes().next().is_some()
            || written
                .into_iter()
                .any(|class| !matches!(class, Class::Memory | Class::Local))
    }

    /// Adds what palisade keeps for itself, in place of what `there` has of it.
    pub fn remember(&mut self, memory: Tree, there: &Disk) {
        for path in there.keys().filter(|path| memory.get(path).is_none()) {
            let gone = Planned::nothing(Verdict::Deleted, None);
            self.files.insert(path.clone(), gone);
        }
        for (path, file) in memory {
            let planned = own(there.get(&path), file);
            self.files.insert(path, planned);
        }
    }
}

/// Decides for a file that palisade keeps for itself.
pub(super) fn own(there: Option<&There>, file: File) -> Planned {
    let planned = match there {
        None => Planned::write(Verdict::New, file),
        Some(There::File { bytes, executable })
            if *bytes == file.bytes && *executable == file.executable =>
        {
            Planned::nothing(Verdict::Unchanged, Some(file))
        }
        Some(There::File { .. }) => Planned::write(Verdict::Replaced, file),
        Some(other) => {
            let obstacle = Obstacle::of(other);
            Planned::conflict(Conflict::InTheWay { obstacle }, Some(file), None)
        }
    };
    Planned {
        base: None,
        ..planned
    }
}
