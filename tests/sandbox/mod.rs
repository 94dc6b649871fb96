//! A place of its own for each test: a home, a folder to work in, and palisade.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

/// A home and a folder to work in; both go when it is dropped.
pub(crate) struct Sandbox {
    root: TempDir,
}

/// What a command did.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Sandbox {
    /// Makes an empty one, in which nobody told git who they are.
    pub(crate) fn new() -> Self {
        let root = folder().expect("a folder for the test");
        let sandbox = Self { root };
        for folder in ["home", "work"] {
            fs::create_dir(sandbox.root.path().join(folder)).expect("a folder in the sandbox");
        }
        sandbox
    }

    /// Tells git who commits here.
    pub(crate) fn with_identity(self) -> Self {
        self.with_git("[user]\n\tname = Me\n\temail = me@example.org\n")
    }

    /// Writes git's own settings.
    pub(crate) fn with_git(self, settings: &str) -> Self {
        fs::write(self.root.path().join("home/.gitconfig"), settings).expect("git's settings");
        self
    }

    /// Writes a file below the folder to work in.
    pub(crate) fn with(self, path: &str, text: &str) -> Self {
        let path = self.path(path);
        fs::create_dir_all(path.parent().expect("a file has a folder")).expect("its folder");
        fs::write(path, text).expect("the file");
        self
    }

    /// Returns a path below the folder to work in.
    pub(crate) fn path(&self, below: &str) -> PathBuf {
        self.root.path().join("work").join(below)
    }

    /// Reads a file below the folder to work in.
    pub(crate) fn read(&self, below: &str) -> String {
        fs::read_to_string(self.path(below)).unwrap_or_else(|error| panic!("{below}: {error}"))
    }

    /// Returns palisade, ready to run here and knowing nothing of the outside.
    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_palisade"));
        command.args(args).current_dir(self.path("")).env_clear();
        command
            .env("HOME", self.root.path().join("home"))
            .stdin(Stdio::null());
        command
    }

    /// Runs palisade.
    pub(crate) fn palisade(&self, args: &[&str]) -> Run {
        self.run(self.command(args))
    }

    /// Runs a command to its end.
    pub(crate) fn run(&self, mut command: Command) -> Run {
        self.told(command.output().expect("the command runs"))
    }

    /// Reads what a command did; the sandbox's own path is not in it.
    pub(crate) fn told(&self, output: Output) -> Run {
        let root = self.path("").canonicalize().expect("the sandbox is there");
        let root = root.to_str().expect("a temporary path is text");
        let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).replace(root, "SANDBOX");
        Run {
            code: output.status.code().unwrap_or(-1),
            stdout: text(output.stdout),
            stderr: text(output.stderr),
        }
    }

    /// Returns what stands in the folder to work in, hidden names too.
    pub(crate) fn names(&self) -> Vec<String> {
        names(&self.path(""))
    }

    /// Returns all files below a folder with their bytes, but for git's.
    pub(crate) fn files(&self, below: &str) -> Vec<(String, Vec<u8>)> {
        let folder = self.path(below);
        let mut files = Vec::new();
        collect(&folder, &folder, &mut files);
        files.sort();
        files
    }
}

impl Run {
    /// Asserts the exit code, and shows all that was said when it is another.
    #[track_caller]
    pub(crate) fn ends_with(self, code: i32) -> Self {
        assert_eq!(self.code, code, "{self:#?}");
        self
    }
}

impl Run {
    /// Asserts that standard error has these words, wherever its lines break.
    #[track_caller]
    pub(crate) fn says(&self, words: &str) {
        let unbroken = |text: &str| {
            let words = text
                .split_whitespace()
                .filter(|word| !matches!(*word, "|" | "│"));
            words.collect::<Vec<_>>().join(" ")
        };
        assert!(
            unbroken(&self.stderr).contains(&unbroken(words)),
            "{words}: {}",
            self.stderr
        );
    }
}

/// Makes a folder in memory where there is such a place: palisade syncs each file it writes,
/// and a busy disk would take most of a run. `TMPDIR` asks for another.
fn folder() -> io::Result<TempDir> {
    let in_memory = Path::new("/dev/shm");
    match std::env::var_os("TMPDIR") {
        None if in_memory.is_dir() => tempfile::tempdir_in(in_memory),
        _ => tempfile::tempdir(),
    }
}

/// Returns what stands in a folder, sorted.
pub(crate) fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("the folder is there").flatten();
    let mut names: Vec<_> = entries
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

fn collect(root: &Path, folder: &Path, files: &mut Vec<(String, Vec<u8>)>) {
    for entry in fs::read_dir(folder).expect("the folder is there").flatten() {
        let path = entry.path();
        if entry.file_name() == ".git" {
            continue;
        }
        if path.is_symlink() {
            let target = fs::read_link(&path)
                .expect("a link")
                .to_string_lossy()
                .into_owned();
            files.push((path.to_string_lossy().into_owned(), target.into_bytes()));
        } else if path.is_dir() {
            collect(root, &path, files);
        } else {
            let below = path
                .strip_prefix(root)
                .expect("it is below")
                .to_string_lossy();
            files.push((below.into_owned(), fs::read(&path).expect("a file")));
        }
    }
}
