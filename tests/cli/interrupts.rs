//! Runs that are ended from outside: all is there, or nothing.

use std::collections::hash_map::RandomState;
use std::fs::File;
use std::hash::{BuildHasher as _, Hasher as _};
use std::os::unix::process::ExitStatusExt as _;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
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
        sleep(Duration::from_millis(500));
        send(&child, signal);
        let run = sandbox.told(child.wait_with_output().expect("it ends"));
        assert_eq!(run.code, 130, "{run:?}");
        run.says("interrupted; nothing was written");
        assert_eq!(sandbox.names(), [""; 0]);
    }
}

#[test]
fn a_hundred_killed_runs_leave_all_or_nothing() {
    let whole = Sandbox::new().with_identity();
    let begun = Instant::now();
    whole.palisade(&NEW).ends_with(0);
    let usual = begun.elapsed();
    let whole = whole.files("notes-api");
    let random = RandomState::new();
    let (mut absent, mut stages) = (0, 0);
    for run in 0..100_u64 {
        let sandbox = Sandbox::new().with_identity();
        let mut hasher = random.build_hasher();
        hasher.write_u64(run);
        let moment = usual.mul_f64((hasher.finish() % 1200) as f64 / 1000.0);
        let mut child = spawn(&sandbox, &NEW);
        sleep(moment);
        child.kill().expect("it may be killed");
        let status = child.wait().expect("it ends");
        if status.signal().is_none() {
            assert_eq!(status.code(), Some(0));
        }
        let dead: Vec<_> = sandbox
            .names()
            .into_iter()
            .filter(|name| name.starts_with('.'))
            .collect();
        stages += dead.len();
        if sandbox.path("notes-api").exists() {
            assert!(sandbox.files("notes-api") == whole, "run {run} left a part");
            let repository = git2::Repository::open(sandbox.path("notes-api"));
            assert!(
                repository.and_then(|r| r.head().map(drop)).is_ok(),
                "run {run}: no commit"
            );
        } else {
            absent += 1;
        }
        if !dead.is_empty() {
            let args = ["new", "other", "--defaults", "--no-git"];
            sandbox.palisade(&args).ends_with(0);
            let left = sandbox.names();
            assert!(left.iter().all(|name| !name.starts_with('.')), "{left:?}");
        }
    }
    assert!(
        absent > 0 && stages > 0,
        "some runs were hit while writing: {absent} {stages}"
    );
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
