//! Where the service goes.

use std::path::PathBuf;

use super::NewArgs;
use crate::answers::Answers;

/// Returns the folder that was named, or one called like the service.
pub(super) fn path(args: &NewArgs, answers: &Answers) -> PathBuf {
    args.dir
        .clone()
        .unwrap_or_else(|| PathBuf::from(answers.name().as_str()))
}
