//! Changes to a project are all made, or none, whatever ends the run.
//!
//! strace kills palisade at a chosen call of the system, so that no code of its own has to
//! know of the tests.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::regen::{edit, files, project, run};
use crate::sandbox::{Run, Sandbox};

const REGEN: [&str; 4] = ["regen", "--set", "ci=none", "--yes"];

/// The calls by which palisade changes a disk.
const CALLS: &str = "openat,write,fsync,fdatasync,mkdir,rename,unlink,rmdir,fchmod";

type Files = Vec<(String, Vec<u8>)>;

/// Runs palisade under strace.
fn traced(sandbox: &Sandbox, options: &[&str], args: &[&str]) -> Run {
    let palisade = sandbox.command(args);
    let mut command = Command::new("strace");
    command.args(["-qq", "-o", "trace"]).args(options);
    command.arg(palisade.get_program()).args(args);
    command.env_clear().env("HOME", sandbox.path("../home"));
    command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
    command.current_dir(sandbox.path("notes-api"));
    let run = sandbox.run(command);
    assert!(
        !run.stderr.contains("ptrace"),
        "strace works here (tests/setup installs it): {run:?}"
    );
    run
}

/// Counts the calls of a run, by name.
fn calls(sandbox: &Sandbox, args: &[&str]) -> Vec<(String, usize)> {
    traced(sandbox, &["-e", &format!("trace={CALLS}")], args).ends_with(0);
    let trace = sandbox.read("notes-api/trace");
    fs::remove_file(sandbox.path("notes-api/trace")).expect("it was written");
    let count = |name: &str| {
        let begin = format!("{name}(");
        trace
            .lines()
            .filter(|line| line.starts_with(&begin))
            .count()
    };
    CALLS
        .split(',')
        .map(|name| (name.to_owned(), count(name)))
        .collect()
}

fn copy(from: &Path, to: &Path) {
    let status = Command::new("cp").arg("-a").args([from, to]).status();
    assert!(status.is_ok_and(|status| status.success()), "cp works");
}

/// The states that a project may be in, and copies of the one that it begins with.
struct Bench {
    whole: Sandbox,
    before: Files,
    after: Files,
    calls: Vec<(String, usize)>,
}

impl Bench {
    fn new(args: &[&str]) -> Self {
        let whole = project();
        edit(&whole, "THREAT-MODEL.md", "\n", "\nOurs is a bank.\n");
        let before = files(&whole);
        copy(&whole.path("notes-api"), &whole.path("copy"));
        let calls = calls(&whole, args);
        let after = files(&whole);
        assert!(before != after);
        Self {
            whole,
            before,
            after,
            calls,
        }
    }

    fn fresh(&self) -> Sandbox {
        let sandbox = Sandbox::new();
        copy(&self.whole.path("copy"), &sandbox.path("notes-api"));
        sandbox
    }

    /// Kills a run at one call, and holds that the next command settles it.
    fn kill(&self, args: &[&str], call: &str, number: usize) -> Settled {
        let sandbox = self.fresh();
        let inject = format!("inject={call}:signal=SIGKILL:when={number}");
        let place = format!("killed at {call} {number}");
        traced(
            &sandbox,
            &["-e", &format!("trace={call}"), "-e", &inject],
            args,
        );
        fs::remove_file(sandbox.path("notes-api/trace")).expect("it was written");
        let status = run(&sandbox, &["status"]).ends_with(0);
        let now = files(&sandbox);
        let local = crate::sandbox::names(&sandbox.path("notes-api/.palisade/local"));
        assert!(!local.contains(&"run".to_owned()), "{place}: {local:?}");
        let settled = match () {
            () if now == self.before => Settled::Not,
            () if now == self.after => Settled::Done,
            () => panic!("{place}: it left a part: {status:?}"),
        };
        let said = status.stderr.contains("was killed here");
        let finished = status.stderr.contains("the rest of its changes were made");
        assert!(!finished || settled == Settled::Done, "{place}: {status:?}");
        if settled == Settled::Done {
            run(&sandbox, &["undo"]).ends_with(0);
            assert!(
                files(&sandbox) == self.before,
                "{place}: undo takes it back"
            );
        } else {
            run(&sandbox, args).ends_with(0);
            assert!(
                files(&sandbox) == self.after,
                "{place}: it can be run again"
            );
        }
        match said {
            true => settled,
            false => Settled::Quietly,
        }
    }

