//! Drives `palisade new` at a pseudo-terminal, as a person would.

#![expect(clippy::panic, reason = "a test fails by panicking")]

use std::fs;
use std::path::Path;
use std::process::Command;
use std::thread::sleep;
use std::time::{Duration, Instant};

use rexpect::process::{Signal, WaitStatus};
use rexpect::session::{PtySession, spawn_command};
use rustix::termios::{LocalModes, tcgetattr};
use tempfile::TempDir;

/// The prompts in their order, each with what is typed by somebody content with the defaults.
const PROMPTS: [&str; 9] = [
    "Name of the project",
    "What it is for",
    "Where flaws are reported",
    "First resource",
    "Its fields",
    "How do callers prove",
    "Where does a request name the version",
    "Which gateway stands in front",
    "Which system runs the checks",
];

const PATIENCE: Duration = Duration::from_secs(20);
const REVIEW: &str = "Shall it be written?";
const SHOW_CURSOR: &str = "\u{1b}[?25h";
const HIDE_CURSOR: &str = "\u{1b}[?25l";
const DOWN: &str = "\u{1b}[B";

/// A person at a terminal, in an empty folder.
struct Person {
    folder: TempDir,
    session: PtySession,
}

impl Person {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder for the test");
        let home = folder.path().join("home");
        fs::create_dir(&home).expect("a home");
        fs::write(
            home.join(".gitconfig"),
            "[user]\n\tname = Me\n\temail = me@example.org\n",
        )
        .expect("git's settings");
        fs::create_dir(folder.path().join("work")).expect("a folder to work in");
        Self::sits_down(folder, "work", &["new"])
    }

    /// A person in a written service.
    fn in_a_service(args: &[&str]) -> Self {
        let folder = tempfile::tempdir().expect("a folder for the test");
        fs::create_dir(folder.path().join("home")).expect("a home");
        let written = Command::new(env!("CARGO_BIN_EXE_palisade"))
            .args([
                "new",
                "work",
                "--name=notes-api",
                "--defaults",
                "--no-git",
                "-q",
            ])
            .current_dir(folder.path())
            .env_clear()
            .output();
        assert!(written.is_ok_and(|output| output.status.success()));
        Self::sits_down(folder, "work", args)
    }

    fn sits_down(folder: TempDir, work: &str, args: &[&str]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_palisade"));
        command
            .args(args)
            .current_dir(folder.path().join(work))
            .env_clear();
        command
            .envs([("TERM", "xterm"), ("LANG", "C.UTF-8"), ("NO_COLOR", "1")])
            .env("HOME", folder.path().join("home"));
        let session =
            spawn_command(command, Some(PATIENCE.as_millis() as u64)).expect("a pseudo-terminal");
        Self { folder, session }
    }

    /// Waits for `text` and for the program to wait for a key; returns what came before.
    fn sees(&mut self, text: &str) -> String {
        let before = self.session.exp_string(text);
        let before = before.unwrap_or_else(|error| panic!("no `{text}`: {error}"));
        let begun = Instant::now();
        // A prompt is printed before the terminal is set to pass keys one by one, and a
        // Ctrl-C in between would not be read by it.
        while self.modes().contains(LocalModes::ICANON) {
            assert!(
                begun.elapsed() < PATIENCE,
                "nobody waits for a key after `{text}`"
            );
            sleep(Duration::from_millis(5));
        }
        before
    }

    /// How the terminal treats what is typed.
    fn modes(&self) -> LocalModes {
        let terminal = self
            .session
            .process()
            .get_file_handle()
            .expect("the terminal is open");
        tcgetattr(&terminal).expect("a terminal").local_modes
    }

    fn types(&mut self, keys: &str) {
        self.session.send(keys).expect("the terminal takes keys");
        self.session.flush().expect("the terminal takes keys");
    }

    /// Answers the first `count` prompts with Enter.
    fn accepts(&mut self, count: usize) {
        for prompt in &PROMPTS[..count] {
            self.sees(prompt);
            self.types("\r");
        }
    }

    /// Returns the rest of the output and the exit code.
    fn leaves(&mut self) -> (String, i32) {
        let rest = self.session.exp_eof().expect("the program ends");
        match self
            .session
            .process()
            .wait()
            .expect("the program has ended")
        {
            WaitStatus::Exited(_, code) => (rest, code),
            other => panic!("it did not exit by itself: {other:?}"),
        }
    }

    /// What now lies in the folder that was empty.
    fn left_behind(&self) -> Vec<String> {
        names(&self.folder.path().join("work"))
    }

    fn has(&self, path: &str) -> bool {
        self.folder.path().join("work").join(path).exists()
    }
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("the folder is still there");
    let mut names: Vec<_> = entries
        .map(|entry| {
            entry
                .expect("an entry")
                .file_name()
                .to_string_lossy()
                .into_owned()
        })
        .collect();
    names.sort();
    names
}

