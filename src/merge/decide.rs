//! What becomes of one file, of whatever class.

use super::plan::own;
use super::text::{self, Merged};
use super::{
    Conflict, Disk, Kept, Obstacle, Planned, There, Verdict, Wanted, Written, has_markers,
};
use crate::catalog::Class;
use crate::render::File;

/// Decides file by file, with all three sides at hand.
#[derive(Debug, Clone, Copy)]
pub(super) struct Decider<'a> {
    written: &'a Written,
    there: &'a Disk,
    wanted: &'a Wanted,
}

impl<'a> Decider<'a> {
    pub(super) fn new(written: &'a Written, there: &'a Disk, wanted: &'a Wanted) -> Self {
        Self {
            written,
            there,
            wanted,
        }
    }

    /// Decides for a file that was written and is no longer wanted.
    pub(super) fn unwanted(self, path: &str) -> Planned {
        let written = self.base(path);
        let untouched = |there: &There| {
            let bytes = there.bytes().zip(written.as_ref());
            bytes.is_some_and(|(there, written)| text::same(there, &written.bytes))
        };
        match self.there.get(path) {
            None | Some(There::Blocked) => Planned::nothing(Verdict::Unchanged, None),
            Some(there) if untouched(there) => Planned::nothing(Verdict::Deleted, None),
            Some(_) if self.wanted.settled.contains(path) => Planned::kept(Kept::Settled, None),
            Some(_) => Planned::conflict(Conflict::Dropped, None, written),
        }
    }

    /// Leaves a file that cannot move yet.
    pub(super) fn stays(self, path: &str) -> Planned {
        Planned {
            base: self.base(path),
            ..Planned::nothing(Verdict::Unchanged, None)
        }
    }

    /// Decides for a wanted file, which may have been written at another path.
    pub(super) fn wanted(self, path: &str, old: Option<&str>, file: File) -> Planned {
        match file.class {
            Class::Managed => self.managed(path, old, file),
            Class::Memory | Class::Local => own(self.there.get(path), file),
            Class::Lock if self.written.files.contains_key(path) => Planned {
                base: None,
                ..self.lock(path, file)
            },
            Class::Seeded | Class::AppendOnly | Class::Derived | Class::Lock => Planned {
                base: None,
                ..self.once(path, file)
            },
        }
    }

    /// Decides for Cargo.lock, where its base is known.
    fn lock(self, path: &str, file: File) -> Planned {
        let written = self.written.files.get(path);
        let there = self.there.get(path).and_then(There::bytes);
        match Verdict::of(
            written.map(Vec::as_slice),
            there,
            Some(file.bytes.as_slice()),
        ) {
            Verdict::Replaced => {
                let bytes = file.bytes.clone();
                Planned::nothing(Verdict::Replaced, Some(file)).with_bytes(bytes)
            }
            Verdict::Unchanged => Planned::nothing(Verdict::Unchanged, Some(file)),
            _ => self.once(path, file),
        }
    }

    /// Decides for a file that is written once.
    fn once(self, path: &str, file: File) -> Planned {
        let known = self.written.once.contains(path) || self.written.files.contains_key(path);
        let restored = self.wanted.restored.contains(path);
        match self.there.get(path) {
            None if known && !restored => Planned::kept(Kept::Deleted, Some(file)),
            // Written from the answers it would know of no edit: the project has its code, and makes it.
            None if file.class == Class::Derived && self.is_project() && !restored => {
                Planned::kept(Kept::Derived, Some(file))
            }
            None => self.fresh(path, file),
            Some(There::Blocked) if known => Planned::kept(Kept::Deleted, Some(file)),
            Some(There::File { bytes, .. }) if text::same(bytes, &file.bytes) => {
                Planned::nothing(Verdict::Unchanged, Some(file))
            }
            Some(There::File { .. } | There::Link) => {
                let why = match file.class {
                    Class::AppendOnly => Kept::History,
                    Class::Derived => Kept::Derived,
                    // Wanted as it was written: cargo has nothing to add.
                    Class::Lock if self.written.files.get(path) == Some(&file.bytes) => {
                        Kept::Edited
                    }
                    Class::Lock => Kept::Lock,
                    _ => Kept::Yours,
                };
                Planned::kept(why, Some(file))
            }
            Some(other) => self.in_the_way(Obstacle::of(other), file, None),
        }
    }

    fn managed(self, path: &str, old: Option<&str>, file: File) -> Planned {
        let origin = old.unwrap_or(path);
        let written = self.base(origin);
        let known = written.is_some() || self.written.once.contains(path);
        // A user who knew of the new name may have moved the file already.
        let (there, from) = match (old, self.there.get(origin)) {
            (Some(old), Some(there)) => (Some(there), Some(old.to_owned())),
            (Some(_), None) => (self.there.get(path), None),
            (None, there) => (there, None),
        };
        match there {
            None if known && !self.wanted.restored.contains(path) => {
                Planned::deleted(file, written)
            }
            None => self.fresh(path, file),
            Some(There::Blocked) if known => Planned::deleted(file, written),
            Some(_) if self.wanted.settled.contains(path) => {
                Planned::kept(Kept::Settled, Some(file))
            }
            Some(There::File { bytes, executable }) => {
                let mode = match &written {
                    Some(written) if written.executable != file.executable => file.executable,
                    _ => *executable,
                };
                let yours = Yours {
                    bytes,
                    executable: *executable,
                    mode,
                };
                let planned = with_mode(self.edited(path, yours, written, file), yours);
                moved(planned, yours, from)
            }
            Some(other) => self.in_the_way(Obstacle::of(other), file, written),
        }
    }

