//! Git, without a git program: libgit2 is compiled in, and runs no hook.

use std::error::Error;
use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use git2::{
    Config, ErrorCode, Index, IndexEntry, IndexTime, Oid, Repository, RepositoryInitOptions,
    Signature, Status,
};
use miette::Diagnostic;

/// What git refused.
#[derive(Debug, thiserror::Error, Diagnostic)]
#[error("git cannot {doing}: {cause}")]
#[diagnostic(
    code(palisade::vcs),
    help("write the service without a repository: add `--no-git`, and make one yourself")
)]
pub struct VcsError {
    doing: &'static str,
    #[source]
    cause: git2::Error,
}

/// What became of the first commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FirstCommit {
    Made {
        id: String,
    },
    /// Everything is staged, and the user commits.
    Staged(Why),
}

/// Why palisade left the commit to the user.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// Nobody told git a name and an address.
    NoIdentity,
    /// Commits are to be signed, and the key is the user's.
    Signed,
}

/// Returns the root of the repository that a folder stands in.
pub fn repository_around(folder: &Path) -> Option<PathBuf> {
    let found = Repository::discover_path(folder, None::<&Path>).ok()?;
    let repository = Repository::open(&found).ok();
    let root = repository
        .as_ref()
        .and_then(|repository| repository.workdir());
    // Of a repository that may not be opened, as of another user, the path tells the root.
    // Collecting the steps drops the slash at the end.
    root.or_else(|| found.parent())
        .map(|root| root.components().collect())
}

/// Returns those of some files whose content is in no commit and not staged.
///
/// Paths are below `folder`. Without a repository there are none: nothing is recorded anywhere.
pub fn unrecorded<'p>(folder: &Path, paths: impl Iterator<Item = &'p str>) -> Vec<String> {
    let mut paths = paths.peekable();
    if paths.peek().is_none() {
        return Vec::new();
    }
    let repository = Repository::discover(folder).ok();
    let below = repository.as_ref().and_then(|repository| {
        let root = repository.workdir()?.canonicalize().ok()?;
        let below = folder.canonicalize().ok()?;
        Some((repository, below.strip_prefix(root).ok()?.to_owned()))
    });
    let Some((repository, below)) = below else {
        return Vec::new();
    };
    let open = Status::WT_MODIFIED | Status::WT_NEW | Status::WT_TYPECHANGE;
    let is_open = |path: &&str| {
        let status = repository.status_file(&below.join(path));
        status.is_ok_and(|status| status.intersects(open))
    };
    paths.filter(is_open).map(ToOwned::to_owned).collect()
}

/// Returns the address that git has for its user.
pub fn user_email() -> Option<String> {
    Config::open_default().ok()?.get_string("user.email").ok()
}

/// Makes a repository in a folder and commits all that is not ignored.
///
/// The first branch is called as git's own settings say.
///
/// # Errors
/// When the repository cannot be made or written.
pub fn commit_first(folder: &Path, message: &str) -> Result<FirstCommit, VcsError> {
    let failed = |doing| move |cause| VcsError { doing, cause };
    let mut options = RepositoryInitOptions::new();
    // Templates may bring hooks, and nothing of a template's is palisade's to place.
    options.no_reinit(true).external_template(false);
    let repository =
        Repository::init_opts(folder, &options).map_err(failed("make a repository"))?;
    let tree = stage(&repository, folder).map_err(failed("stage the files"))?;
    let config = repository.config().map_err(failed("read its settings"))?;
    if config.get_bool("commit.gpgsign").unwrap_or(false) {
        return Ok(FirstCommit::Staged(Why::Signed));
    }
    let Some((author, committer)) = identity(&repository).map_err(failed("tell who commits"))?
    else {
        return Ok(FirstCommit::Staged(Why::NoIdentity));
    };
    let commit = || {
        let tree = repository.find_tree(tree)?;
        repository.commit(Some("HEAD"), &author, &committer, message, &tree, &[])
    };
    let id = commit().map_err(failed("commit"))?;
    Ok(FirstCommit::Made { id: id.to_string() })
}

/// Puts all files into the index and the repository.
///
/// The library's own way asks of each file for attributes, which nothing of ours needs, and takes
/// as long as all the rest.
fn stage(repository: &Repository, folder: &Path) -> Result<Oid, git2::Error> {
    let mut index = repository.index()?;
    let staged = stage_below(repository, &mut index, folder, "");
    staged.map_err(|cause| git2::Error::from_str(&cause.to_string()))?;
    index.write()?;
    index.write_tree()
}

/// Takes every file: the user's own ignore rules are for others, and of ours only `local` stays out.
fn stage_below(
    repository: &Repository,
    index: &mut Index,
    root: &Path,
    below: &str,
) -> Result<(), Box<dyn Error>> {
    for entry in fs::read_dir(root.join(below))? {
        let entry = entry?;
        let name = entry.file_name();
        let name = name.to_str().ok_or("a name is not UTF-8")?;
        let path = if below.is_empty() {
            name.to_owned()
        } else {
            format!("{below}/{name}")
        };
        if [GIT, LOCAL].contains(&path.as_str()) {
            continue;
        }
        if entry.file_type()?.is_dir() {
            stage_below(repository, index, root, &path)?;
        } else {
            let id = repository.blob(&fs::read(entry.path())?)?;
            index.add(&index_entry(path, id, &entry.metadata()?))?;
        }
    }
    Ok(())
}

/// What git compares to tell, without reading, that a file is unchanged; it cuts numbers as we do.
fn index_entry(path: String, id: Oid, file: &fs::Metadata) -> IndexEntry {
    let time = |seconds: i64, nanoseconds: i64| IndexTime::new(seconds as i32, nanoseconds as u32);
    let mode = if file.mode() & 0o100 == 0 {
        0o100_644
    } else {
        0o100_755
    };
    IndexEntry {
        ctime: time(file.ctime(), file.ctime_nsec()),
        mtime: time(file.mtime(), file.mtime_nsec()),
        dev: file.dev() as u32,
        ino: file.ino() as u32,
        mode,
        uid: file.uid(),
        gid: file.gid(),
        file_size: file.len() as u32,
        id,
        flags: 0,
        flags_extended: 0,
        path: path.into_bytes(),
    }
}

const GIT: &str = ".git";
const LOCAL: &str = ".palisade/local";

type Identity = Option<(Signature<'static>, Signature<'static>)>;

fn identity(repository: &Repository) -> Result<Identity, git2::Error> {
    let author = repository.author_from_env();
    match author.and_then(|author| Ok((author, repository.committer_from_env()?))) {
        Ok(identity) => Ok(Some(identity)),
        Err(error) if matches!(error.code(), ErrorCode::NotFound | ErrorCode::GenericError) => {
            Ok(None)
        }
        Err(error) => Err(error),
    }
}
