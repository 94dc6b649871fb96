//! Runs that are ended from outside: all is there, or nothing.

use std::collections::hash_map::RandomState;
use std::fs::File;
use std::hash::BuildHasher as _;
use std::os::unix::process::ExitStatusExt as _;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use signal_hook::consts::{SIGINT, SIGTERM};

use crate::sandbox::Sandbox;

const NEW: [&str; 4] = ["new", "notes-api", "--defaults", "--created=2026-11-23"];

fn spawn(sandbox: &Sandbox, args: &[&str]) -> Child {
    let mut command = sandbox.command(args);
    command
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("palisade runs")
}

fn send(child: &Child, signal: i32) {
    let kill = Command::new("kill")
        .arg(format!("-{signal}"))
        .arg(child.id().to_string())
        .status();
    assert!(kill.expect("kill is there").success());
}

#[test]
fn a_signal_while_writing_leaves_nothing_and_ends_with_130() {
    for signal in [SIGINT, SIGTERM] {
        let sandbox = Sandbox::new();
        // Whoever holds the folder keeps `new` waiting just before its stage is made.
        let held = File::open(sandbox.path("")).expect("the folder is there");
        held.lock().expect("a lock");
        let child = spawn(&sandbox, &NEW);
        thread::sleep(Duration::from_millis(500));
        send(&child, signal);
        let run = sandbox.told(child.wait_with_output().expect("it ends"));
        assert_eq!(run.code, 130, "{run:?}");
        run.says("interrupted; nothing was written");
        assert_eq!(sandbox.names(), [""; 0]);
    }
}

#[test]
fn a_killed_run_leaves_all_or_nothing() {
    kill_at_random(8);
}

#[test]
#[ignore = "slow: `tests/run kill`"]
fn a_hundred_killed_runs_leave_all_or_nothing() {
    let left = kill_at_random(100);
    let absent = left.iter().filter(|left| left.absent).count();
    let stages: usize = left.iter().map(|left| left.stages).sum();
    assert!(
        absent > 0 && stages > 0,
        "some runs were hit while writing: {absent} {stages}"
    );
}

/// Kills runs at random moments, four at a time, and looks at what each left.
fn kill_at_random(runs: u64) -> Vec<Left> {
    let whole = Sandbox::new().with_identity();
    let begun = Instant::now();
    whole.palisade(&NEW).ends_with(0);
    let usual = begun.elapsed();
    let whole = whole.files("notes-api");
    let random = RandomState::new();
    let moment = |run: u64| usual.mul_f64((random.hash_one(run) % 1200) as f64 / 1000.0);
    let every_fourth = |first: u64| {
        let runs = (first..runs).step_by(4);
        runs.map(|run| killed_after(moment(run), &whole))
            .collect::<Vec<_>>()
    };
    thread::scope(|scope| {
        let quarters = [0, 1, 2, 3].map(|first| scope.spawn(move || every_fourth(first)));
        let quarters = quarters.map(|quarter| quarter.join().expect("each run held"));
        quarters.into_iter().flatten().collect()
    })
}

/// What a killed run left.
struct Left {
    absent: bool,
    stages: usize,
}

fn killed_after(moment: Duration, whole: &[(String, Vec<u8>)]) -> Left {
    let sandbox = Sandbox::new().with_identity();
    let mut child = spawn(&sandbox, &NEW);
    thread::sleep(moment);
    child.kill().expect("it may be killed");
    let status = child.wait().expect("it ends");
    assert!(status.signal().is_some() || status.success(), "{status}");
    let absent = !sandbox.path("notes-api").exists();
    if !absent {
        assert!(
            sandbox.files("notes-api") == whole,
            "killed after {moment:?} it left a part"
        );
        let repository = git2::Repository::open(sandbox.path("notes-api"));
        let commit = repository.and_then(|repository| repository.head().map(drop));
        assert!(commit.is_ok(), "killed after {moment:?} it left no commit");
    }
    let hidden = |names: Vec<String>| names.iter().filter(|name| name.starts_with('.')).count();
    let stages = hidden(sandbox.names());
    if stages > 0 {
        sandbox
            .palisade(&["new", "other", "--defaults", "--no-git"])
            .ends_with(0);
        assert_eq!(hidden(sandbox.names()), 0, "the next run removes the stage");
    }
    Left { absent, stages }
}

#[test]
fn the_next_run_removes_a_dead_stage_and_says_so() {
    let sandbox = Sandbox::new()
        .with(".palisade-stage-1-0/lock", "")
        .with(".palisade-stage-1-0/tree/src/main.rs", "half");
    let run = sandbox.palisade(&NEW).ends_with(0);
    assert!(
        run.stderr
            .starts_with("Removed what a killed run had left beside it.\n"),
        "{}",
        run.stderr
    );
    assert_eq!(sandbox.names(), ["notes-api"]);
}

#[test]
fn a_live_stage_and_a_folder_of_the_users_stay() {
    let sandbox = Sandbox::new()
        .with(".palisade-stage-1-0/lock", "")
        .with(".palisade-stage-mine/notes.txt", "mine");
    let lock = File::open(sandbox.path(".palisade-stage-1-0/lock")).expect("a lock file");
    lock.lock().expect("a lock");
    let run = sandbox.palisade(&NEW).ends_with(0);
    assert!(!run.stderr.contains("Removed"), "{}", run.stderr);
    assert_eq!(
        sandbox.names(),
        [".palisade-stage-1-0", ".palisade-stage-mine", "notes-api"]
    );
}
