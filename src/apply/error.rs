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
    #[error("another palisade is at work in this project")]
    #[diagnostic(
        code(palisade::apply::busy),
        help("let it end, or end it; then run this again: nothing was written")
    )]
    Busy,
    #[error("`{path}` was changed while palisade was at work")]
    #[diagnostic(
        code(palisade::apply::changed),
        help("run it again, for a plan that knows the change: nothing was written")
    )]
    Changed { path: String },
    #[error("`{path}` is read-only")]
    #[diagnostic(
        code(palisade::apply::read_only),
        help("let it be written, with `chmod u+w {path}`, and run it again: nothing was written")
    )]
    ReadOnly { path: String },
    #[error("`{0}` is a symbolic link")]
    #[diagnostic(
        code(palisade::apply::link),
        help(
            "palisade follows no link when it writes: put a file or a folder there, and run it again. Nothing was written"
        )
    )]
    LinkInside(String),
    #[error("`{0}` is in the way")]
    #[diagnostic(
        code(palisade::apply::in_the_way),
        help("a file is wanted where a folder is, or a folder where a file is: move it away")
    )]
    InTheWay(String),
    #[error("cannot put `{path}` in place: {cause}")]
    #[diagnostic(
        code(palisade::apply::place),
        help("what was changed before it was put back: the project is as it was")
    )]
    Place { path: String, cause: io::Error },
    #[error("cannot put `{path}` back: {cause}")]
    #[diagnostic(
        code(palisade::apply::stuck),
        help(
            "the files are safe in .palisade/local/run: when the disk can be written, any palisade command here goes on"
        )
    )]
    Stuck { path: String, cause: io::Error },
    #[error("`{path}` cannot be read as palisade wrote it")]
    #[diagnostic(
        code(palisade::apply::journal),
        help("look at the folder that it is in, save what you need of it, and remove it")
    )]
    Journal { path: PathBuf },
    #[error("there is nothing to take back")]
    #[diagnostic(
        code(palisade::apply::nothing_to_undo),
        help(
            "the last command is remembered once, and on the machine where it ran: see version control for the rest"
        )
    )]
    NothingToUndo,
    #[error("{} changed since `palisade {command}`", listed(paths))]
    #[diagnostic(
        code(palisade::apply::changed_since),
        help("taking it back would lose that: save it elsewhere first. Nothing was written")
    )]
    ChangedSince { command: String, paths: Vec<String> },
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

/// `a`, `b` and `c`, each in backticks, with the verb that goes with their number.
fn listed(paths: &[String]) -> String {
    let quoted: Vec<_> = paths.iter().map(|path| format!("`{path}`")).collect();
    match quoted.split_last() {
        Some((last, [])) => format!("{last} was"),
        Some((last, rest)) => format!("{} and {last} were", rest.join(", ")),
        None => String::new(),
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