    /// Decides for a managed file that is there, as it was written or not.
    fn edited(self, path: &str, yours: Yours<'_>, written: Option<File>, file: File) -> Planned {
        let base = written.as_ref().map(|written| written.bytes.as_slice());
        if text::same(yours.bytes, &file.bytes) {
            return Planned::nothing(Verdict::Unchanged, Some(file));
        }
        if base.is_some_and(|base| text::same(yours.bytes, base)) {
            let bytes = text::with_line_ends_of(yours.bytes, &file.bytes);
            return Planned::nothing(Verdict::Replaced, Some(file)).with_bytes(bytes);
        }
        if has_markers(yours.bytes) && !has_markers(&file.bytes) {
            return Planned::conflict(Conflict::Unresolved, Some(file), written);
        }
        if base.is_some_and(|base| text::same(base, &file.bytes)) {
            return Planned::kept(Kept::Edited, Some(file));
        }
        let sides = text::Sides {
            path,
            list: file.list,
            base: base.unwrap_or_default(),
            yours: yours.bytes,
            wanted: &file.bytes,
            versions: (&self.written.generator, &self.wanted.generator),
        };
        match text::merge(sides) {
            Merged::Clean(bytes) if bytes == yours.bytes => Planned::kept(Kept::Edited, Some(file)),
            Merged::Clean(bytes) => Planned::nothing(Verdict::Merged, Some(file)).with_bytes(bytes),
            Merged::Marked(bytes, conflict) => {
                Planned::conflict(conflict, Some(file.clone()), Some(file)).with_bytes(bytes)
            }
            Merged::NotText => Planned::conflict(Conflict::NotText, Some(file), written),
        }
    }

    fn fresh(self, path: &str, file: File) -> Planned {
        let twin = |other: &&String| *other != path && other.to_lowercase() == path.to_lowercase();
        match self.there.keys().find(twin) {
            None => Planned::write(Verdict::New, file),
            Some(other) => self.in_the_way(Obstacle::Case(other.clone()), file, None),
        }
    }

    fn in_the_way(self, obstacle: Obstacle, file: File, written: Option<File>) -> Planned {
        let same = written
            .as_ref()
            .is_some_and(|written| written.bytes == file.bytes);
        match same {
            true => Planned::kept(Kept::Edited, Some(file)),
            false => Planned::conflict(Conflict::InTheWay { obstacle }, Some(file), written),
        }
    }

    /// Whether anything was written here yet.
    fn is_project(self) -> bool {
        !self.written.files.is_empty()
    }

    fn base(self, path: &str) -> Option<File> {
        let bytes = self.written.files.get(path)?.clone();
        Some(File {
            executable: self.written.executable.contains(path),
            ..File::new(Class::Managed, bytes)
        })
    }
}

/// A file as the user has it, and the mode that it is to have.
#[derive(Debug, Clone, Copy)]
struct Yours<'a> {
    bytes: &'a [u8],
    executable: bool,
    mode: bool,
}

/// Gives a file the mode that it is to have, which alone may be what changes.
fn with_mode(planned: Planned, yours: Yours<'_>) -> Planned {
    let executable = yours.mode;
    let with = |result: File| File {
        executable,
        ..result
    };
    let changes = executable != yours.executable && planned.verdict != Verdict::Conflict;
    match (planned.result, planned.wanted) {
        (Some(result), wanted) => Planned {
            result: Some(with(result)),
            wanted,
            ..planned
        },
        (None, Some(file)) if changes => {
            let verdict = match planned.verdict {
                Verdict::Unchanged => Verdict::Replaced,
                _ => Verdict::Merged,
            };
            let bytes = yours.bytes.to_vec();
            let planned = Planned::nothing(verdict, Some(file)).with_bytes(bytes);
            Planned {
                result: planned.result.map(with),
                ..planned
            }
        }
        (None, wanted) => Planned {
            result: None,
            wanted,
            ..planned
        },
    }
}

/// Lets a file that is there follow to its new path.
fn moved(planned: Planned, yours: Yours<'_>, from: Option<String>) -> Planned {
    let Some(from) = from else {
        return planned;
    };
    let Some(file) = planned.wanted.clone() else {
        return planned;
    };
    let verdict = match planned.verdict {
        Verdict::Unchanged => Verdict::Replaced,
        Verdict::Kept => Verdict::Merged,
        other => other,
    };
    let reason = planned.reason.filter(|_| verdict == Verdict::Conflict);
    let result = planned.result.unwrap_or_else(|| File {
        bytes: yours.bytes.to_vec(),
        executable: yours.mode,
        ..file
    });
    Planned {
        verdict,
        reason,
        result: Some(result),
        from: Some(from),
        ..planned
    }
}
