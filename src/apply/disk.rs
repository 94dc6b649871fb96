//! Files of an existing tree: looked at without following links, and replaced by a rename.

use std::fs::{self, Metadata, OpenOptions, Permissions};
use std::io::{self, Write as _};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use super::ApplyError;

/// What stands at a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Seen {
    Absent,
    File {
        bytes: Vec<u8>,
        mode: u32,
    },
    /// A folder, a link, or what is no file.
    Other,
}

impl Seen {
    /// Looks at a path, without following a link.
    pub(super) fn at(path: &Path) -> Result<Self, ApplyError> {
        let found = match fs::symlink_metadata(path) {
            Ok(found) => found,
            Err(error) if is_absence(&error) => return Ok(Self::Absent),
            Err(error) => return Err(ApplyError::look(path)(error)),
        };
        if !found.is_file() {
            return Ok(Self::Other);
        }
        let bytes = fs::read(path).map_err(ApplyError::look(path))?;
        Ok(Self::File {
            bytes,
            mode: mode(&found),
        })
    }

    pub(super) fn bytes(&self) -> Option<&[u8]> {
        match self {
            Self::File { bytes, .. } => Some(bytes),
            Self::Absent | Self::Other => None,
        }
    }
}

fn is_absence(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
    )
}

pub(super) fn is_executable(mode: u32) -> bool {
    mode & 0o100 != 0
}

/// Lets whoever may read a file run it too, or nobody.
pub(super) fn with_executable(mode: u32, executable: bool) -> u32 {
    match (is_executable(mode), executable) {
        (false, true) => mode | (mode & 0o444) >> 2,
        (true, false) => mode & !0o111,
        _ => mode,
    }
}

fn mode(found: &Metadata) -> u32 {
    found.permissions().mode() & 0o7777
}

/// Joins a path of the project to its root, if no link stands on the way.
///
/// A link could lead out of the project, where nothing is palisade's to write.
pub(super) fn place(root: &Path, path: &str) -> Result<PathBuf, ApplyError> {
    let mut place = root.to_owned();
    let mut steps = path.split('/').peekable();
    while let Some(step) = steps.next() {
        if matches!(step, "" | "." | "..") {
            return Err(ApplyError::Journal { path: place });
        }
        place.push(step);
        match fs::symlink_metadata(&place) {
            Ok(found) if found.is_symlink() => {
                return Err(ApplyError::LinkInside(below(root, &place)));
            }
            Ok(found) if steps.peek().is_some() != found.is_dir() => {
                return Err(ApplyError::InTheWay(below(root, &place)));
            }
            Ok(_) => {}
            Err(error) if is_absence(&error) => {}
            Err(error) => return Err(ApplyError::look(&place)(error)),
        }
    }
    Ok(place)
}

fn below(root: &Path, path: &Path) -> String {
    let below = path.strip_prefix(root).unwrap_or(path);
    below.display().to_string()
}

/// Writes a file that is not there yet, with a mode or the usual one.
pub(super) fn write_new(path: &Path, bytes: &[u8], mode: Mode) -> io::Result<()> {
    let usual = if mode == Mode::Executable {
        0o777
    } else {
        0o666
    };
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(usual)
        .open(path)?;
    file.write_all(bytes)?;
    match mode {
        // Past the umask: the file had it before.
        Mode::Exactly(mode) => file.set_permissions(Permissions::from_mode(mode)),
        Mode::Usual | Mode::Executable => Ok(()),
    }
}

/// How a written file may be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    Usual,
    Executable,
    Exactly(u32),
}

/// Removes the folders above a path that are empty now, below the root.
pub(super) fn remove_empty_folders(root: &Path, path: &Path) {
    let above = path.ancestors().skip(1);
    for folder in above.take_while(|folder| *folder != root) {
        // One that holds anything stays, and so do those above it.
        if fs::remove_dir(folder).is_err() {
            return;
        }
    }
}

/// Waits until the entries of a folder would survive a power failure; where a folder cannot
/// be synced, the system does it in time.
pub(super) fn sync_folder(folder: &Path) {
    let _ = fs::File::open(folder).and_then(|folder| folder.sync_all());
}
