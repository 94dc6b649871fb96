//! One history, from `new` on.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::LazyLock;
use std::thread;
use std::time::Instant;

use palisade::answers::Key;
use palisade::catalog::Catalog;
use serde_json::Value;
use tempfile::TempDir;

use crate::chance::Chance;
use crate::cover::{Row, combinations, cover};
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
    /// How its user edits.
    manner: Manner,
    /// Whether files were given up that no command would bring back.
    has_given_up: bool,
    story: Vec<String>,
}

/// How a user goes about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Manner {
    /// Whatever comes to mind.
    Wild,
    /// So that all of it still compiles, and means what it meant.
    Gentle,
}

/// A history that ended without a conflict, in a service that is to work.
pub(crate) struct Built(History);

/// Options that go together, any two of them in one place at least.
static COMBINATIONS: LazyLock<Vec<Row>> = LazyLock::new(|| {
    let catalog = Catalog::embedded().expect("it can be read");
    cover(&combinations(&catalog), &catalog.questions())
});

const CHANGES: [&[&str]; 17] = [
    &["regen"],
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
        "parent:ref:person:optional",
    ],
    &[
        "add",
        "resource",
        "badge",
        "label:string",
        "bearer:ref:person",
    ],
    &["regen", "ci/github"],
    &[
        "deprecate",
        "v1",
        "--sunset=2099-01-01",
        "--because=superseded",
    ],
    &[
        "deprecate",
        "v1",
        "--sunset=2099-06-01",
        "--because=security",
        "--advisory=https://example.org/1",
        "--successor=v2",
    ],
    &["retire", "v1"],
    &["retire", "v1", "--because=security"],
    &["regen", "src", "policies", "Cargo.toml"],
    &["undo"],
    &["undo"],
];

const LOOKS: [&[&str]; 9] = [
    &["status"],
    &["status", "--json"],
    &["diff"],
    &["diff", "--wanted"],
    &["regen", "--dry-run", "--set", "ci=none"],
    &["undo", "--dry-run"],
    &["add", "version", "v9", "--dry-run"],
    &["retire", "v1", "--because=security", "--dry-run"],
    &["add", "resource", "draft", "title:string", "--dry-run"],
];

impl History {
    pub(crate) fn begin(number: u64, manner: Manner) -> Self {
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
        let mut new: Vec<_> = [
            "new",
            "service",
            "--name=notes-api",
            "--defaults",
            "--created=2026-11-23",
        ]
        .map(ToOwned::to_owned)
        .into();
        let options = chance.pick(&COMBINATIONS).iter();
        new.extend(options.filter_map(|(key, text)| Some(format!("{}={text}", key.flag()?))));
        let resource = *chance.pick(&["--resource=note", "--resource=invoice"]);
        new.push(resource.to_owned());
        if !chance.one_in(4) {
            new.push("--no-git".to_owned());
        }
        let history = Self {
            number,
            chance,
            project: root.path().join("service"),
            root,
            lines: BTreeMap::new(),
            touched: BTreeSet::new(),
            count: 0,
            manner,
            has_given_up: false,
            story: Vec::new(),
        };
        let output = history.told(root_of(&history), &words(&new));
        history.holds(output.status.success(), &format!("{output:?}"));
        history
    }

    /// Lets it happen, and returns whether a service came out that can be built.
    pub(crate) fn run(mut self) -> Option<Built> {
        for _ in 0..3 + self.chance.below(4) {
            for _ in 0..self.chance.below(4) {
                match self.manner {
                    Manner::Wild => self.edit(),
                    Manner::Gentle => self.edit_gently(),
                }
            }
            match self.chance.below(9) {
                0 => self.look(),
                1 => self.kill(),
                2 => {
                    self.edit_answers();
                    self.change(&["regen"]);
                }
                3 => self.forget_resource(),
                4 => self.fork(),
                5 => self.keep(),
                _ => {
                    let command = self.command_at_random();
                    self.change(&words(&command));
                }
            }
        }
        self.end()
    }

