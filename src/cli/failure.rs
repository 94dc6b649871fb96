//! Why a command did not do its work, and with which code it ends.

use std::io;
use std::path::PathBuf;

use miette::Diagnostic;
use thiserror::Error;

use crate::answers::{
    AnswerError, DraftError, FileError, OfferError, ProjectNameError, VersionName,
};
use crate::apply::ApplyError;
use crate::catalog::CatalogError;
use crate::merge::Conflict;
use crate::pipe::PipeError;
use crate::project::{ChangeError, ProjectError, VersionTableError};
use crate::ui::UiError;
use crate::vcs::VcsError;

/// The end of a command that had something to say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    Done,
    /// There are conflicts to resolve.
    Conflicts,
    /// `status` found a missing file or answers that are not applied.
    Found,
}

impl Outcome {
    pub(super) fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Conflicts => 3,
            Self::Found => 4,
        }
    }
}

/// The end of a command that was refused or failed.
#[derive(Debug, Error, Diagnostic)]
pub(super) enum Failure {
    #[error(transparent)]
    #[diagnostic(transparent)]
    Draft(#[from] DraftError),
    #[error(transparent)]
    #[diagnostic(transparent)]
    Offer(#[from] OfferError),
    #[error("the folder's name cannot be the service's: {cause}")]
    #[diagnostic(code(palisade::answers::refused), help("{}", help_of(cause)))]
    FolderName { cause: ProjectNameError },
    #[error(transparent)]
    #[diagnostic(transparent)]
    CrateName(ProjectNameError),
    #[error(transparent)]
    #[diagnostic(transparent)]
    Catalog(#[from] CatalogError),
    #[error(transparent)]
    #[diagnostic(transparent)]
    Pipe(#[from] PipeError),
    #[error(transparent)]
    #[diagnostic(transparent)]
    Apply(#[from] ApplyError),
    #[error(transparent)]
    #[diagnostic(transparent)]
    Vcs(#[from] VcsError),
    #[error(transparent)]
    #[diagnostic(transparent)]
    Project(#[from] ProjectError),
    #[error(transparent)]
    #[diagnostic(transparent)]
    Change(#[from] ChangeError),
    #[error("`{given}` is no answer that can be set")]
    #[diagnostic(
        code(palisade::cli::unknown_answer),
        help("write `KEY=VALUE`; there are {}", known.join(", "))
    )]
    UnknownAnswer { given: String, known: Vec<String> },
    #[error("`{given}` is neither a piece nor a file of this project")]
    #[diagnostic(
        code(palisade::cli::unknown_piece),
        help("`palisade list` shows the pieces; files are given from the project's root")
    )]
    UnknownPiece { given: String },
    #[error("`{piece}` is not chosen here")]
    #[diagnostic(
        code(palisade::cli::not_chosen),
        help("choose it: palisade regen --set {set}")
    )]
    NotChosen { piece: String, set: String },
    #[error("`{name}` is in the service already")]
    #[diagnostic(
        code(palisade::cli::resource_there),
        help("its code is yours: to change it, edit {}", places.join(", "))
    )]
    ResourceThere { name: String, places: Vec<String> },
    #[error("there is a version `{name}` already")]
    #[diagnostic(
        code(palisade::cli::version_there),
        help("the next one: palisade add version {next}")
    )]
    VersionThere {
        name: VersionName,
        next: VersionName,
    },
    #[error("`{path}` is no file of text")]
    #[diagnostic(
        code(palisade::cli::no_file),
        help("bring it back: palisade regen {path}")
    )]
    NoFile { path: String },
    #[error("code outside of `src/api/{name}` uses the code of `{name}`:\n{}", uses.join("\n"))]
    #[diagnostic(
        code(palisade::cli::version_used),
        help(
            "move what it uses to where it is used, as with git mv, so that `src/api/{name}` can go: nothing was written"
        )
    )]
    VersionUsed {
        name: VersionName,
        uses: Vec<String>,
    },
    #[error(transparent)]
    #[diagnostic(transparent)]
    Versions(#[from] VersionTableError),
    #[error("{} in the way of the new resource", those(paths, "is", "are"))]
    #[diagnostic(
        code(palisade::cli::taken),
        help("move it away, or choose another name: nothing was written")
    )]
    Taken { paths: Vec<String> },
    #[error("{} markers of an earlier conflict", those(paths, "has", "have"))]
    #[diagnostic(
        code(palisade::cli::unresolved),
        help("resolve them first: nothing was written")
    )]
    Unresolved { paths: Vec<String> },
    #[error(
        "{} edits that are in no commit, and would be merged",
        those(paths, "has", "have")
    )]
    #[diagnostic(
        code(palisade::cli::unrecorded),
        help("commit or stage them first, or add `--allow-dirty`: nothing was written")
    )]
    Unrecorded { paths: Vec<String> },
    #[error("the answers cannot be kept in `palisade.toml`: {conflict}")]
    #[diagnostic(
        code(palisade::cli::answers),
        help("make it a file of its own again: nothing was written")
    )]
    Answers { conflict: Conflict },
    #[error("`{path}` has no conflict that could be settled")]
    #[diagnostic(
        code(palisade::cli::no_conflict),
        help("`palisade status` lists the conflicts")
    )]
    NoConflict { path: String },
    #[error(transparent)]
    #[diagnostic(transparent)]
    Ui(#[from] UiError),
    #[error("cannot read `{path}`: {cause}")]
    #[diagnostic(code(palisade::cli::read), help("check the path: nothing was written"))]
    Read { path: String, cause: io::Error },
    #[error("cannot read standard input: {0}")]
    #[diagnostic(
        code(palisade::cli::read),
        help("send it answers as `palisade.toml` has them: nothing was written")
    )]
    StandardInput(io::Error),
    #[error("cannot tell in which folder this is: {0}")]
    #[diagnostic(code(palisade::cli::current), help("go to a folder that is there"))]
    Current(io::Error),
    #[error("there is neither a piece nor a requirement called `{given}`")]
    #[diagnostic(
        code(palisade::cli::unknown_topic),
        help(
            "`palisade list` shows the pieces; requirements are called as `TLS-1`{}",
            like(suggestion)
        )
    )]
    UnknownTopic {
        given: String,
        suggestion: Option<String>,
    },
    #[error("cannot write the result: {0}")]
    #[diagnostic(code(palisade::cli::output))]
    Output(io::Error),
    #[error("cannot write man pages to `{path}`: {cause}")]
    #[diagnostic(code(palisade::cli::output))]
    Page { path: PathBuf, cause: io::Error },
    #[error("this system takes no signal handlers: {0}")]
    #[diagnostic(code(palisade::cli::signals))]
    Signals(io::Error),
}