fn assert_gone_quietly(person: &mut Person, place: &str) {
    let (rest, code) = person.leaves();
    assert_eq!(code, 130, "{place}: {rest}");
    assert!(
        rest.contains("interrupted; nothing was written"),
        "{place}: {rest}"
    );
    assert!(!rest.contains("panicked"), "{place}: {rest}");
    let shown = rest.rfind(SHOW_CURSOR);
    assert!(
        shown.is_some() && shown > rest.rfind(HIDE_CURSOR),
        "{place}: the cursor stays hidden: {rest:?}"
    );
    let usual = LocalModes::ICANON | LocalModes::ISIG;
    assert!(
        person.modes().contains(usual),
        "{place}: the terminal is left raw"
    );
    assert_eq!(person.left_behind(), [""; 0], "{place}");
    assert_eq!(
        names(&person.folder.path().join("home")),
        [".gitconfig"],
        "{place}"
    );
}

#[test]
fn the_prompts_lead_to_a_review_where_an_answer_is_changed_and_then_written() {
    let mut person = Person::new();
    person.accepts(PROMPTS.len());
    person.sees(REVIEW);
    // Below `Write`: name, description, security contact, resource, fields.
    person.types(&DOWN.repeat(5));
    person.sees("Change: Fields");
    person.types("\r");
    person.sees("Its fields");
    person.types(" done:bool\r");
    let screen = person.sees(REVIEW);
    assert!(screen.contains("done:bool"), "{screen}");
    person.types("\r");
    let (rest, code) = person.leaves();
    assert_eq!(code, 0, "{rest}");
    assert_eq!(person.left_behind(), ["notes-api"]);
    let answers = fs::read_to_string(person.folder.path().join("work/notes-api/palisade.toml"))
        .expect("the answers");
    assert!(answers.contains("    \"done:bool\",\n"), "{answers}");
    assert!(
        answers.contains("security_contact = \"mailto:me@example.org\""),
        "{answers}"
    );
}

#[test]
fn a_refused_name_is_asked_again_with_rule_and_suggestion() {
    let mut person = Person::new();
    person.sees(PROMPTS[0]);
    person.types("Straße API\r");
    person.sees("try `strasse-api`");
    person.types("\u{3}");
    assert_gone_quietly(&mut person, "after a refused name");
}

#[test]
fn fields_that_do_not_go_with_their_resource_are_asked_again() {
    let mut person = Person::new();
    let (before, fields) = (4, PROMPTS[4]);
    person.accepts(before);
    person.sees(fields);
    person.types("title:string by:ref:person\r");
    person.sees("add `person` first");
    person.sees(fields);
    person.types("\u{3}");
    assert_gone_quietly(&mut person, "after fields that lead nowhere");
}

#[test]
fn quitting_at_the_review_writes_nothing() {
    let mut person = Person::new();
    person.accepts(PROMPTS.len());
    person.sees(REVIEW);
    // One up from the first is the last.
    person.types("\u{1b}[A\r");
    let (rest, code) = person.leaves();
    assert_eq!(code, 130, "{rest}");
    assert_eq!(person.left_behind(), [""; 0]);
}

