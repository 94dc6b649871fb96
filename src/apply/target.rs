//! Where a new service goes.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::ApplyError;

/// A place that is free: absent, or an empty folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    path: PathBuf,
    parent: PathBuf,
    pub(super) permissions: Option<fs::Permissions>,
}

impl Target {
    /// Looks at a path without touching it.
    ///
    /// # Errors
    /// When something is there, or there is no folder to put it into.
    pub fn look(path: &Path, current: &Path) -> Result<Self, ApplyError> {
        let path = current.join(path);
        if path.file_name().is_none() || ends_in_dots(&path) {
            return Err(match same_folder(&path, current) {
                true => ApplyError::IsCurrent(path),
                false => ApplyError::NoName(path),
            });
        }
        let parent = path
            .parent()
            .map_or_else(|| current.to_owned(), Path::to_owned);
        match fs::metadata(&parent) {
            Ok(found) if found.is_dir() => {}
            Ok(_) => return Err(ApplyError::ParentIsFile(parent)),
            Err(error) if error.kind() == ErrorKind::NotFound => {
                return Err(ApplyError::NoParent(parent));
            }
            Err(error) if error.kind() == ErrorKind::NotADirectory => {
                return Err(ApplyError::ParentIsFile(parent));
            }
            Err(error) => return Err(ApplyError::look(&parent)(error)),
        }
        let permissions = free(&path, current)?;
        Ok(Self {
            path,
            parent,
            permissions,
        })
    }

    /// Returns the absolute path.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Returns the folder that it goes into.
    pub fn parent(&self) -> &Path {
        &self.parent
    }
}

/// Tells that nothing is in the way; of an empty folder its permissions are to be kept.
fn free(path: &Path, current: &Path) -> Result<Option<fs::Permissions>, ApplyError> {
    let found = match fs::symlink_metadata(path) {
        Ok(found) => found,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(ApplyError::look(path)(error)),
    };
    if found.is_symlink() {
        return Err(ApplyError::IsLink(path.to_owned()));
    }
    if !found.is_dir() {
        return Err(ApplyError::IsFile(path.to_owned()));
    }
    if fs::read_dir(path)
        .map_err(ApplyError::look(path))?
        .next()
        .is_some()
    {
        return Err(ApplyError::NotEmpty(path.to_owned()));
    }
    // A rename would leave the shell in a folder that is gone.
    if same_folder(path, current) {
        return Err(ApplyError::IsCurrent(path.to_owned()));
    }
    Ok(Some(found.permissions()))
}

fn ends_in_dots(path: &Path) -> bool {
    let text = path.as_os_str().to_string_lossy();
    let last = text.trim_end_matches('/').rsplit('/').next();
    matches!(last, Some("." | ".."))
}

fn same_folder(path: &Path, current: &Path) -> bool {
    match (path.canonicalize(), current.canonicalize()) {
        (Ok(path), Ok(current)) => path == current,
        _ => false,
    }
}
