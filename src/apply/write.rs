//! Files onto the disk, safe there before they are put in place.

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
    for (path, file) in plan.writes() {
        if interrupted() {
            return Err(ApplyError::Interrupted);
        }
        write(folder, path, file).map_err(|cause| ApplyError::Write {
            path: path.to_owned(),
            cause,
        })?;
        step();
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
    written.write_all(&file.bytes)
}

/// Waits until all below a folder, and the folder, would survive a power failure.
///
/// After all was written, not file by file: the first wait then carries most of the rest.
pub(super) fn sync_all(folder: &Path) -> Result<(), ApplyError> {
    let failed = |path: &Path| {
        let path = path.display().to_string();
        move |cause| ApplyError::Write { path, cause }
    };
    for entry in fs::read_dir(folder).map_err(failed(folder))? {
        let path = entry.map_err(failed(folder))?.path();
        if path.is_dir() {
            sync_all(&path)?;
        } else {
            let synced = fs::File::open(&path).and_then(|file| file.sync_all());
            synced.map_err(failed(&path))?;
        }
    }
    let synced = fs::File::open(folder).and_then(|folder| folder.sync_all());
    synced.map_err(failed(folder))
}