#[test]
fn ctrl_c_at_each_prompt_leaves_nothing_and_shows_the_cursor() {
    for (count, place) in PROMPTS.iter().chain([&REVIEW]).enumerate() {
        let mut person = Person::new();
        person.accepts(count);
        person.sees(place);
        person.types("\u{3}");
        assert_gone_quietly(&mut person, place);
    }
}

#[test]
fn ctrl_c_while_an_answer_is_changed_leaves_nothing() {
    for (down, place) in [
        (5, "Its fields"),
        (PROMPTS.len(), "Which system runs the checks"),
    ] {
        let mut person = Person::new();
        person.accepts(PROMPTS.len());
        person.sees(REVIEW);
        person.types(&DOWN.repeat(down));
        person.types("\r");
        person.sees(place);
        person.types("\u{3}");
        assert_gone_quietly(&mut person, place);
    }
}

#[test]
fn sigterm_at_a_prompt_is_an_interrupt_too() {
    let mut person = Person::new();
    person.accepts(1);
    person.sees(PROMPTS[1]);
    person
        .session
        .process_mut()
        .signal(Signal::SIGTERM)
        .expect("the program runs");
    assert_gone_quietly(&mut person, "SIGTERM");
}

const NO_CI: [&str; 3] = ["regen", "--set", "ci=none"];
const CHANGES: &str = "Shall it be done?";
const WORKFLOW: &str = ".github/workflows/ci.yml";

#[test]
fn the_plan_is_shown_before_anything_changes_and_each_line_on_demand() {
    let mut person = Person::in_a_service(&NO_CI);
    let plan = person.sees(CHANGES);
    assert!(
        plan.contains("deleted   .github/workflows/ci.yml"),
        "{plan}"
    );
    assert!(plan.contains("replaced  palisade.toml"), "{plan}");
    assert!(person.has(WORKFLOW));
    person.types(&format!("{DOWN}\r"));
    // What was chosen is told, and then it is asked again.
    person.sees(CHANGES);
    let lines = person.sees(CHANGES);
    assert!(
        lines.contains("-ci = \"github\"") && lines.contains("+ci = \"none\""),
        "{lines}"
    );
    assert!(person.has(WORKFLOW));
    person.types("\r");
    let (rest, code) = person.leaves();
    assert_eq!(code, 0, "{rest}");
    assert!(rest.contains("Changed "), "{rest}");
    assert!(!person.has(WORKFLOW));
}

#[test]
fn who_quits_or_interrupts_at_the_plan_changes_nothing() {
    for keys in ["\u{1b}[A\r", "\u{3}"] {
        let mut person = Person::in_a_service(&NO_CI);
        person.sees(CHANGES);
        person.types(keys);
        let (rest, code) = person.leaves();
        assert_eq!(code, 130, "{rest}");
        assert!(rest.contains("nothing was written"), "{rest}");
        assert!(person.has(WORKFLOW));
        assert!(!person.has(".palisade/local/run"));
    }
}

#[test]
fn a_file_that_changes_while_the_plan_is_looked_at_is_not_written_over() {
    let mut person = Person::in_a_service(&NO_CI);
    person.sees(CHANGES);
    let model = person.folder.path().join("work/THREAT-MODEL.md");
    fs::write(&model, "mine\n").expect("it is there");
    person.types("\r");
    let (rest, code) = person.leaves();
    assert_eq!(code, 1, "{rest}");
    assert!(
        rest.contains("`THREAT-MODEL.md` was changed while palisade was at work"),
        "{rest}"
    );
    assert_eq!(fs::read_to_string(&model).expect("it is there"), "mine\n");
    assert!(person.has(WORKFLOW));
}

#[test]
fn who_says_yes_beforehand_is_not_asked() {
    let mut person = Person::in_a_service(&["regen", "--set", "ci=none", "--yes"]);
    let (rest, code) = person.leaves();
    assert_eq!(code, 0, "{rest}");
    assert!(!rest.contains(CHANGES), "{rest}");
    assert!(!person.has(WORKFLOW));
}
