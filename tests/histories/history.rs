//! One history, from `new` on.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::thread;
use std::time::Instant;

use tempfile::TempDir;

use crate::chance::Chance;
use crate::edits::{is_memory, lost, outside};
use crate::tree::{Node, Tree, differences, read};

/// A project, and all that was done to it.
pub(crate) struct History {
    number: u64,
    pub(crate) chance: Chance,
    root: TempDir,
    pub(crate) project: PathBuf,
    /// The lines that the user added, by file, each told by a name that stands nowhere else.
    pub(crate) lines: BTreeMap<String, BTreeSet<String>>,
    /// Files to which the user did anything.
    pub(crate) touched: BTreeSet<String>,
    pub(crate) count: usize,
    story: Vec<String>,
}

const CHANGES: [&[&str]; 15] = [
    &["regen"],
    &["regen", "--set", "ci=none"],
    &["regen", "--set", "ci=github"],
    &["regen", "--set", "description=Keeps what others lose."],
    &["regen", "--set", "description=Notes of a bank."],
    &[
        "regen",
        "--set",
        "security_contact=mailto:security@example.org",
    ],
    &["regen", "--set", "security_contact=none"],
    &[
        "add",
        "resource",
        "task",
        "title:string:1..80",
        "done:bool:write=admin",
    ],
    &["add", "resource", "tag", "label:string"],
    &[
        "add",
        "resource",
        "person",
        "name:string",
        "born:date:optional",
    ],
    &[
        "regen",
        "--set",
        "security_contact=mailto:other@example.org",
        "--set",
        "ci=none",
    ],
    &["regen", "ci/github"],
    &["regen", "src", "policies", "Cargo.toml"],
    &["undo"],
    &["undo"],
];

const LOOKS: [&[&str]; 5] = [
    &["status"],
    &["status", "--json"],
    &["diff"],
    &["regen", "--dry-run", "--set", "ci=none"],
    &["add", "resource", "draft", "title:string", "--dry-run"],
];