    /// Kills at every call, or at a few of each kind, spread evenly.
    fn kill_all(&self, args: &[&str], of_each: usize) {
        let mut seen = Vec::new();
        for (call, count) in &self.calls {
            let step = count.div_ceil(of_each).max(1);
            let numbers = (1..=*count).rev().step_by(step);
            seen.extend(numbers.map(|number| self.kill(args, call, number)));
        }
        eprintln!("{} runs were killed: {:?}", seen.len(), self.calls);
        for wanted in [Settled::Not, Settled::Done] {
            assert!(seen.contains(&wanted), "{wanted:?} was met: {seen:?}");
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Settled {
    /// The run was taken back, and that was said.
    Not,
    /// The run was finished, and that was said.
    Done,
    /// There was nothing to settle: it had not begun, or had ended.
    Quietly,
}

#[test]
fn a_run_that_is_killed_is_finished_or_taken_back_by_the_next_command() {
    let bench = Bench::new(&REGEN);
    bench.kill_all(&REGEN, 2);
}

#[test]
#[ignore = "slow: `tests/run kill`"]
fn a_run_that_is_killed_at_any_call_is_finished_or_taken_back() {
    let bench = Bench::new(&REGEN);
    bench.kill_all(&REGEN, usize::MAX);
    let add = ["add", "resource", "task", "title:string", "total:decimal"];
    Bench::new(&add).kill_all(&add, 20);
}

#[test]
fn a_killed_run_whose_file_was_changed_since_is_taken_back_without_it() {
    let bench = Bench::new(&REGEN);
    let sandbox = bench.fresh();
    // The first rename puts the journal in place, and some files are then as wanted.
    let inject = [
        "-e",
        "trace=rename",
        "-e",
        "inject=rename:signal=SIGKILL:when=4",
    ];
    traced(&sandbox, &inject, &REGEN);
    edit(&sandbox, "THREAT-MODEL.md", "\n", "\nEdited meanwhile.\n");
    let edited = sandbox.read("notes-api/THREAT-MODEL.md");
    let told = run(&sandbox, &["status"]).ends_with(0);
    told.says(
        "`palisade regen --set ci=none` was killed here, and `THREAT-MODEL.md` was changed since",
    );
    assert_eq!(sandbox.read("notes-api/THREAT-MODEL.md"), edited);
    let but_for = |mut files: Files| {
        files.retain(|(path, _)| path != "THREAT-MODEL.md" && path != "trace");
        files
    };
    assert!(but_for(files(&sandbox)) == but_for(bench.before));
}

#[test]
fn two_at_once_are_told_apart() {
    let sandbox = project();
    run(&sandbox, &["regen"]).ends_with(0);
    let before = files(&sandbox);
    let lock = fs::File::open(sandbox.path("notes-api/.palisade/local/lock")).expect("a lock");
    lock.lock().expect("it can be locked");
    let told = run(&sandbox, &REGEN).ends_with(1);
    told.says("another palisade is at work in this project");
    // Reading takes no lock, and a dry run reads.
    run(&sandbox, &["status"]).ends_with(0);
    run(&sandbox, &["regen", "--set", "ci=none", "--dry-run"]).ends_with(0);
    assert!(files(&sandbox) == before);
    drop(lock);
    run(&sandbox, &REGEN).ends_with(0);
}

#[test]
fn a_signal_before_anything_was_changed_leaves_all_as_it_was() {
    let bench = Bench::new(&REGEN);
    let sandbox = bench.fresh();
    let inject = [
        "-e",
        "trace=fchmod",
        "-e",
        "inject=fchmod:signal=SIGINT:when=2",
    ];
    let told = traced(&sandbox, &inject, &REGEN).ends_with(130);
    told.says("interrupted; nothing was written");
    fs::remove_file(sandbox.path("notes-api/trace")).expect("it was written");
    assert!(files(&sandbox) == bench.before);
}
