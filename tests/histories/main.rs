//! Random histories of a project: answers, edits of every kind, commands, and kills.
//!
//! `cargo test --test histories -- --histories 5000` runs more of them, `--first 17` begins at
//! another; whatever fails is told with its number and all that happened.

#![expect(clippy::panic, reason = "a test fails by panicking")]

#[path = "../chance/mod.rs"]
mod chance;
mod edits;
mod history;
mod tree;

use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::{panic, thread};

use history::History;

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
            if panic::catch_unwind(|| History::begin(number).run()).is_err() {
                failed.fetch_add(1, Ordering::Relaxed);
            }
        }
    };
    thread::scope(|scope| {
        let threads = thread::available_parallelism().map_or(1, usize::from);
        (0..threads).for_each(|_| drop(scope.spawn(work)));
    });
    let failed = failed.into_inner();
    println!("{many} histories from {first} on, {failed} of them failed");
    match failed {
        0 => ExitCode::SUCCESS,
        _ => ExitCode::FAILURE,
    }
}