impl History {
    pub(crate) fn begin(number: u64) -> Self {
        // In memory, where there is such a place: thousands of files are waited for.
        let root = tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir());
        let root = root.expect("a folder");
        let mut chance = Chance(number);
        fs::create_dir(root.path().join("home")).expect("a folder");
        fs::write(
            root.path().join("home/.gitconfig"),
            "[user]\nname = Me\nemail = me@example.org\n",
        )
        .expect("git's settings");
        fs::write(outside(root.path()), "outside\n").expect("a file");
        let mut new = vec![
            "new",
            "service",
            "--name=notes-api",
            "--defaults",
            "--created=2026-11-23",
        ];
        new.push(*chance.pick(&["--ci=github", "--ci=none"]));
        new.push(*chance.pick(&["--resource=note", "--resource=invoice"]));
        if !chance.one_in(4) {
            new.push("--no-git");
        }
        let history = Self {
            number,
            chance,
            project: root.path().join("service"),
            root,
            lines: BTreeMap::new(),
            touched: BTreeSet::new(),
            count: 0,
            story: Vec::new(),
        };
        let output = history.told(root_of(&history), &new);
        history.holds(output.status.success(), &format!("{output:?}"));
        history
    }

    pub(crate) fn run(mut self) {
        for _ in 0..3 + self.chance.below(4) {
            for _ in 0..self.chance.below(4) {
                self.edit();
            }
            match self.chance.below(8) {
                0 => self.look(),
                1 => self.kill(),
                2 => {
                    self.edit_answers();
                    self.change(&["regen"]);
                }
                3 => self.forget_resource(),
                _ => {
                    let command = *self.chance.pick(&CHANGES);
                    self.change(command);
                }
            }
        }
        self.end();
    }

    pub(crate) fn say(&mut self, what: String) {
        self.story.push(what);
    }

    pub(crate) fn outside(&self) -> PathBuf {
        outside(self.root.path())
    }

    /// Runs a command that may change the project, and one that then may not.
    fn change(&mut self, args: &[&str]) {
        let before = read(&self.project);
        let output = self.palisade(args);
        let after = read(&self.project);
        match output.status.code() {
            Some(0 | 3) => self.check(&after),
            Some(1) => self.holds(before == after, "a refusal changed the project"),
            _ => self.fail(&format!("{output:?}")),
        }
        if args[0] != "undo" && output.status.success() {
            self.holds_still(&after);
        }
    }

    /// A second run changes nothing.
    fn holds_still(&mut self, before: &Tree) {
        let output = self.palisade(&["regen"]);
        let after = read(&self.project);
        let differences = differences(before, &after);
        let words = format!("a second run changed {differences:?} {output:?}");
        self.holds(
            differences.is_empty() && matches!(output.status.code(), Some(0 | 3)),
            &words,
        );
    }

    fn look(&mut self) {
        let before = read(&self.project);
        let command = *self.chance.pick(&LOOKS);
        let output = self.palisade(command);
        self.holds(before == read(&self.project), "a look changed the project");
        self.holds(
            matches!(output.status.code(), Some(0 | 1 | 3 | 4)),
            &format!("{output:?}"),
        );
    }

    /// Kills a command somewhere on its way; the next one leaves all of it or nothing.
    fn kill(&mut self) {
        let command = *self.chance.pick(&CHANGES);
        let twin = self.root.path().join("twin");
        let _ = fs::remove_dir_all(&twin);
        let copied = Command::new("cp")
            .arg("-a")
            .args([&self.project, &twin])
            .status();
        self.holds(copied.is_ok_and(|status| status.success()), "a copy");
        let before = read(&self.project);
        let start = Instant::now();
        self.told(&twin, command);
        let whole = start.elapsed();
        let after = read(&twin);

        let mut child = self
            .command(&self.project, command)
            .spawn()
            .expect("palisade runs");
        let share = u32::try_from(self.chance.below(1100)).expect("small");
        thread::sleep(whole * share / 1000);
        let _ = child.kill();
        child.wait().expect("it ends");
        self.say(format!(
            "palisade {}, killed after {share} of 1000 parts",
            command.join(" ")
        ));
        let output = self.palisade(&["status"]);
        self.holds(
            matches!(output.status.code(), Some(0 | 3 | 4)),
            &format!("{output:?}"),
        );
        let now = read(&self.project);
        let words = format!(
            "half of it is there: unlike before {:?}, unlike after {:?}",
            differences(&before, &now),
            differences(&after, &now)
        );
        self.holds(now == before || now == after, &words);
        self.check(&now);
    }

    /// Deletes the files of a resource, and gives it up.
    fn forget_resource(&mut self) {
        let (one, many) =
            *self
                .chance
                .pick(&[("task", "tasks"), ("tag", "tags"), ("note", "notes")]);
        let files = [
            format!("src/api/v1/{many}.rs"),
            format!("src/domain/{one}.rs"),
            format!("src/store/{many}.rs"),
            format!("tests/sample/{many}.rs"),
        ];
        for path in files {
            if fs::remove_file(self.project.join(&path)).is_ok() {
                self.say(format!("delete {path}"));
                self.forget(&path);
            }
        }
        self.change(&["regen", "--forget", one]);
    }

    /// Each line of the user's stands, and nothing was written through a link.
    fn check(&self, tree: &Tree) {
        if let Some((path, line)) = lost(tree, self) {
            self.fail(&format!("{path} has lost {line}"));
        }
        let outside = fs::read_to_string(self.outside());
        self.holds(
            outside.is_ok_and(|text| text == "outside\n"),
            "a link was followed",
        );
    }

    /// What the user did not touch is as if it had been written so from the beginning.
    fn end(mut self) {
        let output = self.palisade(&["regen"]);
        if !matches!(output.status.code(), Some(0 | 3)) {
            return;
        }
        let fresh = self.root.path().join("fresh");
        let new = [
            "new",
            "fresh",
            "--name=notes-api",
            "--answers=service/palisade.toml",
            "--no-git",
        ];
        let output = self.told(self.root.path(), &new);
        self.holds(output.status.success(), &format!("{output:?}"));
        let (fresh, here) = (read(&fresh), read(&self.project));
        let managed = |tree: &Tree| -> BTreeSet<String> {
            let path = |path: &String| {
                let path = path.strip_prefix(".palisade/pristine/")?;
                Some(path.strip_suffix(".b64")?.to_owned())
            };
            tree.keys().filter_map(path).collect()
        };
        let untouched = |path: &&String| !self.touched.contains(*path) && *path != "palisade.toml";
        for path in managed(&fresh).union(&managed(&here)).filter(untouched) {
            let alike = fresh.get(path) == here.get(path);
            self.holds(alike, &format!("{path} is not as in a new project"));
            let pristine = format!(".palisade/pristine/{path}.b64");
            let alike =
                fresh.get(&pristine).map(Node::bytes) == here.get(&pristine).map(Node::bytes);
            self.holds(alike, &format!("{pristine} is not as in a new project"));
        }
        self.holds(here.keys().any(|path| is_memory(path)), "it is remembered");
    }

    fn palisade(&mut self, args: &[&str]) -> Output {
        let output = self.told(&self.project, args);
        let code = output.status.code().unwrap_or(-1);
        self.say(format!("palisade {} ends with {code}", args.join(" ")));
        output
    }

    fn told(&self, folder: impl AsRef<Path>, args: &[&str]) -> Output {
        let output = self
            .command(folder.as_ref(), args)
            .output()
            .expect("palisade runs");
        let panicked = String::from_utf8_lossy(&output.stderr).contains("panicked at");
        self.holds(!panicked, &format!("{args:?}: {output:?}"));
        output
    }

    fn command(&self, folder: &Path, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_palisade"));
        command.args(args).current_dir(folder).env_clear();
        if matches!(args[0], "regen" | "add") {
            command.args(["--yes", "--allow-dirty"]);
        }
        let (out, home) = (Stdio::piped(), self.root.path().join("home"));
        command
            .env("HOME", home)
            .stdin(Stdio::null())
            .stdout(out)
            .stderr(Stdio::piped());
        command
    }

    #[track_caller]
    fn holds(&self, what: bool, words: &str) {
        if !what {
            self.fail(words);
        }
    }

    #[track_caller]
    fn fail(&self, words: &str) -> ! {
        let story = self.story.join("\n  ");
        panic!("history {}: {words}\n  {story}", self.number);
    }
}

fn root_of(history: &History) -> &Path {
    history.root.path()
}
