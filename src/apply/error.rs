//! Why nothing was written.

use std::io;
use std::path::{Path, PathBuf};

use miette::Diagnostic;
use thiserror::Error;

/// A refusal or a failure; either way the disk is as it was.
#[derive(Debug, Error, Diagnostic)]
pub enum ApplyError {
    #[error("`{0}` is already there, and is not empty")]
    #[diagnostic(
        code(palisade::apply::target),
        help("choose another folder: nothing in it was touched")
    )]
    NotEmpty(PathBuf),
    #[error("`{0}` is a file")]
    #[diagnostic(
        code(palisade::apply::target),
        help("choose another folder: the file was not touched")
    )]
    IsFile(PathBuf),
    #[error("`{0}` is a symbolic link")]
    #[diagnostic(
        code(palisade::apply::target),
        help("name the folder that it leads to, or choose another")
    )]
    IsLink(PathBuf),
    #[error("`{0}` is the folder that you are in")]
    #[diagnostic(
        code(palisade::apply::target),
        help("palisade writes a folder of its own: go one up and name it there")
    )]
    IsCurrent(PathBuf),
    #[error("`{0}` names no folder")]
    #[diagnostic(
        code(palisade::apply::target),
        help("give a path that ends in a name, as `../notes-api`")
    )]
    NoName(PathBuf),
    #[error("there is no folder `{0}` to write into")]
    #[diagnostic(code(palisade::apply::parent), help("make it first: mkdir -p {}", .0.display()))]
    NoParent(PathBuf),
    #[error("`{0}` is not a folder")]
    #[diagnostic(code(palisade::apply::parent), help("choose a path below a folder"))]
    ParentIsFile(PathBuf),
    #[error("cannot write below `{path}`: {cause}")]
    #[diagnostic(code(palisade::apply::parent), help("{}", way_out(cause)))]
    Stage { path: PathBuf, cause: io::Error },
    #[error("cannot write `{path}`: {cause}")]
    #[diagnostic(code(palisade::apply::write), help("{}", way_out(cause)))]
    Write { path: String, cause: io::Error },
    #[error("cannot look at `{path}`: {cause}")]
    #[diagnostic(code(palisade::apply::read), help("{}", way_out(cause)))]
    Look { path: PathBuf, cause: io::Error },
    #[error("cannot put the service at `{path}`: {cause}")]
    #[diagnostic(code(palisade::apply::rename), help("{}", way_out(cause)))]
    Rename { path: PathBuf, cause: io::Error },
    #[error("interrupted; nothing was written")]
    #[diagnostic(code(palisade::interrupted))]
    Interrupted,
}

impl ApplyError {
    pub(super) fn stage(path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |cause| Self::Stage {
            path: path.to_owned(),
            cause,
        }
    }

    pub(super) fn look(path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |cause| Self::Look {
            path: path.to_owned(),
            cause,
        }
    }
}

fn way_out(cause: &io::Error) -> &'static str {
    match cause.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            "make room and run it again: nothing was left behind"
        }
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
            "choose a folder that you may write to"
        }
        io::ErrorKind::DirectoryNotEmpty | io::ErrorKind::AlreadyExists => {
            "something was put there meanwhile: it was not touched"
        }
        _ => "nothing was left behind",
    }
}