    /// Returns a command that may change the project.
    fn command_at_random(&mut self) -> Vec<String> {
        match self.chance.below(4) {
            0 => self.switch(),
            1 if self.chance.one_in(2) => {
                let answers = fs::read_to_string(self.project.join("palisade.toml"));
                let versions = answers.unwrap_or_default().matches("[[version]]").count();
                ["add", "version", &format!("v{}", versions.max(1) + 1)]
                    .map(ToOwned::to_owned)
                    .into()
            }
            _ => {
                let command = match *self.chance.pick(&CHANGES) {
                    ["undo"] if self.has_given_up => &["regen"],
                    command => command,
                };
                command.iter().map(|word| (*word).to_owned()).collect()
            }
        }
    }

    /// Returns a change to other options, of one choice or of all.
    fn switch(&mut self) -> Vec<String> {
        let row = self.chance.pick(&COMBINATIONS).clone();
        let one = self.chance.below(row.len());
        let all = self.chance.one_in(2);
        let taken = row
            .iter()
            .enumerate()
            .filter(|(index, _)| all || *index == one);
        let set = |(_, (key, text)): (_, &(Key, String))| match key {
            Key::Choice(id) => vec!["--set".to_owned(), format!("{id}={text}")],
            _ => Vec::new(),
        };
        let sets = taken.flat_map(set);
        std::iter::once("regen".to_owned()).chain(sets).collect()
    }

    pub(crate) fn say(&mut self, what: String) {
        self.story.push(what);
    }

    pub(crate) fn outside(&self) -> PathBuf {
        outside(self.root.path())
    }

