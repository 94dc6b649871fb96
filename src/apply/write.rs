//! Files onto the disk, each safe there before the next.

use std::collections::BTreeSet;
use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use super::ApplyError;
use crate::merge::Plan;
use crate::render::File;

/// Writes what a plan writes below a folder.
pub(super) fn write_all(
    folder: &Path,
    plan: &Plan,
    interrupted: &dyn Fn() -> bool,
    step: &mut dyn FnMut(),
) -> Result<(), ApplyError> {
    let mut folders = BTreeSet::new();
    for (path, file) in plan.writes() {
        if interrupted() {
            return Err(ApplyError::Interrupted);
        }
        write(folder, path, file).map_err(|cause| ApplyError::Write {
            path: path.to_owned(),
            cause,
        })?;
        folders.extend(
            Path::new(path)
                .ancestors()
                .skip(1)
                .map(|path| folder.join(path)),
        );
        step();
    }
    // A file's name is safe only when its folder is.
    for path in folders {
        let synced = fs::File::open(&path).and_then(|folder| folder.sync_all());
        synced.map_err(|cause| ApplyError::Write {
            path: path.display().to_string(),
            cause,
        })?;
    }
    Ok(())
}

fn write(folder: &Path, path: &str, file: &File) -> io::Result<()> {
    let path = folder.join(path);
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent)?;
    }
    let mode = if file.executable { 0o777 } else { 0o666 };
    let mut options = OpenOptions::new();
    let mut written = options
        .write(true)
        .create_new(true)
        .mode(mode)
        .open(&path)?;
    written.write_all(&file.bytes)?;
    written.sync_all()
}
