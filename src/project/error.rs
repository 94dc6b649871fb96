//! Why a project's memory cannot be read.

use std::io;
use std::path::PathBuf;

use miette::Diagnostic;
use semver::Version;
use thiserror::Error;

/// A fault in a written project.
#[derive(Debug, Error, Diagnostic)]
pub enum ProjectError {
    #[error("`{0}` is not in a project that palisade wrote")]
    #[diagnostic(
        code(palisade::project::absent),
        help(
            "a project has a palisade.toml and a .palisade folder: go there, or write one with `palisade new`"
        )
    )]
    Absent(PathBuf),
    #[error("cannot read `{path}`")]
    #[diagnostic(code(palisade::project::read))]
    Read {
        path: PathBuf,
        #[source]
        cause: io::Error,
    },
    #[error("`{0}` is not as palisade wrote it")]
    #[diagnostic(
        code(palisade::project::damaged),
        help(
            "take it back from version control, from the last commit in which it was whole: git checkout HEAD -- {0}"
        )
    )]
    Damaged(String),
    #[error("git left a merge open in `{0}`")]
    #[diagnostic(
        code(palisade::project::unmerged),
        help(
            "resolve it as in any file: keep the resources and versions of both sides, and of any other answer the one that is to hold; then run this again"
        )
    )]
    Unmerged(String),
    #[error("palisade {theirs} wrote this project, and this is {ours}")]
    #[diagnostic(
        code(palisade::project::newer),
        help("install that version or a newer one: cargo install palisade --locked")
    )]
    Newer { theirs: Version, ours: Version },
}
