//! A new service, at a place where nothing is.

use std::fs;
use std::path::Path;

use super::stage::Stage;
use super::write::{sync_all, write_all};
use super::{ApplyError, Target};
use crate::merge::Plan;

/// What was done besides.
#[derive(Debug)]
pub struct Applied<T> {
    /// What the last step in the stage gave.
    pub finished: T,
    /// How many stages of killed runs were removed.
    pub swept: usize,
}

/// Writes a plan to a free place, with one rename at the end.
///
/// `finish` is called with the whole tree still in the stage, so that what it
/// adds is in place with the rest or not at all. `step` is called once a file.
///
/// # Errors
/// When the place is taken, something cannot be written, or the run is
/// interrupted; nothing is left behind then.
pub fn apply_new<T, E: From<ApplyError>>(
    plan: &Plan,
    target: &Target,
    interrupted: &dyn Fn() -> bool,
    step: &mut dyn FnMut(),
    finish: impl FnOnce(&Path) -> Result<T, E>,
) -> Result<Applied<T>, E> {
    let (stage, swept) = Stage::make(target.parent(), interrupted)?;
    let tree = stage.tree();
    write_all(&tree, plan, interrupted, step)?;
    let finished = finish(&tree)?;
    sync_all(&tree)?;
    if let Some(permissions) = &target.permissions {
        fs::set_permissions(&tree, permissions.clone()).map_err(ApplyError::stage(&tree))?;
    }
    if interrupted() {
        return Err(ApplyError::Interrupted.into());
    }
    let failed = |cause| ApplyError::Rename {
        path: target.path().to_owned(),
        cause,
    };
    fs::rename(&tree, target.path()).map_err(failed)?;
    // The rename itself; where a folder cannot be synced, the system does it in time.
    let _ = fs::File::open(target.parent()).and_then(|parent| parent.sync_all());
    Ok(Applied { finished, swept })
}
