//! A project as `new` writes it, in a folder that goes with it, and what its owner does there.
//!
//! Projects share one target folder, which may outlive the run: `TESTS_CACHE` says where it is.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

pub(crate) struct Project {
    /// The owner's home, around the project.
    pub(crate) home: tempfile::TempDir,
    pub(crate) folder: PathBuf,
}

impl Project {
    pub(crate) fn new(name: &str, arguments: &[&str]) -> Self {
        let home = tempfile::tempdir().expect("a folder");
        let folder = home.path().join(name);
        fs::write(
            home.path().join(".gitconfig"),
            "[user]\nname = Test\nemail = test@localhost\n",
        )
        .expect("a file");
        let mut new = Command::new(env!("CARGO_BIN_EXE_palisade"));
        new.arg("new")
            .arg(&folder)
            .arg("--defaults")
            .args(arguments)
            .env("HOME", home.path())
            .env_remove("PALISADE_ADVISORIES");
        demand(&mut new);
        Self { home, folder }
    }

    pub(crate) fn command(&self, program: &str, arguments: &[&str]) -> Command {
        let mut command = Command::new(program);
        command.args(arguments).current_dir(&self.folder);
        command.env("CARGO_TARGET_DIR", target());
        command.env_remove("PALISADE_ADVISORIES");
        command
    }

    pub(crate) fn palisade(&self, arguments: &[&str]) -> Output {
        let mut palisade = self.command(env!("CARGO_BIN_EXE_palisade"), arguments);
        demand(palisade.env("HOME", self.home.path()))
    }

    pub(crate) fn cargo(&self, arguments: &[&str]) -> Output {
        demand(&mut self.command("cargo", arguments))
    }

    /// Formats, lints and tests, as its own workflow does.
    pub(crate) fn check(&self) {
        self.cargo(&["fmt", "--check"]);
        self.cargo(&[
            "clippy",
            "--quiet",
            "--locked",
            "--all-targets",
            "--",
            "-D",
            "warnings",
        ]);
        self.cargo(&["test", "--quiet", "--locked"]);
    }

    /// Puts tests of palisade's `fixtures` beside the project's own.
    pub(crate) fn copy_tests(&self, name: &str) {
        let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
        let folder = self.folder.join("tests").join(name);
        fs::create_dir(&folder).expect("a folder");
        for entry in fs::read_dir(fixtures.join(name)).expect("a folder") {
            let path = entry.expect("an entry").path();
            fs::copy(&path, folder.join(path.file_name().expect("a name"))).expect("a file");
        }
    }

    /// Every file but what git and the memory of palisade keep.
    pub(crate) fn files(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        let mut files = BTreeMap::new();
        collect(&self.folder, &self.folder, &mut files);
        files
    }
}

fn collect(root: &Path, folder: &Path, files: &mut BTreeMap<PathBuf, Vec<u8>>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        let name = path
            .file_name()
            .and_then(|name| name.to_str())
            .unwrap_or_default();
        if path.is_dir() {
            if ![".git", ".palisade"].contains(&name) {
                collect(root, &path, files);
            }
        } else {
            let relative = path.strip_prefix(root).expect("below the root").to_owned();
            files.insert(relative, fs::read(&path).expect("a file"));
        }
    }
}

pub(crate) fn target() -> PathBuf {
    let cache = std::env::var_os("TESTS_CACHE")
        .map_or_else(|| PathBuf::from(env!("CARGO_TARGET_TMPDIR")), PathBuf::from);
    cache.join("services")
}

/// Where `tests/setup` puts what it installs.
pub(crate) fn tools() -> PathBuf {
    let folder = |name: &str| std::env::var_os(name).map(PathBuf::from);
    let cache = || folder("XDG_CACHE_HOME").or_else(|| Some(folder("HOME")?.join(".cache")));
    let usual = || Some(cache()?.join("palisade/tools"));
    folder("TESTS_TOOLS").or_else(usual).expect("a home")
}

pub(crate) fn demand(command: &mut Command) -> Output {
    let output = command
        .output()
        .unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(
        output.status.success(),
        "{command:?} ended with {}\n{}\n{}",
        output.status,
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    output
}

/// Demands that tests pass, and that there are some.
pub(crate) fn demand_tests(command: &mut Command) {
    let said = text(&demand(command));
    assert!(!said.contains("running 0 tests"), "{said}");
}

pub(crate) fn text(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}
