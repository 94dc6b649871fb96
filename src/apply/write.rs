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
/// The whole file system at once where it can be asked to: hundreds of files one by one would be
/// as many waits.
pub(super) fn sync_all(folder: &Path) -> Result<(), ApplyError> {
    sync_at(folder).map_err(|cause| ApplyError::Write {
        path: folder.display().to_string(),
        cause,
    })
}

#[cfg(target_os = "linux")]
fn sync_at(folder: &Path) -> io::Result<()> {
    Ok(rustix::fs::syncfs(fs::File::open(folder)?)?)
}

#[cfg(not(target_os = "linux"))]
fn sync_at(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            sync_at(&path)?;
        } else {
            fs::File::open(&path)?.sync_all()?;
        }
    }
    fs::File::open(folder)?.sync_all()
}
