//! Random histories of a project: answers, edits of every kind, commands, and kills.
//!
//! `cargo test --test histories -- --histories 5000` runs more of them, `--first 17` begins at
//! another; whatever fails is told with its number and all that happened. `--build 2` has as many
//! more, whose edits compile and which end without a conflict, and runs the service's own tests.

#![expect(clippy::panic, reason = "a test fails by panicking")]

#[path = "../chance/mod.rs"]
mod chance;
#[path = "../cover/mod.rs"]
mod cover;
mod edits;
mod history;
mod tree;

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::{panic, thread};

use history::{History, Manner};

/// How many there are in a plain `cargo test`.
const FEW: u64 = 8;

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let number = |flag: &str| {
        let place = args.iter().position(|arg| arg == flag)?;
        args.get(place + 1)?.parse::<u64>().ok()
    };
    // A filter of `cargo test` that names another test.
    let filter = args.first().filter(|arg| !arg.starts_with('-'));
    if filter.is_some_and(|name| !"histories".contains(name.as_str()))
        || args.contains(&"--list".to_owned())
    {
        return ExitCode::SUCCESS;
    }
    let first = number("--first").unwrap_or(0);
    let many = number("--histories").unwrap_or(FEW);
    let (next, failed) = (AtomicU64::new(first), AtomicUsize::new(0));
    let work = || {
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number >= first + many {
                return;
            }
            let history = || drop(History::begin(number, Manner::Wild).run());
            if panic::catch_unwind(history).is_err() {
                failed.fetch_add(1, Ordering::Relaxed);
            }
        }
    };
    thread::scope(|scope| {
        let threads = thread::available_parallelism().map_or(1, usize::from);
        (0..threads).for_each(|_| drop(scope.spawn(work)));
    });
    let mut failed = failed.into_inner();
    failed += usize::from(panic::catch_unwind(|| build(first, number("--build"))).is_err());
    println!("{many} histories from {first} on, {failed} of them failed");
    match failed {
        0 => ExitCode::SUCCESS,
        _ => ExitCode::FAILURE,
    }
}

/// Runs histories until as many ended in a service that can be built, and tests those services.
fn build(first: u64, many: Option<u64>) {
    let mut left = many.unwrap_or(0);
    let mut numbers = first..;
    while left > 0 {
        let number = numbers.next().expect("they do not end");
        if let Some(built) = History::begin(number, Manner::Gentle).run() {
            built.test(&target());
            left -= 1;
        }
    }
}

/// Where services are built: the folder that `tests/run` has for all of them.
fn target() -> PathBuf {
    let cache = std::env::var_os("TESTS_CACHE");
    let cache = cache.map_or_else(|| PathBuf::from(env!("CARGO_TARGET_TMPDIR")), PathBuf::from);
    cache.join("services")
}