    /// Runs a command that may change the project, and one that then may not.
    fn change(&mut self, args: &[&str]) {
        self.touch_what_is_edited_by(args);
        let before = read(&self.project);
        let output = self.palisade(args);
        let after = read(&self.project);
        match output.status.code() {
            Some(0 | 3) => self.check(&after),
            Some(1) => self.holds(before == after, "a refusal changed the project"),
            _ => self.fail(&format!("{output:?}")),
        }
        // The others look at one file, and leave what else there is to `regen`.
        if matches!(args[0], "regen" | "add") && output.status.success() {
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

    /// These edit a file of the user's as the user would.
    fn touch_what_is_edited_by(&mut self, args: &[&str]) {
        if matches!(args, ["deprecate" | "retire", ..]) {
            self.touched.insert("config/versions.toml".to_owned());
        }
    }

    /// Decides for what is there in a file with a conflict, if there is one.
    fn keep(&mut self) {
        let output = self.palisade(&["status", "--json"]);
        let status: Value = serde_json::from_slice(&output.stdout).unwrap_or_default();
        let Some(Value::Array(open)) = status.get("conflicts").cloned() else {
            return;
        };
        if let Some(path) = open.first().and_then(Value::as_str) {
            self.touched.insert(path.to_owned());
            self.change(&["regen", "--keep", path]);
        }
    }

    /// Two branches, a command on each, and git's merge of both.
    fn fork(&mut self) {
        let (one, other) = (self.command_at_random(), self.command_at_random());
        self.git(&["init", "-q"]);
        self.commit();
        self.count += 1;
        let side = format!("side-{}", self.count);
        let before = read(&self.project);
        self.git(&["checkout", "-qb", &side]);
        self.change(&words(&one));
        self.commit();
        self.git(&["checkout", "-q", "-"]);
        let now = read(&self.project);
        self.holds(
            turned(&before) == turned(&now),
            "a branch is as it was left",
        );
        self.change(&words(&other));
        self.commit();
        let here = read(&self.project);
        let merged = self.git(&["merge", "-q", "--no-edit", &side]);
        let open = self.git(&["diff", "--name-only", "--diff-filter=U"]);
        let (memory, files): (Vec<_>, Vec<_>) = open.1.lines().partition(|path| is_memory(path));
        // The answers are read with both sides in them; what one side has given up and the other
        // changed is told of the real file, too.
        let is_told = |path: &&str| {
            let path = path.strip_prefix(".palisade/pristine/");
            let path = path
                .and_then(|path| path.strip_suffix(".b64"))
                .unwrap_or_default();
            path == "palisade.toml" || files.contains(&path)
        };
        let words = format!("git leaves work in {memory:?} alone");
        self.holds(memory.iter().all(is_told), &words);
        if !merged.0 && !files.is_empty() {
            self.git(&["merge", "--abort"]);
            self.holds(
                here == read(&self.project),
                "a merge that is given up leaves nothing",
            );
            return;
        }
        let output = self.palisade(&["regen"]);
        let after = read(&self.project);
        // A file that nobody may write stops it, whatever was merged.
        let is_refused = String::from_utf8_lossy(&output.stderr).contains("is read-only");
        let is_done = matches!(output.status.code(), Some(0 | 3)) || is_refused;
        self.holds(is_done, &format!("after a merge: {output:?}"));
        self.check(&after);
        self.holds_still(&after);
        self.commit();
    }

    fn commit(&mut self) {
        self.git(&["add", "-A"]);
        self.git(&["commit", "-q", "--allow-empty", "-m", "a state"]);
    }

    /// Runs git; tells whether it went well, and what it said.
    fn git(&mut self, args: &[&str]) -> (bool, String) {
        let mut git = Command::new("git");
        git.args(args).current_dir(&self.project).env_clear();
        let path = std::env::var_os("PATH").unwrap_or_default();
        git.env("PATH", path)
            .env("HOME", self.root.path().join("home"))
            .env("GIT_CONFIG_NOSYSTEM", "1");
        let output = git.output().expect("git runs");
        let is_done = output.status.success();
        if args != ["diff", "--name-only", "--diff-filter=U"] {
            self.say(format!("git {} ({is_done})", args.join(" ")));
        }
        (
            is_done,
            String::from_utf8_lossy(&output.stdout).into_owned(),
        )
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
        let command = self.command_at_random();
        let command = &words(&command)[..];
        self.touch_what_is_edited_by(command);
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
        if self.manner == Manner::Gentle && !self.can_spare(one) {
            return;
        }
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
        if self.manner == Manner::Gentle {
            self.drop_table(many);
        }
        self.change(&["regen", "--forget", one]);
    }

    fn can_spare(&self, resource: &str) -> bool {
        let answers = fs::read_to_string(self.project.join("palisade.toml"));
        let answers = answers.expect("the answers");
        answers.matches("[[resource]]").count() > 1
            && answers.contains(&format!("name = \"{resource}\"\n"))
    }

    /// Does what palisade says of a resource that is given up; taking that back is no gentle thing.
    fn drop_table(&mut self, table: &str) {
        self.has_given_up = true;
        self.count += 1;
        // Far from the numbers of palisade's own, which follow on it.
        let path = format!("migrations/{:04}_drop_{table}.sql", 1000 * self.count);
        fs::write(self.project.join(&path), format!("DROP TABLE {table};\n")).expect("a file");
        self.say(format!("write {path}"));
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
    fn end(mut self) -> Option<Built> {
        let output = self.palisade(&["regen"]);
        let is_whole = output.status.code() == Some(0);
        if !is_whole && output.status.code() != Some(3) {
            return None;
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
        (is_whole && self.manner == Manner::Gentle).then_some(Built(self))
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
        if matches!(args[0], "regen" | "add" | "deprecate" | "retire") {
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

/// Returns a tree without the line ends, which git turns as `.gitattributes` says.
fn turned(tree: &Tree) -> Tree {
    let turned = |node: &Node| match node.clone() {
        Node::File {
            mut bytes,
            executable,
        } => {
            bytes.retain(|byte| *byte != b'\r');
            Node::File { bytes, executable }
        }
        link => link,
    };
    tree.iter()
        .map(|(path, node)| (path.clone(), turned(node)))
        .collect()
}

fn words(words: &[String]) -> Vec<&str> {
    words.iter().map(String::as_str).collect()
}

impl Built {
    /// Builds the service, and runs its tests.
    pub(crate) fn test(self, target: &Path) {
        let Self(history) = self;
        for args in [
            &["run", "--quiet", "--locked", "--", "derive"][..],
            &["test", "--quiet", "--locked"],
            &["clean", "--quiet", "--package", "notes-api"],
        ] {
            let mut cargo = Command::new("cargo");
            cargo.args(args).current_dir(&history.project);
            let output = cargo.env("CARGO_TARGET_DIR", target).output();
            let output = output.expect("cargo runs");
            let told = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
            let words = format!(
                "cargo {args:?}\n{}\n{}",
                told(&output.stdout),
                told(&output.stderr)
            );
            history.holds(output.status.success(), &words);
        }
        println!("{} is green", history.told_in_short());
    }
}

impl History {
    fn told_in_short(&self) -> String {
        let commands = self
            .story
            .iter()
            .filter(|step| step.starts_with("palisade"));
        format!(
            "history {} of {} steps, {} of them commands,",
            self.number,
            self.story.len(),
            commands.count()
        )
    }
}