impl Failure {
    /// Returns the exit code; of what ended quietly nothing is to be reported.
    pub(super) fn code(&self) -> u8 {
        match self {
            Self::Output(error) if error.kind() == io::ErrorKind::BrokenPipe => 0,
            Self::Apply(ApplyError::Interrupted) | Self::Ui(UiError::Interrupted) => 130,
            Self::UnknownAnswer { .. } => 2,
            Self::Draft(error) | Self::Offer(OfferError::Draft(error)) if is_usage(error) => 2,
            Self::Offer(OfferError::File(error)) if is_misnamed(error) => 2,
            _ => 1,
        }
    }

    pub(super) fn is_quiet(&self) -> bool {
        matches!(self, Self::Output(error) if error.kind() == io::ErrorKind::BrokenPipe)
    }
}

/// Whether an answer names an option, a choice or a variable that is not there.
fn is_usage(error: &DraftError) -> bool {
    matches!(
        error,
        DraftError::Choice(_)
            | DraftError::UnknownVariable { .. }
            | DraftError::Refused {
                cause: AnswerError::Choice(_),
                ..
            }
    )
}

/// Whether a file names a key or an option that is not there: a flag for it would be unknown too.
fn is_misnamed(error: &FileError) -> bool {
    error.is_unknown_key() || matches!(error.cause(), Some(AnswerError::Choice(_)))
}

fn help_of(cause: &ProjectNameError) -> String {
    let help = cause
        .help()
        .map(|help| format!("{help}; "))
        .unwrap_or_default();
    format!("{help}name another folder, or give the name with `--name`")
}

/// Lists paths, each in backticks, with the verb that goes with their number.
fn those(paths: &[String], one: &str, many: &str) -> String {
    let quoted: Vec<_> = paths.iter().map(|path| format!("`{path}`")).collect();
    let verb = if paths.len() == 1 { one } else { many };
    match quoted.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} and {last} {verb}", rest.join(", ")),
        Some((last, _)) => format!("{last} {verb}"),
        None => String::new(),
    }
}

fn like(suggestion: &Option<String>) -> String {
    suggestion
        .as_ref()
        .map(|id| format!("; is it `{id}`?"))
        .unwrap_or_default()
}
